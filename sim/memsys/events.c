/* SPDX-License-Identifier: MIT */
/* events.c - a binary heap of small keys over a pool of events (events.h). */
#include "sim/memsys/events.h"

#include <stdio.h>
#include <stdlib.h>

#define NO_EVENT UINT32_MAX

struct heap_key {
	uint64_t time;
	uint64_t order; /* node, CPU, sequence */
	uint32_t slot;
};

struct event_queue {
	struct heap_key *heap;
	struct event *pool;
	uint32_t *free_slots;
	uint32_t count, capacity;
	uint32_t free_count;
	uint64_t sequence; /* of the next event; 48 bits enter the order */
};

static void *must_resize(void *memory, size_t bytes)
{
	void *resized = realloc(memory, bytes);

	if (!resized) {
		fputs("mirrorball: out of host memory\n", stderr);
		abort();
	}
	return resized;
}

static void grow(struct event_queue *queue)
{
	uint32_t old = queue->capacity;

	queue->capacity = old ? 2 * old : 256;
	queue->heap = must_resize(queue->heap, queue->capacity * sizeof(*queue->heap));
	queue->pool = must_resize(queue->pool, queue->capacity * sizeof(*queue->pool));
	queue->free_slots =
		must_resize(queue->free_slots, queue->capacity * sizeof(*queue->free_slots));
	for (uint32_t slot = queue->capacity; slot-- > old;) {
		queue->free_slots[queue->free_count++] = slot;
	}
}

struct event_queue *event_queue_create(void)
{
	struct event_queue *queue = must_resize(NULL, sizeof(*queue));

	*queue = (struct event_queue){ 0 };
	grow(queue);
	return queue;
}

void event_queue_destroy(struct event_queue *queue)
{
	if (queue) {
		free(queue->heap);
		free(queue->pool);
		free(queue->free_slots);
		free(queue);
	}
}

void event_queue_clear(struct event_queue *queue)
{
	while (queue->count > 0) {
		queue->count--;
		queue->free_slots[queue->free_count++] = queue->heap[queue->count].slot;
	}
	queue->sequence = 0;
}

static inline bool is_before(const struct heap_key *a, const struct heap_key *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

void event_queue_put(struct event_queue *queue, const struct event *event, uint64_t order)
{
	struct heap_key key = { event->time, order, 0 };
	uint32_t at;

	if (queue->free_count == 0) {
		grow(queue);
	}
	key.slot = queue->free_slots[--queue->free_count];
	queue->pool[key.slot] = *event;
	at = queue->count++;
	while (at > 0 && is_before(&key, &queue->heap[(at - 1) / 2])) {
		queue->heap[at] = queue->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	queue->heap[at] = key;
}

void event_queue_push(struct event_queue *queue, const struct event *event)
{
	uint64_t order = (uint64_t)event->node << 56 | (uint64_t)event->cpu << 48 |
			 (queue->sequence++ & 0xffffffffffff);

	event_queue_put(queue, event, order);
}

void event_queue_get(const struct event_queue *queue, uint32_t index, struct event *event,
		     uint64_t *order)
{
	*event = queue->pool[queue->heap[index].slot];
	*order = queue->heap[index].order;
}

uint64_t event_queue_sequence(const struct event_queue *queue)
{
	return queue->sequence;
}

void event_queue_set_sequence(struct event_queue *queue, uint64_t sequence)
{
	queue->sequence = sequence;
}

uint64_t event_queue_first_time(const struct event_queue *queue)
{
	return queue->count > 0 ? queue->heap[0].time : UINT64_MAX;
}

void event_queue_pop(struct event_queue *queue, struct event *event)
{
	uint32_t slot = queue->heap[0].slot;
	struct heap_key last = queue->heap[--queue->count];
	uint32_t at = 0;
	uint32_t child;

	*event = queue->pool[slot];
	queue->free_slots[queue->free_count++] = slot;
	while ((child = 2 * at + 1) < queue->count) {
		if (child + 1 < queue->count &&
		    is_before(&queue->heap[child + 1], &queue->heap[child])) {
			child++;
		}
		if (!is_before(&queue->heap[child], &last)) {
			break;
		}
		queue->heap[at] = queue->heap[child];
		at = child;
	}
	queue->heap[at] = last;
}

uint32_t event_queue_count(const struct event_queue *queue)
{
	return queue->count;
}

void event_queue_for_each(const struct event_queue *queue,
			  void (*visit)(void *context, const struct event *event), void *context)
{
	for (uint32_t i = 0; i < queue->count; i++) {
		visit(context, &queue->pool[queue->heap[i].slot]);
	}
}
