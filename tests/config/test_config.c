/* SPDX-License-Identifier: MIT */
/* test_config.c - what a configuration without keys asks for is what the machine has by default. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/config/config.h"
#include "tests/suite.h"

static struct machine_config from_file(const char *text)
{
	char path[] = "/tmp/mirrorball-test-config-XXXXXX";
	int descriptor = mkstemp(path);
	FILE *file = fdopen(descriptor, "w");
	struct config config;
	struct error err;

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_msg(config_load(&config, path, NULL, 0, &err), "%s", err.text);

	struct machine_config machine = config_to_machine(&config, true);

	config_release(&config);
	unlink(path);
	return machine;
}

#define SAME(member) ck_assert_uint_eq(found.member, wanted.member)

START_TEST(machine_without_keys_is_the_default)
{
	struct machine_config found = from_file("return { program = 'p' }");
	struct machine_config wanted = machine_config_default();

	ck_assert_uint_eq(found.type, MACHINE_MIRRORBALL);
	SAME(cpus);
	SAME(nodes);
	SAME(memory_bytes);
	SAME(tlb_entries);
	SAME(big_endian);
	SAME(quantum_cycles);
	SAME(step_engine);
	SAME(hazard_check);
	SAME(seed);
	SAME(layout);
	SAME(topology);
	SAME(clock_hz);
	SAME(date_s);
	SAME(local_ns);
	SAME(remote_ns);
	SAME(timing);
	SAME(reversed_turns);
}
END_TEST

START_TEST(memory_without_keys_is_the_default)
{
	struct memsys_config found = from_file("return { program = 'p' }").memory;
	struct memsys_config wanted;

	memsys_config_default(&wanted, 1, 0);
	SAME(l1i.bytes);
	SAME(l1i.ways);
	SAME(l1i.line_bytes);
	SAME(l1d.bytes);
	SAME(l1d.ways);
	SAME(l1d.line_bytes);
	SAME(l2.bytes);
	SAME(l2.ways);
	SAME(l2.line_bytes);
	SAME(l2_hit_cycles);
	SAME(clock_mhz);
	SAME(quantum_cycles);
	SAME(local_ns);
	SAME(remote_ns);
	SAME(request_ns);
	SAME(home_ns);
	SAME(reply_ns);
	SAME(pass_ns);
	SAME(probe_ns);
	SAME(inv_ns);
	SAME(home_busy_ns);
	SAME(pass_busy_ns);
	SAME(light_busy_ns);
	SAME(bank_busy_ns);
	SAME(banks);
	SAME(link_mb_per_s);
	SAME(bus_mb_per_s);
	SAME(header_bytes);
	SAME(topology);
	SAME(hop_ns);
	SAME(jitter_cycles);
	SAME(seed);
	SAME(check);
	SAME(classify);
	ck_assert_ptr_eq(found.protocol, wanted.protocol);
}
END_TEST

/* Every key of the memory system reaches its member: a row for each with a value of its own. */
START_TEST(memory_keys_reach_their_members)
{
	struct memsys_config found =
		from_file("return { program = 'p', machine = { clock = '1GHz', seed = 9, nodes = 2,"
			  " topology = 'bus', local_latency = '401ns', remote_latency = '902ns' },"
			  " memory = { l1i = { size = '16K', ways = 1, line = 16 },"
			  " l1d = { size = '64K', ways = 4, line = 64 },"
			  " l2 = { size = '2M', ways = 8, line = 256, hit = 21 }, quantum = 65,"
			  " request = '31ns', home = '32ns', reply = '163ns', pass = '24ns',"
			  " probe = '155ns', invalidate = '56ns', home_busy = '107ns',"
			  " pass_busy = '28ns', light_busy = '19ns', bank_busy = '141ns',"
			  " banks = 8, link = 801, bus = 3201, header = 17, hop = '5ns',"
			  " jitter = 3, classify = 'off' } }")
			.memory;
	const unsigned values[] = { found.l1i.bytes,     found.l1i.ways,       found.l1i.line_bytes,
				    found.l1d.bytes,     found.l1d.ways,       found.l1d.line_bytes,
				    found.l2.bytes,      found.l2.ways,        found.l2.line_bytes,
				    found.l2_hit_cycles, found.quantum_cycles, found.request_ns,
				    found.home_ns,       found.reply_ns,       found.pass_ns,
				    found.probe_ns,      found.inv_ns,         found.home_busy_ns,
				    found.pass_busy_ns,  found.light_busy_ns,  found.bank_busy_ns,
				    found.banks,         found.link_mb_per_s,  found.bus_mb_per_s,
				    found.header_bytes,  found.hop_ns,         found.jitter_cycles,
				    found.classify,      found.clock_mhz,      (unsigned)found.seed,
				    found.topology,      found.local_ns,       found.remote_ns };
	static const unsigned wanted[] = { 16384, 1,    16,  65536, 4,   64,   2097152, 8,  256,
					   21,    65,   31,  32,    163, 24,   155,     56, 107,
					   28,    19,   141, 8,     801, 3201, 17,      5,  3,
					   0,     1000, 9,   0,     401, 902 };

	ck_assert_uint_eq(sizeof(values), sizeof(wanted));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		ck_assert_msg(values[i] == wanted[i], "value %zu is %u, expected %u", i, values[i],
			      wanted[i]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("defaults");

	tcase_add_test(tcase, machine_without_keys_is_the_default);
	tcase_add_test(tcase, memory_without_keys_is_the_default);
	tcase_add_test(tcase, memory_keys_reach_their_members);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
