/* SPDX-License-Identifier: MIT */
/* vm_note.S - the boot header of machine/vm.h: what a monitor may do with this kernel. */
#include "machine/shared_page.h"
#include "machine/vm.h"

#ifndef VM_NOTE_FLAGS
#define VM_NOTE_FLAGS VM_BOOT_F_CALLS
#endif

	.section .note.mirrorball, "a", %note
	.balign	4
	.word	11, VM_BOOT_HEADER_BYTES, VM_BOOT_NOTE_TYPE
	.asciz	VM_BOOT_NOTE_NAME
	.balign	4
	.word	VM_BOOT_VERSION, VM_NOTE_FLAGS, VM_USER_BASE_MIN, SHARED_PAGE_VERSION
