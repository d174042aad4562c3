/* SPDX-License-Identifier: MIT */
/* due.c - limits, and what is done when they are reached. */
#include "sim/cmd/due.h"

#include <stdio.h>

#include "sim/cmd/session.h"

/* Makes the limits end at `cycle` if that comes first; of two the later call is done first. */
static void end_at(struct control_limits *limits, enum due *due, uint64_t cycle, enum due what)
{
	if (limits->max_cycles == 0 || cycle <= limits->max_cycles) {
		limits->max_cycles = cycle;
		*due = what;
	}
}

struct control_limits due_limits(const struct session *session, enum due *due)
{
	const struct typed_log *replay = &session->replay;
	struct control_limits limits = {
		.max_cycles = session->options->max_cycles,
		.max_instructions = session->options->max_instructions,
	};

	*due = DUE_BUDGET;
	if (session->panic.has_come) {
		end_at(&limits, due, session->panic.due_cycle, DUE_PANIC);
	}
	if (input_remains(&session->input)) {
		end_at(&limits, due, session->input.next_cycle, DUE_INPUT);
	}
	if (keyboard_is_open(&session->keyboard)) {
		end_at(&limits, due, session->keyboard.next_cycle, DUE_KEYBOARD);
	}
	if (typed_log_waits(replay)) {
		end_at(&limits, due, replay->entry[replay->position].cycle, DUE_REPLAY);
	}
	if (script_remains(&session->script)) {
		end_at(&limits, due, session->script.next_cycle, DUE_SCRIPT);
	}
	if (saver_waits(&session->saver)) {
		end_at(&limits, due, session->saver.cycle, DUE_SAVE);
	}
	if (saver_waits(&session->script_saver)) {
		end_at(&limits, due, session->script_saver.cycle, DUE_SCRIPT_SAVE);
	}
	if (series_is_on(&session->series)) {
		end_at(&limits, due, session->series.next_cycle, DUE_SAMPLE);
	}
	return limits;
}

static bool save(struct session *session, struct saver *saver)
{
	double begin = session_host_time();

	if (!saver_write(saver, session->machine, session)) {
		return false;
	}
	if (saver->is_done && !session->options->quiet && !session->options->json) {
		progress_clear(&session->progress);
		fprintf(stderr, "mirrorball: saved %s: %.1f MB in %.2f s\n", saver->path,
			(double)saver->bytes / 1e6, session_host_time() - begin);
	}
	return true;
}

/* The checkpoint that a step of the script asks for, now or when the machine can be saved. */
static bool save_for_script(struct session *session)
{
	struct saver *saver = &session->script_saver;

	if (!save(session, saver)) {
		return false;
	}
	return saver_waits(saver) || script_saved(&session->script);
}

/* The script has done what it could. False if the run ends with that. */
static bool heed_script(struct session *session, bool goes_on)
{
	struct script *script = &session->script;

	while (script->state == SCRIPT_SAVES && !saver_waits(&session->script_saver)) {
		if (!saver_name(&session->script_saver, script->save,
				machine_cycles(session->machine)) ||
		    !save_for_script(session)) {
			return false;
		}
		goes_on = true;
	}
	return goes_on;
}

static bool poll_script(struct session *session)
{
	uint64_t now = session->script.next_cycle;

	return heed_script(session, script_poll(&session->script, session->machine, now));
}

/* An entry of --replay. */
static bool replay_entry(struct session *session)
{
	if (typed_log_quits(&session->replay)) {
		session->has_quit = true;
		return false;
	}
	session->has_diverged = !typed_log_give(&session->replay, session->machine);
	return !session->has_diverged;
}

bool due_begin(struct session *session)
{
	/* What a checkpoint has left is due at its own cycle. */
	if (!session->input.is_restored) {
		input_give(&session->input, session->machine);
		session->input.next_cycle = machine_cycles(session->machine) + INPUT_PERIOD_CYCLES;
	}
	script_begin(&session->script, session->machine);
	return !script_remains(&session->script) ||
	       session->script.next_cycle > machine_cycles(session->machine) ||
	       poll_script(session);
}

bool due_do(struct session *session, enum due due)
{
	switch (due) {
	case DUE_BUDGET:
	case DUE_PANIC:
		return false;
	case DUE_INPUT:
		input_give(&session->input, session->machine);
		session->input.next_cycle += INPUT_PERIOD_CYCLES;
		return true;
	case DUE_KEYBOARD:
		session->has_quit = !keyboard_poll(&session->keyboard, session->machine,
						   session->keyboard.next_cycle,
						   !script_remains(&session->script));
		return !session->has_quit;
	case DUE_REPLAY:
		return replay_entry(session);
	case DUE_SCRIPT:
		return poll_script(session);
	case DUE_SCRIPT_SAVE:
		return save_for_script(session) && heed_script(session, true);
	case DUE_SAVE:
		return save(session, &session->saver);
	case DUE_SAMPLE:
		series_take(&session->series, session->machine);
		return !series_has_failed(&session->series);
	}
	return false;
}

bool due_wake(struct session *session)
{
	struct script *script = &session->script;

	if (input_give(&session->input, session->machine)) {
		return true;
	}
	if (script_remains(script)) {
		return heed_script(session, script_wake(script, session->machine));
	}
	if (typed_log_remains(&session->replay)) {
		session->has_diverged = typed_log_waits(&session->replay);
		return !session->has_diverged && replay_entry(session);
	}
	if (keyboard_is_open(&session->keyboard)) {
		keyboard_wake(&session->keyboard, session->machine);
		session->has_quit = session->keyboard.quits;
		return !session->has_quit && keyboard_is_open(&session->keyboard);
	}
	return false;
}

void due_finish(struct session *session)
{
	enum stop_reason reason = session->stop.reason;

	if (reason == STOP_HALT || (reason == STOP_EXIT && session->stop.code == 0)) {
		script_finish(&session->script, session->machine);
	}
}
