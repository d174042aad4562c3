/* SPDX-License-Identifier: MIT */
/*
 * test_capstone.c - mnemonics and encodings of mips3.def against capstone, which shares no code
 * with the objdump that tests/disasm compares with.
 */
#include <capstone/capstone.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"
#include "tests/suite.h"

/* $4, $5, $6 and 7 in the register and shift fields. */
#define FIELDS 4
static const uint32_t fields[FIELDS] = { 4U << 21, 5U << 16, 6U << 11, 7U << 6 };

/*
 * Capstone has no operations and memory instructions of coprocessor 2 for MIPS III: it takes their
 * opcodes for Octeon's bit branches and MTC2.
 */
static bool is_unknown_to_capstone(enum isa_id id)
{
	return isa_descs[id].class == ISA_CLASS_COP2;
}

/*
 * Capstone refuses words with a bit set in a field that must be zero, and has other names for some
 * words (nop, move). So a row is confirmed by a word with any of its fields filled.
 */
static bool is_confirmed(csh handle, const struct isa_desc *desc)
{
	for (unsigned filled = 0; filled < 1U << FIELDS; filled++) {
		uint32_t word = desc->match;
		cs_insn *insn = NULL;

		for (unsigned i = 0; i < FIELDS; i++) {
			word |= (filled >> i & 1) ? fields[i] & ~desc->mask : 0;
		}
		uint8_t bytes[4] = { (uint8_t)(word >> 24), (uint8_t)(word >> 16),
				     (uint8_t)(word >> 8), (uint8_t)word };
		size_t count = cs_disasm(handle, bytes, sizeof(bytes), 0x1000, 1, &insn);
		bool same = count == 1 && strcmp(insn->mnemonic, desc->text) == 0;

		cs_free(insn, count);
		if (same) {
			return true;
		}
	}
	return false;
}

START_TEST(capstone_agrees)
{
	csh handle = 0;
	unsigned confirmed = 0;
	int mode = CS_MODE_MIPS3 | CS_MODE_MIPS64 | (int)CS_MODE_BIG_ENDIAN;

	ck_assert_int_eq(cs_open(CS_ARCH_MIPS, (cs_mode)mode, &handle), CS_ERR_OK);
	for (unsigned id = 1; id < ISA_COUNT; id++) {
		if (isa_descs[id].mask == 0) {
			continue;
		}
		bool expected = !is_unknown_to_capstone((enum isa_id)id);

		ck_assert_msg(is_confirmed(handle, &isa_descs[id]) == expected, "%s: %s",
			      isa_descs[id].text,
			      expected ? "capstone has no such instruction here"
				       : "capstone knows it after all");
		confirmed += expected;
	}
	ck_assert_uint_gt(confirmed, 200);
	cs_close(&handle);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("capstone");
	TCase *rows = tcase_create("rows");

	tcase_add_test(rows, capstone_agrees);
	suite_add_tcase(suite, rows);
	return suite_run(suite);
}
