/* SPDX-License-Identifier: MIT */
/* test_isa.c - the tables of isa/: rows, decoder, segments. */
#include <check.h>
#include <stdlib.h>

#include "isa/isa.h"
#include "isa/segment.h"
#include "tests/suite.h"

#define RANDOM_WORDS 500000

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* What the rows alone say of a word, without any table. */
static enum isa_id search_rows(uint32_t word)
{
	for (unsigned id = 1; id < ISA_COUNT; id++) {
		if (isa_descs[id].mask != 0 && (word & isa_descs[id].mask) == isa_descs[id].match) {
			return (enum isa_id)id;
		}
	}
	/* Undefined operations of the FPU, except branches on conditions that do not exist. */
	return isa_coprocessor(word) == 1 && isa_rs(word) != 8 ? ISA_cop1_undefined : ISA_reserved;
}

START_TEST(rows_do_not_overlap)
{
	for (unsigned a = 1; a < ISA_COUNT; a++) {
		for (unsigned b = a + 1; b < ISA_COUNT; b++) {
			uint32_t both = isa_descs[a].mask & isa_descs[b].mask;

			if (isa_descs[a].mask == 0 || isa_descs[b].mask == 0) {
				continue;
			}
			ck_assert_msg((isa_descs[a].match & both) != (isa_descs[b].match & both),
				      "%s and %s share words", isa_descs[a].text,
				      isa_descs[b].text);
		}
	}
}
END_TEST

START_TEST(row_decodes_to_itself)
{
	for (unsigned id = 1; id < ISA_COUNT; id++) {
		const struct isa_desc *desc = &isa_descs[id];

		if (desc->mask != 0) {
			ck_assert_uint_eq(isa_decode(desc->match), id);
			ck_assert_uint_eq(isa_decode(desc->match | ~desc->mask), id);
			ck_assert_uint_eq(desc->match & ~desc->mask, 0);
		}
	}
}
END_TEST

/* check counts every assertion through a pipe: too slow for a million of them. */
static void check_word(uint32_t word)
{
	if (isa_decode(word) != search_rows(word)) {
		ck_abort_msg("%08x: decoder says %s, rows say %s", word,
			     isa_descs[isa_decode(word)].text, isa_descs[search_rows(word)].text);
	}
}

START_TEST(decode_agrees_with_rows)
{
	uint64_t state = 1;

	for (unsigned i = 0; i < RANDOM_WORDS; i++) {
		check_word((uint32_t)next_random(&state));
	}
}
END_TEST

/*
 * All combinations of opcode and rs with every rt and with every function, which are all fields
 * that any table looks at; the other bits clear, set and random.
 */
START_TEST(decode_agrees_with_rows_in_every_table)
{
	uint64_t state = 3;

	for (unsigned i = 0; i < 64U * 32 * (32 + 64); i++) {
		uint32_t opcode_rs = (i / (32 + 64)) << 21;
		uint32_t low = i % (32 + 64);
		uint32_t field = low < 32 ? low << 16 : low - 32;
		uint32_t rest = low < 32 ? 0x0000ffff : 0x001fffc0;
		uint32_t word = opcode_rs | field;

		check_word(word);
		check_word(word | rest);
		check_word(word | ((uint32_t)next_random(&state) & rest));
	}
}
END_TEST

