/* SPDX-License-Identifier: MIT */
/*
 * harness.h - what a hand-written case of tests/isa is made of.
 *
 * A case is one program: TEST_BEGIN, instructions and checks, TEST_PASS. It runs in kernel mode at
 * physical 1 MB (KSEG0) with n64 register names and Status = TEST_STATUS. A failed check prints its
 * source line with what it found and what it wanted, and ends the run with the check's number
 * through the annotation port (machine/annotation.h); code 0 is a pass.
 *
 * Reserved: k0 and k1 (checks and handler), s6 (line and number of the current check), s7 (where
 * the next exception resumes; 0 when none is expected). An exception that nobody expected fails the
 * case at the last check's line with its code. harness.S holds the handler.
 *
 * Checks, in kernel mode:
 *   EXPECT(reg, value)             a 64-bit register has this value (any constant expression)
 *   EXPECT_LABEL(reg, symbol)      ... is this address
 *   EXPECT_RECORD(field, value)    the last exception left this in RECORD_*, see below
 *   EXPECT_RECORD_LABEL(field, symbol)
 *   EXPECT_CAUSE_BITS(mask, value) the bits `mask` of its Cause
 * In any mode:
 *   TRAP(code, instruction...)     it must raise this exception, with EPC pointing to it, BD and CE
 *                                  clear, through the general vector; goes on in kernel mode
 *   TRAP_AT(code, bd, label, vector, code lines)  ... with EPC, BD and vector as given
 *   NO_TRAP is simply the instruction: an exception would fail the case.
 *   CALL_KERNEL                    back to kernel mode, by SYSCALL
 * Setting up:
 *   TLB_ENTRY(index, entryhi, entrylo0, entrylo1, pagemask)
 *   MAP_CODE                       the program at USER_OFFSET, by entry 0 (global, 16 MB page)
 *   ENTER(status)                  goes on at the mapped address with this Status, by ERET
 *   SET_EXL                        before KSU is changed: set together, KSU might act first
 *   SET_STATUS(value), HOOK(label) label gets every exception, EXL set, k0 = vector offset
 */
#pragma once

#include "isa/cp0.h"
#include "machine/annotation.h"
#include "machine/map.h"
#include "machine/power.h"
#include "machine/testmips.h"
#include "machine/uart.h"
#include "machine/vm.h"

/* What the last exception left behind: offsets in `record`, 64 bits each. */
#define RECORD_COUNT    0 /* exceptions so far */
#define RECORD_VECTOR   8 /* offset of the vector: 0, 0x80, 0x100, 0x180 */
#define RECORD_STATUS   16
#define RECORD_CAUSE    24
#define RECORD_EPC      32
#define RECORD_BADVADDR 40
#define RECORD_CONTEXT  48
#define RECORD_XCONTEXT 56
#define RECORD_ENTRYHI  64
#define RECORD_HOOK     72 /* not 0: the handler jumps here */
#define RECORD_BYTES    80

#define TEST_STATUS (STATUS_CU1 | STATUS_FR | STATUS_KX)

/*
 * Addresses of the devices a case needs, in KSEG1; pass them to li. With TEST_IN_VM a case is a
 * kernel of a virtual machine: what the window and the device area hold stands for KSEG0 and KSEG1
 * (machine/vm.h; tests/equivalence).
 */
#ifdef TEST_IN_VM
#define UNMAPPED   0xffffffffc0000000
#define DEVICES    (0xffffffff00000000 + VM_DEVICES_BASE - MAP_IO_BASE)
#define CONSOLE    (DEVICES + MAP_CONSOLE_BASE + UART_OFFSET)
#else
#define UNMAPPED   0xffffffff80000000
#define DEVICES    0xffffffffa0000000
#define CONSOLE    0xffffffffb0000000
#endif
#define MP         (DEVICES + TESTMIPS_MP_BASE)
#define ANNOTATION (DEVICES + MAP_ANNOTATION_BASE)
#define POWER      (DEVICES + MAP_POWER_BASE)

/* MAP_CODE maps physical 0 to 16 MB here; a label's alias is (label + USER_OFFSET). */
#define USER_BASE   0x02000000
#define USER_OFFSET (USER_BASE - UNMAPPED)

/* Free physical memory for mappings: frames from 4 MB up to the end of RAM (32 MB). */
#define SCRATCH 0x00400000

#define PTE(paddr, bits) ((((paddr) >> 12) << ENTRYLO_PFN_SHIFT) | (5 << ENTRYLO_C_SHIFT) | (bits))
#define G ENTRYLO_G
#define V ENTRYLO_V
#define D ENTRYLO_D

#define MASK_4K   0x00000000
#define MASK_16K  0x00006000
#define MASK_64K  0x0001e000
#define MASK_256K 0x0007e000
#define MASK_1M   0x001fe000
#define MASK_4M   0x007fe000
#define MASK_16M  0x01ffe000

#define TEXT_OF(...) #__VA_ARGS__
#define TEXT(...)    TEXT_OF(__VA_ARGS__)

#define EXPECT(reg, value)                 expect reg, TEXT(value), __LINE__
#define EXPECT_LABEL(reg, symbol)          expect_label reg, TEXT(symbol), __LINE__
#define EXPECT_RECORD(field, value)        expect_record RECORD_##field, TEXT(value), __LINE__
#define EXPECT_RECORD_LABEL(field, symbol) expect_record_label RECORD_##field, TEXT(symbol), __LINE__
#define EXPECT_CAUSE_BITS(mask, value)     expect_cause TEXT(mask), TEXT(value), __LINE__
#define TRAP(code, ...)                    trap_insn code, __LINE__, TEXT(__VA_ARGS__)
#define TRAP_AT(code, bd, label, vector, ...) \
	trap_at code, bd, label, vector, __LINE__, TEXT(__VA_ARGS__)
