/* SPDX-License-Identifier: MIT */
/*
 * protocol_home.c - the home side of the coherence protocol: table and transition function.
 *
 * Pure; see protocol.h. The order of the statements in a step is that of the actions in
 * protocol.def.
 */
#include "sim/memsys/protocol.h"

/* clang-format off */
/* The short names of the rows. */
enum {
#define HOME_ACTION(name, text) name = HOME_ACTION_##name,
#include "sim/memsys/protocol.def"
};

const struct protocol_row protocol_home_rows[HOME_STATES][HOME_EVENTS] = {
#define HOME_ROW(state, event, next, actions) \
	[HOME_##state][HOME_EVENT_##event] = { true, HOME_##next, (uint32_t)(actions) },
#include "sim/memsys/protocol.def"
};
/* clang-format on */

static uint64_t bit(uint8_t cache)
{
	return cache < PROTOCOL_CACHES_MAX ? (uint64_t)1 << cache : 0;
}

bool protocol_is_request(uint8_t message_kind)
{
	return message_kind <= MESSAGE_WRU;
}

enum home_event protocol_home_event(const struct protocol_home *home,
				    const struct protocol_message *in)
{
	switch ((enum protocol_message_kind)in->kind) {
	case MESSAGE_GETS:
		return (home->pending & bit(in->src)) ? HOME_EVENT_GETS_SOON : HOME_EVENT_GETS;
	case MESSAGE_GETX:
		return HOME_EVENT_GETX;
	case MESSAGE_UPG:
		return (home->sharers & bit(in->src)) ? HOME_EVENT_UPG_HELD : HOME_EVENT_UPG_LOST;
	case MESSAGE_PUTM:
		return home->owner == in->src ? HOME_EVENT_PUTM_OWN : HOME_EVENT_PUT_STALE;
	case MESSAGE_PUTE:
		return home->owner == in->src ? HOME_EVENT_PUTE_OWN : HOME_EVENT_PUT_STALE;
	case MESSAGE_RDU:
		return HOME_EVENT_RDU;
	case MESSAGE_WRU:
		return HOME_EVENT_WRU;
	case MESSAGE_DONE:
		return (home->pending & ~bit(in->src)) ? HOME_EVENT_DONE_MORE
						       : HOME_EVENT_DONE_LAST;
	case MESSAGE_SWB:
		return HOME_EVENT_SWB;
	case MESSAGE_CLEAN:
		return HOME_EVENT_CLEAN;
	case MESSAGE_INV_ACK:
		return home->acks_missing == 1 ? HOME_EVENT_ACK_LAST : HOME_EVENT_ACK_MORE;
	default:
		return HOME_EVENTS; /* not for the home */
	}
}

static struct protocol_message *send(struct protocol_output *out, uint8_t kind, uint8_t dst,
				     uint8_t requester)
{
	struct protocol_message *message = &out->message[out->count++];

	*message = (struct protocol_message){
		.kind = kind, .src = PROTOCOL_AGENT_HOME, .dst = dst, .requester = requester
	};
	return message;
}

/* Sends what goes to sharers and to the owner; returns how many acknowledgements will come. */
static uint8_t send_to_holders(const struct protocol_home *home, uint8_t requester,
			       struct protocol_output *out)
{
	uint64_t targets = 0;

	if (out->actions & SEND_INV) {
		targets = home->sharers & ~bit(requester);
	}
	if (out->actions & SEND_INV_HOME) {
		targets = home->sharers;
		requester = PROTOCOL_AGENT_HOME;
	}
	if (targets) {
		send(out, MESSAGE_INV, PROTOCOL_AGENT_NONE, requester)->targets = targets;
	}
	if (out->actions & SEND_FWD_S) {
		send(out, MESSAGE_FWD_S, home->owner, requester);
	}
	if (out->actions & SEND_FWD_X) {
		send(out, MESSAGE_FWD_X, home->owner, requester);
	}
	if (out->actions & SEND_RECALL_S) {
		send(out, MESSAGE_RECALL_S, home->owner, requester);
	}
	if (out->actions & SEND_RECALL_X) {
		send(out, MESSAGE_RECALL_X, home->owner, requester);
	}
	return (uint8_t)__builtin_popcountll(targets);
}

/* Sends the answer to the requester. */
static void send_answer(const struct protocol_home *home, uint8_t requester, uint32_t tag,
			uint8_t acks, struct protocol_output *out)
{
	static const struct {
		uint32_t action;
		uint8_t kind;
	} sends[] = {
		{ SEND_DATA_S, MESSAGE_DATA_S }, { SEND_DATA_E, MESSAGE_DATA_E },
		{ SEND_DATA_M, MESSAGE_DATA_M }, { SEND_UPG_ACK, MESSAGE_UPG_ACK },
		{ SEND_DATA_U, MESSAGE_DATA_U }, { SEND_WR_ACK, MESSAGE_WR_ACK },
		{ SEND_WB_ACK, MESSAGE_WB_ACK },
	};

	for (size_t i = 0; i < sizeof(sends) / sizeof(sends[0]); i++) {
		if (out->actions & sends[i].action) {
			struct protocol_message *message =
				send(out, sends[i].kind, requester, requester);

			message->acks = acks;
			message->tag = tag;
			message->data = home->data;
		}
	}
}

/* Who holds the line afterwards. */
static void set_holders(struct protocol_home *home, uint8_t requester, uint32_t actions)
{
	if (actions & (KEEP_OWNER | ADD_SHARER)) {
		if (actions & KEEP_OWNER) {
			home->sharers |= bit(home->owner);
		}
		if (actions & ADD_SHARER) {
			home->sharers |= bit(requester);
		}
		home->owner = PROTOCOL_AGENT_NONE;
	}
	if (actions & SET_OWNER) {
		home->owner = requester;
		home->sharers = 0;
	}
	if (actions & SET_NONE) {
		home->owner = PROTOCOL_AGENT_NONE;
		home->sharers = 0;
	}
	if (actions & EXPECT_DONE) {
		home->pending |= bit(requester);
	}
}

bool protocol_home_step(const struct protocol *protocol, struct protocol_home *home,
			enum home_event event, const struct protocol_message *in,
			struct protocol_output *out)
{
	const struct protocol_row *row;
	bool is_request = protocol_is_request(in->kind);
	uint8_t requester = is_request ? in->src : home->requester;
	uint32_t tag = is_request ? in->tag : home->tag;
	uint8_t acks;

	out->count = 0;
	out->actions = 0;
	if (event >= HOME_EVENTS || !protocol->home[home->state][event].exists) {
		return false;
	}
	row = &protocol->home[home->state][event];
	out->actions = row->actions;
	if (row->actions & WAIT) {
		return true;
	}
	if (row->actions & TAKE_DATA) {
		home->data = in->data;
	}
	if (row->actions & COUNT) {
		home->acks_missing--;
	}
	acks = send_to_holders(home, requester, out);
	if (row->actions & SEND_INV_HOME) {
		home->acks_missing = acks;
		acks = 0;
	}
	send_answer(home, requester, tag, acks, out);
	set_holders(home, requester, row->actions);
	if (row->actions & CLEAR_DONE) {
		home->pending &= ~bit(in->src);
	}
	home->state = row->next;
	if (row->next == HOME_BR || row->next == HOME_BW || row->next == HOME_BI) {
		home->requester = requester;
		home->tag = tag;
	} else {
		home->requester = PROTOCOL_AGENT_NONE;
		home->tag = 0;
	}
	return true;
}

const char *protocol_home_check(const struct protocol_home *home)
{
	static const uint32_t has_owner = 1U << HOME_X | 1U << HOME_BX;
	static const uint32_t has_sharers = 1U << HOME_S | 1U << HOME_R | 1U << HOME_BF |
					    1U << HOME_BD | 1U << HOME_BC | 1U << HOME_BR |
					    1U << HOME_BI;
	static const uint32_t has_pending =
		1U << HOME_R | 1U << HOME_BX | 1U << HOME_BF | 1U << HOME_BD;
	uint32_t state = 1U << home->state;

	if ((home->owner != PROTOCOL_AGENT_NONE) != ((state & has_owner) != 0)) {
		return "I1: owner without state X or BX, or the reverse";
	}
	if ((home->sharers != 0) != ((state & has_sharers) != 0)) {
		return "I2: sharers in a state without sharers, or the reverse";
	}
	if ((home->pending != 0) != ((state & has_pending) != 0)) {
		return "I3: DONE expected in a state that expects none, or the reverse";
	}
	if ((home->acks_missing != 0) != (home->state == HOME_BI)) {
		return "I4: acknowledgements missing in a state other than BI, or the reverse";
	}
	return NULL;
}
