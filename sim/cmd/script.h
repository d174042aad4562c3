/* SPDX-License-Identifier: MIT */
/*
 * script.h - a scripted console: wait for text, send text, one step after the other.
 *
 * What the guest prints is looked at every INPUT_PERIOD_CYCLES of simulated time, and when every
 * CPU sleeps; what is sent reaches the guest at these cycles, too, and time-outs count simulated
 * time. So a scripted run depends on nothing of the host, and a checkpoint holds how far it is.
 * docs/console.md describes the steps.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/config/config.h"
#include "sim/error.h"
#include "sim/machine.h"

struct script_step {
	char *wait; /* "": for nothing */
	char *send;
	char *save;              /* a checkpoint's file; "": none */
	uint64_t timeout_cycles; /* of the wait */
	bool stops;              /* the run ends here */
	unsigned mode;           /* enum config_step_mode */
};

enum script_state {
	SCRIPT_RUNS,
	SCRIPT_DONE,    /* every step is done; the machine goes on without */
	SCRIPT_STOPPED, /* by a step that says so */
	SCRIPT_SAVES,   /* a step is done but for its checkpoint; script_saved() goes on */
	SCRIPT_FAILED
};

struct script {
	struct script_step *step;
	size_t count;
	enum script_state state;
	size_t position;     /* the step that is being done */
	bool has_waited;     /* its text has come */
	uint64_t sent;       /* bytes of its `send` that were taken */
	uint64_t begun;      /* the cycle when it began */
	const char *save;    /* SCRIPT_SAVES: the file; the position is behind the step already */
	bool ignores_stop;   /* a user goes on where the script ends */
	bool stops;          /* SCRIPT_SAVES: the run ends then */
	uint64_t next_cycle; /* when to look again */
	uint8_t *seen;       /* what was printed and not yet waited for */
	size_t seen_bytes;
	size_t seen_capacity;
	struct error error; /* SCRIPT_FAILED: which step, and why */
};

/* Copies the steps of a configuration; times become cycles of `clock_hz`. */
bool script_create(struct script *script, const struct config_list *steps, uint64_t clock_hz,
		   struct error *err);
void script_release(struct script *script);

/* Are there steps left to do? */
bool script_remains(const struct script *script);

/* A byte that the guest prints. */
void script_note(struct script *script, uint8_t byte);

/* Begins, at the machine's cycle; a script of a checkpoint goes on as it was. */
void script_begin(struct script *script, const struct machine *machine);

/*
 * At cycle `now`: does what can be done. False if that is the end of the run, or a checkpoint is
 * to be written.
 */
bool script_poll(struct script *script, struct machine *machine, uint64_t now);

/* The checkpoint of SCRIPT_SAVES is written. False if that is the end of the run. */
bool script_saved(struct script *script);

/* Nothing can happen any more but by what is typed. False if the script cannot help. */
bool script_wake(struct script *script, struct machine *machine);

/* The machine has come to its end: false, with an error, if steps are left undone. */
bool script_finish(struct script *script, struct machine *machine);

/*
 * The steps that are left, and how far they are, as text for a checkpoint, to be freed; and back.
 * False: that is no such text.
 */
char *script_freeze(const struct script *script);
bool script_thaw(struct script *script, const char *text, size_t size);
