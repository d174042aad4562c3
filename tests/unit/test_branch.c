/* SPDX-License-Identifier: MIT */
/* test_branch.c - branches and jumps evaluated from their word (R4000 UM appendix A, B.5). */
#include <check.h>
#include <stdlib.h>

#include "isa/branch.h"
#include "isa/isa.h"
#include "tests/suite.h"

#define PC     0xffffffff80001000ULL
#define OFFSET 0x0010U /* + 0x40 */
#define TAKEN  (PC + 4 + 0x40)
#define FALL   (PC + 8)
#define MIN    0x8000000000000000ULL
#define MINUS  0xffffffffffffffffULL
/* Positive as a doubleword, negative as a word, and the other way round. */
#define LOW_NEGATIVE  0x0000000080000000ULL
#define HIGH_NEGATIVE 0xffffffff00000000ULL

#define RS_T0 (8U << 21)
#define RT_T1 (9U << 16)

struct branch_case {
	uint64_t rs;
	uint64_t rt;
	enum isa_id id;
	bool fp_condition;
	bool is_taken;
};

/* clang-format off */
static const struct branch_case cases[] = {
	{ 5, 5, ISA_beq, false, true },     { 5, 6, ISA_beq, false, false },
	/* All 64 bits are compared. */
	{ 0x100000005, 5, ISA_beq, false, false },
	{ 5, 6, ISA_bne, false, true },     { 5, 5, ISA_bne, false, false },
	{ 0x100000005, 5, ISA_bne, false, true },
	{ 5, 5, ISA_beql, false, true },    { 5, 6, ISA_beql, false, false },
	{ 5, 6, ISA_bnel, false, true },    { 5, 5, ISA_bnel, false, false },
	{ 0, 0, ISA_blez, false, true },    { MIN, 0, ISA_blez, false, true },
	{ 1, 0, ISA_blez, false, false },   { LOW_NEGATIVE, 0, ISA_blez, false, false },
	{ MINUS, 0, ISA_blezl, false, true }, { 1, 0, ISA_blezl, false, false },
	{ 1, 0, ISA_bgtz, false, true },    { LOW_NEGATIVE, 0, ISA_bgtz, false, true },
	{ 0, 0, ISA_bgtz, false, false },   { HIGH_NEGATIVE, 0, ISA_bgtz, false, false },
	{ 1, 0, ISA_bgtzl, false, true },   { 0, 0, ISA_bgtzl, false, false },
	{ MINUS, 0, ISA_bltz, false, true }, { HIGH_NEGATIVE, 0, ISA_bltz, false, true },
	{ 0, 0, ISA_bltz, false, false },   { LOW_NEGATIVE, 0, ISA_bltz, false, false },
	{ MIN, 0, ISA_bltzl, false, true }, { 0, 0, ISA_bltzl, false, false },
	{ 0, 0, ISA_bgez, false, true },    { MINUS, 0, ISA_bgez, false, false },
	{ 7, 0, ISA_bgezl, false, true },   { MIN, 0, ISA_bgezl, false, false },
	{ MIN, 0, ISA_bltzal, false, true }, { 1, 0, ISA_bltzal, false, false },
	{ MIN, 0, ISA_bltzall, false, true }, { 1, 0, ISA_bltzall, false, false },
	{ 0, 0, ISA_bgezal, false, true },  { MINUS, 0, ISA_bgezal, false, false },
	{ 0, 0, ISA_bgezall, false, true }, { MINUS, 0, ISA_bgezall, false, false },
	{ 0, 0, ISA_bc1f, false, true },    { 0, 0, ISA_bc1f, true, false },
	{ 0, 0, ISA_bc1t, true, true },     { 0, 0, ISA_bc1t, false, false },
	{ 0, 0, ISA_bc1fl, false, true },   { 0, 0, ISA_bc1fl, true, false },
	{ 0, 0, ISA_bc1tl, true, true },    { 0, 0, ISA_bc1tl, false, false },
};
/* clang-format on */

#define CASES (int)(sizeof(cases) / sizeof(cases[0]))

static bool is_likely(enum isa_id id)
{
	return (isa_descs[id].flags & ISA_F_LIKELY) != 0;
}

START_TEST(branch_goes_where_the_manual_says)
{
	const struct branch_case *c = &cases[_i];
	const struct isa_desc *desc = &isa_descs[c->id];
	struct isa_branch_operands operands = { c->rs, c->rt, c->fp_condition };
	uint32_t word = desc->match | ((RS_T0 | RT_T1) & ~desc->mask) | OFFSET;
	struct isa_branch result;

	ck_assert(isa_branch(word, PC, &operands, &result));
	ck_assert_msg(result.is_taken == c->is_taken, "%s %d", desc->text, _i);
	ck_assert_uint_eq(result.next_pc, c->is_taken ? TAKEN : FALL);
	ck_assert_int_eq(result.nullifies_slot, is_likely(c->id) && !c->is_taken);
	/* A link is written whether the branch is taken or not. */
	ck_assert_uint_eq(result.link, (desc->flags & ISA_F_LINK) ? 31 : 0);
	ck_assert_uint_eq(result.link_value, PC + 8);
}
END_TEST

