/* SPDX-License-Identifier: MIT */
/*
 * protocol.h - the coherence protocol as a table and two pure functions over it.
 *
 * protocol.def has the rows. One function steps the cache side of a line, the other the home side;
 * both take the state of one agent and one event, change that state and return the messages to
 * send. They know no time, no addresses and no queues: engine.c and the exploration of tests/memsys
 * bring those. Data is a number: a version in the engine, fresh or stale in the exploration.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
enum protocol_message_kind {
#define MESSAGE(name, to, text) MESSAGE_##name,
#include "sim/memsys/protocol.def"
	MESSAGE_KINDS
};

enum cache_state {
#define CACHE_STATE(name, text) CACHE_##name,
#include "sim/memsys/protocol.def"
	CACHE_STATES
};

enum home_state {
#define HOME_STATE(name, text) HOME_##name,
#include "sim/memsys/protocol.def"
	HOME_STATES
};

enum cache_event {
#define CACHE_EVENT(name, text) CACHE_EVENT_##name,
#include "sim/memsys/protocol.def"
	CACHE_EVENTS
};

enum home_event {
#define HOME_EVENT(name, text) HOME_EVENT_##name,
#include "sim/memsys/protocol.def"
	HOME_EVENTS
};

enum cache_action_number {
#define CACHE_ACTION(name, text) CACHE_ACTION_##name##_NUMBER,
#include "sim/memsys/protocol.def"
	CACHE_ACTIONS
};

enum home_action_number {
#define HOME_ACTION(name, text) HOME_ACTION_##name##_NUMBER,
#include "sim/memsys/protocol.def"
	HOME_ACTIONS
};

/* A row's actions: a set of bits. */
enum cache_action {
#define CACHE_ACTION(name, text) CACHE_ACTION_##name = 1 << CACHE_ACTION_##name##_NUMBER,
#include "sim/memsys/protocol.def"
};

enum home_action {
#define HOME_ACTION(name, text) HOME_ACTION_##name = 1 << HOME_ACTION_##name##_NUMBER,
#include "sim/memsys/protocol.def"
};
/* clang-format on */

/* Agents: caches are CPU numbers; ports of devices and uncached accesses follow; then the home. */
#define PROTOCOL_CACHES_MAX 64
#define PROTOCOL_PORT_FIRST 64
#define PROTOCOL_AGENT_HOME 254
#define PROTOCOL_AGENT_NONE 255

struct protocol_message {
	uint8_t kind;      /* enum protocol_message_kind */
	uint8_t src;       /* agent */
	uint8_t dst;       /* agent; of INV: unused, see targets */
	uint8_t requester; /* of FWD_*, INV: who gets the answer */
	uint8_t acks;      /* of DATA_M, UPG_ACK: INV_ACKs that come */
	uint32_t tag;      /* of RDU, WRU, DATA_U, WR_ACK: the port's own number of the access */
	uint32_t data;     /* of messages with data */
	uint64_t targets;  /* of INV: the set of caches */
};

/* One row. */
struct protocol_row {
	bool exists;
	uint8_t next;
	uint32_t actions;
};

/* Tables by state and event. The standard one is protocol.def; tests bring planted errors. */
struct protocol {
	const struct protocol_row (*cache)[CACHE_EVENTS];
	const struct protocol_row (*home)[HOME_EVENTS];
};

extern const struct protocol protocol_standard;
extern const struct protocol_row protocol_cache_rows[CACHE_STATES][CACHE_EVENTS];
extern const struct protocol_row protocol_home_rows[HOME_STATES][HOME_EVENTS];

/* The cache side of one line in one cache. I1: acks_needed and acks_seen are 0 in I, S, E, M. */
struct protocol_cache {
	uint8_t state;       /* enum cache_state */
	uint8_t acks_needed; /* promised by DATA_M or UPG_ACK */
	uint8_t acks_seen;
	uint32_t data;
};

/*
 * The home side of one line. Invariants, checked by protocol_home_check():
 * I1 an owner exists if and only if the state is X or BX.
 * I2 sharers exist if and only if the state is S, R, BF, BD, BC, BR or BI.
 * I3 somebody has to say DONE if and only if the state is R, BX, BF or BD.
 * I4 acknowledgements are missing at the home if and only if the state is BI.
 */
struct protocol_home {
	uint8_t state;     /* enum home_state */
	uint8_t owner;     /* cache or PROTOCOL_AGENT_NONE */
	uint8_t requester; /* in BR, BW, BI: the port; otherwise PROTOCOL_AGENT_NONE */
	uint8_t acks_missing;
	uint32_t tag; /* in BR, BW, BI: the port's number */
	uint32_t data;
	uint64_t sharers; /* a bit per cache */
	uint64_t pending; /* caches that have to say DONE */
};

#define PROTOCOL_OUTPUT_MAX 3 /* more no row sends */

/* What a step does besides changing its agent's state. */
struct protocol_output {
	unsigned count;
	uint32_t actions; /* the row's */
	struct protocol_message message[PROTOCOL_OUTPUT_MAX];
};

/* Which event a message is for an agent in this state. */
enum cache_event protocol_cache_event(const struct protocol_cache *cache,
				      const struct protocol_message *in);
enum home_event protocol_home_event(const struct protocol_home *home,
				    const struct protocol_message *in);

/*
 * One transition. False if the table has no row for it; nothing is changed then. `in` is NULL for
 * events of the CPU.
 */
bool protocol_cache_step(const struct protocol *protocol, struct protocol_cache *cache,
			 uint8_t self, enum cache_event event, const struct protocol_message *in,
			 struct protocol_output *out);
bool protocol_home_step(const struct protocol *protocol, struct protocol_home *home,
			enum home_event event, const struct protocol_message *in,
			struct protocol_output *out);

/* The first invariant that does not hold, as text; NULL if all hold. */
const char *protocol_home_check(const struct protocol_home *home);

/* Is it one of the requests that wait while a line is busy? */
bool protocol_is_request(uint8_t message_kind);

const char *protocol_message_name(unsigned kind);
const char *protocol_cache_state_name(unsigned state);
const char *protocol_home_state_name(unsigned state);
const char *protocol_cache_event_name(unsigned event);
const char *protocol_home_event_name(unsigned event);
