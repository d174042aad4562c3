/* SPDX-License-Identifier: MIT */
/*
 * due.h - what a run pauses for at fixed points of simulated time: typing and saving.
 *
 * None of it depends on the host, but for what a user types, which is recorded.
 */
#pragma once

#include <stdbool.h>

#include "sim/control.h"

struct session;

enum due {
	DUE_BUDGET, /* nothing but the end */
	DUE_PANIC,
	DUE_INPUT,
	DUE_KEYBOARD,
	DUE_REPLAY,
	DUE_SCRIPT,
	DUE_SCRIPT_SAVE,
	DUE_SAVE,
	DUE_SAMPLE
};

/* Before the run: what is typed at its first cycle. False if that ends it already. */
bool due_begin(struct session *session);

/* The limits of the next piece of the run, and what comes then. */
struct control_limits due_limits(const struct session *session, enum due *due);

/* Does it. False if that is the end of the run. */
bool due_do(struct session *session, enum due due);

/* Every CPU sleeps until something is typed. False if nothing is. */
bool due_wake(struct session *session);

/* The machine has come to its end: whoever had more to type may complain. */
void due_finish(struct session *session);
