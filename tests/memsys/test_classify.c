/* SPDX-License-Identifier: MIT */
/* test_classify.c - causes of misses, replacement, inclusion, lost lines, and the table of
 * counters.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/memsys/single.h"
#include "tests/suite.h"

#define NODES  4
#define FRAMES 64
#define A      0x2000 /* a line of node 0 */
/* Lines of the same set of both levels. */
#define SET_STRIDE 2048

static struct single *s;

static void setup_caches(struct memsys_geometry l1d, struct memsys_geometry l2)
{
	struct memsys_config config;

	memsys_config_default(&config, NODES, FRAMES);
	config.l1i = l1d;
	config.l1d = l1d;
	config.l2 = l2;
	config.check = false; /* the inline hits are to be tested */
	s = single_create(&config);
}

static void setup(void)
{
	setup_caches((struct memsys_geometry){ 1024, 2, 32 },
		     (struct memsys_geometry){ 4096, 2, 128 });
}

static void teardown(void)
{
	single_destroy(s);
}

/* Misses of a CPU by cause, as a number: cold, replacement, true, false, a digit each. */
static unsigned causes(unsigned cpu)
{
	const struct memsys_cpu_stats *stats = memsys_stats_cpu(s->memsys, cpu);

	return (unsigned)(stats->cold_misses * 1000 + stats->replacement_misses * 100 +
			  stats->true_sharing_misses * 10 + stats->false_sharing_misses);
}

START_TEST(miss_first_is_cold)
{
	single_load(s, 0, A);
	single_load(s, 0, A + 64);
	single_store(s, 0, A + 128, 4);
	single_fetch(s, 0, A + 256);
	ck_assert_uint_eq(causes(0), 3000);
}
END_TEST

START_TEST(miss_after_replacement)
{
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 3; i++) {
			single_load(s, 0, A + i * SET_STRIDE);
		}
	}
	ck_assert_uint_eq(causes(0), 3300);
}
END_TEST

START_TEST(miss_on_the_written_word_is_true_sharing)
{
	single_load(s, 0, A);
	single_store(s, 1, A, 4);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 1010);
	/* Downgraded, the writer gets the line back by an upgrade, which is no miss. */
	single_store(s, 1, A, 4);
	ck_assert_uint_eq(causes(1), 1000);
	ck_assert_uint_eq(memsys_stats_cpu(s->memsys, 1)->upgrades, 1);
}
END_TEST

START_TEST(miss_on_another_word_is_false_sharing)
{
	single_load(s, 0, A);
	single_store(s, 1, A + 4, 4);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 1001);
}
END_TEST

START_TEST(store_of_eight_bytes_writes_two_words)
{
	single_load(s, 0, A + 4);
	single_store(s, 1, A, 8);
	single_load(s, 0, A + 4);
	ck_assert_uint_eq(causes(0), 1010);
	single_store(s, 1, A, 8);
	single_load(s, 0, A + 8);
	ck_assert_uint_eq(causes(0), 1011);
}
END_TEST

START_TEST(words_of_all_later_writers_count)
{
	single_load(s, 0, A);
	single_store(s, 1, A + 16, 4);
	single_store(s, 2, A + 32, 4);
	single_store(s, 3, A + 48, 4);
	single_load(s, 0, A + 16); /* the first of three writers */
	ck_assert_uint_eq(causes(0), 1010);
	/* Node 1 lost the line when node 2 wrote; its own word is not others'. */
	single_load(s, 1, A + 16);
	ck_assert_uint_eq(causes(1), 1001);
	single_load(s, 2, A + 48);
	ck_assert_uint_eq(causes(2), 1010);
}
END_TEST

START_TEST(words_survive_the_first_level)
{
	single_load(s, 0, A);
	single_store(s, 1, A, 4);
	single_store(s, 1, A + 100, 4);
	/* Out of the first level (1 KB, 2 ways), not out of the second. */
	single_load(s, 1, A + 512);
	single_load(s, 1, A + 1024);
	single_load(s, 1, A + 1536);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 1010);
}
END_TEST

START_TEST(words_survive_a_write_back)
{
	single_load(s, 0, A);
	single_store(s, 1, A, 4);
	single_load(s, 1, A + SET_STRIDE);
	single_load(s, 1, A + 2 * SET_STRIDE);
	ck_assert_uint_eq(memsys_stats_cpu(s->memsys, 1)->write_backs, 1);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 1010);
}
END_TEST

START_TEST(words_written_before_the_loss_do_not_count)
{
	single_store(s, 1, A, 4);
	single_load(s, 0, A);
	single_store(s, 1, A + 4, 4);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 1001);
}
END_TEST

