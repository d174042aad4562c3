/* SPDX-License-Identifier: MIT */
/*
 * test_lib.c - printing, strings, memory functions and the crash ring (src/lib). mem.c is compiled
 * with other names, because the host has its own.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

#include "src/lib/printf.h"
#include "src/lib/ring.h"

bool string_equal(const char *a, const char *b);
bool string_copy(char *to, size_t bytes, const char *from);
size_t string_length(const char *string, size_t bytes);
void *lib_memcpy(void *to, const void *from, size_t bytes);
void *lib_memmove(void *to, const void *from, size_t bytes);
void *lib_memset(void *to, int value, size_t bytes);
int lib_memcmp(const void *a, const void *b, size_t bytes);
size_t lib_strlen(const char *string);

static char mine[256];
static char theirs[256];

/* The same from print_buffer() and from the C library. */
#define SAME(...)                                                              \
	do {                                                                   \
		size_t length = print_buffer(mine, sizeof(mine), __VA_ARGS__); \
		int expected = snprintf(theirs, sizeof(theirs), __VA_ARGS__);  \
		ck_assert_str_eq(mine, theirs);                                \
		ck_assert_uint_eq(length, (size_t)expected);                   \
	} while (0)

START_TEST(numbers_print_as_in_libc)
{
	SAME("plain");
	SAME("%d %d %d", 0, -1, 12345);
	SAME("%d %d", (int)INT32_MIN, (int)INT32_MAX);
	SAME("%u %x", UINT32_MAX, 0xdeadbeefU);
	SAME("%lu %lx %ld", (unsigned long)UINT64_MAX, (unsigned long)UINT64_MAX, (long)INT64_MIN);
	SAME("%llx %lld", 0x123456789abcdefULL, -7LL);
	SAME("%" PRIu64 " %016" PRIx64, (uint64_t)1 << 63, (uint64_t)0xc00000ffd0000000);
	SAME("[%5d] [%5d] [%05d] [%05x]", 42, -42, 42, 42);
	SAME("[%3d] [%03d] [%12lu]", 123456, 123456, 123456UL);
}
END_TEST

START_TEST(strings_print_as_in_libc)
{
	SAME("[%s] [%8s] [%2s] [%s]", "abc", "abc", "abc", "");
}
END_TEST

/* The format is not the compiler's to check: it is wrong on purpose. */
static void print_list(char *buffer, size_t bytes, const char *format, ...);

struct collector {
	struct print_sink sink;
	char *at;
	size_t room;
};

static void collect(struct print_sink *sink, char c)
{
	struct collector *collector = (struct collector *)sink;

	ck_assert_uint_gt(collector->room, 0);
	*collector->at++ = c;
	collector->room--;
}

static void print_list(char *buffer, size_t bytes, const char *format, ...)
{
	struct collector collector = { { collect }, buffer, bytes };
	va_list list;

	memset(buffer, 0, bytes);
	va_start(list, format);
	print_format_list(&collector.sink, format, list);
	va_end(list);
}

START_TEST(unknown_conversions_stop_converting)
{
	print_list(mine, sizeof(mine), "%d %q %d", 5, 6, 7);
	ck_assert_str_eq(mine, "5 %q %d");
	print_list(mine, sizeof(mine), "end %", 0);
	ck_assert_str_eq(mine, "end %");
	print_list(mine, sizeof(mine), "%-0 %d", 0);
	ck_assert_str_eq(mine, "%-0 %d");
}
END_TEST

START_TEST(buffer_is_cut_and_ended)
{
	memset(mine, 'x', sizeof(mine));
	ck_assert_uint_eq(print_buffer(mine, 4, "%s", "abcdef"), 3);
	ck_assert_str_eq(mine, "abc");
	ck_assert_int_eq(mine[4], 'x');
	ck_assert_uint_eq(print_buffer(mine, 1, "%d", 12), 0);
	ck_assert_str_eq(mine, "");
}
END_TEST

