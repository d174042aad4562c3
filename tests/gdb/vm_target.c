/* SPDX-License-Identifier: MIT */
/*
 * vm_target.c - what check_vms debugs in virtual machines: VCPU 0 adds up, frame below frame; VCPU
 * 1 holds a number in a register meanwhile. Exit code 0 if nobody has changed anything.
 */
#include <stdint.h>

#include "guests/lib/print.h"
#include "guests/lib/smp.h"

#define ROUNDS 40U
#define TOTAL  820U
#define PAUSE  3000U
#define HELD   0x123456789abcdefULL

static struct {
	volatile uint32_t total;
	volatile uint32_t is_over;
	volatile uint64_t held; /* 0 until VCPU 1 is through */
} shared;

static __attribute__((noipa)) uint32_t leaf(uint32_t round)
{
	shared.total += round;
	return shared.total;
}

static __attribute__((noipa)) uint32_t middle(uint32_t round)
{
	for (uint32_t i = 0; i < PAUSE; i++) {
		__asm__ volatile("");
	}
	return leaf(round) + 1;
}

static void hold(unsigned cpu)
{
	register uint64_t held __asm__("$17") = HELD;

	if (cpu != 1) {
		return;
	}
	do {
		__asm__ volatile("" : "+r"(held));
	} while (shared.is_over == 0);
	shared.held = held;
}

int main(void)
{
	if (smp_start(hold) < 2) {
		printf("two VCPUs are needed\n");
		return 2;
	}
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		(void)middle(round);
	}
	shared.is_over = 1;
	while (shared.held == 0) {
	}
	printf("total %u held %x%x\n", shared.total, (uint32_t)(shared.held >> 32),
	       (uint32_t)shared.held);
	return shared.total == TOTAL && shared.held == HELD ? 0 : 1;
}
