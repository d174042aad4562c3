/* SPDX-License-Identifier: MIT */
/*
 * frame.h - where start.S saves the state of a program at an exception. Only #define.
 *
 * The first bytes of user address 0 are the only place that a kernel reaches with no register to
 * spare: TLB entry 0, which belongs to the runtime, maps one page there.
 */
#pragma once

#define SCRATCH_VADDR 0x0
#define SCRATCH_K0    0x20
#define SCRATCH_K1    0x28

/* Offsets in struct frame (runtime.h); 64-bit words. */
#define STATE_GPR    0
#define STATE_HI     256
#define STATE_LO     264
#define STATE_VECTOR 272
#define STATE_FCR31  280
#define STATE_CP0    288
#define STATE_FPR    544
#define STATE_SIZE   800

/* CP0 registers of the record: moved as 32 and as 64 bits. Not Random and Count. */
#define CP0_NARROW 0, 2, 3, 5, 6, 11, 12, 13, 15, 16, 17, 18, 19, 26, 27, 28, 29
#define CP0_WIDE   4, 8, 10, 14, 20, 30

/* Status of the runtime itself: 64-bit kernel, FPU with 32 registers, no interrupts. */
#define RUNTIME_STATUS (STATUS_CU1 | STATUS_FR | STATUS_KX | STATUS_UX)

/* Flags of a program's header beside those of tests/conformance/image.h. */
#define PROGRAM_VERBOSE 0x10 /* print each record */
#define PROGRAM_RANDOM  0x20 /* refill by tlbwr: which refills there are is not compared */
#define PROGRAM_PAGE    0x40 /* registers may be on the shared page (docs/machine/shared_page.md) */
#define PROGRAM_TICKS   0x80 /* the timer interrupts anywhere; it leaves no trace */
#define PROGRAM_PATCHED \
	0x100 /* with PAGE: they are, by the kernel; EPC has 32 bits while KX is 0 */

/* A call beside those of tests/conformance/image.h: Cause.IP1-0 become the argument. */
#define CALL_CAUSE 5
