/* SPDX-License-Identifier: MIT */
/*
 * protocol_cache.c - the cache side of the coherence protocol: table and transition function.
 *
 * Pure; see protocol.h. The order of the statements in a step is that of the actions in
 * protocol.def.
 */
#include "sim/memsys/protocol.h"

/* clang-format off */
/* The short names of the rows. */
enum {
#define CACHE_ACTION(name, text) name = CACHE_ACTION_##name,
#include "sim/memsys/protocol.def"
};

const struct protocol_row protocol_cache_rows[CACHE_STATES][CACHE_EVENTS] = {
#define CACHE_ROW(state, event, next, actions) \
	[CACHE_##state][CACHE_EVENT_##event] = { true, CACHE_##next, (uint32_t)(actions) },
#include "sim/memsys/protocol.def"
};
/* clang-format on */

const struct protocol protocol_standard = { protocol_cache_rows, protocol_home_rows };

enum cache_event protocol_cache_event(const struct protocol_cache *cache,
				      const struct protocol_message *in)
{
	switch ((enum protocol_message_kind)in->kind) {
	case MESSAGE_FWD_S:
		return CACHE_EVENT_FWD_S;
	case MESSAGE_FWD_X:
		return CACHE_EVENT_FWD_X;
	case MESSAGE_RECALL_S:
		return CACHE_EVENT_RECALL_S;
	case MESSAGE_RECALL_X:
		return CACHE_EVENT_RECALL_X;
	case MESSAGE_INV:
		return CACHE_EVENT_INV;
	case MESSAGE_DATA_S:
		return CACHE_EVENT_DATA_S;
	case MESSAGE_DATA_E:
		return CACHE_EVENT_DATA_E;
	case MESSAGE_DATA_M:
		return in->acks == cache->acks_seen ? CACHE_EVENT_DATA_M_ALL
						    : CACHE_EVENT_DATA_M_SOME;
	case MESSAGE_UPG_ACK:
		return in->acks == cache->acks_seen ? CACHE_EVENT_UPG_ACK_ALL
						    : CACHE_EVENT_UPG_ACK_SOME;
	case MESSAGE_INV_ACK:
		/* Before the answer of the home, acks_needed is 0 and no count is the last. */
		return cache->acks_seen + 1 == cache->acks_needed ? CACHE_EVENT_ACK_LAST
								  : CACHE_EVENT_ACK_MORE;
	case MESSAGE_WB_ACK:
		return CACHE_EVENT_WB_ACK;
	default:
		return CACHE_EVENTS; /* not for a cache */
	}
}

static void send(struct protocol_output *out, uint8_t kind, uint8_t src, uint8_t dst,
		 const struct protocol_cache *cache)
{
	out->message[out->count] = (struct protocol_message){
		.kind = kind, .src = src, .dst = dst, .requester = src, .data = cache->data
	};
	out->count++;
}

/* What goes to the home because of the row. */
static void send_to_home(const struct protocol_cache *cache, uint8_t self,
			 struct protocol_output *out)
{
	static const struct {
		uint32_t action;
		uint8_t kind;
	} sends[] = {
		{ SEND_GETS, MESSAGE_GETS },   { SEND_GETX, MESSAGE_GETX },
		{ SEND_UPG, MESSAGE_UPG },     { SEND_PUTM, MESSAGE_PUTM },
		{ SEND_PUTE, MESSAGE_PUTE },   { SEND_SWB, MESSAGE_SWB },
		{ SEND_CLEAN, MESSAGE_CLEAN }, { SEND_DONE, MESSAGE_DONE },
	};

	for (size_t i = 0; i < sizeof(sends) / sizeof(sends[0]); i++) {
		if (out->actions & sends[i].action) {
			send(out, sends[i].kind, self, PROTOCOL_AGENT_HOME, cache);
		}
	}
}

bool protocol_cache_step(const struct protocol *protocol, struct protocol_cache *cache,
			 uint8_t self, enum cache_event event, const struct protocol_message *in,
			 struct protocol_output *out)
{
	const struct protocol_row *row;

	out->count = 0;
	out->actions = 0;
	if (event >= CACHE_EVENTS || !protocol->cache[cache->state][event].exists) {
		return false;
	}
	row = &protocol->cache[cache->state][event];
	out->actions = row->actions;
	if (row->actions & FILL && in) {
		cache->data = in->data;
	}
	if (row->actions & NEED && in) {
		cache->acks_needed = in->acks;
	}
	if (row->actions & COUNT) {
		cache->acks_seen++;
	}
	if (row->actions & SEND_DATA_S && in) {
		send(out, MESSAGE_DATA_S, self, in->requester, cache);
	}
	if (row->actions & SEND_DATA_M && in) {
		send(out, MESSAGE_DATA_M, self, in->requester, cache);
	}
	if (row->actions & SEND_ACK && in) {
		send(out, MESSAGE_INV_ACK, self, in->requester, cache);
	}
	send_to_home(cache, self, out);
	cache->state = row->next;
	if (cache->state <= CACHE_M) {
		cache->acks_needed = 0;
		cache->acks_seen = 0;
	}
	return true;
}
