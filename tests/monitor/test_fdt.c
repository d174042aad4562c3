/* SPDX-License-Identifier: MIT */
/*
 * test_fdt.c - the monitor's reader of device trees (src/platform/fdt.h) on trees that libfdt
 * makes, and on damaged ones, which lie before a page that nobody may touch.
 */
#include <check.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* CMakeLists.txt replaces two names that libfdt has too. */
#include "tests/monitor/tree.h"
#include "tests/monitor/use_tree.h"
#include "tests/suite.h"

#include "src/platform/fdt.h"

static char tree[TREE_BYTES];

static struct fdt opened(void)
{
	struct fdt fdt;

	tree_make(tree);
	ck_assert_int_eq(fdt_open(&fdt, tree, sizeof(tree)), OK);
	return fdt;
}

/* A child of a child of the root. */
static uint32_t at(const struct fdt *fdt, const char *parent, const char *name)
{
	return fdt_child(fdt, fdt_child(fdt, fdt_root(fdt), parent), name);
}

START_TEST(nodes_are_found_by_path_and_order)
{
	struct fdt fdt = opened();
	uint32_t soc = fdt_child(&fdt, 0, "soc");
	uint32_t uart = at(&fdt, "soc", "uart@1f000a00");

	ck_assert_uint_eq(fdt_root(&fdt), 0);
	ck_assert_str_eq(fdt_name(&fdt, 0), "");
	ck_assert_uint_eq(fdt_root(&fdt), 0);
	ck_assert_str_eq(fdt_name(&fdt, uart), "uart@1f000a00");
	ck_assert_uint_eq(fdt_parent(&fdt, uart), soc);
	ck_assert_uint_eq(fdt_parent(&fdt, soc), 0);
	ck_assert_uint_eq(fdt_parent(&fdt, 0), FDT_NONE);
	ck_assert_uint_eq(fdt_child(&fdt, 0, "memory"), fdt_child(&fdt, 0, "memory@0"));
	ck_assert_uint_eq(fdt_child(&fdt, 0, "memory@1"), FDT_NONE);
	ck_assert_uint_eq(at(&fdt, "soc", "uart@1f000a0"), FDT_NONE);
	ck_assert_uint_eq(fdt_child(&fdt, 0, "so"), FDT_NONE);
	ck_assert_uint_eq(at(&fdt, "soc", "uart/none"), FDT_NONE);
	ck_assert_uint_eq(fdt_child(&fdt, soc, "uart@1f000a00"), uart);
	ck_assert_uint_eq(fdt_next_sibling(&fdt, 0), FDT_NONE);
	ck_assert_uint_eq(fdt_first_child(&fdt, uart), FDT_NONE);
	ck_assert_uint_eq(fdt_phandle(&fdt, 9), uart);
	ck_assert_uint_eq(fdt_phandle(&fdt, 10), FDT_NONE);
	ck_assert_uint_eq(fdt_next_node(&fdt, FDT_NONE), 0);
}
END_TEST

/* Every node and property, in order, as libfdt sees them. */
START_TEST(reader_agrees_with_libfdt)
{
	struct fdt fdt = opened();
	uint32_t mine = FDT_NONE;
	unsigned count = 0;

	for (struct tree_item item = { 0 }; tree_next(tree, &item);) {
		struct fdt_property found;

		if (!item.property) {
			mine = fdt_next_node(&fdt, mine);
			ck_assert_uint_ne(mine, FDT_NONE);
			ck_assert_str_eq(fdt_name(&fdt, mine), item.node_name);
			continue;
		}
		ck_assert(fdt_find(&fdt, mine, item.property, &found));
		ck_assert_uint_eq(found.bytes, item.bytes);
		ck_assert_ptr_eq(found.value, item.value);
		count++;
	}
	ck_assert_uint_eq(fdt_next_node(&fdt, mine), FDT_NONE);
	ck_assert_uint_ge(count, 15);
}
END_TEST