START_TEST(strings_compare_and_copy)
{
	ck_assert(string_equal("", "") && string_equal("ab", "ab"));
	ck_assert(!string_equal("ab", "a") && !string_equal("a", "ab") && !string_equal("a", "b"));
	ck_assert(string_copy(mine, 4, "abc"));
	ck_assert_str_eq(mine, "abc");
	ck_assert(!string_copy(mine, 3, "abc"));
	ck_assert_str_eq(mine, "ab");
	ck_assert(!string_copy(mine, 0, "abc"));
	ck_assert_uint_eq(string_length("abc", 2), 2);
	ck_assert_uint_eq(string_length("abc", 9), 3);
	ck_assert_uint_eq(lib_strlen("abc"), 3);
}
END_TEST

/* All small offsets and lengths: every mixture of bytes, words and blocks. */
START_TEST(memory_functions_agree_with_libc)
{
	unsigned wrong = 0;

	for (size_t to = 0; to < 9; to++) {
		for (size_t from = 0; from < 9; from++) {
			for (size_t bytes = 0; bytes < 90; bytes++) {
				for (size_t i = 0; i < sizeof(mine); i++) {
					theirs[i] = mine[i] = (char)(i * 37 + bytes);
				}
				wrong += lib_memcpy(mine + to, theirs + 128 + from, bytes) !=
					 mine + to;
				memmove(theirs + to, theirs + 128 + from, bytes);
				wrong += memcmp(mine, theirs, sizeof(mine)) != 0;
				lib_memmove(mine + to, mine + from, bytes);
				memmove(theirs + to, theirs + from, bytes);
				wrong += memcmp(mine, theirs, sizeof(mine)) != 0;
				lib_memset(mine + to, 0xc3, bytes);
				memset(theirs + to, 0xc3, bytes);
				wrong += memcmp(mine, theirs, sizeof(mine)) != 0;
				theirs[to + bytes] ^= (char)0x80;
				wrong += lib_memcmp(mine + to, theirs + to, bytes) != 0;
				wrong += lib_memcmp(mine + to, theirs + to, bytes + 1) == 0;
				wrong += (lib_memcmp(mine + to, theirs + to, bytes + 1) < 0) !=
					 (memcmp(mine + to, theirs + to, bytes + 1) < 0);
			}
		}
	}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(ring_keeps_the_last_bytes)
{
	struct ring ring = { 0 };
	char data[8];
	uint64_t position = 0;

	ck_assert(!ring_init(&ring, data, sizeof(data)));
	ck_assert_uint_eq(ring_read(&ring, &position, mine, 10), 0);
	for (int c = 'a'; c < 'f'; c++) {
		ring_put(&ring, (char)c);
	}
	ck_assert_uint_eq(ring_read(&ring, &position, mine, 2), 2);
	ck_assert_mem_eq(mine, "ab", 2);
	ck_assert_uint_eq(ring_read(&ring, &position, mine, 10), 3);
	ck_assert_mem_eq(mine, "cde", 3);
	for (int c = 'f'; c < 's'; c++) {
		ring_put(&ring, (char)c);
	}
	ck_assert_uint_eq(ring_read(&ring, &position, mine, 10), 8);
	ck_assert_mem_eq(mine, "klmnopqr", 8);
	ck_assert_uint_eq(position, 18);
	/* A position from nowhere starts with the oldest. */
	position = 1000;
	ck_assert_uint_eq(ring_read(&ring, &position, mine, 10), 8);
	/* After a soft reset it is still there. */
	ck_assert(ring_init(&ring, data, sizeof(data)));
	ck_assert_uint_eq(ring.written, 18);
	ck_assert(!ring_init(&ring, data, 4));
	ck_assert_uint_eq(ring.written, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lib");
	TCase *tcase = tcase_create("lib");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, numbers_print_as_in_libc);
	tcase_add_test(tcase, strings_print_as_in_libc);
	tcase_add_test(tcase, unknown_conversions_stop_converting);
	tcase_add_test(tcase, buffer_is_cut_and_ended);
	tcase_add_test(tcase, strings_compare_and_copy);
	tcase_add_test(tcase, memory_functions_agree_with_libc);
	tcase_add_test(tcase, ring_keeps_the_last_bytes);
	return suite_run(suite);
}
