/* SPDX-License-Identifier: MIT */
/* stack.h - a CPU's stack in the monitor, for C and assembly. Only #define. */
#pragma once

#define STACK_BYTES    16384
#define STACK_HEADROOM 64
