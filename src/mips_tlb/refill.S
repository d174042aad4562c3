/* SPDX-License-Identifier: MIT */
/*
 * refill.S - the exception vectors, and in them the TLB refill (paper 4.1.2; R4000 UM 5.4).
 *
 * The block from trap_vectors to trap_vectors_end is copied to the vectors of each node (cpu.c), so it is
 * position-independent but for jumps (j) within the 256 MB that hold vectors and text.
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

	.set	noreorder
	.set	noat
	.section .text.vectors, "ax"
	.balign	8

#define CPU(field) (CPU_SELF + CPU_##field)($zero)

/*
 * Looks the pair up in the second level (l2tlb.h has the hash) and enters it, or goes to refill_miss.
 * State: k0 = EntryHi; k0, k1, at saved.
 */
.macro	REFILL_SECOND_LEVEL
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
	bne	$at, $k0, refill_miss
	 daddiu	$k1, $k1, L2TLB_ENTRY_BYTES
	/* State: k1 = the entry. */
1:	lw	$at, L2TLB_LO0($k1)
	lw	$k1, L2TLB_LO1($k1)
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
.macro	REFILL_SLOT
	sd	$k0, CPU(K0)
	dmfc0	$k0, $CP0_ENTRYHI
	bltz	$k0, refill_kernel
	 sd	$k1, CPU(K1)
	sd	$at, CPU(AT)
	REFILL_SECOND_LEVEL
.endm

	.globl	trap_vectors
trap_vectors:
	.org	VECTOR_TLB_REFILL
	REFILL_SLOT

	.org	VECTOR_XTLB_REFILL
	REFILL_SLOT

/* Cache error: ERL = 1, this runs uncached. The monitor cannot go on. */
	.org	VECTOR_CACHE_ERROR
	j	trap_from_monitor_entry
	 sd	$k0, CPU(K0)

	.org	VECTOR_GENERAL
	sd	$k0, CPU(K0)
	sd	$k1, CPU(K1)
general_saved:
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
refill_miss:
	b	general_saved
	 ld	$at, CPU(AT)

/*
 * The supervisor segment. Its first 256 MB, bit 28 clear, are the window: two ready words of the
 * pmap make a pair. The rest is the guest's to map. State: k0 = EntryHi; k0, k1 saved.
 */
refill_kernel:
	sd	$at, CPU(AT)
	dsll32	$k1, $k0, 63 - 28 - 32
	bltz	$k1, refill_mapped
	 lw	$at, CPU(WINDOW_PAIRS)
	dsrl32	$k1, $k1, 63 - 28 + 13 - 32
	/* State: k1 = number of the pair, at = how many there are. */
	sltu	$at, $k1, $at
	beqz	$at, refill_miss
	 ld	$at, CPU(WINDOW_BASE)
	dsll	$k1, $k1, 3
	daddu	$k1, $k1, $at
	lw	$at, 0($k1)
	lw	$k1, 4($k1)
	/* PMAP_READY_LARGE is the sign: large entries are entered in C. */
	or	$k0, $at, $k1
	bltz	$k0, refill_miss
	 mtc0	$at, $CP0_ENTRYLO0
	mtc0	$k1, $CP0_ENTRYLO1
	REFILL_WRITE CPU_FAST_WINDOWS

refill_mapped:
	REFILL_SECOND_LEVEL

	.globl	trap_vectors_end
trap_vectors_end:
