/* SPDX-License-Identifier: MIT */
/*
 * explore.c - visits every reachable state of three caches, two ports and a home on one line.
 *
 *   explore            the protocol: every property holds, every row of the table is taken
 *   explore --mutants  each planted error of mutants.def breaks a property
 *   explore --each     every row without one of its actions, one after the other, breaks a property
 *   explore NAME       one planted error, with the shortest way to it
 *
 * Breadth first, so a trace is a shortest one. Properties: model_check() in each state; every event
 * has a row; nothing gets stuck: where something is under way a message can be delivered, and
 * delivering messages alone always comes to an end (their graph has no cycle).
 */
#include "tests/memsys/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "tests/memsys/mutants.h"

#define NO_STATE  UINT32_MAX
#define STATE_MAX 20000000U

/* One visited state and how it was reached. */
struct visited {
	struct model_key key;
	uint32_t parent;
	uint8_t step; /* event number, or MODEL_CPU_EVENTS + index of the message */
};

struct explorer {
	const struct protocol *protocol;
	struct visited *visited;
	uint32_t count, capacity;
	uint32_t *table; /* open addressing: index of visited or NO_STATE */
	uint32_t table_size;
	/* Deliveries: edges from state to state, in order of the source. */
	uint32_t *edge_target;
	uint32_t edge_count, edge_capacity;
	uint32_t *edge_first; /* per state, and one behind */
	struct model_coverage coverage;
	char why[128];
	uint32_t broken; /* state in which `why` was found, or NO_STATE */
	int broken_step; /* the step out of it that broke, or -1 */
};

static void *grow(void *memory, size_t count, size_t size)
{
	void *grown = count > 0 ? realloc(memory, count * size) : NULL;

	if (!grown) {
		fprintf(stderr, "explore: out of memory\n");
		exit(1);
	}
	return grown;
}

static uint32_t *find_slot(const struct explorer *e, const struct model_key *key)
{
	uint32_t slot = (uint32_t)XXH3_64bits(key, sizeof(*key)) & (e->table_size - 1);

	while (e->table[slot] != NO_STATE &&
	       memcmp(&e->visited[e->table[slot]].key, key, sizeof(*key)) != 0) {
		slot = (slot + 1) & (e->table_size - 1);
	}
	return &e->table[slot];
}

static void grow_table(struct explorer *e)
{
	e->table_size = e->table_size ? 2 * e->table_size : 1U << 16;
	e->table = grow(e->table, e->table_size, sizeof(*e->table));
	memset(e->table, 0xff, e->table_size * sizeof(*e->table));
	for (uint32_t i = 0; i < e->count; i++) {
		*find_slot(e, &e->visited[i].key) = i;
	}
}

/* The index of a state; new states join the end. */
static uint32_t visit(struct explorer *e, const struct model *model, uint32_t parent, unsigned step)
{
	struct model_key key;
	uint32_t *slot;

	if (2 * (e->count + 1) > e->table_size) {
		grow_table(e);
	}
	model_encode(model, &key);
	slot = find_slot(e, &key);
	if (*slot != NO_STATE) {
		return *slot;
	}
	if (e->count == e->capacity) {
		e->capacity = e->capacity ? 2 * e->capacity : 1U << 14;
		e->visited = grow(e->visited, e->capacity, sizeof(*e->visited));
	}
	*slot = e->count;
	e->visited[e->count] = (struct visited){ key, parent, (uint8_t)step };
	return e->count++;
}

static void add_edge(struct explorer *e, uint32_t target)
{
	if (e->edge_count == e->edge_capacity) {
		e->edge_capacity = e->edge_capacity ? 2 * e->edge_capacity : 1U << 16;
		e->edge_target = grow(e->edge_target, e->edge_capacity, sizeof(uint32_t));
	}
	e->edge_target[e->edge_count++] = target;
}

static bool report(struct explorer *e, uint32_t state, int step, const char *why)
{
	if (why != e->why) {
		snprintf(e->why, sizeof(e->why), "%s", why);
	}
	e->broken = state;
	e->broken_step = step;
	return false;
}

