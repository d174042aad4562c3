/* SPDX-License-Identifier: MIT */
/* test_memsys_parts.c - configurations, network routes and the order of events (sim/memsys). */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memsys/events.h"
#include "sim/memsys/network.h"
#include "tests/suite.h"

static struct memsys_config good_config(void)
{
	struct memsys_config config;

	memsys_config_default(&config, 8, 8192);
	return config;
}

static void expect_refused(const struct memsys_config *config, const char *word)
{
	struct error err = { 0 };

	ck_assert_msg(!memsys_config_check(config, &err), "accepted: %s", word);
	ck_assert_int_eq(err.code, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, word) != NULL, "'%s' lacks '%s'", err.text, word);
}

START_TEST(config_default_is_the_papers_machine)
{
	struct memsys_config config = good_config();
	struct memsys_timing timing;
	struct error err;

	ck_assert_msg(memsys_config_check(&config, &err), "%s", err.text);
	memsys_timing_derive(&config, &timing);
	ck_assert_uint_eq(timing.local_read, 120);
	ck_assert_uint_eq(timing.remote_read, 360);
	ck_assert_uint_eq(timing.request + timing.home + timing.memory + timing.reply, 120);
	ck_assert_uint_eq(timing.to_home + timing.from_home + 2 * timing.pass, 240);
}
END_TEST

START_TEST(config_impossible_nodes_are_refused)
{
	struct memsys_config config = good_config();

	config.nodes = 0;
	expect_refused(&config, "0 nodes");
	config.nodes = 65;
	expect_refused(&config, "65 nodes");
	config = good_config();
	config.cpus_per_node = 0;
	expect_refused(&config, "0 CPUs");
	config.cpus_per_node = 9; /* 72 */
	expect_refused(&config, "9 CPUs");
	config = good_config();
	config.frames_per_node = 0;
	expect_refused(&config, "0 frames");
	config.frames_per_node = FRAME_COUNT_MAX / 8 + 1;
	expect_refused(&config, "frames");
	config.frames_per_node = UINT64_MAX;
	expect_refused(&config, "frames");
	config = good_config();
	config.topology = MEMSYS_HYPERCUBE;
	config.nodes = 6;
	expect_refused(&config, "hypercube");
	config.topology = (enum memsys_topology)7;
	expect_refused(&config, "topology");
	config = good_config();
	config.layout = (enum frame_layout)2;
	expect_refused(&config, "layout");
}
END_TEST

