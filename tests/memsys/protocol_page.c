/* SPDX-License-Identifier: MIT */
/*
 * protocol_page.c - prints docs/coherence.md: a text, then the tables of sim/memsys/protocol.def.
 *
 *   protocol_page sim/memsys/coherence.md.in
 *
 * A test compares what this prints with the page in docs.
 */
#include <stdio.h>

#include "sim/memsys/protocol.h"

struct entry {
	const char *name;
	const char *text;
};

/* clang-format off */
static const struct { const char *name, *to, *text; } messages[] = {
#define MESSAGE(name, to, text) { #name, to, text },
#include "sim/memsys/protocol.def"
};
static const struct entry cache_states[] = {
#define CACHE_STATE(name, text) { #name, text },
#include "sim/memsys/protocol.def"
};
static const struct entry home_states[] = {
#define HOME_STATE(name, text) { #name, text },
#include "sim/memsys/protocol.def"
};
static const struct entry cache_events[] = {
#define CACHE_EVENT(name, text) { #name, text },
#include "sim/memsys/protocol.def"
};
static const struct entry home_events[] = {
#define HOME_EVENT(name, text) { #name, text },
#include "sim/memsys/protocol.def"
};
static const struct entry cache_actions[] = {
#define CACHE_ACTION(name, text) { #name, text },
#include "sim/memsys/protocol.def"
};
static const struct entry home_actions[] = {
#define HOME_ACTION(name, text) { #name, text },
#include "sim/memsys/protocol.def"
};
/* clang-format on */

static void print_entries(const char *title, const struct entry *entries, unsigned count)
{
	printf("\n### %s\n\n| name | meaning |\n|---|---|\n", title);
	for (unsigned i = 0; i < count; i++) {
		printf("| %s | %s |\n", entries[i].name, entries[i].text);
	}
}

static void print_messages(void)
{
	printf("## Messages\n\n| name | goes to | meaning |\n|---|---|---|\n");
	for (unsigned i = 0; i < MESSAGE_KINDS; i++) {
		printf("| %s | %s | %s |\n", messages[i].name, messages[i].to, messages[i].text);
	}
}

static void print_actions(uint32_t actions, const struct entry *names)
{
	const char *separator = "";

	if (actions == 0) {
		printf("-");
	}
	for (unsigned i = 0; actions >> i; i++) {
		if (actions >> i & 1) {
			printf("%s%s", separator, names[i].name);
			separator = ", ";
		}
	}
}

/* All rows of one state; events that only wait are named in one line. */
static void print_state(const struct entry *state, const struct protocol_row *rows,
			const struct entry *events, unsigned event_count,
			const struct entry *actions, uint32_t wait)
{
	const char *separator = "\nWaits: ";

	printf("\n**%s**: %s\n\n| event | next | actions |\n|---|---|---|\n", state->name,
	       state->text);
	for (unsigned i = 0; i < event_count; i++) {
		if (rows[i].exists && !(rows[i].actions & wait)) {
			printf("| %s | %s | ", events[i].name,
			       wait ? home_states[rows[i].next].name
				    : cache_states[rows[i].next].name);
			print_actions(rows[i].actions, actions);
			printf(" |\n");
		}
	}
	for (unsigned i = 0; i < event_count; i++) {
		if (rows[i].exists && rows[i].actions & wait) {
			printf("%s%s", separator, events[i].name);
			separator = ", ";
		}
	}
	if (separator[0] == ',') {
		printf("\n");
	}
}

static void print_tables(void)
{
	print_messages();
	printf("\n## Cache side\n");
	print_entries("Events of a cache", cache_events, CACHE_EVENTS);
	print_entries("Actions of a cache, in this order", cache_actions, CACHE_ACTIONS);
	printf("\n### Transitions of a cache\n\nWhat is not listed cannot happen.\n");
	for (unsigned i = 0; i < CACHE_STATES; i++) {
		print_state(&cache_states[i], protocol_standard.cache[i], cache_events,
			    CACHE_EVENTS, cache_actions, 0);
	}
	printf("\n## Home side\n");
	print_entries("Events of a home", home_events, HOME_EVENTS);
	print_entries("Actions of a home, in this order", home_actions, HOME_ACTIONS);
	printf("\n### Transitions of a home\n\nWhat is not listed cannot happen.\n");
	for (unsigned i = 0; i < HOME_STATES; i++) {
		print_state(&home_states[i], protocol_standard.home[i], home_events, HOME_EVENTS,
			    home_actions, HOME_ACTION_WAIT);
	}
}

int main(int argc, char **argv)
{
	FILE *text = argc == 2 ? fopen(argv[1], "r") : NULL;
	int c;

	if (!text) {
		fprintf(stderr, "usage: protocol_page sim/memsys/coherence.md.in\n");
		return 2;
	}
	while ((c = getc(text)) != EOF) {
		putchar(c);
	}
	fclose(text);
	print_tables();
	return 0;
}
