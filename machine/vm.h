/* SPDX-License-Identifier: MIT */
/*
 * vm.h - the virtual machine that a guest sees: its addresses, vectors, entry state and boot
 * header.
 *
 * What is not here is as on the machine itself: the same devices at the same physical addresses
 * (map.h), the same lines (lines.h), the same entry state (boot.h). Addresses are the 32-bit ones
 * of a 32-bit guest; the processor sees them sign-extended. Only #define, and a struct for C.
 * Manual page: docs/machine/vm.md.
 */
#pragma once

#include "machine/map.h"

/* Virtual addresses of the guest's kernel, all in the supervisor segment. */
#define VM_WINDOW_BASE   0xc0000000 /* guest physical 0 up, direct: no TLB entry of the guest */
#define VM_WINDOW_BYTES  0x10000000
#define VM_MAPPED_BASE   0xd0000000 /* through the guest's TLB: vmalloc, kmap, fixmap */
#define VM_MAPPED_BYTES  0x0e000000
#define VM_MONITOR_BASE  0xde000000 /* the monitor's; the guest finds the shared page there */
#define VM_MONITOR_BYTES 0x01000000
#define VM_DEVICES_BASE  0xdf000000 /* guest physical MAP_IO_BASE up, uncached, direct */
#define VM_DEVICES_BYTES 0x01000000

/* Where BEV = 0 puts the guest's vectors: offsets VECTOR_... of isa/cp0.h from here. */
#define VM_VECTOR_BASE VM_WINDOW_BASE

/* The shared page of the VCPU that looks (shared_page.h). */
#define VM_SHARED_PAGE VM_MONITOR_BASE

/*
 * The same page where an instruction that replaces a CP0 access can reach it from $zero. The even
 * half of the TLB pair stays invalid, so that NULL pointers fault; in user mode both are.
 */
#define VM_SHARED_PAGE_LOW 0x7000
#define VM_SHARED_PAIR_LOW 0x6000

/* The lowest user address of a guest whose instructions may be rewritten so. */
#define VM_USER_BASE_MIN 0x8000

/*
 * The end of the window is the monitor's: rewritten instructions jump there, because j reaches no
 * further. A VM has no memory at these guest physical addresses.
 */
#define VM_TRAMPOLINE_BASE  0xcfff0000
#define VM_TRAMPOLINE_PADDR 0x0fff0000
#define VM_TRAMPOLINE_BYTES 0x00010000

#define VM_VCPUS_MAX MAP_CPUS_MAX

/* TLB entries of a VCPU, whatever the machine has. */
#define VM_TLB_ENTRIES 48

/*
 * The boot header: an ELF note with this name and type in a kernel made for a virtual machine. A
 * kernel without it is run if its segments lie in the window, and gets nothing that needs a flag.
 */
#define VM_BOOT_NOTE_NAME "Mirrorball"
#define VM_BOOT_NOTE_TYPE 1
#define VM_BOOT_VERSION   1

/* Offsets in the note's description: 32-bit words in the byte order of the file. */
#define VM_BOOT_HEADER_VERSION     0x0 /* VM_BOOT_VERSION */
#define VM_BOOT_HEADER_FLAGS       0x4 /* VM_BOOT_F_* */
#define VM_BOOT_HEADER_USER_BASE   0x8 /* lowest address that user mode and its callers use */
#define VM_BOOT_HEADER_SHARED_PAGE 0xc /* highest SHARED_PAGE_VERSION it knows; 0 = none */
#define VM_BOOT_HEADER_BYTES       0x10

#define VM_BOOT_F_SHARED_PAGE 0x1 /* the HAL uses the shared page and tests `pending` */
#define VM_BOOT_F_REWRITE     0x2 /* text may be rewritten; USER_BASE >= VM_USER_BASE_MIN */
#define VM_BOOT_F_CALLS       0x4 /* makes monitor calls (moncall.h) */
#define VM_BOOT_F_NEEDS_PAGE  0x8 /* runs with the shared page only: it has it in any case */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct vm_boot_header {
	uint32_t version;
	uint32_t flags;
	uint32_t user_base;
	uint32_t shared_page;
};

_Static_assert(offsetof(struct vm_boot_header, version) == VM_BOOT_HEADER_VERSION, "layout");
_Static_assert(offsetof(struct vm_boot_header, flags) == VM_BOOT_HEADER_FLAGS, "layout");
_Static_assert(offsetof(struct vm_boot_header, user_base) == VM_BOOT_HEADER_USER_BASE, "layout");
_Static_assert(offsetof(struct vm_boot_header, shared_page) == VM_BOOT_HEADER_SHARED_PAGE,
	       "layout");
_Static_assert(sizeof(struct vm_boot_header) == VM_BOOT_HEADER_BYTES, "layout");
#endif