/* All steps out of a state. False at the first property that does not hold. */
static bool expand(struct explorer *e, uint32_t state)
{
	struct model model;
	bool delivered = false;

	model_decode(&e->visited[state].key, &model);
	for (unsigned step = 0; step < MODEL_CPU_EVENTS + model.message_count; step++) {
		struct model next = model;
		bool delivery = step >= MODEL_CPU_EVENTS;
		enum model_result result =
			delivery ? model_deliver(e->protocol, &next, step - MODEL_CPU_EVENTS,
						 &e->coverage, e->why)
				 : model_cpu_event(e->protocol, &next, step, &e->coverage, e->why);
		const char *why;
		uint32_t target;

		if (result == MODEL_DISABLED) {
			continue;
		}
		why = result == MODEL_BROKEN ? e->why : model_check(&next);
		if (why) {
			return report(e, state, (int)step, why);
		}
		target = visit(e, &next, state, step);
		if (delivery) {
			delivered = true;
			add_edge(e, target);
		}
	}
	if (!delivered && !model_is_quiet(&model)) {
		return report(e, state, -1, "stuck: something is under way, nothing can happen");
	}
	return true;
}

/* Do deliveries alone come to an end from everywhere? Removes states without incoming deliveries
 * until none is left; what cannot be removed lies behind a cycle. */
static bool check_endless(struct explorer *e)
{
	uint32_t *queue = grow(NULL, e->count, sizeof(*queue));
	uint32_t *incoming = grow(NULL, e->count, sizeof(*incoming));
	uint32_t removed = 0;
	uint32_t queued = 0;
	bool ends;

	memset(incoming, 0, e->count * sizeof(*incoming));
	for (uint32_t i = 0; i < e->edge_count; i++) {
		incoming[e->edge_target[i]]++;
	}
	for (uint32_t i = 0; i < e->count; i++) {
		if (incoming[i] == 0) {
			queue[queued++] = i;
		}
	}
	while (removed < queued) {
		uint32_t state = queue[removed++];

		for (uint32_t i = e->edge_first[state]; i < e->edge_first[state + 1]; i++) {
			if (--incoming[e->edge_target[i]] == 0) {
				queue[queued++] = e->edge_target[i];
			}
		}
	}
	ends = removed == e->count;
	for (uint32_t i = 0; !ends && i < e->count; i++) {
		if (incoming[i] > 0) {
			report(e, i, -1, "messages go round for ever");
			break;
		}
	}
	free(queue);
	free(incoming);
	return ends;
}

static bool explore(struct explorer *e, const struct protocol *protocol)
{
	struct model model;
	uint32_t first_capacity = 0;

	memset(e, 0, sizeof(*e));
	e->protocol = protocol;
	e->broken = NO_STATE;
	model_init(&model);
	visit(e, &model, NO_STATE, 0);
	for (uint32_t state = 0; state < e->count; state++) {
		if (state + 2 > first_capacity) {
			first_capacity = 2 * (state + 2);
			e->edge_first = grow(e->edge_first, first_capacity, sizeof(uint32_t));
		}
		e->edge_first[state] = e->edge_count;
		if (e->count > STATE_MAX) {
			return report(e, state, -1, "too many states");
		}
		if (!expand(e, state)) {
			return false;
		}
		e->edge_first[state + 1] = e->edge_count;
	}
	return check_endless(e);
}

static void explorer_free(struct explorer *e)
{
	free(e->visited);
	free(e->table);
	free(e->edge_target);
	free(e->edge_first);
}

static void describe_step(const struct explorer *e, uint32_t state, unsigned step, char text[128])
{
	struct model model;

	model_decode(&e->visited[state].key, &model);
	if (step < MODEL_CPU_EVENTS) {
		model_describe_event(step, text);
	} else {
		model_describe_message(&model, step - MODEL_CPU_EVENTS, text);
	}
}

static void print_trace(const struct explorer *e)
{
	uint32_t path[256] = { 0 };
	unsigned length = 0;
	char text[128];

	for (uint32_t state = e->broken; state != NO_STATE && length < 256;
	     state = e->visited[state].parent) {
		path[length++] = state;
	}
	for (unsigned i = length; i-- > 1;) {
		describe_step(e, path[i], e->visited[path[i - 1]].step, text);
		printf("  %s\n", text);
	}
	if (e->broken_step >= 0) {
		describe_step(e, e->broken, (unsigned)e->broken_step, text);
		printf("  %s\n", text);
	}
	printf("  -> %s\n", e->why);
}

static unsigned trace_length(const struct explorer *e)
{
	unsigned length = e->broken_step >= 0 ? 1 : 0;

	for (uint32_t state = e->broken; e->visited[state].parent != NO_STATE;
	     state = e->visited[state].parent) {
		length++;
	}
	return length;
}

