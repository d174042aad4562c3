/* SPDX-License-Identifier: MIT */
/*
 * malta.S - the monitor on a MIPS Malta board, as QEMU has it (-M malta -cpu R4000).
 *
 * The board gives no device tree. One that describes it (malta_image) is loaded to a fixed place
 * beside the monitor, with the kernels behind it, by QEMU's -device loader; here it is handed to
 * the common entry as if the machine had done so. That is all that is particular: the tree names a
 * UART and a way to end the run, so the drivers of everything else stay quiet.
 *
 * Linked with monitor_base above the first megabyte: QEMU keeps its boot arguments below.
 */
#include "machine/boot.h"

#include "src/include/asm.h"

	.set	noreorder

	.section .text.entry, "ax"
FUNCTION(malta_entry)
	lui	$a1, %hi(malta_tree)
	daddiu	$a1, $a1, %lo(malta_tree)
	j	monitor_entry
	 li	$a0, BOOT_A0_DEVICE_TREE & 0xffffffff
END(malta_entry)
