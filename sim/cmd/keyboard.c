/* SPDX-License-Identifier: MIT */
/* keyboard.c - from the terminal to the console's queue. */
#include "sim/cmd/keyboard.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/cmd/input.h"
#include "sim/cmd/terminal.h"
#include "sim/cmd/typed_log.h"

#define ESCAPE 0x01 /* Ctrl-A */

/* How far simulated time may be ahead before the run waits. */
#define AHEAD_NS 5000000U
/* If it is behind by more, the guest is computing: the lost time is not made up for. */
#define BEHIND_NS     20000000U
#define WAKE_MS       100
#define NS_PER_SECOND 1000000000U

static const char help[] =
	"\r\nCtrl-A x quits, Ctrl-A Ctrl-A types Ctrl-A, Ctrl-A h shows this\r\n";

static uint64_t host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void set_pace(struct keyboard *keyboard, uint64_t cycle)
{
	keyboard->pace_cycle = cycle;
	keyboard->pace_ns = host_ns();
}

bool keyboard_begin(struct keyboard *keyboard, const struct machine *machine, bool reads_stdin,
		    bool has_window, struct error *err)
{
	keyboard->is_on = true;
	keyboard->reads_stdin = reads_stdin;
	keyboard->has_window = has_window;
	keyboard->clock_hz = machine_get_config(machine)->clock_hz;
	keyboard->next_cycle =
		(machine_cycles(machine) / INPUT_PERIOD_CYCLES + 1) * INPUT_PERIOD_CYCLES;
	set_pace(keyboard, machine_cycles(machine));
	return !reads_stdin || terminal_take(err);
}

void keyboard_end(struct keyboard *keyboard)
{
	terminal_release();
	keyboard->is_on = false;
}

bool keyboard_is_open(const struct keyboard *keyboard)
{
	return keyboard->is_on &&
	       (keyboard->reads_stdin || keyboard->has_window || keyboard->typed_bytes != 0);
}

static void put(struct keyboard *keyboard, uint8_t byte)
{
	if (keyboard->typed_bytes < KEYBOARD_BYTES_MAX) {
		keyboard->typed[keyboard->typed_bytes++] = byte;
	}
}

void keyboard_type(struct keyboard *keyboard, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		put(keyboard, ((const uint8_t *)bytes)[i]);
	}
}

/* A byte of the terminal, which may belong to an escape. */
static void take_byte(struct keyboard *keyboard, uint8_t byte)
{
	if (!keyboard->is_escaped) {
		keyboard->is_escaped = byte == ESCAPE;
		if (byte != ESCAPE) {
			put(keyboard, byte);
		}
		return;
	}
	keyboard->is_escaped = false;
	if (byte == 'x' || byte == 'X') {
		keyboard->quits = true;
	} else if (byte == ESCAPE || byte == 'a') {
		put(keyboard, ESCAPE);
	} else {
		fputs(help, stderr);
	}
}

/* Reads what is there, after at most `wait_ms`. */
static void read_keys(struct keyboard *keyboard, int wait_ms)
{
	struct pollfd descriptor = { .fd = STDIN_FILENO, .events = POLLIN };
	uint8_t bytes[256];
	size_t room = KEYBOARD_BYTES_MAX - keyboard->typed_bytes;

	if (!keyboard->reads_stdin || room < sizeof(bytes)) {
		/* A signal cuts this short, too. */
		poll(NULL, 0, wait_ms);
		return;
	}
	if (poll(&descriptor, 1, wait_ms) <= 0) {
		return;
	}
	ssize_t count = read(STDIN_FILENO, bytes, sizeof(bytes));

	/* A terminal that hung up, a pipe's end. */
	keyboard->reads_stdin = count > 0;
	for (ssize_t i = 0; i < count; i++) {
		take_byte(keyboard, bytes[i]);
	}
}

/* Milliseconds that simulated time is ahead. */
static int ahead_ms(struct keyboard *keyboard, uint64_t now)
{
	uint64_t mhz = keyboard->clock_hz / 1000000;
	uint64_t simulated = (now - keyboard->pace_cycle) * 1000 / (mhz != 0 ? mhz : 1);
	uint64_t host = host_ns() - keyboard->pace_ns;

	if (simulated > host + AHEAD_NS) {
		uint64_t ms = (simulated - host) / 1000000;

		return ms < WAKE_MS ? (int)ms : WAKE_MS;
	}
	/* Now and then, too, so that the products stay small. */
	if (host > simulated + BEHIND_NS || simulated > 60ULL * NS_PER_SECOND) {
		set_pace(keyboard, now);
	}
	return 0;
}

/* The guest has got this many bytes. */
static void note(struct keyboard *keyboard, bool is_wake, uint64_t now, size_t given)
{
	keyboard->log_entries++;
	if (keyboard->log != NULL) {
		typed_log_write(keyboard->log, is_wake, now, keyboard->typed, given);
	}
}

/* What the guest takes at `now`. True if that is anything. */
static bool give(struct keyboard *keyboard, struct machine *machine, bool is_wake, uint64_t now)
{
	size_t given = 0;

	while (given < keyboard->typed_bytes &&
	       machine_console_input(machine, keyboard->typed[given])) {
		given++;
	}
	if (given != 0) {
		note(keyboard, is_wake, now, given);
	}
	keyboard->typed_bytes -= given;
	memmove(keyboard->typed, keyboard->typed + given, keyboard->typed_bytes);
	return given != 0;
}

/* Does the user want to quit? That is a thing to be repeated, too. */
static bool has_quit(struct keyboard *keyboard, bool is_wake, uint64_t now)
{
	if (keyboard->quits) {
		note(keyboard, is_wake, now, 0);
	}
	return keyboard->quits;
}

bool keyboard_poll(struct keyboard *keyboard, struct machine *machine, uint64_t now, bool may_give)
{
	keyboard->next_cycle = (now / INPUT_PERIOD_CYCLES + 1) * INPUT_PERIOD_CYCLES;
	fflush(stdout);
	read_keys(keyboard, ahead_ms(keyboard, now));
	if (may_give) {
		give(keyboard, machine, false, now);
	}
	return !has_quit(keyboard, false, now);
}

bool keyboard_wake(struct keyboard *keyboard, struct machine *machine)
{
	uint64_t now = machine_cycles(machine);

	fflush(stdout);
	if (keyboard->typed_bytes == 0) {
		read_keys(keyboard, WAKE_MS);
	}
	set_pace(keyboard, now);
	return !has_quit(keyboard, true, now) && give(keyboard, machine, true, now);
}
