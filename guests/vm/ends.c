/* SPDX-License-Identifier: MIT */
/*
 * ends.c - ends its virtual machine in the way that WAY says: code 7, a panic, an error.
 */
#include "guests/lib/cpu.h"
#include "guests/lib/moncall.h"
#include "machine/cpuctl.h"

int main(void)
{
#if WAY == 0
	return 7;
#elif WAY == 1
	moncall(MONCALL_SHUTDOWN, MONCALL_SHUTDOWN_PANIC, 5, 0);
	return 0;
#elif WAY == 3
	/* The reset vector is in boot memory, which a VM does not have. */
	*(volatile uint32_t *)cpu_kseg1(MAP_CPUCTL_BASE + CPUCTL_COMMAND) = CPUCTL_NMI;
	return 0;
#else
	/* Vectors in memory that the VM does not have: an exception is its end. */
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | STATUS_BEV);
	__asm__ volatile("break");
	return 0;
#endif
}
