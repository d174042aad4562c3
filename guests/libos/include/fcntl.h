/* SPDX-License-Identifier: MIT */
/* fcntl.h - opening files, for reading (files.c). */
#pragma once

#define O_RDONLY 0

/* -1: there is no such file, or too many are open. */
int open(const char *path, int flags);