START_TEST(replacement_after_a_refetch_is_no_sharing)
{
	single_load(s, 0, A);
	single_store(s, 1, A, 4);
	single_load(s, 0, A);
	single_load(s, 0, A + SET_STRIDE);
	single_load(s, 0, A + 2 * SET_STRIDE);
	single_store(s, 1, A, 4);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 3110);
}
END_TEST

START_TEST(devices_write_words_too)
{
	single_load(s, 0, A);
	single_load(s, 0, A + 128);
	single_dma(s, 2, A + 120, 16, true); /* 8 bytes in each of two lines */
	ck_assert_uint_eq(s->dma_lines, 2);
	ck_assert_uint_eq(s->dma_transfers, 1);
	single_load(s, 0, A);
	single_load(s, 0, A + 128);
	ck_assert_uint_eq(causes(0), 2011);
	single_uncached(s, 3, A, true);
	single_load(s, 0, A);
	ck_assert_uint_eq(causes(0), 2021);
	/* Reading takes nothing away. */
	single_dma(s, 2, A, 256, false);
	ck_assert_uint_eq(single_load(s, 0, A), 0);
}
END_TEST

START_TEST(lru_in_the_first_level)
{
	/* 2 ways; all three lines fit the second level. */
	single_load(s, 0, A);
	single_load(s, 0, A + 512);
	ck_assert_uint_eq(single_load(s, 0, A), 0);
	single_load(s, 0, A + 1024); /* drops A + 512 */
	ck_assert_uint_eq(single_load(s, 0, A), 0);
	ck_assert_uint_eq(single_load(s, 0, A + 1024), 0);
	ck_assert_uint_eq(single_load(s, 0, A + 512), 20);
}
END_TEST

START_TEST(lru_in_the_second_level)
{
	single_load(s, 0, A);
	single_load(s, 0, A + SET_STRIDE);
	/* A is used again in the second level only by a first-level miss: through its other part.
	 */
	single_load(s, 0, A + 32);
	single_load(s, 0, A + 2 * SET_STRIDE);
	ck_assert_uint_eq(s->last_lost, A + SET_STRIDE);
	ck_assert_uint_eq(s->lost_count[MEMSYS_REPLACED], 1);
}
END_TEST

START_TEST(inclusion_second_level_takes_first_along)
{
	single_load(s, 0, A);
	single_fetch(s, 0, A + 96);
	single_load(s, 0, A + SET_STRIDE);
	single_load(s, 0, A + 2 * SET_STRIDE);
	ck_assert_uint_eq(s->lost_count[MEMSYS_REPLACED], 1);
	ck_assert_uint_ge(single_load(s, 0, A), 120);
	ck_assert(memsys_check(s->memsys, s->now));
	/* The fetch hits the second level, in which the load has put the line. */
	ck_assert_uint_eq(single_fetch(s, 0, A + 96), 20);
}
END_TEST

START_TEST(lost_lines_are_told)
{
	single_store(s, 0, A, 4);
	single_load(s, 1, A);
	ck_assert_uint_eq(s->lost_count[MEMSYS_DOWNGRADED], 1);
	ck_assert_uint_eq(single_load(s, 0, A), 0);
	single_store(s, 1, A, 4);
	ck_assert_uint_eq(s->lost_count[MEMSYS_INVALIDATED], 1);
	ck_assert_uint_eq(s->last_lost, A);
	ck_assert_uint_gt(single_load(s, 0, A), 0);
}
END_TEST

START_TEST(odd_geometries_work)
{
	static const struct {
		struct memsys_geometry l1, l2;
	} cases[] = {
		{ { 32, 1, 32 }, { 128, 1, 128 } },    { { 16, 1, 16 }, { 16, 1, 16 } },
		{ { 96, 3, 32 }, { 384, 3, 128 } },    { { 8192, 2, 4096 }, { 65536, 16, 4096 } },
		{ { 512, 16, 32 }, { 2048, 1, 512 } }, { { 256, 2, 128 }, { 512, 4, 128 } },
	};

	teardown();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t random = i + 1;

		setup_caches(cases[i].l1, cases[i].l2);
		for (unsigned k = 0; k < 1500; k++) {
			uint64_t paddr;

			random = random * 1664525 + 1013904223;
			paddr = (random >> 8) % 4096 * 4 + (random >> 30) * 0x10000;
			if (random & 128) {
				single_load(s, random >> 28 & 3, paddr);
			} else {
				single_store(s, random >> 28 & 3, paddr, 4);
			}
		}
		ck_assert_msg(memsys_check(s->memsys, s->now), "%s", memsys_failure(s->memsys));
		if (i + 1 < sizeof(cases) / sizeof(cases[0])) {
			single_destroy(s);
		}
	}
}
END_TEST

