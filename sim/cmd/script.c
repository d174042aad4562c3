/* SPDX-License-Identifier: MIT */
/* script.c - doing the steps of a scripted console. */
#include "sim/cmd/script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/input.h"

/* What may be printed before somebody waits for it; of more, the older half is forgotten. */
#define SEEN_BYTES_MAX (1U << 20)
/* Of texts in messages. */
#define SHOWN_BYTES_MAX 60U

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL) {
		abort(); /* the host is out of memory */
	}
	return copy;
}

/* Nanoseconds in cycles of a clock of whole MHz; as many as there are if that is too many. */
static uint64_t cycles_of(uint64_t ns, uint64_t clock_hz)
{
	uint64_t mhz = clock_hz / 1000000;
	uint64_t whole = ns / 1000;

	return whole > (UINT64_MAX >> 2) / mhz ? UINT64_MAX >> 2
					       : whole * mhz + ns % 1000 * mhz / 1000;
}

bool script_create(struct script *script, const struct config_list *steps, uint64_t clock_hz,
		   struct error *err)
{
	const struct config_step *from = steps->item;

	script_release(script);
	script->step = calloc(steps->count + 1, sizeof(*script->step));
	if (script->step == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	script->count = steps->count;
	for (size_t i = 0; i < steps->count; i++) {
		script->step[i] = (struct script_step){
			.wait = copy_text(from[i].wait),
			.send = copy_text(from[i].send),
			.save = copy_text(from[i].save),
			.timeout_cycles = cycles_of(from[i].timeout_ns, clock_hz),
			.stops = from[i].stop != 0,
			.mode = from[i].mode,
		};
	}
	script->state = script->count != 0 ? SCRIPT_RUNS : SCRIPT_DONE;
	return true;
}

void script_release(struct script *script)
{
	for (size_t i = 0; i < script->count; i++) {
		free(script->step[i].wait);
		free(script->step[i].send);
		free(script->step[i].save);
	}
	free(script->step);
	free(script->seen);
	*script = (struct script){ .state = SCRIPT_DONE };
}

bool script_remains(const struct script *script)
{
	return script->count != 0 && script->state == SCRIPT_RUNS;
}

/* Forgets all that was printed but for the last `keep` bytes. */
static void forget(struct script *script, size_t keep)
{
	if (keep < script->seen_bytes) {
		memmove(script->seen, script->seen + script->seen_bytes - keep, keep);
		script->seen_bytes = keep;
	}
}

void script_note(struct script *script, uint8_t byte)
{
	if (script->count == 0 || (script->state != SCRIPT_RUNS && script->state != SCRIPT_SAVES)) {
		return;
	}
	if (script->seen_bytes == SEEN_BYTES_MAX) {
		forget(script, SEEN_BYTES_MAX / 2);
	}
	if (script->seen_bytes == script->seen_capacity) {
		size_t capacity = script->seen_capacity == 0 ? 4096 : script->seen_capacity * 2;
		uint8_t *larger = realloc(script->seen, capacity);

		if (larger == NULL) {
			abort(); /* the host is out of memory */
		}
		script->seen = larger;
		script->seen_capacity = capacity;
	}
	script->seen[script->seen_bytes++] = byte;
}

/* Text as a message shows it: its beginning or its end, no control characters. */
static void show(const char *text, size_t length, char *shown, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 3 < size; i++) {
		char c = text[i];
		bool is_plain = c >= ' ' && c <= '~' && c != '"';

		if (c == '\n' || c == '\r') {
			shown[used++] = '\\';
			c = c == '\n' ? (char)'n' : (char)'r';
		} else if (!is_plain) {
			c = '?';
		}
		shown[used++] = c;
	}
	shown[used] = '\0';
}

static bool fail(struct script *script, const char *kind, const char *why)
{
	const struct script_step *step = &script->step[script->position];
	size_t tail = script->seen_bytes < SHOWN_BYTES_MAX ? script->seen_bytes : SHOWN_BYTES_MAX;
	char what[2 * SHOWN_BYTES_MAX + 4];
	char last[2 * SHOWN_BYTES_MAX + 4];

	bool waits = step->wait[0] != '\0' && !script->has_waited;
	const char *text = waits ? step->wait : step->send;
	size_t length = strlen(text);

	show(text, length < SHOWN_BYTES_MAX ? length : SHOWN_BYTES_MAX, what, sizeof(what));
	show((const char *)script->seen + script->seen_bytes - tail, tail, last, sizeof(last));
	script->state = SCRIPT_FAILED;
	return error_set(&script->error, EXIT_GUEST,
			 "%s step=%zu of %zu, %s \"%s\": %s; console: \"%s\"", kind,
			 script->position + 1, script->count, waits ? "waiting for" : "sending",
			 what, why, last);
}