#define CALL_KERNEL                TRAP(EXC_SYS, syscall)
#define TLB_ENTRY(index, hi, lo0, lo1, mask) \
	tlb_entry TEXT(index), TEXT(hi), TEXT(lo0), TEXT(lo1), TEXT(mask)
#define MAP_CODE          TLB_ENTRY(0, USER_BASE, PTE(0, G | V | D), PTE(0, G), MASK_16M)
#define ENTER(status)     enter TEXT(status)
#define SET_STATUS(value) set_status TEXT(value)
#define HOOK(label)       hook label

	.set	noreorder
	.set	noat
	.set	check_no, 0
	.set	alias, 0		# USER_OFFSET between ENTER and the next exception

/* A case's code follows; the harness calls it once. */
.macro TEST_BEGIN
	.text
	.globl	test_main
test_main:
.endm

.macro TEST_PASS
	j	test_pass
	 nop
.endm

/* CP0 writes take effect at once here, but on an R4000 only after some instructions. */
.macro hazard
	nop
	nop
	nop
	nop
.endm

.macro next_check line
	.set	check_no, check_no + 1
	li	$s6, (check_no << 16) | \line
.endm

/* k0 = what was found, k1 = what is wanted. */
.macro compare
	beq	$k0, $k1, 8800f
	 nop
	j	test_fail
	 nop
8800:
.endm

.macro expect reg, value, line
	next_check \line
	move	$k0, \reg
	dli	$k1, \value
	compare
.endm

.macro expect_label reg, symbol, line
	next_check \line
	move	$k0, \reg
	dla	$k1, \symbol
	compare
.endm

.macro expect_record field, value, line
	next_check \line
	dla	$k0, record
	ld	$k0, \field($k0)
	dli	$k1, \value
	compare
.endm

.macro expect_record_label field, symbol, line
	next_check \line
	dla	$k0, record
	ld	$k0, \field($k0)
	dla	$k1, \symbol
	compare
.endm

.macro expect_cause mask, value, line
	next_check \line
	dla	$k0, record
	ld	$k0, RECORD_CAUSE($k0)
	dli	$k1, \mask
	and	$k0, $k0, $k1
	dli	$k1, \value
	compare
.endm

/* s7 = label, in two instructions that every mode may use. */
.macro arm label
	lui	$s7, %hi(\label)
	addiu	$s7, $s7, %lo(\label)
.endm

/* Behind code that must have raised an exception: s7 tells whether it did. */
.macro caught code, bd, vector, line
	beqz	$s7, 8804f
	 nop
	move	$s7, $zero
	break	1			# not expected: the handler reports it
8804:	.set	alias, 0
	expect_cause TEXT(CAUSE_EXCCODE | CAUSE_BD), "(\code << 2) | (\bd << 31)", \line
	expect_record RECORD_VECTOR, \vector, \line
.endm

.macro trap_insn code, line, insn
	next_check \line
	arm	8802f
8801:	\insn
8802:	.set	trap_alias, alias
	caught	\code, 0, 0x180, \line
	expect_record_label RECORD_EPC, "8801b + trap_alias", \line
	.if	\code != EXC_CPU
	expect_cause CAUSE_CE, 0, \line
	.endif
.endm

.macro trap_at code, bd, label, vector, line, insns
	next_check \line
	arm	8802f
	\insns
8802:	.set	trap_alias, alias
	caught	\code, \bd, \vector, \line
	expect_record_label RECORD_EPC, "\label + trap_alias", \line
.endm

.macro tlb_entry index, hi, lo0, lo1, mask
	dli	$k0, \hi
	dmtc0	$k0, $CP0_ENTRYHI
	dli	$k0, \lo0
	dmtc0	$k0, $CP0_ENTRYLO0
	dli	$k0, \lo1
	dmtc0	$k0, $CP0_ENTRYLO1
	li	$k0, \mask
	mtc0	$k0, $CP0_PAGEMASK
	li	$k0, \index
	mtc0	$k0, $CP0_INDEX
	hazard
	tlbwi
	hazard
	dmtc0	$zero, $CP0_ENTRYHI
	mtc0	$zero, $CP0_PAGEMASK
	hazard
.endm

.macro enter status
	dla	$k0, 8803f
	dli	$k1, USER_OFFSET
	daddu	$k0, $k0, $k1
	dsll32	$k0, $k0, 0
	dsra32	$k0, $k0, 0
	dmtc0	$k0, $CP0_EPC
	SET_EXL
	li	$k1, (\status) | STATUS_EXL
	mtc0	$k1, $CP0_STATUS
	hazard
	eret
	nop
8803:	.set	alias, USER_OFFSET
.endm

/* R4000s may let KSU act before EXL that is written with it (VR4100 UM, CP0 hazards). */
.macro SET_EXL
	mfc0	$k0, $CP0_STATUS
	ori	$k0, $k0, STATUS_EXL
	mtc0	$k0, $CP0_STATUS
.endm

.macro set_status value
	li	$k0, \value
	mtc0	$k0, $CP0_STATUS
	hazard
.endm

.macro hook label
	dla	$k1, \label
	dla	$k0, record
	sd	$k1, RECORD_HOOK($k0)
.endm
