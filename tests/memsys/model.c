/* SPDX-License-Identifier: MIT */
/*
 * model.c - the small system of explore.c: its transitions, made from the protocol's own functions,
 * and the properties that hold in each state.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/memsys/explore.h"

static bool cache_is_readable(const struct protocol_cache *cache)
{
	return cache->state == CACHE_S || cache->state == CACHE_E || cache->state == CACHE_M ||
	       cache->state == CACHE_SM;
}

static bool cache_is_writable(const struct protocol_cache *cache)
{
	return cache->state == CACHE_E || cache->state == CACHE_M;
}

static bool cache_has_data(const struct protocol_cache *cache)
{
	return cache_is_readable(cache) || cache->state == CACHE_MA || cache->state == CACHE_MI ||
	       cache->state == CACHE_EI;
}

static bool message_has_data(uint8_t kind)
{
	return kind == MESSAGE_PUTM || kind == MESSAGE_SWB || kind == MESSAGE_DATA_S ||
	       kind == MESSAGE_DATA_E || kind == MESSAGE_DATA_M;
}

void model_init(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->home.owner = PROTOCOL_AGENT_NONE;
	model->home.requester = PROTOCOL_AGENT_NONE;
	model->home.data = 1;
}

/* Agents as 3 bits. */
static uint32_t short_agent(uint8_t agent)
{
	if (agent < MODEL_CACHES) {
		return agent;
	}
	if (agent < PROTOCOL_PORT_FIRST + MODEL_PORTS) {
		return MODEL_CACHES + agent - PROTOCOL_PORT_FIRST;
	}
	return agent == PROTOCOL_AGENT_HOME ? 5 : 6;
}

static uint8_t long_agent(uint32_t code)
{
	static const uint8_t agents[] = { 0,
					  1,
					  2,
					  PROTOCOL_PORT_FIRST,
					  PROTOCOL_PORT_FIRST + 1,
					  PROTOCOL_AGENT_HOME,
					  PROTOCOL_AGENT_NONE,
					  0 };

	return agents[code & 7];
}

static uint32_t encode_message(const struct protocol_message *message)
{
	return (uint32_t)message->kind | short_agent(message->src) << 8 |
	       short_agent(message->dst) << 11 | short_agent(message->requester) << 14 |
	       (uint32_t)message->acks << 17 | message->data << 21 | 1U << 31;
}

static void decode_message(uint32_t code, struct protocol_message *message)
{
	*message = (struct protocol_message){ .kind = (uint8_t)code,
					      .src = long_agent(code >> 8),
					      .dst = long_agent(code >> 11),
					      .requester = long_agent(code >> 14),
					      .acks = (uint8_t)(code >> 17 & 0xf),
					      .data = code >> 21 & 1 };
}

