/* SPDX-License-Identifier: MIT */
/* kregs.h - what kregs.c and kregs.S share. */
#pragma once

#define KREGS_STEPS  64         /* more pairs of pages than the TLB has entries */
#define KREGS_STRIDE 8192       /* a pair */
#define KREGS_MAPPED 0xd1000000 /* kernel addresses through the TLB */

/* Offsets in struct kregs. */
#define KREGS_K0     0
#define KREGS_K1     8
#define KREGS_WINDOW 16
#define KREGS_ENTRY  24
#define KREGS_EXL    32
#define KREGS_MISSES 40

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct kregs {
	uint64_t k0;
	uint64_t k1;
	uint64_t window;  /* address of a page pair for each step */
	uint64_t entrylo; /* of the first mapped page */
	uint64_t exl;     /* STATUS_EXL or 0 */
	uint64_t misses;  /* result: refills that reached the guest */
};

_Static_assert(offsetof(struct kregs, k1) == KREGS_K1, "layout");
_Static_assert(offsetof(struct kregs, window) == KREGS_WINDOW, "layout");
_Static_assert(offsetof(struct kregs, entrylo) == KREGS_ENTRY, "layout");
_Static_assert(offsetof(struct kregs, exl) == KREGS_EXL, "layout");
_Static_assert(offsetof(struct kregs, misses) == KREGS_MISSES, "layout");
#endif
