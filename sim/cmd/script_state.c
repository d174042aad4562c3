/* SPDX-License-Identifier: MIT */
/* script_state.c - a scripted console as text for checkpoints, and back. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/script.h"

/* All steps are done, or there were none. */
#define NOTHING_LEFT "{}"

static json_t *freeze_step(const struct script_step *step)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:b, s:i}", "wait", step->wait, "send", step->send,
			 "save", step->save, "timeout_cycles", (json_int_t)step->timeout_cycles,
			 "stops", (int)step->stops, "mode", (int)step->mode);
}

/* Bytes as hexadecimal digits: consoles are not always UTF-8. */
static json_t *freeze_bytes(const uint8_t *bytes, size_t size)
{
	char *digits = malloc(2 * size + 1);

	if (digits == NULL) {
		return NULL;
	}
	digits[0] = '\0';
	for (size_t i = 0; i < size; i++) {
		snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
	}
	json_t *text = json_string(digits);

	free(digits);
	return text;
}

char *script_freeze(const struct script *script)
{
	if (script->position >= script->count) {
		return strdup(NOTHING_LEFT);
	}
	json_t *steps = json_array();

	for (size_t i = 0; i < script->count; i++) {
		json_array_append_new(steps, freeze_step(&script->step[i]));
	}
	json_t *document =
		json_pack("{s:o, s:I, s:b, s:I, s:I, s:I, s:o*}", "steps", steps, "position",
			  (json_int_t)script->position, "has_waited", (int)script->has_waited,
			  "sent", (json_int_t)script->sent, "begun", (json_int_t)script->begun,
			  "next_cycle", (json_int_t)script->next_cycle, "seen",
			  freeze_bytes(script->seen, script->seen_bytes));
	char *text = document != NULL ? json_dumps(document, JSON_SORT_KEYS | JSON_COMPACT) : NULL;

	json_decref(document);
	return text;
}

static bool thaw_step(struct script_step *step, json_t *from)
{
	const char *wait;
	const char *send;
	const char *save;
	json_int_t timeout;
	int stops;
	int mode;

	if (json_unpack(from, "{s:s, s:s, s:s, s:I, s:b, s:i}", "wait", &wait, "send", &send,
			"save", &save, "timeout_cycles", &timeout, "stops", &stops, "mode",
			&mode) != 0 ||
	    timeout < 0 || mode < 0 || mode > CONFIG_STEP_MODE_TIMING) {
		return false;
	}
	*step = (struct script_step){
		.wait = strdup(wait),
		.send = strdup(send),
		.save = strdup(save),
		.timeout_cycles = (uint64_t)timeout,
		.stops = stops != 0,
		.mode = (unsigned)mode,
	};
	return step->wait != NULL && step->send != NULL && step->save != NULL;
}

static bool thaw_steps(struct script *script, const json_t *steps)
{
	size_t count = json_array_size(steps);

	script->step = calloc(count + 1, sizeof(*script->step));
	if (script->step == NULL || !json_is_array(steps)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		script->count = i + 1; /* for script_release() */
		if (!thaw_step(&script->step[i], json_array_get(steps, i))) {
			return false;
		}
	}
	return true;
}

static bool thaw_seen(struct script *script, const char *digits)
{
	size_t length = strlen(digits);

	if (length % 2 != 0 || strspn(digits, "0123456789abcdef") != length) {
		return false;
	}
	for (size_t i = 0; i < length; i += 2) {
		char pair[3] = { digits[i], digits[i + 1], '\0' };

		script_note(script, (uint8_t)strtoul(pair, NULL, 16));
	}
	return true;
}

/* Numbers of a checkpoint that somebody may have made up. */
static bool is_sound(const struct script *script, json_int_t position, json_int_t sent,
		     json_int_t begun, json_int_t next)
{
	return position >= 0 && (uint64_t)position < script->count && sent >= 0 && begun >= 0 &&
	       next >= 0 && script->step[position].send != NULL &&
	       (uint64_t)sent <= strlen(script->step[position].send);
}

static bool thaw_document(struct script *script, json_t *document)
{
	json_t *steps;
	json_int_t position;
	json_int_t sent;
	json_int_t begun;
	json_int_t next;
	const char *seen;
	int has_waited;

	if (json_unpack(document, "{s:o, s:I, s:b, s:I, s:I, s:I, s:s}", "steps", &steps,
			"position", &position, "has_waited", &has_waited, "sent", &sent, "begun",
			&begun, "next_cycle", &next, "seen", &seen) != 0 ||
	    !thaw_steps(script, steps)) {
		return false;
	}
	script->state = SCRIPT_RUNS;
	if (!is_sound(script, position, sent, begun, next)) {
		return false;
	}
	script->position = (size_t)position;
	script->has_waited = has_waited != 0;
	script->sent = (uint64_t)sent;
	script->begun = (uint64_t)begun;
	script->next_cycle = (uint64_t)next;
	return thaw_seen(script, seen);
}

bool script_thaw(struct script *script, const char *text, size_t size)
{
	json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);

	script_release(script);
	bool good = json_is_object(document) &&
		    (json_object_size(document) == 0 || thaw_document(script, document));

	if (!good) {
		script_release(script);
	}
	json_decref(document);
	return good;
}
