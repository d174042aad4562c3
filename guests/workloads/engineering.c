/* SPDX-License-Identifier: MIT */
/*
 * engineering.c - logic simulations and memory-system simulations side by side, each a process:
 * engineering SIZE.
 *
 * Every process makes its own circuit or caches, then all begin together. The result is made of all
 * signatures, each of which follows from the process's number.
 */
#include <stddef.h>
#include <stdint.h>

#include "guests/workloads/logic.h"
#include "guests/workloads/memsim.h"
#include "guests/workloads/options.h"
#include "guests/workloads/team.h"

static const char *const size_names[] = { "quick", "uni", "multi" };
static const struct {
	unsigned pairs; /* a logic and a memory-system simulation each */
	uint32_t registers;
	uint32_t gates;
	uint32_t cycles;
	uint32_t lines;
	uint32_t sets;
	uint32_t references; /* of each CPU simulated */
	uint32_t result;
} sizes[] = {
	{ 6, 512, 8000, 20, 65536, 256, 1500, 0x63394470 },
	{ 1, 8192, 200000, 60, 1048576, 4096, 150000, 0x3044a171 },
	{ 6, 8192, 120000, 60, 524288, 4096, 100000, 0x7d9edec2 },
};

static unsigned size;
static uint32_t *signatures;

static void simulate_logic(unsigned number)
{
	struct netlist netlist;
	struct logic logic;

	if (!netlist_make(&netlist, sizes[size].registers, sizes[size].gates, number + 1) ||
	    !logic_compile(&logic, &netlist)) {
		team_abort("not enough memory");
	}
	netlist_free(&netlist);
	/* Once through, so that all pages are there. */
	logic_run(&logic, 1);
	team_begin();
	logic_run(&logic, sizes[size].cycles);
	signatures[number] = logic.signature;
	team_end();
	logic_free(&logic);
}

static void simulate_memory(unsigned number)
{
	struct memsim memsim;

	if (!memsim_make(&memsim, sizes[size].lines, sizes[size].sets, number)) {
		team_abort("not enough memory");
	}
	memsim_run(&memsim, sizes[size].references / 2);
	team_begin();
	memsim_run(&memsim, sizes[size].references);
	signatures[number] = memsim_signature(&memsim);
	team_end();
	memsim_free(&memsim);
}

static void simulate(unsigned member)
{
	if (member % 2 == 0) {
		simulate_logic(member);
	} else {
		simulate_memory(member);
	}
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	uint32_t result = 2166136261U;

	if (argc > 2 ||
	    !options_read(&options, argc, argv, size_names, sizeof(sizes) / sizeof(sizes[0]))) {
		return 2;
	}
	size = options.size;
	if (!team_open("engineering", size_names[size], 2 * sizes[size].pairs, TEAM_PROCESSES)) {
		return 2;
	}
	signatures = team_memory(2 * sizes[size].pairs * sizeof(*signatures));
	if (signatures == NULL || !team_run(simulate)) {
		return 2;
	}
	for (unsigned i = 0; i < 2 * sizes[size].pairs; i++) {
		result = (result ^ signatures[i]) * 16777619U;
	}
	return team_result(result, sizes[size].result);
}
