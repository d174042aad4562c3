/* SPDX-License-Identifier: MIT */
/*
 * memory.c - malloc() and its relatives: blocks of the sizes 2^n and 3 * 2^n, each with a list of
 * those that are free, and fresh memory behind all of them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/libos/libos.h"

#define SMALLEST 32U
#define CLASSES  48U
#define PAGE     4096U

/* In front of what the program gets. */
struct block {
	uint32_t class;
	uint32_t was_used; /* it may hold anything */
	struct block *next;
} __attribute__((aligned(16)));

static struct {
	struct lock lock;
	uint32_t from; /* physical: fresh memory */
	uint32_t to;
	struct block *free[CLASSES];
} heap;

void libos_memory_start(uint32_t from, uint32_t to)
{
	heap.from = (from + SMALLEST - 1) & ~(SMALLEST - 1);
	heap.to = to;
}

static size_t class_bytes(uint32_t class)
{
	return class % 2 == 0 ? (size_t)SMALLEST << class / 2
			      : ((size_t)SMALLEST + SMALLEST / 2) << class / 2;
}

static struct block *take_fresh(size_t bytes, uint32_t class)
{
	struct block *block;
	uint32_t from = heap.from;

	/* What is large begins at a page, behind its block's head. */
	if (bytes >= PAGE) {
		from = ((from + sizeof(*block) + PAGE - 1) & ~(PAGE - 1)) -
		       (uint32_t)sizeof(*block);
	}
	if (bytes > heap.to - heap.from || from > heap.to - bytes) {
		return NULL;
	}
	heap.from = from + (uint32_t)bytes;
	block = cpu_kseg0(from);
	block->class = class;
	block->was_used = 0;
	return block;
}

static struct block *take(size_t size)
{
	struct block *block = NULL;
	uint32_t class = 0;

	if (size > heap.to) {
		return NULL;
	}
	while (class_bytes(class) < size + sizeof(*block)) {
		class ++;
	}
	lock_acquire(&heap.lock);
	block = heap.free[class];
	if (block != NULL) {
		heap.free[class] = block->next;
	} else {
		block = take_fresh(class_bytes(class), class);
	}
	lock_release(&heap.lock);
	return block;
}

void *malloc(size_t size)
{
	struct block *block = take(size);

	return block != NULL ? block + 1 : NULL;
}

void *calloc(size_t count, size_t size)
{
	struct block *block;

	if (size != 0 && count > (size_t)-1 / size) {
		return NULL;
	}
	block = take(count * size);
	if (block == NULL) {
		return NULL;
	}
	return block->was_used ? memset(block + 1, 0, count * size) : block + 1;
}

void free(void *memory)
{
	struct block *block = memory;

	if (block == NULL) {
		return;
	}
	block--;
	lock_acquire(&heap.lock);
	block->was_used = 1;
	block->next = heap.free[block->class];
	heap.free[block->class] = block;
	lock_release(&heap.lock);
}

void *realloc(void *memory, size_t size)
{
	const struct block *block = memory;
	size_t room = block != NULL ? class_bytes(block[-1].class) - sizeof(*block) : 0;
	void *larger;

	if (block != NULL && size <= room) {
		return memory;
	}
	larger = malloc(size);
	if (larger != NULL && block != NULL) {
		memcpy(larger, memory, room);
		free(memory);
	}
	return larger;
}