START_TEST(values_are_read)
{
	struct fdt fdt = opened();
	uint32_t memory = fdt_child(&fdt, 0, "memory");
	uint32_t chosen = fdt_child(&fdt, 0, "chosen");
	struct fdt_property property;
	uint64_t wide = 0;
	uint32_t value = 0;

	ck_assert(fdt_u64(&fdt, memory, "mirrorball,memory", &wide));
	ck_assert_uint_eq(wide, 0x200000001);
	ck_assert(!fdt_u32(&fdt, memory, "mirrorball,memory", &value));
	ck_assert(!fdt_u64(&fdt, 0, "#size-cells", &wide));
	ck_assert(fdt_u32(&fdt, 0, "#size-cells", &value));
	ck_assert_uint_eq(value, 2);
	ck_assert(!fdt_u32(&fdt, 0, "#size-cell", &value));
	ck_assert(!fdt_find(&fdt, FDT_NONE, "model", &property));
	ck_assert_str_eq(fdt_string(&fdt, chosen, "bootargs", 0), "console=ttyS0");
	ck_assert_ptr_null(fdt_string(&fdt, chosen, "bootargs", 1));
	ck_assert_ptr_null(fdt_string(&fdt, chosen, "unended", 0));
	ck_assert_ptr_null(fdt_string(&fdt, chosen, "none", 0));
	ck_assert(fdt_find(&fdt, memory, "reg", &property));
	ck_assert(fdt_cell(&property, 3, &value));
	ck_assert_uint_eq(value, 4);
	ck_assert(!fdt_cell(&property, 4, &value));
	ck_assert(!fdt_cell(&property, UINT32_MAX, &value));
	ck_assert(!fdt_cells(&property, 3, 2, &wide));
	ck_assert(!fdt_cells(&property, 0, 3, &wide));
	ck_assert(fdt_cells(&property, 2, 2, &wide));
	ck_assert_uint_eq(wide, 0x300000004);
}
END_TEST

START_TEST(ranges_follow_the_parents_cells)
{
	struct fdt fdt = opened();
	uint32_t uart = at(&fdt, "soc", "uart@1f000900");
	uint64_t address;
	uint64_t bytes;

	ck_assert(fdt_reg(&fdt, uart, 1, &address, &bytes));
	ck_assert_uint_eq(address, 0x1f000000);
	ck_assert_uint_eq(bytes, 8);
	ck_assert(!fdt_reg(&fdt, uart, 2, &address, &bytes));
	ck_assert(!fdt_reg(&fdt, uart, UINT32_MAX, &address, &bytes));
	ck_assert(!fdt_reg(&fdt, fdt_child(&fdt, 0, "chosen"), 0, &address, &bytes));
	ck_assert(fdt_reg(&fdt, fdt_child(&fdt, 0, "memory"), 0, &address, &bytes));
	ck_assert_uint_eq(address, 0x100000002);
	ck_assert_uint_eq(bytes, 0x300000004);
}
END_TEST

START_TEST(compatible_looks_at_every_string)
{
	struct fdt fdt = opened();
	uint32_t first = fdt_compatible(&fdt, FDT_NONE, "ns16550a");
	uint32_t second = fdt_compatible(&fdt, first, "ns16550a");

	/* libfdt puts new nodes first. */
	ck_assert_str_eq(fdt_name(&fdt, first), "uart@1f000a00");
	ck_assert_str_eq(fdt_name(&fdt, second), "uart@1f000900");
	ck_assert_uint_eq(fdt_compatible(&fdt, second, "ns16550a"), FDT_NONE);
	ck_assert_uint_eq(fdt_compatible(&fdt, FDT_NONE, "mirrorball,uart"), second);
	ck_assert_uint_eq(fdt_compatible(&fdt, FDT_NONE, "ns16550"), FDT_NONE);
}
END_TEST

START_TEST(reservations_end_with_zeroes)
{
	struct fdt fdt = opened();
	uint64_t address = 0;
	uint64_t bytes = 0;

	ck_assert(fdt_reservation(&fdt, 0, &address, &bytes));
	ck_assert_uint_eq(address, 0x1000);
	ck_assert_uint_eq(bytes, 0x2000);
	ck_assert(fdt_reservation(&fdt, 1, &address, &bytes));
	ck_assert_uint_eq(address, 0x123456789000);
	ck_assert(!fdt_reservation(&fdt, 2, &address, &bytes));
	ck_assert(!fdt_reservation(&fdt, UINT32_MAX, &address, &bytes));
}
END_TEST

static void set_header(unsigned offset, uint32_t value)
{
	uint32_t cell = htobe32(value);

	tree_make(tree);
	memcpy(tree + offset, &cell, sizeof(cell));
}

START_TEST(bad_headers_are_refused)
{
	/* Offset, value: magic, total, structure, strings, version, compatible, sizes. */
	static const uint32_t bad[][2] = {
		{ 0, 0xd00dfeee },  { 4, TREE_BYTES + 1 },  { 4, 16 },  { 8, 0xfffffff0 },
		{ 8, 0 },           { 12, TREE_BYTES + 1 }, { 20, 16 }, { 24, 17 },
		{ 32, 0xfffffff0 }, { 36, 0xfffffff0 },     { 36, 4 },  { 32, 0 },
	};
	struct fdt fdt;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set_header(bad[i][0], bad[i][1]);
		ck_assert_int_eq(fdt_open(&fdt, tree, sizeof(tree)), ERR_INVALID);
	}
	tree_make(tree);
	ck_assert_int_eq(fdt_open(&fdt, tree, 39), ERR_INVALID);
	ck_assert_int_eq(fdt_open(&fdt, tree, TREE_BYTES - 1), ERR_INVALID);
	ck_assert_int_eq(fdt_open(&fdt, tree, TREE_BYTES), OK);
}
END_TEST

