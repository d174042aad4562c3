/* SPDX-License-Identifier: MIT */
/*
 * image.h - how generated programs lie in memory, and the calls they make.
 *
 * Shared by the generator (host) and the runtime (guest), so only #define. An image is an array of
 * 64-bit words in the byte order of the guest: IMAGE_MAGIC, the number of programs, then the byte
 * offset of each program's header from the start of the image. The header's words are HDR_*;
 * behind it come the TLB entries, the page table and the Status values in that order. The code
 * lies page-aligned at HDR_CODE_OFFSET.
 */
#pragma once

#define IMAGE_MAGIC 0x4d42434f4e463031 /* "MBCONF01" */

/*
 * Physical memory: the runtime at 1 MB (link.ld), the image at 4 MB, the program's data at 16 MB,
 * so that a page of any size can hold it. Pages behind the data stay zero: nothing stores there.
 */
#define IMAGE_BASE  0x00400000
#define IMAGE_BYTES 0x00108000
#define DATA_BASE   0x01000000
#define DATA_BYTES  0x00010000
#define RAM_BYTES   0x04000000

/* Header of a program, in 64-bit words. */
#define HDR_NUMBER       0
#define HDR_PLATFORMS    1 /* PLATFORM_* bits: where it runs */
#define HDR_STATUS       2 /* Status once the program runs (EXL = 0) */
#define HDR_CODE_VADDR   3
#define HDR_CODE_OFFSET  4 /* from the start of the image */
#define HDR_CODE_BYTES   5
#define HDR_DATA_SEED    6
#define HDR_FCR31        7
#define HDR_ENTRYHI      8
#define HDR_WIRED        9
#define HDR_TLB_COUNT    10
#define HDR_PAGE_COUNT   11
#define HDR_STATUS_COUNT 12
#define HDR_REFILL_FIRST 13 /* TLB indices that the refill handler uses in turn */
#define HDR_REFILL_LAST  14
#define HDR_FLAGS        15 /* PROGRAM_* */
#define HDR_HI           16
#define HDR_LO           17
#define HDR_GPR          18 /* 32 words */
#define HDR_FPR          50 /* 32 words; with FR = 0 only the even ones are used */
#define HDR_WORDS        82

/* A TLB entry: index, EntryHi, PageMask, EntryLo0, EntryLo1; a page: the same without the index. */
#define TLB_ENTRY_WORDS  5
#define PAGE_ENTRY_WORDS 4

#define PROGRAM_FPU 1 /* the FPU is in the final state */
#define PROGRAM_TLB 2 /* the TLB is in the final state */

/* Where a program or a step runs. */
#define PLATFORM_MIRRORBALL 1
#define PLATFORM_QEMU       2
#define PLATFORM_GXEMUL     4

/*
 * Calls: `syscall code` with code = CALL_MARK | call << CALL_SHIFT | argument. Other codes are
 * exceptions like any other. All but CALL_END go on behind the syscall.
 */
#define CALL_MARK       0xa0000
#define CALL_MARK_MASK  0xf0000
#define CALL_SHIFT      13
#define CALL_MASK       0x7
#define CALL_ARG_MASK   0x1fff
#define CALL_END        0 /* the program is done: print the final state */
#define CALL_OBSERVE    1 /* print register `argument` */
#define CALL_STATUS     2 /* Status becomes number `argument` of the program's Status values */
#define CALL_SKIP       3 /* argument: platforms << 10 | n: there, go on n instructions further */
#define CALL_FORGET     4 /* the refill handler starts again: none of its entries is in the TLB */
#define CALL_SKIP_SHIFT 10
#define CALL_SKIP_MASK  0x3ff

/* When an instruction cannot be fetched, the program goes on at this register's value. */
#define REGISTER_RESUME 30

#define TLB_ENTRIES 48
/* Exceptions and calls a program may make before it is ended as a runaway. */
#define RECORDS_MAX 4000

/* Offsets in struct frame (guest/runtime.h); 64-bit words. */
#define FRAME_GPR      0
#define FRAME_HI       256
#define FRAME_LO       264
#define FRAME_EPC      272
#define FRAME_BADVADDR 280
#define FRAME_CONTEXT  288
#define FRAME_XCONTEXT 296
#define FRAME_ENTRYHI  304
#define FRAME_STATUS   312
#define FRAME_CAUSE    320
#define FRAME_VECTOR   328
#define FRAME_SIZE     336

/* Status of the runtime itself: 64-bit kernel, FPU with 32 registers, no interrupts. */
#define STATUS_RUNTIME (STATUS_CU0 | STATUS_CU1 | STATUS_FR | STATUS_KX)
