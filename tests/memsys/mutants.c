/* SPDX-License-Identifier: MIT */
/* mutants.c - makes the protocol tables of mutants.def. */
#include "tests/memsys/mutants.h"

#include <string.h>

/* clang-format off */
#define C(action) CACHE_ACTION_##action
#define H(action) HOME_ACTION_##action

const struct mutant mutants[] = {
#define CACHE_MUTANT(name, state, event, next, actions) \
	{ #name, false, CACHE_##state, CACHE_EVENT_##event, { true, CACHE_##next, (uint32_t)(actions) } },
#define HOME_MUTANT(name, state, event, next, actions) \
	{ #name, true, HOME_##state, HOME_EVENT_##event, { true, HOME_##next, (uint32_t)(actions) } },
#include "tests/memsys/mutants.def"
};
/* clang-format on */

const unsigned mutant_count = sizeof(mutants) / sizeof(mutants[0]);

void mutant_make(struct mutant_protocol *made, const struct mutant *mutant)
{
	memcpy(made->cache, protocol_standard.cache, sizeof(made->cache));
	memcpy(made->home, protocol_standard.home, sizeof(made->home));
	made->protocol.cache = (const struct protocol_row(*)[CACHE_EVENTS])made->cache;
	made->protocol.home = (const struct protocol_row(*)[HOME_EVENTS])made->home;
	if (mutant->at_home) {
		made->home[mutant->state][mutant->event] = mutant->row;
	} else {
		made->cache[mutant->state][mutant->event] = mutant->row;
	}
}
