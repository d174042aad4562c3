/* SPDX-License-Identifier: MIT */
/*
 * explore.h - one state of the small system that explore.c explores, and its transitions.
 *
 * Three caches, two ports and a home share one line; messages lie in one bag and arrive in any
 * order. Data is symbolic: 1 = what the last store wrote, 0 = anything older. A store makes its own
 * data 1 and all other data 0, so "a load sees the last store" is "what is readable is 1".
 */
#pragma once

#include "sim/memsys/protocol.h"

#define MODEL_CACHES   3
#define MODEL_PORTS    2
#define MODEL_MESSAGES 20

enum model_port {
	PORT_IDLE,
	PORT_READS,
	PORT_WRITES,
	PORT_HAS_WRITTEN
};

struct model {
	struct protocol_cache cache[MODEL_CACHES];
	struct protocol_home home;
	uint8_t port[MODEL_PORTS]; /* enum model_port */
	unsigned message_count;
	struct protocol_message message[MODEL_MESSAGES];
};

/* A state as bytes: equal states have equal bytes. */
#define MODEL_BYTES (7 + MODEL_PORTS + 3 * MODEL_CACHES + 4 * MODEL_MESSAGES)
struct model_key {
	uint8_t bytes[MODEL_BYTES];
};

void model_init(struct model *model);
void model_encode(const struct model *model, struct model_key *key);
void model_decode(const struct model_key *key, struct model *model);

/* What CPUs and ports can do: load, store, replace of each cache; read, write of each port. */
#define MODEL_CPU_EVENTS (3 * MODEL_CACHES + 2 * MODEL_PORTS)

/* Rows that were taken. */
struct model_coverage {
	bool cache[CACHE_STATES][CACHE_EVENTS];
	bool home[HOME_STATES][HOME_EVENTS];
};

enum model_result {
	MODEL_STEPPED,
	MODEL_DISABLED,
	MODEL_BROKEN
};

/* Does event `number` of a CPU or the port. MODEL_BROKEN fills `why`. */
enum model_result model_cpu_event(const struct protocol *protocol, struct model *model,
				  unsigned number, struct model_coverage *coverage, char why[128]);
/* Delivers message `index`; MODEL_DISABLED if it waits. */
enum model_result model_deliver(const struct protocol *protocol, struct model *model,
				unsigned index, struct model_coverage *coverage, char why[128]);

/* NULL, or which property does not hold. */
const char *model_check(const struct model *model);
/* Nothing is under way. */
bool model_is_quiet(const struct model *model);

void model_describe_event(unsigned number, char text[128]);
void model_describe_message(const struct model *model, unsigned index, char text[128]);
