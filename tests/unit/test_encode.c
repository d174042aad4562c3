/* SPDX-License-Identifier: MIT */
/* test_encode.c - isa/encode.h against the decoder. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include "isa/branch.h"
#include "isa/encode.h"
#include "isa/isa.h"
#include "tests/suite.h"

static void check_memory(uint32_t word, enum isa_id id, unsigned rt, int32_t offset)
{
	ck_assert_uint_eq(isa_decode(word), id);
	ck_assert_uint_eq(isa_rs(word), 0);
	ck_assert_uint_eq(isa_rt(word), rt);
	ck_assert_int_eq(isa_simm(word), offset);
}

START_TEST(memory_words_decode)
{
	for (unsigned rt = 0; rt < 32; rt++) {
		check_memory(isa_encode_lw_zero(rt, 0x7084), ISA_lw, rt, 0x7084);
		check_memory(isa_encode_sw_zero(rt, -4), ISA_sw, rt, -4);
		check_memory(isa_encode_ld_zero(rt, 0x7ff8), ISA_ld, rt, 0x7ff8);
		check_memory(isa_encode_sd_zero(rt, 8), ISA_sd, rt, 8);
	}
}
END_TEST

START_TEST(branches_lead_there)
{
	uint64_t pc = 0xffffffffcfff0020;

	for (unsigned rs = 1; rs < 32; rs++) {
		uint32_t word = isa_encode_bnez(rs, 2);

		ck_assert_uint_eq(isa_decode(word), ISA_bne);
		ck_assert_uint_eq(isa_rs(word), rs);
		ck_assert_uint_eq(isa_rt(word), 0);
		ck_assert(isa_branch_target(word, pc) == pc + 16);
	}
	ck_assert_uint_eq(isa_decode(isa_encode_j(0xffffffffc0123458)), ISA_j);
	ck_assert(isa_jump_target(isa_encode_j(0xffffffffc0123458), pc) == 0xffffffffc0123458);
}
END_TEST

START_TEST(others_decode)
{
	uint32_t word = isa_encode_syscall(0x4d43);

	ck_assert_uint_eq(isa_decode(word), ISA_syscall);
	ck_assert_uint_eq(word >> 6 & 0xfffff, 0x4d43);
	ck_assert_uint_eq(isa_decode(ISA_ENCODE_NOP), ISA_sll);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("encode");
	TCase *tcase = tcase_create("encode");

	tcase_add_test(tcase, memory_words_decode);
	tcase_add_test(tcase, branches_lead_there);
	tcase_add_test(tcase, others_decode);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