static void next_step(struct script *script, uint64_t now)
{
	script->position++;
	script->has_waited = false;
	script->sent = 0;
	script->begun = now;
	script->state = script->position < script->count ? SCRIPT_RUNS : SCRIPT_DONE;
}

/* Has the text of the step come? What was printed up to its end is used up. */
static bool has_come(struct script *script, const char *wait)
{
	size_t length = strlen(wait);
	const uint8_t *found;

	if (length == 0) {
		return true;
	}
	/* Before the first byte there is no memory to look at. */
	if (script->seen_bytes < length) {
		return false;
	}
	found = memmem(script->seen, script->seen_bytes, wait, length);
	if (found == NULL) {
		return false;
	}
	forget(script, script->seen_bytes - (size_t)(found - script->seen) - length);
	return true;
}

/* Types as much as the console takes. True if that is all of it. */
static bool send(struct script *script, struct machine *machine)
{
	const char *text = script->step[script->position].send;

	while (text[script->sent] != '\0' &&
	       machine_console_input(machine, (uint8_t)text[script->sent])) {
		script->sent++;
	}
	return text[script->sent] == '\0';
}

/* The rest of a step whose text has come and was sent. False where the run pauses or ends. */
static bool end_step(struct script *script, struct machine *machine, uint64_t now)
{
	const struct script_step *step = &script->step[script->position];

	if (step->mode != CONFIG_STEP_MODE_SAME) {
		machine_set_timing(machine, step->mode == CONFIG_STEP_MODE_TIMING);
	}
	next_step(script, now);
	if (step->save[0] != '\0') {
		script->save = step->save;
		script->stops = step->stops && !script->ignores_stop;
		script->state = SCRIPT_SAVES;
	} else if (step->stops && !script->ignores_stop) {
		script->state = SCRIPT_STOPPED;
	}
	return script->state == SCRIPT_RUNS || script->state == SCRIPT_DONE;
}

/* Does steps as far as possible at this cycle. */
static bool do_steps(struct script *script, struct machine *machine, uint64_t now)
{
	while (script_remains(script)) {
		const struct script_step *step = &script->step[script->position];

		if (!script->has_waited && !has_come(script, step->wait)) {
			/* Nothing before the text's possible beginning is needed again. */
			forget(script, strlen(step->wait) - 1);
			return now - script->begun < step->timeout_cycles ||
			       fail(script, "console-timeout", "its time is over");
		}
		script->has_waited = true;
		if (!send(script, machine)) {
			return now - script->begun < step->timeout_cycles ||
			       fail(script, "console-timeout", "the guest does not take it");
		}
		if (!end_step(script, machine, now)) {
			return false;
		}
	}
	return true;
}

void script_begin(struct script *script, const struct machine *machine)
{
	if (script->next_cycle == 0) {
		script->begun = machine_cycles(machine);
		script->next_cycle = script->begun;
	}
}

bool script_poll(struct script *script, struct machine *machine, uint64_t now)
{
	script->next_cycle = (now / INPUT_PERIOD_CYCLES + 1) * INPUT_PERIOD_CYCLES;
	return do_steps(script, machine, now);
}

bool script_saved(struct script *script)
{
	if (script->stops) {
		script->state = SCRIPT_STOPPED;
		return false;
	}
	script->state = script->position < script->count ? SCRIPT_RUNS : SCRIPT_DONE;
	return true;
}

bool script_wake(struct script *script, struct machine *machine)
{
	size_t position = script->position;
	uint64_t sent = script->sent;

	if (!script_remains(script)) {
		return false;
	}
	if (!do_steps(script, machine, machine_cycles(machine))) {
		return false;
	}
	/* A step without anything to send wakes nobody, but then it is the next one's turn. */
	if (script->position != position || script->sent != sent) {
		return true;
	}
	return fail(script, "console-hang",
		    "every CPU sleeps for ever, or faults for ever at its vector");
}

bool script_finish(struct script *script, struct machine *machine)
{
	if (script_remains(script)) {
		do_steps(script, machine, machine_cycles(machine));
	}
	return !script_remains(script) ||
	       fail(script, "console-unfinished", "the machine has come to its end");
}
