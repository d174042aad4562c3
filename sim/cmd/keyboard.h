/* SPDX-License-Identifier: MIT */
/*
 * keyboard.h - what a user types while the machine runs (--console, --display).
 *
 * Keys are looked for every INPUT_PERIOD_CYCLES, when every CPU sleeps, and reach the guest at such
 * cycles only: a log of bytes and cycles makes the run repeatable (--replay). Simulated time does
 * not run ahead of the host's, as it would whenever the guest idles.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/machine.h"

#define KEYBOARD_BYTES_MAX 4096U

struct keyboard {
	bool is_on;
	bool reads_stdin; /* not at its end */
	bool has_window;  /* keyboard_type() is called, too */
	bool is_escaped;  /* Ctrl-A was typed */
	bool quits;       /* Ctrl-A x was */
	uint8_t typed[KEYBOARD_BYTES_MAX];
	size_t typed_bytes; /* waiting for room in the console's queue */
	uint64_t next_cycle;

	/* The pace: this cycle was at this moment of the host. */
	uint64_t clock_hz;
	uint64_t pace_cycle;
	uint64_t pace_ns;

	FILE *log;            /* of --record, or NULL; belongs to the outputs */
	uint64_t log_entries; /* made so far, whether they were written or not */
};

/* Takes the terminal, if standard input is to be read; `has_window`: keyboard_type() is called. */
bool keyboard_begin(struct keyboard *keyboard, const struct machine *machine, bool reads_stdin,
		    bool has_window, struct error *err);

/* Gives the terminal back. */
void keyboard_end(struct keyboard *keyboard);

/* Keys of a window. */
void keyboard_type(struct keyboard *keyboard, const void *bytes, size_t size);

/*
 * At cycle `now`: waits while simulated time is ahead, takes what is typed and, if `may_give`,
 * gives it to the guest. False: the user wants to quit.
 */
bool keyboard_poll(struct keyboard *keyboard, struct machine *machine, uint64_t now, bool may_give);

/*
 * Every CPU sleeps until something is typed: waits for that, for a tenth of a second. True if the
 * guest has got something.
 */
bool keyboard_wake(struct keyboard *keyboard, struct machine *machine);

/* Can anything still be typed? */
bool keyboard_is_open(const struct keyboard *keyboard);
