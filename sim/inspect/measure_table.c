/* SPDX-License-Identifier: MIT */
/* measure_table.c - objects by a number. */
#include "sim/inspect/measure_table.h"

#include <stdlib.h>

#define ROOM_FIRST 256U

/* Where the key is or would be. */
static size_t slot_of(const struct measure_table *table, uint64_t key)
{
	size_t slot = key * 0x9e3779b97f4a7c15U;

	for (slot ^= slot >> 32;; slot++) {
		slot &= table->room - 1;
		if (table->value[slot] == NULL || table->key[slot] == key) {
			return slot;
		}
	}
}

void *measure_table_find(const struct measure_table *table, uint64_t key)
{
	return table->room != 0 ? table->value[slot_of(table, key)] : NULL;
}

static void put(struct measure_table *table, uint64_t key, void *value)
{
	size_t slot = slot_of(table, key);

	table->key[slot] = key;
	table->value[slot] = value;
	table->used++;
}

static void grow(struct measure_table *table)
{
	struct measure_table old = *table;
	size_t room = old.room != 0 ? 2 * old.room : ROOM_FIRST;

	*table = (struct measure_table){
		.key = calloc(room, sizeof(*table->key)),
		.value = calloc(room, sizeof(*table->value)),
		.room = room,
	};
	if (table->key == NULL || table->value == NULL) {
		abort(); /* the host is out of memory */
	}
	for (size_t i = 0; i < old.room; i++) {
		if (old.value[i] != NULL) {
			put(table, old.key[i], old.value[i]);
		}
	}
	free(old.key);
	free(old.value);
}

void measure_table_add(struct measure_table *table, uint64_t key, void *value)
{
	if (2 * table->used >= table->room) {
		grow(table);
	}
	put(table, key, value);
}

void measure_table_release(struct measure_table *table)
{
	for (size_t i = 0; i < table->room; i++) {
		free(table->value[i]);
	}
	free(table->key);
	free(table->value);
	*table = (struct measure_table){ 0 };
}
