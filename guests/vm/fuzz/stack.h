/* SPDX-License-Identifier: MIT */
/* stack.h - stacks of the VCPUs, for entry.S. Only #define. */
#pragma once

#define FUZZ_STACKS      2 /* FUZZ_VCPUS */
#define FUZZ_STACK_LOG2  13
#define FUZZ_STACK_BYTES (1 << FUZZ_STACK_LOG2)
