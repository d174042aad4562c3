/* SPDX-License-Identifier: MIT */
/*
 * test_policy.c - every branch of the decision on hot pages (src/numa/policy.h), and counters
 * recorded on the machine with what must be decided on them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

#include "src/numa/policy.h"

#define CPUS      8
#define NODES     4 /* two CPUs each */
#define BIT(node) ((uint64_t)1 << (node))

static const uint8_t cpu_node[CPUS] = { 0, 0, 1, 1, 2, 2, 3, 3 };
static struct policy_counts counts[CPUS];
static struct policy policy;
static struct policy_page hot;
static struct pmap_hot state;
static uint32_t free_pages[MAP_NODES_MAX];

/* A page of node 0 that CPU 4 (node 2) has made hot; everything allowed, memory everywhere. */
static void setup(void)
{
	memset(counts, 0, sizeof(counts));
	policy_init(&policy);
	policy.migrates = true;
	policy.replicates = true;
	hot = (struct policy_page){
		.counts = counts,
		.cpu_node = cpu_node,
		.cpu_count = CPUS,
		.node_count = NODES,
		.hot_cpu = 4,
		.home = 0,
	};
	state = (struct pmap_hot){ 0 };
	for (unsigned i = 0; i < MAP_NODES_MAX; i++) {
		free_pages[i] = 100;
	}
	counts[4].reads = policy.trigger;
}

/* What is decided at the page's home and then done: the nodes that are allowed it, or the refusal.
 */
static struct policy_decision decide(void)
{
	struct policy_decision decision;
	struct policy_decision home;
	uint64_t done = 0;

	policy_decide(&policy, &hot, &home);
	decision = home;
	for (unsigned node = 0; node < hot.node_count; node++) {
		struct policy_decision at_node = home;

		if (!(home.nodes & BIT(node))) {
			continue;
		}
		at_node.nodes = BIT(node);
		state.free_pages = free_pages[node];
		policy_allow(&policy, &state, &at_node);
		ck_assert_uint_eq(at_node.nodes, at_node.action != MOVEMENT_NONE ? BIT(node) : 0);
		if (done == 0) {
			decision.action = at_node.action;
			decision.reason = at_node.reason;
		}
		done |= at_node.nodes;
	}
	decision.nodes = done;
	return decision;
}

static void expect(unsigned action, unsigned reason, uint64_t nodes)
{
	struct policy_decision decision = decide();

	ck_assert_uint_eq(decision.reason, reason);
	ck_assert_uint_eq(decision.action, action);
	ck_assert_uint_eq(decision.nodes, nodes);
}

static void refused(unsigned reason)
{
	expect(MOVEMENT_NONE, reason, 0);
}

START_TEST(one_node_dominates_and_gets_the_page)
{
	struct policy_decision decision;

	counts[4].writes = 3;
	counts[0].reads = (uint16_t)(policy.sharing - 1);
	policy_decide(&policy, &hot, &decision);
	ck_assert_uint_eq(decision.misses, policy.trigger + 3U);
	ck_assert_uint_eq(decision.others, policy.sharing - 1U);
	ck_assert_uint_eq(decision.writes, 3);
	expect(MOVEMENT_MIGRATE, MOVEMENT_DOMINATED, BIT(2));
}
END_TEST

/* What counts is the node: its CPUs share its memory. */
START_TEST(cpus_of_a_node_are_one)
{
	counts[5].reads = policy.trigger;
	expect(MOVEMENT_MIGRATE, MOVEMENT_DOMINATED, BIT(2));
	counts[6].reads = (uint16_t)(policy.sharing / 2);
	counts[7].reads = (uint16_t)(policy.sharing / 2);
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(2) | BIT(3));
}
END_TEST

START_TEST(read_shared_page_goes_to_those_who_read_it)
{
	counts[2].reads = policy.sharing;
	counts[6].reads = (uint16_t)(policy.sharing - 1);
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(1) | BIT(2));
	/* The home reads its own. */
	counts[0].reads = 100;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(1) | BIT(2));
	state.replicas = BIT(2);
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(1));
	state.replicas = BIT(1) | BIT(2);
	refused(MOVEMENT_LOCAL);
}
END_TEST

START_TEST(hot_at_home_with_readers_elsewhere_is_replicated)
{
	hot.hot_cpu = 1;
	counts[1].reads = policy.trigger;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(2));
	memset(counts + 2, 0, 6 * sizeof(counts[0]));
	refused(MOVEMENT_LOCAL);
}
END_TEST

START_TEST(writes_keep_a_shared_page_where_it_is)
{
	counts[2].reads = policy.sharing;
	counts[7].writes = policy.write;
	refused(MOVEMENT_WRITE_SHARED);
	policy.write = 2;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(1) | BIT(2));
}
END_TEST

/* A page of several VMs, or one with copies, is copied even for one node alone. */
START_TEST(page_that_cannot_move_is_copied)
{
	state.is_shared = true;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(2));
	state.is_shared = false;
	state.replicas = BIT(3);
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(2));
}
END_TEST

START_TEST(switches)
{
	policy.migrates = false;
	refused(MOVEMENT_OFF);
	counts[2].reads = policy.sharing;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(1) | BIT(2));
	policy.replicates = false;
	refused(MOVEMENT_OFF);
	/* What would move, but must be copied. */
	policy.migrates = true;
	counts[2].reads = 0;
	state.is_shared = true;
	refused(MOVEMENT_OFF);
}
END_TEST

