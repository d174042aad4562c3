/* SPDX-License-Identifier: MIT */
/*
 * profile.c - a tree of call stacks with an instruction count at each node.
 *
 * Each CPU has a current node. The core reports every run of instructions with its first pc. After
 * a call (the link register holds the address behind the last run) the node's child for the callee
 * becomes current; at a frame's return address that frame does. Code outside every symbol is "?".
 */
#include "sim/trace/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/core/core.h"
#include "sim/core/exception.h"
#include "sim/machine.h"

#define DEPTH_MAX 128U
#define RA        31

/* One stack: this symbol called by the parent's. Node 0 of each CPU is its root. */
struct node {
	const struct elf_symbol *symbol;
	uint32_t parent;
	uint32_t first_child;
	uint32_t next_sibling;
	uint64_t self; /* instructions */
};

struct frame {
	uint32_t node;
	uint64_t return_address;
};

struct cpu_stack {
	struct frame frame[DEPTH_MAX];
	unsigned depth; /* frames in use, at least 1 once something ran */
	uint32_t root;
	uint64_t end;  /* address after the last run */
	uint64_t link; /* $31 as the last run left it: equal to `end` after a call */
};

struct profile {
	const struct elf_file *symbols;
	struct node *node;
	uint32_t count;
	uint32_t room;
	unsigned cpus;
	struct cpu_stack cpu[MACHINE_CPUS_MAX];
};

static uint32_t add_node(struct profile *profile, uint32_t parent, const struct elf_symbol *symbol)
{
	if (profile->count == profile->room) {
		profile->room = profile->room == 0 ? 1024 : profile->room * 2;
		profile->node = realloc(profile->node, profile->room * sizeof(*profile->node));
		if (profile->node == NULL) {
			abort(); /* the host is out of memory */
		}
	}
	profile->node[profile->count] = (struct node){ .symbol = symbol, .parent = parent };
	return profile->count++;
}

/* The child of `parent` for `symbol`, made if it is new. Node 0 is nobody's child. */
static uint32_t child_of(struct profile *profile, uint32_t parent, const struct elf_symbol *symbol)
{
	uint32_t child = profile->node[parent].first_child;

	while (child != 0 && profile->node[child].symbol != symbol) {
		child = profile->node[child].next_sibling;
	}
	if (child == 0) {
		child = add_node(profile, parent, symbol);
		profile->node[child].next_sibling = profile->node[parent].first_child;
		profile->node[parent].first_child = child;
	}
	return child;
}

static void push(struct profile *profile, struct cpu_stack *stack, const struct elf_symbol *symbol,
		 uint64_t return_address)
{
	uint32_t parent = stack->depth > 0 ? stack->frame[stack->depth - 1].node : stack->root;

	if (stack->depth < DEPTH_MAX) {
		stack->frame[stack->depth++] = (struct frame){
			.node = child_of(profile, parent, symbol),
			.return_address = return_address,
		};
	}
}

/* Is `pc` where a frame of the stack wants to return to? Then those above it are done. */
static bool pop_to(struct cpu_stack *stack, uint64_t pc)
{
	for (unsigned i = stack->depth; i > 1; i--) {
		if (stack->frame[i - 1].return_address == pc) {
			stack->depth = i - 1;
			return true;
		}
	}
	return false;
}

/* One of the vectors, where a handler begins that will go on at EPC. */
static bool is_vector(const struct core *core, uint64_t pc)
{
	uint64_t offset = pc - core_vector_base(core);

	return offset == VECTOR_TLB_REFILL || offset == VECTOR_XTLB_REFILL ||
	       offset == VECTOR_CACHE_ERROR || offset == VECTOR_GENERAL;
}

/* Brings the stack up to date for a run that begins at `pc` in `symbol`. */
static void follow(struct profile *profile, struct cpu_stack *stack, const struct core *core,
		   uint64_t pc, const struct elf_symbol *symbol)
{
	struct frame *top = stack->depth > 0 ? &stack->frame[stack->depth - 1] : NULL;

	bool called = pc != stack->end && stack->link == stack->end;

	if (top == NULL || called) {
		push(profile, stack, symbol, stack->link);
	} else if (is_vector(core, pc) && (core->cp0.status & STATUS_EXL)) {
		push(profile, stack, symbol, core->cp0.epc);
	} else if (profile->node[top->node].symbol == symbol || pop_to(stack, pc)) {
		return; /* still in the same function, or back in a caller */
	} else {
		/* A jump or fall-through into another function: the frame goes on under its name.
		 */
		top->node = child_of(profile, profile->node[top->node].parent, symbol);
	}
}