/* Every branch of mips3.def is seen taken and not taken; a likely one is called so. */
START_TEST(every_branch_has_its_cases)
{
	for (unsigned id = 1; id < ISA_COUNT; id++) {
		bool taken = false;
		bool not_taken = false;

		if (isa_descs[id].class != ISA_CLASS_BRANCH) {
			continue;
		}
		for (int i = 0; i < CASES; i++) {
			if (cases[i].id == id) {
				taken |= cases[i].is_taken;
				not_taken |= !cases[i].is_taken;
			}
		}
		ck_assert_msg(taken && not_taken, "no case for %s", isa_descs[id].text);
		ck_assert_uint_ne(isa_descs[id].flags & ISA_F_DELAY, 0);
	}
}
END_TEST

START_TEST(offset_is_signed_and_counts_from_the_slot)
{
	struct isa_branch_operands operands = { 0 };
	struct isa_branch result;

	ck_assert(isa_branch(isa_descs[ISA_beq].match | 0xffff, PC, &operands, &result));
	ck_assert_uint_eq(result.next_pc, PC);
	ck_assert(isa_branch(isa_descs[ISA_beq].match | 0x8000, PC, &operands, &result));
	ck_assert_uint_eq(result.next_pc, PC + 4 - 0x20000);
	ck_assert(isa_branch(isa_descs[ISA_beq].match | 0x7fff, PC, &operands, &result));
	ck_assert_uint_eq(result.next_pc, PC + 4 + 0x1fffc);
}
END_TEST

START_TEST(jump_stays_in_the_region_of_its_slot)
{
	struct isa_branch_operands operands = { 0 };
	struct isa_branch result;

	ck_assert(isa_branch(0x08000000 | 0x123456, PC, &operands, &result));
	ck_assert(result.is_taken && !result.nullifies_slot);
	ck_assert_uint_eq(result.next_pc, 0xffffffff80000000 | 0x48d158);
	ck_assert_uint_eq(result.link, 0);
	/* At the end of a region the slot is already in the next one. */
	ck_assert(isa_branch(0x0c000001, 0x9800000000000000 + 0x0ffffffc, &operands, &result));
	ck_assert_uint_eq(result.next_pc, 0x9800000010000004);
	ck_assert_uint_eq(result.link, 31);
	ck_assert_uint_eq(result.link_value, 0x9800000010000004);
}
END_TEST

START_TEST(register_jump_takes_all_bits)
{
	struct isa_branch_operands operands = { .rs = 0x123456789abcdef3 };
	struct isa_branch result;

	ck_assert(isa_branch(0x00000008 | RS_T0, PC, &operands, &result));
	ck_assert(result.is_taken);
	ck_assert_uint_eq(result.next_pc, operands.rs);
	ck_assert_uint_eq(result.link, 0);
	/* jalr $3, $8; jalr $0, $8 has no link */
	ck_assert(isa_branch(0x00000009 | RS_T0 | (3U << 11), PC, &operands, &result));
	ck_assert_uint_eq(result.link, 3);
	ck_assert_uint_eq(result.link_value, PC + 8);
	ck_assert(isa_branch(0x00000009 | RS_T0, PC, &operands, &result));
	ck_assert_uint_eq(result.link, 0);
}
END_TEST

START_TEST(others_are_no_branches)
{
	struct isa_branch_operands operands = { 0 };
	struct isa_branch result;

	for (unsigned id = 0; id < ISA_COUNT; id++) {
		bool is_branch = isa_descs[id].class == ISA_CLASS_BRANCH ||
				 isa_descs[id].class == ISA_CLASS_JUMP;

		if (isa_descs[id].mask != 0) {
			ck_assert_int_eq(isa_branch(isa_descs[id].match, PC, &operands, &result),
					 is_branch);
		}
	}
	ck_assert(!isa_branch(0x45040000, PC, &operands, &result)); /* bc1f of MIPS IV, cc 1 */
	ck_assert(!isa_branch(0x42000018, PC, &operands, &result)); /* eret */
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("branch");
	TCase *branches = tcase_create("branches");

	tcase_add_loop_test(branches, branch_goes_where_the_manual_says, 0, CASES);
	tcase_add_test(branches, every_branch_has_its_cases);
	tcase_add_test(branches, offset_is_signed_and_counts_from_the_slot);
	tcase_add_test(branches, jump_stays_in_the_region_of_its_slot);
	tcase_add_test(branches, register_jump_takes_all_bits);
	tcase_add_test(branches, others_are_no_branches);
	suite_add_tcase(suite, branches);
	return suite_run(suite);
}
