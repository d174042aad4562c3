/* SPDX-License-Identifier: MIT */
/*
 * kregs.c - k0 and k1 are the kernel's own at every instruction, also where a monitor refills a
 * TLB.
 *
 * kregs.S goes through 64 pairs of pages for code, 64 in the window (KSEG0) for data and 64 that
 * are mapped, with live values in k0 and k1: window misses, second-level hits and misses reflected
 * to the guest. Once with EXL = 0, once as an exception handler would run, with EXL = 1.
 */
#include "guests/vm/kregs.h"

#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/lib/tlb.h"
#include "guests/lib/trap.h"

#define PASSES      12U
#define TLB_ENTRIES 48U

extern const uint32_t kregs_refill[];
extern const uint32_t kregs_refill_end[];
extern const uint32_t kregs_nested[];
extern const uint32_t kregs_nested_end[];
void kregs_run(struct kregs *kregs);

static uint8_t window[KREGS_STEPS][KREGS_STRIDE]
	__attribute__((aligned(KREGS_STRIDE), section(".noinit")));
static uint8_t mapped[KREGS_STEPS][KREGS_STRIDE]
	__attribute__((aligned(KREGS_STRIDE), section(".noinit")));

static void step(uint64_t *k0, uint64_t *k1)
{
	*k0 += *k1;
	*k1 = (*k1 << 1) ^ *k0;
}

/* Passes with EXL as given; every third one begins with an empty TLB. */
static bool test(uint32_t exl)
{
	struct kregs kregs = { .k0 = 0x0123456789abcdef, .k1 = 0xfedcba9876543210, .exl = exl };
	uint64_t k0 = kregs.k0;
	uint64_t k1 = kregs.k1;
	bool is_good = true;

	kregs.window = (uint64_t)(int64_t)(intptr_t)window;
	kregs.entrylo = tlb_entrylo(cpu_physical(mapped), ENTRYLO_V | ENTRYLO_D | ENTRYLO_G);
	for (unsigned pass = 0; pass < PASSES; pass++) {
		bool is_empty = pass % 3 == 0;

		if (is_empty) {
			tlb_clear(TLB_ENTRIES);
		}
		kregs_run(&kregs);
		for (unsigned i = 0; i < KREGS_STEPS; i++) {
			step(&k0, &k1);
		}
		/* An empty TLB misses in every step, once or twice. */
		if (kregs.k0 != k0 || kregs.k1 != k1 || (is_empty && kregs.misses < KREGS_STEPS) ||
		    kregs.misses > 2 * KREGS_STEPS) {
			printf("pass %u: k0 %llx, k1 %llx, %u misses\n", pass,
			       (unsigned long long)kregs.k0, (unsigned long long)kregs.k1,
			       (unsigned)kregs.misses);
			is_good = false;
		}
	}
	return is_good;
}

int main(void)
{
	bool plain;
	bool handler;

	for (unsigned i = 0; i < KREGS_STEPS; i++) {
		for (unsigned j = 0; j < KREGS_STRIDE; j++) {
			window[i][j] = 0;
			mapped[i][j] = 0;
		}
	}
	trap_install_vector(VECTOR_TLB_REFILL, kregs_refill, kregs_refill_end);
	trap_install_vector(VECTOR_XTLB_REFILL, kregs_refill, kregs_refill_end);
	plain = test(0);
	printf("EXL = 0: %s\n", plain ? "ok" : "WRONG");
	trap_install_vector(VECTOR_GENERAL, kregs_nested, kregs_nested_end);
	handler = test(STATUS_EXL);
	trap_init();
	printf("EXL = 1: %s\n", handler ? "ok" : "WRONG");
	printf("kregs: %s\n", plain && handler ? "ok" : "WRONG");
	return plain && handler ? 0 : 1;
}