static void count_block(void *context, struct core *core, uint64_t pc, unsigned insns)
{
	struct profile *profile = context;
	struct cpu_stack *stack = &profile->cpu[core->id];

	follow(profile, stack, core, pc, elf_find_symbol(profile->symbols, pc));
	profile->node[stack->frame[stack->depth - 1].node].self += insns;
	stack->end = pc + (uint64_t)insns * 4;
	stack->link = core->gpr[RA];
}

struct profile *profile_begin(struct machine *machine, const struct elf_file *symbols)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile == NULL) {
		return NULL;
	}
	profile->symbols = symbols;
	profile->cpus = machine_get_config(machine)->cpus;
	add_node(profile, 0, NULL); /* so that 0 can mean "none" */
	for (unsigned i = 0; i < profile->cpus; i++) {
		profile->cpu[i].root = add_node(profile, 0, NULL);
	}
	return profile;
}

void profile_add_hooks(struct profile *profile, struct core_hooks *hooks)
{
	hooks->profile = profile;
	hooks->block = count_block;
}

static const char *symbol_name(const struct elf_symbol *symbol)
{
	return symbol != NULL ? symbol->name : "?";
}

struct flat_line {
	const struct elf_symbol *symbol;
	uint64_t self;
};

static int compare_symbols(const void *left, const void *right)
{
	const struct flat_line *a = left;
	const struct flat_line *b = right;

	return strcmp(symbol_name(a->symbol), symbol_name(b->symbol));
}

static int compare_counts(const void *left, const void *right)
{
	const struct flat_line *a = left;
	const struct flat_line *b = right;

	if (a->self != b->self) {
		return a->self > b->self ? -1 : 1;
	}
	return compare_symbols(left, right);
}

void profile_write_flat(struct profile *profile, FILE *stream)
{
	struct flat_line *line = calloc(profile->count, sizeof(*line));
	uint64_t total = 0;
	size_t used = 0;

	if (line == NULL) {
		return;
	}
	for (uint32_t i = 0; i < profile->count; i++) {
		line[i] = (struct flat_line){ profile->node[i].symbol, profile->node[i].self };
		total += profile->node[i].self;
	}
	qsort(line, profile->count, sizeof(*line), compare_symbols);
	for (uint32_t i = 0; i < profile->count; i++) {
		if (used > 0 && line[used - 1].symbol == line[i].symbol) {
			line[used - 1].self += line[i].self;
		} else if (line[i].self > 0) {
			line[used++] = line[i];
		}
	}
	qsort(line, used, sizeof(*line), compare_counts);
	fprintf(stream, "%15s %7s  symbol\n", "instructions", "share");
	for (size_t i = 0; i < used; i++) {
		uint64_t tenths = line[i].self * 1000 / total;

		fprintf(stream, "%15" PRIu64 " %4" PRIu64 ".%" PRIu64 " %%  %s\n", line[i].self,
			tenths / 10, tenths % 10, symbol_name(line[i].symbol));
	}
	free(line);
}

/* The stack that ends in `node`, root first. */
static void put_stack(const struct profile *profile, uint32_t node, uint32_t root, FILE *stream)
{
	uint32_t path[DEPTH_MAX];
	unsigned depth = 0;

	for (; node != root && depth < DEPTH_MAX; node = profile->node[node].parent) {
		path[depth++] = node;
	}
	while (depth > 0) {
		fprintf(stream, ";%s", symbol_name(profile->node[path[--depth]].symbol));
	}
}

static uint32_t root_of(const struct profile *profile, uint32_t node)
{
	while (profile->node[node].parent != 0) {
		node = profile->node[node].parent;
	}
	return node;
}

void profile_write_folded(struct profile *profile, FILE *stream)
{
	for (uint32_t i = 1; i < profile->count; i++) {
		if (profile->node[i].self > 0) {
			uint32_t root = root_of(profile, i);

			/* Roots were made first, in the order of the CPUs, from 1 on. */
			fprintf(stream, "cpu%" PRIu32, root - 1);
			put_stack(profile, i, root, stream);
			fprintf(stream, " %" PRIu64 "\n", profile->node[i].self);
		}
	}
}

void profile_end(struct profile *profile)
{
	if (profile != NULL) {
		free(profile->node);
		free(profile);
	}
}
