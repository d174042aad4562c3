/* SPDX-License-Identifier: MIT */
/* builtin.S - files that are in every program: the scenes of the ray tracer. */
#include "guests/lib/asm.h"

.macro	file name, path
	.section .rodata
1:	.asciz	"\name"
2:	.incbin	"\path"
3:	.section .data.builtin, "aw"
	PTR_WORD 1b, 2b, 3b
.endm

	.section .data.builtin, "aw"
	.balign	8
	.globl	libos_builtin
libos_builtin:
	file	"/workloads/scenes/quick", "guests/workloads/scenes/quick"
	file	"/workloads/scenes/uni", "guests/workloads/scenes/uni"
	file	"/workloads/scenes/multi", "guests/workloads/scenes/multi"
	.section .data.builtin, "aw"
	PTR_WORD 0, 0, 0