START_TEST(limits)
{
	counts[4].reads--;
	refused(MOVEMENT_BELOW_TRIGGER);
	counts[4].reads++;
	state.interval_moves = policy.moves_max;
	refused(MOVEMENT_LIMIT);
	state.moves = policy.thrash;
	refused(MOVEMENT_THRASH);
	state.is_spread = true;
	refused(MOVEMENT_SPREAD);
	hot.is_pinned = true;
	refused(MOVEMENT_PINNED);
	hot.is_pinned = false;
	state.is_spread = false;
	state.moves = policy.thrash - 1U;
	state.interval_moves = policy.moves_max - 1U;
	expect(MOVEMENT_MIGRATE, MOVEMENT_DOMINATED, BIT(2));
}
END_TEST

START_TEST(memory_pressure)
{
	free_pages[2] = 1;
	expect(MOVEMENT_MIGRATE, MOVEMENT_DOMINATED, BIT(2));
	free_pages[2] = 0;
	refused(MOVEMENT_NO_MEMORY);
	/* Copies leave a reserve, and go where there is room. */
	counts[2].reads = policy.sharing;
	free_pages[1] = policy.reserve + 1U;
	free_pages[2] = policy.reserve;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, BIT(1));
	free_pages[1] = policy.reserve;
	refused(MOVEMENT_PRESSURE);
}
END_TEST

START_TEST(largest_machine)
{
	static struct policy_counts many[MAP_CPUS_MAX];
	static uint8_t nodes[MAP_CPUS_MAX];
	struct policy_decision decision;

	for (unsigned i = 0; i < MAP_CPUS_MAX; i++) {
		many[i] = (struct policy_counts){ UINT16_MAX, 0 };
		nodes[i] = (uint8_t)i;
		free_pages[i] = UINT32_MAX;
	}
	hot.counts = many;
	hot.cpu_node = nodes;
	hot.cpu_count = MAP_CPUS_MAX;
	hot.node_count = MAP_NODES_MAX;
	hot.hot_cpu = 63;
	expect(MOVEMENT_REPLICATE, MOVEMENT_READ_SHARED, UINT64_MAX & ~BIT(0));
	many[5].writes = UINT16_MAX;
	refused(MOVEMENT_WRITE_SHARED);
	policy_decide(&policy, &hot, &decision);
	ck_assert_uint_eq(decision.others, 63U * UINT16_MAX + UINT16_MAX);
}
END_TEST

static unsigned number_of(const char *const *words, unsigned count, const char *word)
{
	for (unsigned i = 0; i < count; i++) {
		if (words[i] != NULL && strcmp(words[i], word) == 0) {
			return i;
		}
	}
	ck_abort_msg("'%s' is no word of decisions.csv", word);
	return count;
}

/*
 * decisions.csv: lines of trace.movement.csv, from runs of guests/parallel on two nodes with a CPU
 * each (tests/numa/machine.lua), where the misses of the other node are those of the other CPU.
 * What the machine counted must lead to what the monitor decided on it.
 */
START_TEST(counters_recorded_on_the_machine)
{
	static const char *const actions[] = { "none", "migrate", "replicate" };
	static const char *const reasons[MOVEMENT_REASONS] = {
		[MOVEMENT_DOMINATED] = "dominated",
		[MOVEMENT_READ_SHARED] = "read_shared",
		[MOVEMENT_LOCAL] = "local",
		[MOVEMENT_WRITE_SHARED] = "write_shared",
		[MOVEMENT_BELOW_TRIGGER] = "below_trigger",
	};
	FILE *file = fopen(DECISIONS, "r");
	unsigned decided[MOVEMENT_ACTIONS] = { 0 };
	char line[256];

	ck_assert_ptr_nonnull(file);
	/* With which they were decided there. */
	policy.trigger = 96;
	policy.sharing = 24;
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	hot.node_count = 2;
	hot.cpu_count = 2;
	hot.cpu_node = (const uint8_t[]){ 0, 1 };
	while (fgets(line, sizeof(line), file) != NULL) {
		char action[16];
		char reason[16];
		unsigned to;
		unsigned misses;
		unsigned others;
		unsigned writes;
		unsigned at_hot;

		ck_assert_int_eq(sscanf(line, "%*[^,],%15[^,],%15[^,],%u,%x,%u,%u,%u,%u", action,
					reason, &hot.home, &to, &hot.hot_cpu, &misses, &others,
					&writes),
				 8);
		ck_assert_uint_lt(hot.hot_cpu, 2);
		/* Of the writes the sum is known: as many as fit are the hot CPU's. */
		at_hot = writes < misses ? writes : misses;
		counts[hot.hot_cpu] =
			(struct policy_counts){ (uint16_t)(misses - at_hot), (uint16_t)at_hot };
		counts[1 - hot.hot_cpu] =
			(struct policy_counts){ (uint16_t)(others - (writes - at_hot)),
						(uint16_t)(writes - at_hot) };
		expect(number_of(actions, 3, action), number_of(reasons, MOVEMENT_REASONS, reason),
		       to);
		decided[number_of(actions, 3, action)]++;
	}
	(void)fclose(file);
	ck_assert_uint_ge(decided[MOVEMENT_MIGRATE], 12);
	ck_assert_uint_ge(decided[MOVEMENT_REPLICATE], 10);
	ck_assert_uint_ge(decided[MOVEMENT_NONE], 30);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		one_node_dominates_and_gets_the_page,
		cpus_of_a_node_are_one,
		read_shared_page_goes_to_those_who_read_it,
		hot_at_home_with_readers_elsewhere_is_replicated,
		writes_keep_a_shared_page_where_it_is,
		page_that_cannot_move_is_copied,
		switches,
		limits,
		memory_pressure,
		largest_machine,
		counters_recorded_on_the_machine,
	};
	Suite *suite = suite_create("policy");
	TCase *tcase = tcase_create("decide");

	tcase_add_checked_fixture(tcase, setup, NULL);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		tcase_add_test(tcase, tests[i]);
	}
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
