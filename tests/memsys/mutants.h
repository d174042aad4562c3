/* SPDX-License-Identifier: MIT */
/* mutants.h - the protocol with one planted error (mutants.def), for explore.c and stress.c. */
#pragma once

#include "sim/memsys/protocol.h"

struct mutant {
	const char *name;
	bool at_home;
	uint8_t state;
	uint8_t event;
	struct protocol_row row;
};

extern const struct mutant mutants[];
extern const unsigned mutant_count;

/* Tables of one mutant; `protocol` points into the struct, which must not move. */
struct mutant_protocol {
	struct protocol protocol;
	struct protocol_row cache[CACHE_STATES][CACHE_EVENTS];
	struct protocol_row home[HOME_STATES][HOME_EVENTS];
};

void mutant_make(struct mutant_protocol *made, const struct mutant *mutant);
