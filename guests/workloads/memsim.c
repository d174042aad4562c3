/* SPDX-License-Identifier: MIT */
/*
 * memsim.c - caches of a multiprocessor, kept coherent by a directory (memsim.h).
 *
 * Two ways, the one used longer ago is replaced; a line is in several caches for reading or in one
 * for writing. References: half are to the next word of a stream, a quarter to memory that all CPUs
 * share, a quarter to the CPU's own; every fourth writes.
 */
#include "guests/workloads/memsim.h"

#include <stdlib.h>

#include "guests/lib/random.h"

#define OWNED      0x80000000U /* state: may be written; the rest is the time of its last use */
#define DIR_OWNED  0x8000U     /* directory: the one that has it may write */
#define PAGE_LINES 32U
#define LINE_WORDS 32U

bool memsim_make(struct memsim *memsim, uint32_t lines, uint32_t sets, uint32_t seed)
{
	*memsim = (struct memsim){ .lines = lines, .sets = sets };
	memsim->cache = calloc((size_t)MEMSIM_CPUS * sets * 2, sizeof(*memsim->cache));
	memsim->directory = calloc(lines, sizeof(*memsim->directory));
	memsim->page_misses = calloc(lines / PAGE_LINES, sizeof(*memsim->page_misses));
	for (unsigned cpu = 0; cpu < MEMSIM_CPUS; cpu++) {
		memsim->random[cpu] = seed * MEMSIM_CPUS + cpu + 1;
		memsim->stream[cpu] = lines / MEMSIM_CPUS * cpu * LINE_WORDS;
	}
	if (memsim->cache == NULL || memsim->directory == NULL || memsim->page_misses == NULL) {
		memsim_free(memsim);
		return false;
	}
	return true;
}

void memsim_free(struct memsim *memsim)
{
	free(memsim->cache);
	free(memsim->directory);
	free(memsim->page_misses);
	*memsim = (struct memsim){ 0 };
}

static struct memsim_line *find_set(const struct memsim *memsim, unsigned cpu, uint32_t line)
{
	return memsim->cache + ((size_t)cpu * memsim->sets + line % memsim->sets) * 2;
}

static struct memsim_line *find_line(const struct memsim *memsim, unsigned cpu, uint32_t line)
{
	struct memsim_line *set = find_set(memsim, cpu, line);

	if (set[0].tag == line + 1) {
		return &set[0];
	}
	return set[1].tag == line + 1 ? &set[1] : NULL;
}

static void evict(struct memsim *memsim, unsigned cpu, struct memsim_line *entry)
{
	uint16_t *directory = &memsim->directory[entry->tag - 1];

	if (entry->state & OWNED) {
		memsim->write_backs++;
		*directory = 0;
	} else {
		*directory &= (uint16_t) ~(1U << cpu);
	}
	entry->tag = 0;
}

/* Takes the line from others: all of them for a write, for a read the right of its owner. */
static void take_from_others(struct memsim *memsim, unsigned cpu, uint32_t line, bool is_write)
{
	uint16_t *directory = &memsim->directory[line];
	bool was_owned = (*directory & DIR_OWNED) != 0;

	for (unsigned other = 0; other < MEMSIM_CPUS; other++) {
		struct memsim_line *entry;

		if (other == cpu || (*directory & 1U << other) == 0) {
			continue;
		}
		entry = find_line(memsim, other, line);
		memsim->transfers += was_owned;
		if (is_write) {
			entry->tag = 0;
		} else {
			entry->state &= ~OWNED;
		}
	}
	if (is_write) {
		*directory = (uint16_t)(DIR_OWNED | 1U << cpu);
	} else {
		*directory = (uint16_t)((*directory & ~DIR_OWNED) | 1U << cpu);
	}
}

static void refer(struct memsim *memsim, unsigned cpu, uint32_t line, bool is_write)
{
	struct memsim_line *entry = find_line(memsim, cpu, line);
	uint32_t owned = is_write ? OWNED : 0;

	memsim->time++;
	if (entry != NULL && (!is_write || (entry->state & OWNED))) {
		memsim->hits++;
		entry->state = (entry->state & OWNED) | (memsim->time & ~OWNED);
		return;
	}
	if (entry != NULL) {
		memsim->upgrades++;
	} else {
		struct memsim_line *set = find_set(memsim, cpu, line);

		memsim->misses++;
		memsim->page_misses[line / PAGE_LINES]++;
		entry = (set[0].state & ~OWNED) <= (set[1].state & ~OWNED) ? &set[0] : &set[1];
		if (set[0].tag == 0) {
			entry = &set[0];
		} else if (set[1].tag == 0) {
			entry = &set[1];
		}
		if (entry->tag != 0) {
			evict(memsim, cpu, entry);
		}
	}
	take_from_others(memsim, cpu, line, is_write);
	entry->tag = line + 1;
	entry->state = owned | (memsim->time & ~OWNED);
}

void memsim_run(struct memsim *memsim, uint32_t references)
{
	uint32_t own = memsim->lines / MEMSIM_CPUS;

	for (uint32_t i = 0; i < references; i++) {
		for (unsigned cpu = 0; cpu < MEMSIM_CPUS; cpu++) {
			uint32_t random = random_next(&memsim->random[cpu]);
			uint32_t where = random >> 4;
			uint32_t line;

			if (random & 1U) {
				memsim->stream[cpu] =
					(memsim->stream[cpu] + 1) % (memsim->lines * LINE_WORDS);
				line = memsim->stream[cpu] / LINE_WORDS;
			} else if (random & 2U) {
				line = where % memsim->lines;
			} else {
				line = own * cpu + where % own;
			}
			refer(memsim, cpu, line, (random & 12U) == 0);
		}
	}
}

uint32_t memsim_signature(const struct memsim *memsim)
{
	const uint32_t counters[] = { memsim->hits, memsim->misses, memsim->upgrades,
				      memsim->transfers, memsim->write_backs };
	uint32_t hash = 2166136261U;

	for (unsigned i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		hash = (hash ^ counters[i]) * 16777619U;
	}
	for (uint32_t line = 0; line < memsim->lines; line++) {
		hash = (hash ^ memsim->directory[line]) * 16777619U;
	}
	for (uint32_t page = 0; page < memsim->lines / PAGE_LINES; page++) {
		hash = (hash ^ memsim->page_misses[page]) * 16777619U;
	}
	return hash;
}
