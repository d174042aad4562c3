/* SPDX-License-Identifier: MIT */
/* logic.h - a compiled logic simulator. */
#pragma once

#include <stdint.h>

#include "guests/workloads/netlist.h"

/* A circuit made into a list of operations that is gone through once a cycle. */
struct logic {
	uint32_t signals;
	uint32_t registers;
	uint32_t op_count;
	struct logic_op *ops;
	uint32_t *values; /* of each signal, 32 circuits at once */
	uint32_t *taken;  /* of each register, where its next value is */
	uint32_t *latched;
	uint32_t signature;
};

/* False: no memory. The netlist is not needed any more then. */
bool logic_compile(struct logic *logic, const struct netlist *netlist);
void logic_free(struct logic *logic);
/* Goes on for that many cycles; the signature follows from all cycles so far. */
void logic_run(struct logic *logic, uint32_t cycles);
