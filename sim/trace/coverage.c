/* SPDX-License-Identifier: MIT */
/* coverage.c - a hash table of transfers. */
#include "sim/trace/coverage.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/core/core.h"

/* KSEG0 and KSEG1, which only kernel mode reaches. */
#define UNMAPPED_BEGIN 0xffffffff80000000ULL
#define UNMAPPED_BYTES 0x40000000ULL

struct transfer {
	uint64_t from;
	uint64_t to;
	uint64_t count; /* 0: the slot is free */
};

/* Open addressing; never more than half full. */
struct coverage {
	struct transfer *transfer;
	size_t room; /* a power of 2 */
	size_t used;
};

static struct transfer *find_slot(const struct coverage *coverage, uint64_t from, uint64_t to)
{
	uint64_t slot = (from * 3 + to) * 0x9e3779b97f4a7c15U;

	for (slot ^= slot >> 32;; slot++) {
		struct transfer *transfer = &coverage->transfer[slot & (coverage->room - 1)];

		if (transfer->count == 0 || (transfer->from == from && transfer->to == to)) {
			return transfer;
		}
	}
}

static bool grow(struct coverage *coverage, size_t room)
{
	struct coverage more = { calloc(room, sizeof(*more.transfer)), room, coverage->used };

	if (more.transfer == NULL) {
		return false;
	}
	for (size_t i = 0; i < coverage->room; i++) {
		const struct transfer *old = &coverage->transfer[i];

		if (old->count != 0) {
			*find_slot(&more, old->from, old->to) = *old;
		}
	}
	free(coverage->transfer);
	*coverage = more;
	return true;
}

static void count_block(void *context, struct core *core, uint64_t pc, unsigned insns)
{
	struct coverage *coverage = context;
	uint64_t from = pc + (insns - 1ULL) * 4;

	if (insns == 0 || pc - UNMAPPED_BEGIN >= UNMAPPED_BYTES) {
		return;
	}
	struct transfer *transfer = find_slot(coverage, from, core->pc);

	if (transfer->count == 0) {
		if (2 * coverage->used >= coverage->room) {
			if (!grow(coverage, 2 * coverage->room)) {
				abort(); /* the host is out of memory */
			}
			transfer = find_slot(coverage, from, core->pc);
		}
		*transfer = (struct transfer){ from, core->pc, 0 };
		coverage->used++;
	}
	transfer->count++;
}

struct coverage *coverage_begin(void)
{
	struct coverage *coverage = calloc(1, sizeof(*coverage));

	if (coverage != NULL && !grow(coverage, 4096)) {
		free(coverage);
		coverage = NULL;
	}
	return coverage;
}

void coverage_add_hooks(struct coverage *coverage, struct core_hooks *hooks)
{
	hooks->profile = coverage;
	hooks->block = count_block;
}

/* By address; those that are free come last. */
static int compare(const void *left, const void *right)
{
	const struct transfer *a = left;
	const struct transfer *b = right;

	if ((a->count == 0) != (b->count == 0)) {
		return a->count == 0 ? 1 : -1;
	}
	if (a->from != b->from) {
		return a->from < b->from ? -1 : 1;
	}
	return a->to < b->to ? -1 : a->to > b->to;
}

void coverage_write(struct coverage *coverage, FILE *stream)
{
	qsort(coverage->transfer, coverage->room, sizeof(*coverage->transfer), compare);
	for (size_t i = 0; i < coverage->used; i++) {
		const struct transfer *transfer = &coverage->transfer[i];

		fprintf(stream, "%016" PRIx64 " %016" PRIx64 " %" PRIu64 "\n", transfer->from,
			transfer->to, transfer->count);
	}
}

void coverage_end(struct coverage *coverage)
{
	if (coverage != NULL) {
		free(coverage->transfer);
		free(coverage);
	}
}
