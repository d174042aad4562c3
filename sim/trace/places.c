/* SPDX-License-Identifier: MIT */
/* places.c - counters for each symbol, as code and as data, and for each range. */
#include "sim/trace/places.h"

#include <stdlib.h>
#include <string.h>

#include "sim/memsys/memsys.h"

/* One symbol's counters; symbol NULL: what belongs to none. */
struct place {
	const struct elf_symbol *symbol;
	bool is_used;
	struct places_counts counts;
};

/* Open addressing by the symbol's pointer; never more than half full. */
struct place_table {
	struct place *place;
	size_t room; /* a power of 2 */
	size_t used;
};

struct places {
	struct machine *machine;
	const struct elf_file *symbols;
	unsigned cpus_per_node;
	struct place_table table[PLACES_RANGES]; /* code, data */
	struct places_range range[PLACES_RANGES_MAX];
	struct places_counts range_counts[PLACES_RANGES_MAX];
	size_t range_count;
};

/* Where the kernel's unmapped segments show a physical address: symbols have such addresses. */
static const uint64_t windows[] = {
	0xffffffff80000000ULL, /* KSEG0 */
	0xffffffffa0000000ULL, /* KSEG1 */
	0xa800000000000000ULL, /* XKPHYS: cached exclusive, cached coherent, uncached */
	0x9800000000000000ULL, 0x9000000000000000ULL, 0,
};

#define WINDOWS_32      2U
#define WINDOW_32_BYTES 0x20000000ULL

static struct place *find_slot(const struct place_table *table, const struct elf_symbol *symbol)
{
	size_t slot = ((uintptr_t)symbol >> 3) * 0x9e3779b97f4a7c15U;

	for (slot ^= slot >> 32;; slot++) {
		struct place *place = &table->place[slot & (table->room - 1)];

		if (!place->is_used || place->symbol == symbol) {
			return place;
		}
	}
}

static bool grow(struct place_table *table, size_t room)
{
	struct place_table more = { calloc(room, sizeof(*more.place)), room, table->used };

	if (more.place == NULL) {
		return false;
	}
	for (size_t i = 0; i < table->room; i++) {
		if (table->place[i].is_used) {
			*find_slot(&more, table->place[i].symbol) = table->place[i];
		}
	}
	free(table->place);
	*table = more;
	return true;
}

/* The counters of a symbol. */
static struct places_counts *counts_of(struct place_table *table, const struct elf_symbol *symbol)
{
	struct place *place = find_slot(table, symbol);

	if (!place->is_used) {
		if (2 * table->used >= table->room) {
			if (!grow(table, 2 * table->room)) {
				abort(); /* the host is out of memory */
			}
			place = find_slot(table, symbol);
		}
		*place = (struct place){ .symbol = symbol, .is_used = true };
		table->used++;
	}
	return &place->counts;
}

static const struct elf_symbol *find_code(const struct places *places, uint64_t pc)
{
	return places->symbols != NULL ? elf_find_symbol(places->symbols, pc) : NULL;
}

static const struct elf_symbol *find_data(const struct places *places, uint64_t paddr)
{
	const struct elf_symbol *found = NULL;

	for (size_t i = 0; found == NULL && i < sizeof(windows) / sizeof(windows[0]); i++) {
		if (i >= WINDOWS_32 || paddr < WINDOW_32_BYTES) {
			found = find_code(places, windows[i] + paddr);
		}
	}
	return found;
}

static void count_cause(struct places_counts *counts, uint8_t cause)
{
	counts->cold += cause == MEMSYS_COLD;
	counts->replacement += cause == MEMSYS_REPLACEMENT;
	counts->true_sharing += cause == MEMSYS_TRUE_SHARING;
	counts->false_sharing += cause == MEMSYS_FALSE_SHARING;
}

