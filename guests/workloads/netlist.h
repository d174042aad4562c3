/* SPDX-License-Identifier: MIT */
/*
 * netlist.h - a synchronous circuit: gates in the order of their evaluation, and registers.
 *
 * Signals have numbers: registers first, then gates. A gate takes two signals with smaller numbers;
 * so a circuit without registers in its loops cannot be written down. Each register takes one
 * signal at the end of a cycle. A circuit follows from its size and its seed alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum netlist_kind {
	NETLIST_AND,
	NETLIST_OR,
	NETLIST_XOR,
	NETLIST_NAND,
	NETLIST_NOR,
	NETLIST_XNOR,
	NETLIST_KINDS
};

struct netlist_gate {
	uint32_t kind;
	uint32_t inputs[2];
};

struct netlist {
	uint32_t registers;
	uint32_t gates;
	struct netlist_gate *gate; /* signal `registers` is the first */
	uint32_t *next;            /* of each register, the signal that it takes */
	uint32_t *reset;           /* of each register, 32 circuits' first values */
};

/* False: no memory, or nothing asked for. */
bool netlist_make(struct netlist *netlist, uint32_t registers, uint32_t gates, uint32_t seed);
void netlist_free(struct netlist *netlist);

/* The value of a gate; each bit belongs to another circuit, which differs in its registers only. */
static inline uint32_t netlist_value(uint32_t kind, uint32_t left, uint32_t right)
{
	switch (kind) {
	case NETLIST_AND:
		return left & right;
	case NETLIST_OR:
		return left | right;
	case NETLIST_XOR:
		return left ^ right;
	case NETLIST_NAND:
		return ~(left & right);
	case NETLIST_NOR:
		return ~(left | right);
	default:
		return ~(left ^ right);
	}
}

/* What the registers have been in all cycles, as one number. */
static inline uint32_t netlist_sign(uint32_t signature, uint32_t value)
{
	return (signature ^ value) * 16777619U;
}

#define NETLIST_SIGNATURE 2166136261U
