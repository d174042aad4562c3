/* SPDX-License-Identifier: MIT */
/*
 * entry.S - keeps what the loader hands over, before the runtime of guests/lib takes over.
 */
#include "guests/lib/asm.h"

	.set	noreorder

	.section .text.entry, "ax"
	.globl	nodes_entry
nodes_entry:
	PTR_LA	$t0, nodes_boot
	sd	$a0, 0($t0)
	sd	$a1, 8($t0)
	j	_start
	 nop

	/* Not in .bss, which _start clears. */
	.data
	.balign	8
	.globl	nodes_boot
nodes_boot:
	.dword	0, 0
