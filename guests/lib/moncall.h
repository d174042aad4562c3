/* SPDX-License-Identifier: MIT */
/* moncall.h - monitor calls from C (docs/machine/moncall.md). In a virtual machine only. */
#pragma once

#include <stdint.h>

#include "machine/moncall.h"

#define MONCALL_STRING_(x) #x
#define MONCALL_STRING(x)  MONCALL_STRING_(x)

struct moncall_result {
	int32_t status; /* MONCALL_OK, MONCALL_ERR_... */
	uint32_t v1;
	uint32_t a0;
};

static inline struct moncall_result moncall(uint32_t number, uint32_t a, uint32_t b, uint32_t c)
{
	register long v0 __asm__("$2") = (long)number;
	register long v1 __asm__("$3");
	register long a0 __asm__("$4") = (long)(int32_t)a;
	register long a1 __asm__("$5") = (long)(int32_t)b;
	register long a2 __asm__("$6") = (long)(int32_t)c;
	struct moncall_result result;

	__asm__ volatile("syscall " MONCALL_STRING(MONCALL_CODE)
			 : "+r"(v0), "=r"(v1), "+r"(a0)
			 : "r"(a1), "r"(a2)
			 : "memory");
	result.status = (int32_t)v0;
	result.v1 = (uint32_t)v1;
	result.a0 = (uint32_t)a0;
	return result;
}