START_TEST(config_impossible_caches_are_refused)
{
	static const struct {
		struct memsys_geometry g;
		const char *word;
	} cases[] = {
		{ { 32768, 2, 0 }, "line of 0" },        { { 32768, 2, 8 }, "line of 8" },
		{ { 32768, 2, 48 }, "line of 48" },      { { 1 << 20, 2, 8192 }, "line of 8192" },
		{ { 32768, 0, 32 }, "0 ways" },          { { 32768, 17, 32 }, "17 ways" },
		{ { 0, 2, 32 }, "power of 2" },          { { 24576, 2, 32 }, "power of 2" },
		{ { 32769, 2, 32 }, "power of 2" },      { { 32768, 3, 32 }, "power of 2" },
		{ { 32768, 2, 256 }, "L1 line" },        { { 1 << 21, 2, 32 }, "larger than L2" },
		{ { 0xffffffe0, 1, 32 }, "power of 2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct memsys_config config = good_config();

		config.l1d = cases[i].g;
		expect_refused(&config, cases[i].word);
		config = good_config();
		config.l1i = cases[i].g;
		expect_refused(&config, cases[i].word);
	}
}
END_TEST

START_TEST(config_odd_but_possible_caches_are_accepted)
{
	struct memsys_config config = good_config();
	struct error err;

	config.l1d = (struct memsys_geometry){ 24576, 3, 32 }; /* 256 sets */
	config.l1i = (struct memsys_geometry){ 16, 1, 16 };
	config.l2 = (struct memsys_geometry){ 65536, 16, 4096 };
	ck_assert_msg(memsys_config_check(&config, &err), "%s", err.text);
}
END_TEST

START_TEST(config_impossible_times_are_refused)
{
	struct memsys_config config = good_config();

	config.local_ns = 200;
	expect_refused(&config, "local miss");
	config = good_config();
	config.remote_ns = 330;
	expect_refused(&config, "remote miss");
	config = good_config();
	config.quantum_cycles = 0;
	expect_refused(&config, "quantum of 0");
	config.quantum_cycles = 65;
	expect_refused(&config, "quantum of 65");
	config = good_config();
	config.clock_mhz = 0;
	expect_refused(&config, "0 MHz");
	config = good_config();
	config.banks = 3;
	expect_refused(&config, "banks");
	config = good_config();
	config.link_mb_per_s = 0;
	expect_refused(&config, "0 MB/s");
	config = good_config();
	config.bus_mb_per_s = 0;
	expect_refused(&config, "0 MB/s");
	config = good_config();
	config.hop_ns = UINT32_MAX;
	expect_refused(&config, "latency");
	config = good_config();
	config.jitter_cycles = UINT32_MAX;
	expect_refused(&config, "jitter");
}
END_TEST

START_TEST(config_remote_does_not_count_on_a_bus)
{
	struct memsys_config config = good_config();
	struct memsys_timing timing;
	struct error err;

	config.topology = MEMSYS_BUS;
	config.remote_ns = 0;
	ck_assert_msg(memsys_config_check(&config, &err), "%s", err.text);
	memsys_timing_derive(&config, &timing);
	ck_assert_uint_eq(timing.remote_read, timing.local_read);
	ck_assert_uint_eq(timing.to_home + timing.from_home, 0);
}
END_TEST

/* Every pair of nodes of every size: routes end, and are as long as coordinates say. */
START_TEST(network_routes_end_and_are_shortest)
{
	for (unsigned nodes = 1; nodes <= 64; nodes++) {
		struct memsys_config config = good_config();
		struct network *network;
		unsigned width = 1;

		config.nodes = nodes;
		config.topology = MEMSYS_MESH;
		while (width * width < nodes) {
			width++;
		}
		network = network_create(&config);
		for (unsigned from = 0; from < nodes; from++) {
			for (unsigned to = 0; to < nodes; to++) {
				unsigned expected =
					(unsigned)(abs((int)(from % width) - (int)(to % width)) +
						   abs((int)(from / width) - (int)(to / width)));

				ck_assert_uint_eq(network_hops(network, from, to), expected);
			}
		}
		network_destroy(network);
	}
}
END_TEST

START_TEST(network_hypercube_hops_are_differing_bits)
{
	struct memsys_config config = good_config();
	struct network *network;

	config.nodes = 64;
	config.topology = MEMSYS_HYPERCUBE;
	network = network_create(&config);
	for (unsigned from = 0; from < 64; from++) {
		for (unsigned to = 0; to < 64; to++) {
			ck_assert_uint_eq(network_hops(network, from, to),
					  (unsigned)__builtin_popcount(from ^ to));
		}
	}
	network_destroy(network);
}
END_TEST

START_TEST(network_busy_link_makes_the_next_wait)
{
	struct memsys_config config = good_config();
	struct network *network = network_create(&config); /* 3 columns */

	ck_assert_uint_eq(network_send(network, 0, 1, 100, 10, 0), 100);
	ck_assert_uint_eq(network_send(network, 0, 1, 103, 10, 0), 110);
	ck_assert_uint_eq(network_send(network, 0, 2, 104, 10, 5), 125);
	/* The other direction and another link are free. */
	ck_assert_uint_eq(network_send(network, 1, 0, 105, 10, 0), 105);
	ck_assert_uint_eq(network_send(network, 0, 3, 105, 10, 0), 105);
	ck_assert_uint_eq(network_waited(network), 7 + 16);
	network_reset(network);
	ck_assert_uint_eq(network_send(network, 0, 1, 100, 10, 0), 100);
	network_destroy(network);
}
END_TEST

static struct event make_event(uint64_t time, uint8_t node, uint8_t cpu, uint64_t line)
{
	return (struct event){ .time = time, .node = node, .cpu = cpu, .line = line };
}

START_TEST(events_come_by_time_node_cpu_sequence)
{
	/* Pushed in this order; `line` is the place in which it has to come out. */
	const struct event pushed[] = {
		make_event(9, 0, 0, 8), make_event(5, 2, 1, 6), make_event(5, 2, 0, 4),
		make_event(5, 1, 9, 2), make_event(5, 2, 0, 5), make_event(5, 2, 1, 7),
		make_event(1, 9, 9, 0), make_event(5, 1, 3, 1), make_event(5, 1, 9, 3),
	};
	struct event_queue *queue = event_queue_create();
	struct event event;

	ck_assert_uint_eq(event_queue_first_time(queue), UINT64_MAX);
	for (unsigned i = 0; i < 9; i++) {
		event_queue_push(queue, &pushed[i]);
	}
	for (unsigned i = 0; i < 9; i++) {
		event_queue_pop(queue, &event);
		ck_assert_uint_eq(event.line, i);
	}
	ck_assert_uint_eq(event_queue_count(queue), 0);
	event_queue_destroy(queue);
}
END_TEST

START_TEST(events_many_come_sorted)
{
	struct event_queue *queue = event_queue_create();
	struct event event;
	uint64_t last = 0;
	uint32_t random = 1;

	for (unsigned i = 0; i < 5000; i++) {
		random = random * 1664525 + 1013904223;
		event = make_event(random >> 20, 0, 0, i);
		event_queue_push(queue, &event);
	}
	for (unsigned i = 0; i < 5000; i++) {
		event_queue_pop(queue, &event);
		ck_assert_uint_ge(event.time, last);
		last = event.time;
	}
	event_queue_destroy(queue);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memsys_parts");
	TCase *tests = tcase_create("all");

	tcase_add_test(tests, config_default_is_the_papers_machine);
	tcase_add_test(tests, config_impossible_nodes_are_refused);
	tcase_add_test(tests, config_impossible_caches_are_refused);
	tcase_add_test(tests, config_odd_but_possible_caches_are_accepted);
	tcase_add_test(tests, config_impossible_times_are_refused);
	tcase_add_test(tests, config_remote_does_not_count_on_a_bus);
	tcase_add_test(tests, network_routes_end_and_are_shortest);
	tcase_add_test(tests, network_hypercube_hops_are_differing_bits);
	tcase_add_test(tests, network_busy_link_makes_the_next_wait);
	tcase_add_test(tests, events_come_by_time_node_cpu_sequence);
	tcase_add_test(tests, events_many_come_sorted);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
