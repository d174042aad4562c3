/* SPDX-License-Identifier: MIT */
/* errno.h - what functions return that fail; there is no variable errno. */
#pragma once

#define EAGAIN  11
#define EINVAL  22
#define ENOTSUP 95