/* Rows that no state takes are errors too: nothing tests them. */
static unsigned print_unused_rows(const struct explorer *e)
{
	unsigned unused = 0;

	for (unsigned s = 0; s < CACHE_STATES; s++) {
		for (unsigned v = 0; v < CACHE_EVENTS; v++) {
			if (e->protocol->cache[s][v].exists && !e->coverage.cache[s][v] &&
			    v != CACHE_EVENT_LOAD) {
				printf("never taken: cache %s, %s\n", protocol_cache_state_name(s),
				       protocol_cache_event_name(v));
				unused++;
			}
		}
	}
	for (unsigned s = 0; s < HOME_STATES; s++) {
		for (unsigned v = 0; v < HOME_EVENTS; v++) {
			if (e->protocol->home[s][v].exists && !e->coverage.home[s][v]) {
				printf("never taken: home %s, %s\n", protocol_home_state_name(s),
				       protocol_home_event_name(v));
				unused++;
			}
		}
	}
	return unused;
}

static int explore_standard(void)
{
	struct explorer e;
	bool good = explore(&e, &protocol_standard);

	printf("%u states, %u deliveries among them\n", e.count, e.edge_count);
	if (!good) {
		print_trace(&e);
	} else if (print_unused_rows(&e) > 0) {
		good = false;
	} else {
		printf("every state is consistent, none is stuck, every row is taken\n");
	}
	explorer_free(&e);
	return good ? 0 : 1;
}

static int explore_mutants(const char *name)
{
	unsigned missed = 0;
	unsigned done = 0;

	for (unsigned i = 0; i < mutant_count; i++) {
		struct mutant_protocol made;
		struct explorer e;

		if (name && strcmp(name, mutants[i].name) != 0) {
			continue;
		}
		mutant_make(&made, &mutants[i]);
		done++;
		if (explore(&e, &made.protocol)) {
			printf("%-28s NOT FOUND in %u states\n", mutants[i].name, e.count);
			missed++;
		} else {
			printf("%-28s %u steps: %s\n", mutants[i].name, trace_length(&e), e.why);
			if (name) {
				print_trace(&e);
			}
		}
		explorer_free(&e);
	}
	printf("%u planted errors, %u found\n", done, done - missed);
	return done > 0 && missed == 0 ? 0 : 1;
}

/* Is each action of a row needed? Returns how many are not missed. */
static unsigned explore_without(struct mutant *mutant, const char *state, const char *event,
				uint32_t ignored, unsigned *done)
{
	unsigned missed = 0;
	uint32_t actions = mutant->row.actions;

	for (unsigned i = 0; actions >> i; i++) {
		struct mutant_protocol made;
		struct explorer e;

		if (!(actions & ~ignored & 1U << i)) {
			continue;
		}
		mutant->row.actions = actions & ~(1U << i);
		mutant_make(&made, mutant);
		(*done)++;
		if (explore(&e, &made.protocol)) {
			printf("%s %s, %s: action %u is not missed\n",
			       mutant->at_home ? "home" : "cache", state, event, i);
			missed++;
		}
		explorer_free(&e);
	}
	return missed;
}

/*
 * Left out are actions of the CPU itself, which the model does not have: what LOST and DOWN tell
 * the core, and whether its access takes place.
 */
static int explore_each(void)
{
	static const uint32_t unmodelled = CACHE_ACTION_LOST | CACHE_ACTION_DOWN |
					   CACHE_ACTION_DO_LOAD | CACHE_ACTION_DO_STORE;
	unsigned done = 0;
	unsigned missed = 0;

	for (unsigned s = 0; s < CACHE_STATES; s++) {
		for (unsigned v = 0; v < CACHE_EVENTS; v++) {
			struct mutant mutant = { "", false, (uint8_t)s, (uint8_t)v,
						 protocol_standard.cache[s][v] };

			missed += explore_without(&mutant, protocol_cache_state_name(s),
						  protocol_cache_event_name(v), unmodelled, &done);
		}
	}
	for (unsigned s = 0; s < HOME_STATES; s++) {
		for (unsigned v = 0; v < HOME_EVENTS; v++) {
			struct mutant mutant = { "", true, (uint8_t)s, (uint8_t)v,
						 protocol_standard.home[s][v] };

			missed += explore_without(&mutant, protocol_home_state_name(s),
						  protocol_home_event_name(v), 0, &done);
		}
	}
	printf("%u actions left out, one at a time; %u not missed\n", done, missed);
	return missed == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		return explore_standard();
	}
	if (argc == 2 && strcmp(argv[1], "--each") == 0) {
		return explore_each();
	}
	if (argc > 2) {
		fprintf(stderr, "usage: explore [--mutants | --each | NAME]\n");
		return 2;
	}
	return explore_mutants(strcmp(argv[1], "--mutants") == 0 ? NULL : argv[1]);
}