/* R4000 UM figure A-2 and 5.4: which reserved words raise what. */
START_TEST(reserved_words_are_of_the_manuals_kind)
{
	for (uint32_t function = 0; function < 64; function++) {
		uint32_t word = 0x42000000 | function;

		if (isa_decode(word) == ISA_reserved) {
			ck_assert_int_eq(isa_reserved_kind(word), function == 0x10
									  ? ISA_RESERVED_COPROCESSOR
									  : ISA_RESERVED_IGNORED);
		}
	}
	ck_assert_int_eq(isa_reserved_kind(0x40400000), ISA_RESERVED_COPROCESSOR); /* cfc0 */
	ck_assert_int_eq(isa_reserved_kind(0x41000000), ISA_RESERVED_COPROCESSOR); /* bc0f */
	ck_assert_int_eq(isa_reserved_kind(0x45040000), ISA_RESERVED_COPROCESSOR); /* bc1f, cc 1 */
	ck_assert_int_eq(isa_reserved_kind(0x4c000000), ISA_RESERVED_ALWAYS);      /* COP3 */
	ck_assert_int_eq(isa_reserved_kind(0x70000002), ISA_RESERVED_ALWAYS);      /* mul */
	ck_assert_int_eq(isa_reserved_kind(0x7c03e83b), ISA_RESERVED_ALWAYS);      /* rdhwr */
	ck_assert_int_eq(isa_reserved_kind(0x0000000a), ISA_RESERVED_ALWAYS);      /* movz */
	ck_assert_int_eq(isa_reserved_kind(0x041f0000), ISA_RESERVED_ALWAYS);      /* synci */
	/* Undefined operations of the FPU are not reserved at all. */
	ck_assert_uint_eq(isa_decode(0x46000010), ISA_cop1_undefined);
	ck_assert_uint_eq(isa_decode(0x46c00000), ISA_cop1_undefined);
	ck_assert_uint_eq(isa_decode(0x44600000), ISA_cop1_undefined);
}
END_TEST

START_TEST(disasm_never_writes_beyond_its_buffer)
{
	uint64_t state = 2;
	char text[16];

	for (unsigned i = 0; i < 100000; i++) {
		uint32_t word = (uint32_t)next_random(&state);
		size_t size = i % sizeof(text);

		text[size] = '#';
		size_t length = isa_disasm(word, 0, false, text, size);

		ck_assert_int_eq(text[size], '#');
		ck_assert_uint_gt(length, 0);
		if (size > 0) {
			ck_assert_int_eq(text[length < size ? length : size - 1], '\0');
		}
	}
}
END_TEST

struct segment_case {
	uint64_t vaddr;
	uint64_t paddr;
	enum isa_mode mode;
	enum isa_segment_kind kind;
	bool x64;
	bool erl;
	uint8_t cache;
};

#define U ISA_MODE_USER
#define S ISA_MODE_SUPERVISOR
#define K ISA_MODE_KERNEL
#define ERROR_CASE(vaddr, mode, x64)                             \
	{                                                        \
		vaddr, 0, mode, ISA_SEGMENT_ERROR, x64, false, 0 \
	}
#define MAPPED_CASE(vaddr, mode, x64)                                         \
	{                                                                     \
		vaddr, 0, mode, ISA_SEGMENT_MAPPED, x64, false, ISA_CACHE_TLB \
	}
#define UNMAPPED_CASE(vaddr, x64, paddr, cache)                          \
	{                                                                \
		vaddr, paddr, K, ISA_SEGMENT_UNMAPPED, x64, false, cache \
	}

