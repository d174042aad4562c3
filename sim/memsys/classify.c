/* SPDX-License-Identifier: MIT */
/*
 * classify.c - why a miss happened: cold, replaced, true sharing, false sharing.
 *
 * Per line and CPU the directory's record knows whether the CPU has ever held the line, whether it
 * lost it last to a writer, and which words have been written by others since then. A miss after an
 * invalidation is true sharing if a word that it wants is among those, and false sharing otherwise.
 * Looked at is the one access that misses, not what the CPU does with the line afterwards; an
 * upgrade is no miss. Writes are gathered where the writer gives the line up, and, at a miss, from
 * the writer's own cache.
 */
#include "sim/memsys/memsys_priv.h"

/* Words of its line that an access of up to 8 bytes touches. */
static uint32_t words_of_request(const struct cpu *cpu)
{
	const struct request *request = &cpu->request;
	uint64_t first = (request->paddr - request->line) >> cpu->hot.word_shift;
	uint32_t bits = request->bytes == 8 ? cpu->hot.wide_bits : 1;

	return bits << first;
}

/* Others' words: for each CPU that lost the line to a writer. */
static void add_written(struct memsys *memsys, struct line_history *history, uint32_t words)
{
	if (!history->written || words == 0) {
		return;
	}
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		history->written[i] |= words;
	}
}

/* What the owner has written so far. */
static uint32_t owner_words(struct memsys *memsys, uint64_t line, uint8_t owner)
{
	struct l2_line *l2;

	if (!agent_is_cache(owner)) {
		return 0;
	}
	l2 = l2_find(&memsys->cpus[owner], line);
	if (!l2) {
		return 0; /* in the buffer: gathered when it was replaced */
	}
	l2_gather_written(&memsys->cpus[owner], l2);
	return l2->written;
}

/* The directory takes a miss of `cpu`; `owner` has the line, or PROTOCOL_AGENT_NONE. */
void classify_miss(struct memsys *memsys, struct cpu *cpu, uint64_t line, uint8_t owner)
{
	struct line_history *history = directory_history(memsys, line);
	uint64_t bit = (uint64_t)1 << cpu->number;

	if (!history) {
		return;
	}
	if (!(history->seen & bit)) {
		cpu->stats.cold_misses++;
		cpu->request.cause = MEMSYS_COLD;
	} else if (!(history->invalidated & bit)) {
		cpu->stats.replacement_misses++;
		cpu->request.cause = MEMSYS_REPLACEMENT;
	} else {
		uint32_t written = history->written[cpu->number] | owner_words(memsys, line, owner);

		if (written & words_of_request(cpu)) {
			cpu->stats.true_sharing_misses++;
			cpu->request.cause = MEMSYS_TRUE_SHARING;
		} else {
			cpu->stats.false_sharing_misses++;
			cpu->request.cause = MEMSYS_FALSE_SHARING;
		}
	}
	history->seen |= bit;
	history->invalidated &= ~bit;
}

/* A CPU loses a line, or the right to write it. */
void classify_loss(struct cpu *cpu, struct l2_line *l2, enum memsys_loss loss)
{
	struct memsys *memsys = cpu->memsys;
	uint64_t line = l2->tag & ~L2_STATE;
	struct line_history *history = directory_history(memsys, line);
	uint64_t bit = (uint64_t)1 << cpu->number;

	if (!history) {
		return;
	}
	l2_gather_written(cpu, l2);
	add_written(memsys, history, l2->written);
	if (loss != MEMSYS_INVALIDATED) {
		return;
	}
	history->invalidated |= bit;
	if (!history->written) {
		history->written = memsys_allocate(memsys->cpu_count, sizeof(*history->written));
		memsys->directory_bytes += memsys->cpu_count * sizeof(*history->written);
	}
	history->written[cpu->number] = 0;
}

void classify_port_write(struct memsys *memsys, uint64_t line, uint32_t words)
{
	struct line_history *history = directory_history(memsys, line);

	if (history) {
		add_written(memsys, history, words);
	}
}