static int compare_codes(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

void model_encode(const struct model *model, struct model_key *key)
{
	uint32_t codes[MODEL_MESSAGES] = { 0 };
	uint8_t *at = key->bytes;

	memset(key, 0, sizeof(*key));
	for (unsigned i = 0; i < MODEL_CACHES; i++) {
		*at++ = model->cache[i].state;
		*at++ = (uint8_t)(model->cache[i].acks_needed << 4 | model->cache[i].acks_seen);
		*at++ = (uint8_t)model->cache[i].data;
	}
	*at++ = model->home.state;
	*at++ = (uint8_t)short_agent(model->home.owner);
	*at++ = (uint8_t)short_agent(model->home.requester);
	*at++ = model->home.acks_missing;
	*at++ = (uint8_t)model->home.data;
	*at++ = (uint8_t)model->home.sharers;
	*at++ = (uint8_t)model->home.pending;
	for (unsigned i = 0; i < MODEL_PORTS; i++) {
		*at++ = model->port[i];
	}
	for (unsigned i = 0; i < model->message_count; i++) {
		codes[i] = encode_message(&model->message[i]);
	}
	qsort(codes, model->message_count, sizeof(codes[0]), compare_codes);
	memcpy(at, codes, sizeof(codes));
}

void model_decode(const struct model_key *key, struct model *model)
{
	uint32_t codes[MODEL_MESSAGES];
	const uint8_t *at = key->bytes;

	model_init(model);
	for (unsigned i = 0; i < MODEL_CACHES; i++) {
		model->cache[i].state = *at++;
		model->cache[i].acks_needed = *at >> 4;
		model->cache[i].acks_seen = *at++ & 0xf;
		model->cache[i].data = *at++;
	}
	model->home.state = *at++;
	model->home.owner = long_agent(*at++);
	model->home.requester = long_agent(*at++);
	model->home.acks_missing = *at++;
	model->home.data = *at++;
	model->home.sharers = *at++;
	model->home.pending = *at++;
	for (unsigned i = 0; i < MODEL_PORTS; i++) {
		model->port[i] = *at++;
	}
	memcpy(codes, at, sizeof(codes));
	while (model->message_count < MODEL_MESSAGES && codes[model->message_count]) {
		decode_message(codes[model->message_count], &model->message[model->message_count]);
		model->message_count++;
	}
}

/* A store has taken place: all older data is old. */
static void make_all_old(struct model *model)
{
	for (unsigned i = 0; i < MODEL_CACHES; i++) {
		model->cache[i].data = 0;
	}
	for (unsigned i = 0; i < model->message_count; i++) {
		model->message[i].data = 0;
	}
	model->home.data = 0;
}

static bool add_message(struct model *model, struct protocol_message message)
{
	if (model->message_count == MODEL_MESSAGES) {
		return false;
	}
	message.targets = 0;
	if (!message_has_data(message.kind)) {
		message.data = 0;
	}
	if (message.kind != MESSAGE_FWD_S && message.kind != MESSAGE_FWD_X &&
	    message.kind != MESSAGE_INV) {
		message.requester = PROTOCOL_AGENT_NONE;
	}
	model->message[model->message_count++] = message;
	return true;
}

/* Puts what a step sent into the bag; INV becomes a message per target. */
static enum model_result add_output(struct model *model, const struct protocol_output *out,
				    char why[128])
{
	bool fits = true;

	for (unsigned i = 0; i < out->count; i++) {
		struct protocol_message message = out->message[i];

		if (message.kind != MESSAGE_INV) {
			fits = fits && add_message(model, message);
			continue;
		}
		for (uint8_t target = 0; target < MODEL_CACHES; target++) {
			if (message.targets >> target & 1) {
				message.dst = target;
				message.src = PROTOCOL_AGENT_HOME;
				fits = fits && add_message(model, message);
			}
		}
	}
	if (!fits) {
		snprintf(why, 128, "more than %d messages under way", MODEL_MESSAGES);
		return MODEL_BROKEN;
	}
	return MODEL_STEPPED;
}

static enum model_result step_cache(const struct protocol *protocol, struct model *model,
				    uint8_t self, enum cache_event event,
				    const struct protocol_message *in,
				    struct model_coverage *coverage, char why[128])
{
	struct protocol_cache *cache = &model->cache[self];
	struct protocol_output out;
	uint8_t before = cache->state;

	if (!protocol_cache_step(protocol, cache, self, event, in, &out)) {
		snprintf(why, 128, "cache %u in state %s has no row for %s", self,
			 protocol_cache_state_name(before), protocol_cache_event_name(event));
		return MODEL_BROKEN;
	}
	coverage->cache[before][event] = true;
	if (out.actions & CACHE_ACTION_DO_STORE) {
		/* It writes a part of the line; the rest has to be the newest. */
		if (!cache->data) {
			snprintf(why, 128, "a store into old data");
			return MODEL_BROKEN;
		}
		make_all_old(model);
		cache->data = 1;
	}
	if (!cache_has_data(cache)) {
		cache->data = 0;
	}
	return add_output(model, &out, why);
}

static enum model_result step_home(const struct protocol *protocol, struct model *model,
				   const struct protocol_message *in,
				   struct model_coverage *coverage, char why[128])
{
	struct protocol_output out;
	uint8_t before = model->home.state;
	uint8_t requester = protocol_is_request(in->kind) ? in->src : model->home.requester;
	enum home_event event = protocol_home_event(&model->home, in);
	const char *broken;

	if (!protocol_home_step(protocol, &model->home, event, in, &out)) {
		snprintf(why, 128, "home in state %s has no row for %s",
			 protocol_home_state_name(before), protocol_home_event_name(event));
		return MODEL_BROKEN;
	}
	coverage->home[before][event] = true;
	if (out.actions & HOME_ACTION_WAIT) {
		return MODEL_DISABLED;
	}
	if (out.actions & HOME_ACTION_SEND_DATA_U && !model->home.data) {
		snprintf(why, 128, "a port reads old data");
		return MODEL_BROKEN;
	}
	if (out.actions & HOME_ACTION_WRITE) {
		if (!model->home.data) {
			snprintf(why, 128, "a port writes into old data");
			return MODEL_BROKEN;
		}
		make_all_old(model);
		model->home.data = 1;
		model->port[requester - PROTOCOL_PORT_FIRST] = PORT_HAS_WRITTEN;
	}
	broken = protocol_home_check(&model->home);
	if (broken) {
		snprintf(why, 128, "%s", broken);
		return MODEL_BROKEN;
	}
	return add_output(model, &out, why);
}

static bool cpu_event_is_enabled(uint8_t state, enum cache_event event)
{
	switch (event) {
	case CACHE_EVENT_LOAD:
	case CACHE_EVENT_STORE:
		return state <= CACHE_M;
	case CACHE_EVENT_EVICT:
		return state == CACHE_S || state == CACHE_E || state == CACHE_M;
	default:
		return false;
	}
}

static enum model_result port_event(struct model *model, unsigned number)
{
	uint8_t *port = &model->port[number / 2];
	bool writes = number % 2 == 1;

	if (*port != PORT_IDLE) {
		return MODEL_DISABLED;
	}
	*port = writes ? PORT_WRITES : PORT_READS;
	add_message(model,
		    (struct protocol_message){ .kind = writes ? MESSAGE_WRU : MESSAGE_RDU,
					       .src = (uint8_t)(PROTOCOL_PORT_FIRST + number / 2),
					       .dst = PROTOCOL_AGENT_HOME });
	return MODEL_STEPPED;
}

enum model_result model_cpu_event(const struct protocol *protocol, struct model *model,
				  unsigned number, struct model_coverage *coverage, char why[128])
{
	static const enum cache_event events[3] = { CACHE_EVENT_LOAD, CACHE_EVENT_STORE,
						    CACHE_EVENT_EVICT };

	if (number < 3 * MODEL_CACHES) {
		uint8_t self = (uint8_t)(number / 3);
		enum cache_event event = events[number % 3];

		if (!cpu_event_is_enabled(model->cache[self].state, event)) {
			return MODEL_DISABLED;
		}
		return step_cache(protocol, model, self, event, NULL, coverage, why);
	}
	return port_event(model, number - 3 * MODEL_CACHES);
}

static enum model_result step_port(struct model *model, const struct protocol_message *in,
				   char why[128])
{
	uint8_t *port = &model->port[in->dst - PROTOCOL_PORT_FIRST];
	enum model_port expects = in->kind == MESSAGE_DATA_U ? PORT_READS : PORT_HAS_WRITTEN;

	if (*port != expects) {
		snprintf(why, 128, "a port gets %s without cause", protocol_message_name(in->kind));
		return MODEL_BROKEN;
	}
	*port = PORT_IDLE;
	return MODEL_STEPPED;
}

enum model_result model_deliver(const struct protocol *protocol, struct model *model,
				unsigned index, struct model_coverage *coverage, char why[128])
{
	struct protocol_message in = model->message[index];

	model->message[index] = model->message[--model->message_count];
	if (in.dst == PROTOCOL_AGENT_HOME) {
		return step_home(protocol, model, &in, coverage, why);
	}
	if (in.dst >= PROTOCOL_PORT_FIRST && in.dst < PROTOCOL_PORT_FIRST + MODEL_PORTS) {
		return step_port(model, &in, why);
	}
	if (in.dst >= MODEL_CACHES) {
		snprintf(why, 128, "%s goes to nobody", protocol_message_name(in.kind));
		return MODEL_BROKEN;
	}
	return step_cache(protocol, model, in.dst, protocol_cache_event(&model->cache[in.dst], &in),
			  &in, coverage, why);
}

bool model_is_quiet(const struct model *model)
{
	for (unsigned i = 0; i < MODEL_CACHES; i++) {
		if (model->cache[i].state > CACHE_M) {
			return false;
		}
	}
	for (unsigned i = 0; i < MODEL_PORTS; i++) {
		if (model->port[i] != PORT_IDLE) {
			return false;
		}
	}
	return model->message_count == 0 && model->home.state <= HOME_X;
}

/* When nothing is under way, directory and caches agree. */
static const char *check_quiet(const struct model *model)
{
	for (uint8_t i = 0; i < MODEL_CACHES; i++) {
		bool held = cache_is_readable(&model->cache[i]);

		if (held && cache_is_writable(&model->cache[i]) != (model->home.owner == i)) {
			return "directory and caches differ about the owner";
		}
		if (held && !cache_is_writable(&model->cache[i]) &&
		    !(model->home.sharers >> i & 1)) {
			return "the directory does not know a sharer";
		}
		if (!held && model->home.owner == i) {
			return "the directory's owner has no copy";
		}
	}
	if (model->home.state != HOME_X && !model->home.data) {
		return "memory is old and nobody owns the line";
	}
	return NULL;
}

const char *model_check(const struct model *model)
{
	unsigned readers = 0;
	unsigned writers = 0;

	for (unsigned i = 0; i < MODEL_CACHES; i++) {
		if (cache_is_readable(&model->cache[i])) {
			readers++;
			if (!model->cache[i].data) {
				return "a load would see old data";
			}
		}
		writers += cache_is_writable(&model->cache[i]);
	}
	if (writers > 0 && readers > 1) {
		return "a writer and another reader or writer";
	}
	return model_is_quiet(model) ? check_quiet(model) : NULL;
}

void model_describe_event(unsigned number, char text[128])
{
	static const char *const events[3] = { "loads", "stores", "replaces the line" };

	if (number < 3 * MODEL_CACHES) {
		snprintf(text, 128, "CPU %u %s", number / 3, events[number % 3]);
	} else {
		number -= 3 * MODEL_CACHES;
		snprintf(text, 128, "port %u %s", number / 2, number % 2 == 0 ? "reads" : "writes");
	}
}

static const char *agent_name(uint8_t agent)
{
	static const char *const names[] = { "cache 0", "cache 1", "cache 2", "port 0",
					     "port 1",  "home",    "-" };

	return names[short_agent(agent)];
}

void model_describe_message(const struct model *model, unsigned index, char text[128])
{
	const struct protocol_message *message = &model->message[index];

	snprintf(text, 128, "%s: %s -> %s", protocol_message_name(message->kind),
		 agent_name(message->src), agent_name(message->dst));
}
