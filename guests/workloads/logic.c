/* SPDX-License-Identifier: MIT */
/*
 * logic.c - a compiled, levelized logic simulator (logic.h): no events, every gate in every cycle.
 *
 * Operations are sorted by level and, within a level, by kind, and signals are numbered in this
 * order, so that gates of one kind are evaluated one after the other without asking what they are.
 */
#include "guests/workloads/logic.h"

#include <stdlib.h>
#include <string.h>

struct logic_op {
	uint32_t kind;
	uint32_t count;     /* operations of this kind in a row, this one included */
	uint32_t inputs[2]; /* signals by their new numbers */
};

struct order {
	uint32_t *level; /* of each signal */
	uint32_t *start; /* of each (level, kind): where its next gate goes */
	uint32_t *place; /* of each signal: its new number */
};

void logic_free(struct logic *logic)
{
	free(logic->ops);
	free(logic->values);
	free(logic->taken);
	free(logic->latched);
	*logic = (struct logic){ 0 };
}

static uint32_t find_levels(uint32_t *level, const struct netlist *netlist)
{
	uint32_t highest = 0;

	for (uint32_t i = 0; i < netlist->registers; i++) {
		level[i] = 0;
	}
	for (uint32_t i = 0; i < netlist->gates; i++) {
		const struct netlist_gate *gate = &netlist->gate[i];
		uint32_t left = level[gate->inputs[0]];
		uint32_t right = level[gate->inputs[1]];
		uint32_t own = (left > right ? left : right) + 1;

		level[netlist->registers + i] = own;
		highest = own > highest ? own : highest;
	}
	return highest;
}

/* A sort by counting: start[level * kinds + kind] becomes the number of the first such gate. */
static bool find_places(struct order *order, const struct netlist *netlist)
{
	uint32_t slots = (find_levels(order->level, netlist) + 1) * NETLIST_KINDS;
	const uint32_t *level = order->level + netlist->registers;
	uint32_t sum = netlist->registers;

	order->start = calloc(slots, sizeof(*order->start));
	if (order->start == NULL) {
		return false;
	}
	for (uint32_t i = 0; i < netlist->gates; i++) {
		order->start[level[i] * NETLIST_KINDS + netlist->gate[i].kind]++;
	}
	for (uint32_t i = 0; i < slots; i++) {
		uint32_t count = order->start[i];

		order->start[i] = sum;
		sum += count;
	}
	for (uint32_t i = 0; i < netlist->registers; i++) {
		order->place[i] = i;
	}
	for (uint32_t i = 0; i < netlist->gates; i++) {
		order->place[netlist->registers + i] =
			order->start[level[i] * NETLIST_KINDS + netlist->gate[i].kind]++;
	}
	return true;
}

static void write_ops(struct logic *logic, const struct netlist *netlist, const uint32_t *place)
{
	for (uint32_t i = 0; i < netlist->gates; i++) {
		const struct netlist_gate *gate = &netlist->gate[i];
		struct logic_op *op =
			&logic->ops[place[netlist->registers + i] - netlist->registers];

		op->kind = gate->kind;
		op->inputs[0] = place[gate->inputs[0]];
		op->inputs[1] = place[gate->inputs[1]];
	}
	for (uint32_t i = netlist->gates; i-- > 0;) {
		struct logic_op *op = &logic->ops[i];

		op->count = i + 1 < netlist->gates && op[1].kind == op->kind ? op[1].count + 1 : 1;
	}
	for (uint32_t i = 0; i < netlist->registers; i++) {
		logic->taken[i] = place[netlist->next[i]];
		logic->values[i] = netlist->reset[i];
	}
}

bool logic_compile(struct logic *logic, const struct netlist *netlist)
{
	struct order order = { 0 };
	bool ok;

	logic->registers = netlist->registers;
	logic->op_count = netlist->gates;
	logic->signals = netlist->registers + netlist->gates;
	logic->signature = NETLIST_SIGNATURE;
	logic->ops = calloc(logic->op_count, sizeof(*logic->ops));
	logic->values = malloc(logic->signals * sizeof(*logic->values));
	logic->taken = malloc(logic->registers * sizeof(*logic->taken));
	logic->latched = malloc(logic->registers * sizeof(*logic->latched));
	order.level = malloc(logic->signals * sizeof(*order.level));
	order.place = malloc(logic->signals * sizeof(*order.place));
	ok = logic->ops != NULL && logic->values != NULL && logic->taken != NULL &&
	     logic->latched != NULL && order.level != NULL && order.place != NULL &&
	     find_places(&order, netlist);
	if (ok) {
		write_ops(logic, netlist, order.place);
	} else {
		logic_free(logic);
	}
	free(order.level);
	free(order.place);
	free(order.start);
	return ok;
}

static void evaluate(const struct logic *logic)
{
	uint32_t *values = logic->values;
	uint32_t *out = values + logic->registers;
	const struct logic_op *op = logic->ops;
	const struct logic_op *end = op + logic->op_count;

#define ROW(expression)                                                        \
	for (const struct logic_op *last = op + op->count; op != last; op++) { \
		uint32_t left = values[op->inputs[0]];                         \
		uint32_t right = values[op->inputs[1]];                        \
                                                                               \
		*out++ = (expression);                                         \
	}                                                                      \
	break
	while (op != end) {
		switch (op->kind) {
		case NETLIST_AND:
			ROW(left & right);
		case NETLIST_OR:
			ROW(left | right);
		case NETLIST_XOR:
			ROW(left ^ right);
		case NETLIST_NAND:
			ROW(~(left & right));
		case NETLIST_NOR:
			ROW(~(left | right));
		default:
			ROW(~(left ^ right));
		}
	}
#undef ROW
}

void logic_run(struct logic *logic, uint32_t cycles)
{
	for (uint32_t cycle = 0; cycle < cycles; cycle++) {
		evaluate(logic);
		/* All at once: a register may take another's old value through a gate only. */
		for (uint32_t i = 0; i < logic->registers; i++) {
			logic->latched[i] = logic->values[logic->taken[i]];
		}
		memcpy(logic->values, logic->latched, logic->registers * sizeof(uint32_t));
		for (uint32_t i = 0; i < logic->registers; i++) {
			logic->signature = netlist_sign(logic->signature, logic->values[i]);
		}
	}
}
