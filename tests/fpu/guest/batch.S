/* SPDX-License-Identifier: MIT */
/*
 * batch.S - the file BATCH_FILE between batch_begin and batch_end.
 */
	.section .rodata
	.balign	8
	.globl	batch_begin, batch_end
batch_begin:
	.incbin	BATCH_FILE
batch_end:
