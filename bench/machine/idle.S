/* SPDX-License-Identifier: MIT */
/*
 * idle.S - CPU 0 counts to 200 million cycles and ends; all others have never been started.
 */
#include "machine/annotation.h"
#include "machine/map.h"

	.set	noreorder

	.section .text.start, "ax"
	.globl	_start
_start:
	lui	$t0, 100000000 >> 16
1:	bnez	$t0, 1b
	addiu	$t0, $t0, -1
	li	$t0, 0xa0000000 + MAP_ANNOTATION_BASE	# KSEG1
	sw	$zero, ANNOTATION_EXIT($t0)
1:	b	1b
	nop