/* A structure block of these words, the strings "name\0" and "end" without 0. */
static enum status open_words(const uint32_t *words, uint32_t count)
{
	static uint32_t blob[64];
	const uint32_t bytes = 4 * count;
	const uint32_t header[10] = { 0xd00dfeed, 48 + bytes, 48, 40, 40, 17, 16, 0, 8, bytes };
	struct fdt fdt;

	for (unsigned i = 0; i < 10; i++) {
		blob[i] = htobe32(header[i]);
	}
	memcpy(blob + 10, "name\0end", 8);
	for (unsigned i = 0; i < count; i++) {
		blob[12 + i] = htobe32(words[i]);
	}
	return fdt_open(&fdt, blob, 48 + bytes);
}

#define OPEN(...) \
	open_words((const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)
#define BEGIN             1, 0
#define CLOSE             2
#define PROP(bytes, name) 3, bytes, name

START_TEST(nesting_must_be_sound)
{
	ck_assert_int_eq(OPEN(BEGIN, CLOSE, 9), OK);
	ck_assert_int_eq(OPEN(4, 4, BEGIN, 4, PROP(4, 0), 1, 4, CLOSE, 4, 9), OK);
	ck_assert_int_eq(OPEN(9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, CLOSE), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, CLOSE, CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, CLOSE, BEGIN, CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(PROP(0, 0), BEGIN, CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, BEGIN, CLOSE, PROP(0, 0), CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, 5, CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(1, 0x61616161, 0x61616161), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, PROP(16, 0), CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, PROP(0xffffffff, 0), CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, 3, 0), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN,
			      BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN, BEGIN),
			 ERR_INVALID);
}
END_TEST

START_TEST(unended_property_name_is_refused)
{
	ck_assert_int_eq(OPEN(BEGIN, PROP(0, 4), CLOSE, 9), OK); /* "", the end of "name" */
	ck_assert_int_eq(OPEN(BEGIN, PROP(0, 5), CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, PROP(0, 8), CLOSE, 9), ERR_INVALID);
	ck_assert_int_eq(OPEN(BEGIN, PROP(0, 0xffffffff), CLOSE, 9), ERR_INVALID);
}
END_TEST

/* With sanitizers, which cost ten times as much, monitor/fuzz_fdt goes on where these end. */
#ifdef NDEBUG
#define TREES 40000
#else
#define TREES 10000
#endif

START_TEST(damaged_trees_are_never_read_outside)
{
	char *pages = mmap(NULL, 2 * TREE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t random = 88172645463325252;
	unsigned opened_count = 0;
	size_t bytes;
	char *copy;

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + TREE_BYTES, TREE_BYTES, PROT_NONE), 0);
	tree_make(tree);
	bytes = tree_pack(tree);
	copy = pages + TREE_BYTES - bytes;
	for (unsigned i = 0; i < TREES; i++) {
		memcpy(copy, tree, bytes);
		for (unsigned damages = i % 4 + 1; damages != 0; damages--) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			copy[(random >> 16) % bytes] = (char)(i % 2 ? random >> 40 : random >> 63);
		}
		opened_count += use_tree(copy, bytes) != 0;
	}
	/* Enough of both. */
	ck_assert_uint_gt(opened_count, TREES / 40);
	ck_assert_uint_lt(opened_count, TREES - TREES / 40);
	for (size_t cut = 0; cut < bytes; cut++) {
		memmove(pages + TREE_BYTES - cut, tree, cut);
		ck_assert_uint_eq(use_tree(pages + TREE_BYTES - cut, cut), 0);
	}
	munmap(pages, 2 * TREE_BYTES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fdt");
	TCase *tcase = tcase_create("fdt");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, nodes_are_found_by_path_and_order);
	tcase_add_test(tcase, reader_agrees_with_libfdt);
	tcase_add_test(tcase, values_are_read);
	tcase_add_test(tcase, ranges_follow_the_parents_cells);
	tcase_add_test(tcase, compatible_looks_at_every_string);
	tcase_add_test(tcase, reservations_end_with_zeroes);
	tcase_add_test(tcase, bad_headers_are_refused);
	tcase_add_test(tcase, nesting_must_be_sound);
	tcase_add_test(tcase, unended_property_name_is_refused);
	tcase_add_test(tcase, damaged_trees_are_never_read_outside);
	return suite_run(suite);
}
