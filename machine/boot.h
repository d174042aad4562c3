/* SPDX-License-Identifier: MIT */
/*
 * boot.h - what a program finds when it is entered: registers, device tree, modules.
 *
 * Holds for both machine types and, where vm.h does not say otherwise, for a virtual machine. Only
 * #define; STATUS_... are names of isa/cp0.h, which users of BOOT_STATUS_... include too. Manual
 * page: docs/machine/boot.md, with every register of every CPU.
 */
#pragma once

/*
 * Status. The FPU is on, because GXemul enters its programs so; FR is what the ABI of the ELF file
 * takes for granted: 0 for o32, 1 for n32, n64 and files with the FP64 flag.
 */
#define BOOT_STATUS_FR0 (STATUS_CU1)
#define BOOT_STATUS_FR1 (STATUS_CU1 | STATUS_FR)
/* Set too where the entry is no sign-extended 32-bit address: XKPHYS is reachable with KX only. */
#define BOOT_STATUS_WIDE (STATUS_KX)

/* Bits of e_flags in a 32-bit ELF file that mean FR = 1; an ELF64 file always does. */
#define BOOT_ELF32_FLAGS_FR1 0x00000220 /* EF_MIPS_ABI2 (n32), EF_MIPS_FP64 */

/*
 * Config without BE, which a big-endian machine adds: K0 = 5 (coherent, exclusive on write), both
 * first-level caches 32 KB with lines of 32 bytes, second level present with lines of 128 bytes.
 */
#define BOOT_CONFIG 0x00c006f5

/* sp: the top of the first 32 KB of RAM, as on GXemul but cached. */
#define BOOT_SP 0xffffffff80007f00

/* a0: testmips: argument count. mirrorball: a1 is the device tree's address (MIPS UHI). */
#define BOOT_A0_TESTMIPS    0
#define BOOT_A0_DEVICE_TREE 0xfffffffffffffffe

/*
 * Device tree, modules and initrd are put below this physical address, or the end of RAM if that is
 * lower: the tree highest, then the modules in their order, then the initrd, each from a page
 * boundary downward.
 */
#define BOOT_DATA_TOP 0x10000000
/* The largest device tree. */
#define BOOT_TREE_BYTES_MAX 0x00100000
/* The largest number of modules. */
#define BOOT_MODULES_MAX 64