static void count(struct places_counts *counts, const struct memsys_miss *miss, bool is_local)
{
	uint64_t stall = miss->resumed - miss->issued;

	if (miss->is_uncached) {
		counts->uncached++;
		counts->stall_uncached += stall;
		return;
	}
	if (is_local) {
		counts->misses_local++;
		counts->stall_local += stall;
	} else {
		counts->misses_remote++;
		counts->stall_remote += stall;
	}
	counts->upgrades += miss->is_upgrade;
	counts->three_hop += miss->has_three_hops;
	count_cause(counts, miss->cause);
}

static void on_miss(void *context, unsigned cpu, uint64_t pc, const struct memsys_miss *miss)
{
	struct places *places = context;
	bool is_local = miss->home == cpu / places->cpus_per_node;

	count(counts_of(&places->table[PLACES_CODE], find_code(places, pc)), miss, is_local);
	count(counts_of(&places->table[PLACES_DATA], find_data(places, miss->paddr)), miss,
	      is_local);
	for (size_t i = 0; i < places->range_count; i++) {
		if (miss->paddr - places->range[i].address < places->range[i].size) {
			count(&places->range_counts[i], miss, is_local);
		}
	}
}

struct places *places_begin(struct machine *machine, const struct elf_file *symbols,
			    const struct places_range *ranges, size_t range_count)
{
	const struct machine_config *config = machine_get_config(machine);
	struct places *places = calloc(1, sizeof(*places));

	if (places == NULL) {
		return NULL;
	}
	places->machine = machine;
	places->symbols = symbols;
	places->cpus_per_node = config->cpus / config->nodes;
	places->range_count = range_count < PLACES_RANGES_MAX ? range_count : PLACES_RANGES_MAX;
	for (size_t i = 0; i < places->range_count; i++) {
		places->range[i] = ranges[i];
	}
	if (!grow(&places->table[PLACES_CODE], 256) || !grow(&places->table[PLACES_DATA], 256)) {
		places_end(places);
		return NULL;
	}
	machine_set_miss(machine, on_miss, places);
	return places;
}

static uint64_t cost(const struct places_counts *counts)
{
	return counts->stall_local + counts->stall_remote + counts->stall_uncached;
}

/* By cost; equals by address and name, so that the order is always the same. */
static int compare(const void *left, const void *right)
{
	const struct places_entry *a = left;
	const struct places_entry *b = right;
	uint64_t cost_a = cost(&a->counts);
	uint64_t cost_b = cost(&b->counts);

	if (cost_a != cost_b) {
		return cost_a > cost_b ? -1 : 1;
	}
	if (a->address != b->address) {
		return a->address < b->address ? -1 : 1;
	}
	return a->name != NULL && b->name != NULL ? strcmp(a->name, b->name) : 0;
}

static struct places_entry *list_ranges(const struct places *places, size_t *count)
{
	struct places_entry *list = calloc(places->range_count + 1, sizeof(*list));

	*count = list != NULL ? places->range_count : 0;
	for (size_t i = 0; i < *count; i++) {
		const struct places_range *range = &places->range[i];

		list[i] = (struct places_entry){ range->name, range->name_bytes, range->address,
						 range->size, places->range_counts[i] };
	}
	return list;
}

struct places_entry *places_list(const struct places *places, enum places_kind kind, size_t *count)
{
	if (kind == PLACES_RANGES) {
		return list_ranges(places, count);
	}
	const struct place_table *table = &places->table[kind];
	struct places_entry *list = calloc(table->used + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; list != NULL && i < table->room; i++) {
		const struct place *place = &table->place[i];
		const struct elf_symbol *symbol = place->symbol;

		if (!place->is_used) {
			continue;
		}
		list[*count].counts = place->counts;
		if (symbol != NULL) {
			list[*count].name = symbol->name;
			list[*count].name_bytes = strlen(symbol->name);
			list[*count].address = symbol->address;
			list[*count].size = symbol->size;
		}
		(*count)++;
	}
	if (list != NULL) {
		qsort(list, *count, sizeof(*list), compare);
	}
	return list;
}

void places_end(struct places *places)
{
	if (places == NULL) {
		return;
	}
	machine_set_miss(places->machine, NULL, NULL);
	free(places->table[PLACES_CODE].place);
	free(places->table[PLACES_DATA].place);
	free(places);
}
