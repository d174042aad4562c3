/* SPDX-License-Identifier: MIT */
/*
 * asm.h - what assembly and C of the guest library must agree on.
 *
 * Only #define. One source serves o32, n32 and n64: PTR_* move an address (32 bits in o32 and n32,
 * 64 in n64). General registers are always saved whole (64 bits): the R4000 allows 64-bit
 * instructions in kernel mode whatever Status.KX is, and a handler must not damage the upper
 * halves of a program that uses them.
 */
#pragma once

#if _MIPS_SIM == _ABI64
#define PTR_LA    dla
#define PTR_ADDU  daddu
#define PTR_ADDIU daddiu
#define PTR_LW    ld
#define PTR_WORD  .dword
#define PTR_MFC0  dmfc0
#define PTR_MTC0  dmtc0
#else
#define PTR_LA    la
#define PTR_ADDU  addu
#define PTR_ADDIU addiu
#define PTR_LW    lw
#define PTR_WORD  .word
#define PTR_MFC0  mfc0
#define PTR_MTC0  mtc0
#endif

/*
 * Status while the library's own code runs: kernel mode, interrupts off, normal vectors (BEV = 0),
 * FPU usable. o32 code expects 16 double registers (FR = 0), n32 and n64 code 32 of them. 64-bit
 * kernel addresses (KX) only where pointers have 64 bits.
 */
#if _MIPS_SIM == _ABI64
#define STATUS_BOOT (STATUS_CU1 | STATUS_FR | STATUS_KX)
#elif _MIPS_SIM == _ABIN32
#define STATUS_BOOT (STATUS_CU1 | STATUS_FR)
#else
#define STATUS_BOOT STATUS_CU1
#endif

/*
 * Each CPU has one stack of this size, aligned to it; the word at its lowest address holds the
 * CPU's number, so that `sp & -STACK_SIZE` leads to it. (The R4000 has no register for it.)
 */
#ifndef STACK_SIZE_LOG2
#define STACK_SIZE_LOG2 13
#endif
#define STACK_SIZE   (1 << STACK_SIZE_LOG2)
#define SMP_CPUS_MAX 64

/* Offsets in struct trap_frame (trap.h): all fields are 64 bits wide. */
#define FRAME_GPR      0 /* 32 registers; slot 0 is unused */
#define FRAME_HI       256
#define FRAME_LO       264
#define FRAME_EPC      272
#define FRAME_BADVADDR 280
#define FRAME_STATUS   288
#define FRAME_CAUSE    296
#define FRAME_SIZE     304 /* a multiple of 16, as the ABIs want the stack */

/* A function that assembly gives to C. */
#define FUNCTION(name)         \
	.globl name;           \
	.type name, @function; \
	.ent name;             \
	name:
#define END(name)  \
	.end name; \
	.size name, .- name