START_TEST(reset_makes_caches_cold_and_keeps_counters)
{
	single_store(s, 0, A, 4);
	single_load(s, 1, A);
	memsys_reset(s->memsys);
	ck_assert_uint_eq(memsys_host_bytes(s->memsys), 0);
	ck_assert_uint_eq(single_load(s, 0, A), 120);
	ck_assert_uint_eq(causes(0), 2000);
}
END_TEST

START_TEST(power_on_is_as_after_creation)
{
	single_store(s, 0, A, 4);
	single_load(s, 1, A);
	memsys_power_on(s->memsys);
	s->now = 0;
	ck_assert_uint_eq(causes(0), 0);
	ck_assert_uint_eq(memsys_host_bytes(s->memsys), 0);
	ck_assert_uint_eq(single_load(s, 0, A), 120);
	ck_assert_uint_eq(causes(0), 1000);
}
END_TEST

START_TEST(last_miss_tells_all)
{
	const struct memsys_miss *miss = memsys_last_miss(s->memsys, 0);

	single_fetch(s, 0, A + 4);
	ck_assert(miss->is_fetch && !miss->is_store && !miss->is_uncached);
	ck_assert_uint_eq(miss->paddr, A + 4);
	ck_assert_uint_eq(miss->resumed - miss->issued, 120);
	ck_assert_uint_eq(miss->cause, MEMSYS_COLD);
	single_store(s, 0, FRAMES * 4096 + A, 4);
	ck_assert(!miss->is_fetch && miss->is_store && !miss->has_three_hops);
	ck_assert_uint_eq(miss->home, 1);
	single_store(s, 3, FRAMES * 4096 + A, 4);
	single_load(s, 0, FRAMES * 4096 + A);
	ck_assert(miss->has_three_hops && !miss->is_store);
	ck_assert_uint_eq(miss->cause, MEMSYS_TRUE_SHARING);
	single_store(s, 0, FRAMES * 4096 + A, 4);
	ck_assert(miss->is_upgrade && miss->is_store);
	ck_assert_uint_eq(miss->cause, MEMSYS_NO_CAUSE);
	single_uncached(s, 0, 2 * FRAMES * 4096, false);
	ck_assert(miss->is_uncached && !miss->is_upgrade);
	ck_assert_uint_eq(miss->home, 2);
}
END_TEST

static void check_table(const struct memsys_stat *table, unsigned count, size_t bytes)
{
	for (unsigned i = 0; i < count; i++) {
		ck_assert_uint_gt(strlen(table[i].name), 0);
		ck_assert_uint_gt(strlen(table[i].unit), 0);
		ck_assert_uint_gt(strlen(table[i].text), 10);
		ck_assert_uint_eq(table[i].offset, i * sizeof(uint64_t));
		for (unsigned k = 0; k < i; k++) {
			ck_assert_str_ne(table[i].name, table[k].name);
		}
	}
	ck_assert_uint_le(count * sizeof(uint64_t), bytes);
}

START_TEST(every_counter_has_name_unit_and_text)
{
	check_table(memsys_cpu_stat_table, memsys_cpu_stat_count, sizeof(struct memsys_cpu_stats));
	check_table(memsys_node_stat_table, memsys_node_stat_count,
		    sizeof(struct memsys_node_stats));
	ck_assert_uint_eq(memsys_node_stat_count * sizeof(uint64_t),
			  sizeof(struct memsys_node_stats));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("classify");
	TCase *tests = tcase_create("all");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, miss_first_is_cold);
	tcase_add_test(tests, miss_after_replacement);
	tcase_add_test(tests, miss_on_the_written_word_is_true_sharing);
	tcase_add_test(tests, miss_on_another_word_is_false_sharing);
	tcase_add_test(tests, store_of_eight_bytes_writes_two_words);
	tcase_add_test(tests, words_of_all_later_writers_count);
	tcase_add_test(tests, words_survive_the_first_level);
	tcase_add_test(tests, words_survive_a_write_back);
	tcase_add_test(tests, words_written_before_the_loss_do_not_count);
	tcase_add_test(tests, replacement_after_a_refetch_is_no_sharing);
	tcase_add_test(tests, devices_write_words_too);
	tcase_add_test(tests, lru_in_the_first_level);
	tcase_add_test(tests, lru_in_the_second_level);
	tcase_add_test(tests, inclusion_second_level_takes_first_along);
	tcase_add_test(tests, lost_lines_are_told);
	tcase_add_test(tests, odd_geometries_work);
	tcase_add_test(tests, reset_makes_caches_cold_and_keeps_counters);
	tcase_add_test(tests, power_on_is_as_after_creation);
	tcase_add_test(tests, last_miss_tells_all);
	tcase_add_test(tests, every_counter_has_name_unit_and_text);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
