/* SPDX-License-Identifier: MIT */
/*
 * refill.S - the exception vectors, and in them the TLB refill (paper 4.1.2; R4000 UM 5.4).
 *
 * The block from trap_vectors to trap_vectors_end, or with virtual ASIDs (src/cpu/asid.h) the one from
 * trap_vectors_asid on, is copied to the vectors of each node (cpu.c), so it is position-independent but for jumps (j) within the 256 MB that hold vectors and text.
 *
 * A refill exception has no matching entry in the TLB, so tlbwr makes no duplicate. PageMask is 0
 * whenever a guest runs. Which of the two refill vectors is used has no meaning: the R4400 takes it
 * from mode and UX/SX, others from the address; both slots hold the same code.
 *
 * State at each vector: EXL = 1, the guest's registers all live; nothing but loads and stores off
 * $zero on the per-CPU page, which is wired (src/cpu/cpu.h).
 *
 * tests/vm counts the instructions of a second-level hit: at most 40.
 */
#include "src/cpu/asm-offsets.h"

#include "isa/cp0.h"
#include "src/cpu/cpu.h"
#include "src/include/asm.h"
#include "src/mips_tlb/l2tlb.h"

#ifndef MONITOR_TLB
#define MONITOR_TLB 0
#endif

	.set	noreorder
	.set	noat
	.section .text.vectors, "ax"
	.balign	8

#define CPU(field) (CPU_SELF + CPU_##field)($zero)

/* Virtual ASIDs: nothing is global in the hardware. */
.macro	REFILL_LOCAL lo
	srl	\lo, \lo, ENTRYLO_G
	sll	\lo, \lo, ENTRYLO_G
.endm

/*
 * Looks the pair up in the second level (l2tlb.h has the hash) and enters it, or goes to `miss`.
 * State: k0 = EntryHi; k0, k1, at saved. `virtual`: k0 has the hardware's ASID, the second level the
 * guest's.
 */
.macro	REFILL_SECOND_LEVEL virtual, miss
	.if	\virtual
	ld	$at, CPU(ASID_EXCHANGE)
	xor	$k0, $k0, $at
	.endif
	dsrl	$k1, $k0, L2TLB_SHIFT_VPN
	dsrl	$at, $k0, L2TLB_SHIFT_FOLD
	xor	$k1, $k1, $at
	dsll	$at, $k0, L2TLB_SHIFT_ASID
	xor	$k1, $k1, $at
	ld	$at, CPU(L2_OFFSET_MASK)
	and	$k1, $k1, $at
	ld	$at, CPU(L2_BASE)
	daddu	$k1, $k1, $at
	/* State: k1 = the set. */
	ld	$at, L2TLB_TAG($k1)
	beq	$at, $k0, 1f
	 ld	$at, L2TLB_ENTRY_BYTES + L2TLB_TAG($k1)
	bne	$at, $k0, \miss
	 daddiu	$k1, $k1, L2TLB_ENTRY_BYTES
	/* State: k1 = the entry. */
1:	lw	$at, L2TLB_LO0($k1)
	lw	$k1, L2TLB_LO1($k1)
	.if	\virtual
	REFILL_LOCAL $at
	.endif
	mtc0	$at, $CP0_ENTRYLO0
	mtc0	$k1, $CP0_ENTRYLO1
	REFILL_WRITE CPU_FAST_REFILLS
.endm

/*
 * Writes the entry, counts and returns. Two instructions stand between EntryLo1 and tlbwr, four
 * between tlbwr and eret (R4000 UM appendix F: one and three are needed).
 */
.macro	REFILL_WRITE counter
	ld	$k0, CPU_SELF + \counter($zero)
	ld	$at, CPU(AT)
	tlbwr
	daddiu	$k0, $k0, 1
	sd	$k0, CPU_SELF + \counter($zero)
	ld	$k0, CPU(K0)
	ld	$k1, CPU(K1)
	eret
.endm

/* One slot: 32 instructions. Addresses of the supervisor segment have bit 63 of EntryHi. */
.macro	REFILL_SLOT virtual, name
	sd	$k0, CPU(K0)
	dmfc0	$k0, $CP0_ENTRYHI
	bltz	$k0, \name\()_kernel
	 sd	$k1, CPU(K1)
	.if	\virtual
	/* Too long for the slot. */
	b	\name\()_mapped
	.else
	sd	$at, CPU(AT)
	REFILL_SECOND_LEVEL 0, \name\()_miss
	.endif
	.if	\virtual
	 sd	$at, CPU(AT)
	.endif
.endm

/*
 * The block for one way of the ASIDs.
 *
 * The supervisor segment's first 256 MB, bit 28 clear, are the window: two ready words of the
 * pmap make a pair. The rest is the guest's to map. State at its label: k0 = EntryHi; k0, k1 saved.
 */
