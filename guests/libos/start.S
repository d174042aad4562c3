/* SPDX-License-Identifier: MIT */
/* start.S - the entry: keeps what the first CPU is told and goes on to the runtime's start. */
#include "guests/lib/asm.h"

	.set	noreorder

	.text
FUNCTION(libos_start)
	PTR_LA	$t0, libos_entry
	sw	$a0, 0($t0)
	PTR_LA	$t9, _start
	jr	$t9
	 sw	$a1, 4($t0)
END(libos_start)

	.data
	.globl	libos_entry
	.balign	4
libos_entry:
	.word	0, 0
