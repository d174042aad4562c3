/* SPDX-License-Identifier: MIT */
/*
 * events.h - messages and completions under way, in the order in which they take place.
 *
 * The order is (time, node, CPU, sequence): no host address and no order of visiting CPUs is in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/memsys/protocol.h"

enum event_kind {
	EVENT_LEAVE_CPU, /* a CPU's or port's message is at its own node controller */
	EVENT_SEND,      /* a message leaves a node */
	EVENT_ARRIVE,    /* a message comes from the network */
	EVENT_LOCAL,     /* a message for a CPU or the home comes from its own node */
	EVENT_FILL,      /* a CPU's miss ends at `when`; taken out one quantum before */
	EVENT_PORT_DONE  /* a port's access ends at `when`; likewise */
};

struct event {
	uint64_t time; /* key */
	uint64_t when; /* of FILL and PORT_DONE: the end; otherwise as time */
	uint64_t line; /* address of the line */
	struct protocol_message message;
	uint8_t kind; /* enum event_kind */
	uint8_t node; /* where it happens */
	uint8_t to;   /* of SEND: the node it goes to */
	uint8_t cpu;  /* who sent it, for the order */
};

struct event_queue;

struct event_queue *event_queue_create(void);
void event_queue_destroy(struct event_queue *queue);
void event_queue_clear(struct event_queue *queue);

void event_queue_push(struct event_queue *queue, const struct event *event);
/* The key of the first event; UINT64_MAX if there is none. */
uint64_t event_queue_first_time(const struct event_queue *queue);
/* Takes the first event out; there must be one. */
void event_queue_pop(struct event_queue *queue, struct event *event);
uint32_t event_queue_count(const struct event_queue *queue);
/* Calls `visit` for each event, in no particular order. */
void event_queue_for_each(const struct event_queue *queue,
			  void (*visit)(void *context, const struct event *event), void *context);

/* For archives: each event with its place in the order, and the sequence that comes next. */
void event_queue_get(const struct event_queue *queue, uint32_t index, struct event *event,
		     uint64_t *order);
void event_queue_put(struct event_queue *queue, const struct event *event, uint64_t order);
uint64_t event_queue_sequence(const struct event_queue *queue);
void event_queue_set_sequence(struct event_queue *queue, uint64_t sequence);
