/* SPDX-License-Identifier: MIT */
/* netlist.c - makes circuits (netlist.h). */
#include "guests/workloads/netlist.h"

#include <assert.h>
#include <stdlib.h>

#include "guests/lib/random.h"

/* Most wires are short, as in a circuit that somebody has laid out; one in eight goes anywhere. */
#define NEAR 512U

static uint32_t choose_input(uint32_t *random, uint32_t below)
{
	uint32_t near = below < NEAR ? below : NEAR;

	assert(below != 0);
	if (random_next(random) % 8 == 0) {
		return random_next(random) % below;
	}
	return below - 1 - random_next(random) % near;
}

bool netlist_make(struct netlist *netlist, uint32_t registers, uint32_t gates, uint32_t seed)
{
	uint32_t random = seed;

	*netlist = (struct netlist){ 0 };
	if (registers == 0 || gates == 0) {
		return false;
	}
	netlist->registers = registers;
	netlist->gates = gates;
	netlist->gate = malloc(gates * sizeof(*netlist->gate));
	netlist->next = malloc(registers * sizeof(*netlist->next));
	netlist->reset = malloc(registers * sizeof(*netlist->reset));
	if (netlist->gate == NULL || netlist->next == NULL || netlist->reset == NULL) {
		netlist_free(netlist);
		return false;
	}
	for (uint32_t i = 0; i < gates; i++) {
		struct netlist_gate *gate = &netlist->gate[i];

		/* More of those that lose nothing: a circuit of ANDs soon stands still. */
		gate->kind = random_next(&random) % (2 * NETLIST_KINDS);
		if (gate->kind >= NETLIST_KINDS) {
			gate->kind = gate->kind % 2 == 0 ? NETLIST_XOR : NETLIST_XNOR;
		}
		gate->inputs[0] = choose_input(&random, registers + i);
		gate->inputs[1] = choose_input(&random, registers + i);
	}
	for (uint32_t i = 0; i < registers; i++) {
		netlist->next[i] = registers + random_next(&random) % gates;
		netlist->reset[i] = random_next(&random);
	}
	return true;
}

void netlist_free(struct netlist *netlist)
{
	free(netlist->gate);
	free(netlist->next);
	free(netlist->reset);
	*netlist = (struct netlist){ 0 };
}