.macro	VECTORS virtual, vectors, name
	.balign	8
	.globl	\vectors
\vectors:
	.org	\vectors + VECTOR_TLB_REFILL
	REFILL_SLOT \virtual, \name

	.org	\vectors + VECTOR_XTLB_REFILL
	REFILL_SLOT \virtual, \name

/* Cache error: ERL = 1, this runs uncached. The monitor cannot go on. */
	.org	\vectors + VECTOR_CACHE_ERROR
	j	trap_from_monitor_entry
	 sd	$k0, CPU(K0)

	.org	\vectors + VECTOR_GENERAL
	sd	$k0, CPU(K0)
	sd	$k1, CPU(K1)
\name\()_saved:
	/* State: k0, k1 saved, at live. */
	mfc0	$k0, $CP0_STATUS
	andi	$k0, $k0, STATUS_KSU
	beqz	$k0, 1f
	 ld	$k1, CPU(CURRENT)
	j	trap_entry
	 sd	$at, VCPU_GPR + 8 * 1($k1)
	/* State: an exception of the monitor's own code. */
1:	j	trap_from_monitor_entry
	 nop

/* Nothing found: as at the general vector. */
\name\()_miss:
	b	\name\()_saved
	 ld	$at, CPU(AT)

\name\()_kernel:
	sd	$at, CPU(AT)
	dsll32	$k1, $k0, 63 - 28 - 32
	bltz	$k1, \name\()_mapped
	 lw	$at, CPU(WINDOW_PAIRS)
	dsrl32	$k1, $k1, 63 - 28 + 13 - 32
	/* State: k1 = number of the pair, at = how many there are. */
	sltu	$at, $k1, $at
	.if	\virtual || !MONITOR_TLB
	beqz	$at, \name\()_miss
	.else
	beqz	$at, \name\()_outside
	.endif
	 ld	$at, CPU(WINDOW_BASE)
	dsll	$k1, $k1, 3
	daddu	$k1, $k1, $at
	lw	$at, 0($k1)
	lw	$k1, 4($k1)
	/* PMAP_READY_LARGE is the sign: large entries are entered in C. */
	or	$k0, $at, $k1
	bltz	$k0, \name\()_miss
	.if	\virtual
	 nop
	REFILL_LOCAL $at
	.endif
	 mtc0	$at, $CP0_ENTRYLO0
	mtc0	$k1, $CP0_ENTRYLO1
	REFILL_WRITE CPU_FAST_WINDOWS

#if MONITOR_TLB
	.if	!\virtual
\name\()_outside:
	j	refill_counted
	 lw	$at, CPU(COUNT_PAIRS)
	.endif
#endif

\name\()_mapped:
	REFILL_SECOND_LEVEL \virtual, \name\()_miss

	.globl	\vectors\()_end
\vectors\()_end:
.endm

	VECTORS	0, trap_vectors, refill
	VECTORS	1, trap_vectors_asid, refill_asid

/*
 * Where refills of the window are counted (src/numa: TLB misses as the trigger), for each pair: in the
 * lower half all, negative if nobody wants to know when it gets large; in the upper half stores. Cold otherwise: `window_pairs` is 0, and what was left
 * out is here, in the text. State: k1 = number of the pair; at = how many are counted, 0 = none; k0,
 * k1, at saved.
 */
#if MONITOR_TLB
	.text
refill_counted:
	sltu	$at, $k1, $at
	beqz	$at, 9f
	 dsll	$k1, $k1, 3
	ld	$at, CPU(COUNT_BASE)
	mfc0	$k0, $CP0_CAUSE
	daddu	$at, $at, $k1
	/* EXC_TLBS is EXC_TLBL and 1. */
	andi	$k0, $k0, 1 << CAUSE_EXCCODE_SHIFT
	sll	$k0, $k0, 16 - CAUSE_EXCCODE_SHIFT
	addiu	$k0, $k0, 1
	lw	$k1, 0($at)
	addu	$k1, $k1, $k0
	sw	$k1, 0($at)
	lw	$k0, CPU(COUNT_TRIGGER)
	sll	$k1, $k1, 16
	sra	$k1, $k1, 16
	slt	$k1, $k1, $k0
	beqz	$k1, 9f
	 ld	$k1, CPU(COUNT_BASE)
	dsubu	$k1, $at, $k1
	ld	$at, CPU(WINDOW_BASE)
	daddu	$k1, $k1, $at
	lw	$at, 0($k1)
	lw	$k1, 4($k1)
	or	$k0, $at, $k1
	bltz	$k0, 9f
	 mtc0	$at, $CP0_ENTRYLO0
	mtc0	$k1, $CP0_ENTRYLO1
	REFILL_WRITE CPU_FAST_WINDOWS
9:	j	refill_saved
	 ld	$at, CPU(AT)
#endif
