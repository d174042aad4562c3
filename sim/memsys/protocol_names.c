/* SPDX-License-Identifier: MIT */
/* protocol_names.c - names of the protocol's messages, states and events, for reports and docs. */
#include "sim/memsys/protocol.h"

/* clang-format off */
#define NAME(name) #name,

static const char *const message_names[] = {
#define MESSAGE(name, to, text) NAME(name)
#include "sim/memsys/protocol.def"
};

static const char *const cache_state_names[] = {
#define CACHE_STATE(name, text) NAME(name)
#include "sim/memsys/protocol.def"
};

static const char *const home_state_names[] = {
#define HOME_STATE(name, text) NAME(name)
#include "sim/memsys/protocol.def"
};

static const char *const cache_event_names[] = {
#define CACHE_EVENT(name, text) NAME(name)
#include "sim/memsys/protocol.def"
};

static const char *const home_event_names[] = {
#define HOME_EVENT(name, text) NAME(name)
#include "sim/memsys/protocol.def"
};
/* clang-format on */

const char *protocol_message_name(unsigned kind)
{
	return kind < MESSAGE_KINDS ? message_names[kind] : "?";
}

const char *protocol_cache_state_name(unsigned state)
{
	return state < CACHE_STATES ? cache_state_names[state] : "?";
}

const char *protocol_home_state_name(unsigned state)
{
	return state < HOME_STATES ? home_state_names[state] : "?";
}

const char *protocol_cache_event_name(unsigned event)
{
	return event < CACHE_EVENTS ? cache_event_names[event] : "?";
}

const char *protocol_home_event_name(unsigned event)
{
	return event < HOME_EVENTS ? home_event_names[event] : "?";
}
