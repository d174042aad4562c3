/* SPDX-License-Identifier: MIT */
/* measure_table.h - objects by a number: open addressing, for measure.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct measure_table {
	uint64_t *key;
	void **value; /* NULL: free */
	size_t room;  /* a power of 2, at least twice `used` */
	size_t used;
};

/* NULL: there is none. */
void *measure_table_find(const struct measure_table *table, uint64_t key);
/* Adds one that is not there; aborts when the host is out of memory. */
void measure_table_add(struct measure_table *table, uint64_t key, void *value);
/* Frees the table; its objects by free(). */
void measure_table_release(struct measure_table *table);