/* Both ends of every segment and the addresses just outside (R4000 UM figures 4-3 to 4-7). */
static const struct segment_case segment_cases[] = {
	MAPPED_CASE(0x0, U, false),
	MAPPED_CASE(0x7fffffff, U, false),
	ERROR_CASE(0x80000000, U, false),
	ERROR_CASE(0xffffffff80000000, U, false),
	ERROR_CASE(0xffffffffffffffff, U, false),
	MAPPED_CASE(0xffffffffff, U, true),
	ERROR_CASE(0x10000000000, U, true),
	ERROR_CASE(0x4000000000000000, U, true),
	ERROR_CASE(0x8000000000000000, U, true),
	MAPPED_CASE(0x7fffffff, S, false),
	ERROR_CASE(0x80000000, S, false),
	ERROR_CASE(0xffffffffbfffffff, S, false),
	MAPPED_CASE(0xffffffffc0000000, S, false),
	MAPPED_CASE(0xffffffffdfffffff, S, false),
	ERROR_CASE(0xffffffffe0000000, S, false),
	MAPPED_CASE(0xffffffffff, S, true),
	ERROR_CASE(0x10000000000, S, true),
	MAPPED_CASE(0x4000000000000000, S, true),
	MAPPED_CASE(0x400000ffffffffff, S, true),
	ERROR_CASE(0x4000010000000000, S, true),
	ERROR_CASE(0x8000000000000000, S, true),
	MAPPED_CASE(0xffffffffc0000000, S, true),
	ERROR_CASE(0xffffffffe0000000, S, true),
	MAPPED_CASE(0x7fffffff, K, false),
	ERROR_CASE(0x80000000, K, false),
	ERROR_CASE(0x9000000000000000, K, false),
	UNMAPPED_CASE(0xffffffff80000000, false, 0x0, ISA_CACHE_CONFIG),
	UNMAPPED_CASE(0xffffffff9fffffff, false, 0x1fffffff, ISA_CACHE_CONFIG),
	UNMAPPED_CASE(0xffffffffa0000000, false, 0x0, ISA_CACHE_UNCACHED),
	UNMAPPED_CASE(0xffffffffbfc00000, false, 0x1fc00000, ISA_CACHE_UNCACHED),
	MAPPED_CASE(0xffffffffc0000000, K, false),
	MAPPED_CASE(0xffffffffffffffff, K, false),
	MAPPED_CASE(0xffffffffff, K, true),
	ERROR_CASE(0x10000000000, K, true),
	MAPPED_CASE(0x400000ffffffffff, K, true),
	ERROR_CASE(0x4000010000000000, K, true),
	UNMAPPED_CASE(0x8000000000001234, true, 0x1234, 0),
	UNMAPPED_CASE(0x9800000fffffffff, true, 0xfffffffff, 3),
	UNMAPPED_CASE(0xb800000000000000, true, 0x0, 7),
	ERROR_CASE(0x9800001000000000, K, true),
	ERROR_CASE(0x9c00000000000000, K, true),
	MAPPED_CASE(0xc000000000000000, K, true),
	MAPPED_CASE(0xc00000ff7fffffff, K, true),
	ERROR_CASE(0xc00000ff80000000, K, true),
	ERROR_CASE(0xffffffff7fffffff, K, true),
	UNMAPPED_CASE(0xffffffff80000000, true, 0x0, ISA_CACHE_CONFIG),
	MAPPED_CASE(0xffffffffffffffff, K, true),
	/* ERL: the lowest 2 GB become unmapped and uncached, for the kernel only. */
	{ 0x7fffffff, 0x7fffffff, K, ISA_SEGMENT_UNMAPPED, false, true, ISA_CACHE_UNCACHED },
	{ 0x1000, 0x1000, K, ISA_SEGMENT_UNMAPPED, true, true, ISA_CACHE_UNCACHED },
	{ 0x80000000, 0, K, ISA_SEGMENT_MAPPED, true, true, ISA_CACHE_TLB },
};

START_TEST(segment_is_that_of_the_manual)
{
	const struct segment_case *c = &segment_cases[_i];
	struct isa_segment_result result = isa_segment(c->vaddr, c->mode, c->x64, c->erl);

	ck_assert_msg(result.kind == c->kind, "0x%llx mode %d x64 %d: kind %d, expected %d",
		      (unsigned long long)c->vaddr, c->mode, c->x64, result.kind, c->kind);
	if (c->kind == ISA_SEGMENT_UNMAPPED) {
		ck_assert_uint_eq(result.paddr, c->paddr);
	}
	if (c->kind != ISA_SEGMENT_ERROR) {
		ck_assert_uint_eq(result.cache, c->cache);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("isa");
	TCase *rows = tcase_create("rows");
	TCase *segments = tcase_create("segments");
	int cases = (int)(sizeof(segment_cases) / sizeof(segment_cases[0]));

	tcase_set_timeout(rows, 60);
	tcase_add_test(rows, rows_do_not_overlap);
	tcase_add_test(rows, row_decodes_to_itself);
	tcase_add_test(rows, decode_agrees_with_rows);
	tcase_add_test(rows, decode_agrees_with_rows_in_every_table);
	tcase_add_test(rows, reserved_words_are_of_the_manuals_kind);
	tcase_add_test(rows, disasm_never_writes_beyond_its_buffer);
	tcase_add_loop_test(segments, segment_is_that_of_the_manual, 0, cases);
	suite_add_tcase(suite, rows);
	suite_add_tcase(suite, segments);
	return suite_run(suite);
}
