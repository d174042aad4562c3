/* SPDX-License-Identifier: MIT */
/* session.c - running a machine under the eyes of a user. */
#include "sim/cmd/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "sim/cmd/crash.h"
#include "sim/cmd/due.h"
#include "sim/cmd/report.h"
#include "sim/cmd/terminal.h"
#include "sim/control.h"
#include "sim/inspect/inspect.h"

/* How often a run looks up: for the progress line, prompts without a newline, host time. */
#define TICK_NS 100000000U
/* The same with a window. */
#define FRAME_NS 33000000U

/*
 * What the signal handlers need. They set flags and ask the machine to pause at the end of a CPU's
 * turn, where going on later changes no result.
 */
static struct {
	struct machine *machine;
	volatile sig_atomic_t is_ended; /* by a user's signal */
} current;

static void on_end(int number)
{
	if (current.is_ended) {
		terminal_release();
		signal(number, SIG_DFL);
		raise(number);
		return;
	}
	current.is_ended = 1;
	/* It only sets a flag. NOLINTNEXTLINE(bugprone-signal-handler) */
	control_interrupt(current.machine);
}

static void on_tick(int number)
{
	(void)number;
	/* NOLINTNEXTLINE(bugprone-signal-handler) */
	control_interrupt(current.machine);
}

/* Ctrl-C ends the run in order, with its results; a second one at once. */
static void catch_signals(struct machine *machine)
{
	struct sigaction end = { .sa_handler = on_end, .sa_flags = SA_RESTART };
	struct sigaction tick = { .sa_handler = on_tick, .sa_flags = SA_RESTART };

	current.machine = machine;
	current.is_ended = 0;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGALRM, &tick, NULL);
}

static void release_signals(void)
{
	struct itimerval never = { 0 };

	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_IGN);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

static void start_ticks(const struct session *session)
{
	uint64_t period = TICK_NS;
	uint64_t limit = session->options->max_host_ns;

	if (session->options->display) {
		period = FRAME_NS;
	} else if (limit == 0 && !session->progress.is_on && !isatty(STDOUT_FILENO)) {
		return;
	}
	if (limit != 0 && limit < period) {
		period = limit;
	}
	struct timeval interval = { .tv_usec = (suseconds_t)(period / 1000) };
	struct itimerval timer = { .it_interval = interval, .it_value = interval };

	setitimer(ITIMER_REAL, &timer, NULL);
}

double session_host_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool open_consoles(struct session *session, struct error *err)
{
	struct console_sink *sink = &session->sink;

	sink->machine = session->machine;
	sink->script = &session->script;
	sink->panic = &session->panic;
	if (session->gdb == NULL && session->options->gdb == NULL) {
		panic_watch_begin(&session->panic, session->panic_text, session->symbols);
	}
	sink->to_stdout = !session->options->json;
	sink->to_text = session->options->json;
	if (isatty(STDOUT_FILENO)) {
		sink->progress = &session->progress;
	}
	for (unsigned i = 0; session->options->out != NULL && i < OUTPUT_CONSOLES; i++) {
		sink->file[i] = output_add(&session->outputs, output_console_name(i), err);
		if (sink->file[i] == NULL) {
			return false;
		}
	}
	machine_set_console(session->machine, console_sink_put, sink);
	return true;
}

static bool open_debugger(struct session *session, struct error *err)
{
	if (session->options->gdb == NULL) {
		return true;
	}
	session->gdb = gdb_listen(session->options->gdb, err);
	if (session->gdb == NULL) {
		return false;
	}
	fprintf(stderr, "mirrorball: gdb may connect to port %u\n", gdb_port(session->gdb));
	return true;
}

/* The file that --record names, or typed.log of the results. */
static bool open_record(struct session *session, struct error *err)
{
	const struct run_options *o = session->options;
	FILE **log = &session->keyboard.log;

	if (!(o->console || o->display) || (o->record == NULL && o->out == NULL)) {
		return true;
	}
	*log = o->record != NULL ? output_add_path(&session->outputs, o->record, err)
				 : output_add(&session->outputs, "typed.log", err);
	if (*log != NULL) {
		typed_log_begin(*log, session->typed_entries);
	}
	return *log != NULL;
}

/* Whoever types but --input. */
static bool open_typing(struct session *session, struct error *err)
{
	const struct run_options *o = session->options;
	uint64_t clock_hz = machine_get_config(session->machine)->clock_hz;
	struct config steps = { 0 };
	bool good = true;

	if (o->script != NULL) {
		good = config_load_console(&steps, o->script, err) &&
		       script_create(&session->script, &steps.console, clock_hz, err);
		config_release(&steps);
	}
	if (good && o->replay != NULL) {
		good = typed_log_read(&session->replay, o->replay, session->typed_entries, err);
	}
	session->script.ignores_stop = o->console || o->display;
	return good && open_record(session, err) &&
	       (!(o->console || o->display) ||
		keyboard_begin(&session->keyboard, session->machine, o->console, o->display, err));
}

static void log_line(void *context, const char *text, uint64_t cycle)
{
	const struct session *session = context;

	if (!session->options->quiet) {
		fprintf(stderr, "mirrorball: %s at cycle %" PRIu64 "\n", text, cycle);
	}
}

/* Does anybody get the statistics? Otherwise they are not even collected where that costs time. */
static bool wants_results(const struct run_options *options)
{
	return options->out != NULL || options->json;
}

bool session_begin(struct session *session, struct error *err)
{
	const struct run_options *o = session->options;
	const struct observer_options observe = {
		.attribution = wants_results(o),
		.trace = o->trace,
		.trace_file = o->trace_file,
		.profile = o->profile,
		.coverage = o->coverage,
		.warn = o->warn,
		.check_ownership = o->check_ownership,
		.places = o->places,
		.ranges = &o->ranges,
		.measures = &o->measures,
	};

	/* A reader that is gone and a file that may not grow are errors of the write. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	machine_set_log(session->machine, log_line, session);
	session->progress.is_on = !o->quiet && !o->console && isatty(STDERR_FILENO);
	return (o->input == NULL || input_read(&session->input, o->input, err)) &&
	       saver_begin(&session->saver, o->save, session->machine, err) &&
	       output_begin(&session->outputs, o->out, o->force, err) &&
	       open_consoles(session, err) &&
	       observers_begin(&session->observers, &observe, &session->outputs, session->machine,
			       session->symbols, err) &&
	       capture_begin(&session->capture, o->capture, session->has_subnet, &session->outputs,
			     session->machine, err) &&
	       series_begin(&session->series, &session->outputs, session->machine, o->interval_ns,
			    err) &&
	       open_debugger(session, err) && open_typing(session, err) &&
	       show_begin(&session->show, session->machine, o->display,
			  o->frames ? &session->outputs : NULL, &session->keyboard, err);
}

/* Something that the run cannot go on without is gone. */
static bool has_failed(const struct session *session)
{
	return session->sink.has_failed || session->saver.has_failed ||
	       session->script_saver.has_failed || observers_have_failed(&session->observers) ||
	       series_has_failed(&session->series);
}

/* A pause of the run that changes nothing. False if it is the end. */
static bool look_up(struct session *session, double begin)
{
	double seconds = session_host_time() - begin;

	if (current.is_ended || has_failed(session)) {
		return false;
	}
	if (session->options->max_host_ns != 0 &&
	    seconds * 1e9 >= (double)session->options->max_host_ns) {
		session->is_out_of_host_time = true;
		return false;
	}
	show_tick(&session->show);
	if (isatty(STDOUT_FILENO)) {
		console_sink_flush(&session->sink);
	}
	if (session->sink.progress == NULL || console_sink_is_at_line_start(&session->sink)) {
		progress_show(&session->progress, session->machine, seconds);
	}
	return true;
}

/* Is the machine's stop only a pause of the run? */
static bool goes_on(struct session *session, enum due due, double begin)
{
	switch (session->stop.reason) {
	case STOP_MAX_CYCLES:
		return due_do(session, due);
	case STOP_INTERRUPTED:
		return look_up(session, begin);
	case STOP_DEADLOCK:
		/* Whoever sleeps until a key is pressed gets the next one, if it is taken. */
		return due_wake(session);
	default:
		return false;
	}
}

static void run_slices(struct session *session, double begin)
{
	enum due due;

	do {
		struct control_limits limits = due_limits(session, &due);

		session->stop = control_run(session->machine, &limits);
	} while (goes_on(session, due, begin));
}

void session_run(struct session *session)
{
	const struct run_options *o = session->options;
	double begin = session_host_time();

	catch_signals(session->machine);
	if (!due_begin(session)) {
		session->stop.reason = STOP_INTERRUPTED;
	} else if (session->gdb != NULL) {
		struct control_limits limits = { o->max_cycles, o->max_instructions };
		uint64_t inspect = 0;

		(void)inspect_find(session->symbols, &inspect);
		session->stop =
			gdb_serve(session->gdb, session->machine, inspect, o->wait, &limits);
	} else {
		start_ticks(session);
		run_slices(session, begin);
		due_finish(session);
	}
	saver_write_end(&session->saver, session->machine, session);
	keyboard_end(&session->keyboard);
	release_signals();
	session->host_seconds = session_host_time() - begin;
	progress_clear(&session->progress);
	console_sink_flush(&session->sink);
}

/* Where a guest was that is no more: crash.txt of the results, or stderr. */
static void report_crash(struct session *session)
{
	FILE *stream = stderr;
	struct error ignored;

	if (session->options->out != NULL) {
		stream = output_add(&session->outputs, "crash.txt", &ignored);
	} else if (session->options->quiet || session->options->json) {
		return;
	}
	if (stream != NULL) {
		crash_write(session, stream);
	}
}

static void print_summary(const struct session *session, uint64_t hash)
{
	uint64_t instructions = machine_instructions(session->machine);
	uint64_t cycles = machine_cycles(session->machine);

	if (session->options->quiet || session->options->json) {
		return;
	}
	fprintf(stderr,
		"mirrorball: %s after %" PRIu64 " instructions, %" PRIu64
		" cycles; %.6f s simulated in %.3f s of host time, %.1f MIPS; state hash "
		"%016" PRIx64 "\n",
		report_reason(session), instructions, cycles,
		(double)cycles / (double)machine_get_config(session->machine)->clock_hz,
		session->host_seconds,
		session->host_seconds > 0 ? (double)instructions / session->host_seconds / 1e6
					  : 0.0,
		hash);
}

/* The files of --out and what observers have seen; `result` is NULL without --out and --json. */
static bool write_results(struct session *session, const json_t *config, json_t *result,
			  struct error *err)
{
	struct output_set *outputs = &session->outputs;

	if (!observers_finish(&session->observers, err) ||
	    !capture_finish(&session->capture, err) || !show_finish(&session->show, err)) {
		return false;
	}
	if (outputs->directory != NULL) {
		FILE *hash = output_add(outputs, "state-hash", err);

		if (hash == NULL) {
			return false;
		}
		fprintf(hash, "%s\n", json_string_value(json_object_get(result, "state_hash")));
		/* The statistics come last: where they are, all of it is. */
		if (!output_add_json(outputs, "config.json", config, err) ||
		    !output_add_json(outputs, "stats.json", result, err)) {
			return false;
		}
	}
	return output_commit(outputs, err);
}

bool session_end(struct session *session, json_t *config, struct error *err)
{
	struct error verdict = { .code = EXIT_DONE };
	struct error failure;
	uint64_t hash = machine_state_hash(session->machine);
	bool good = report_judge(session, &verdict);
	bool is_written = false;

	if (good && saver_waits(&session->saver)) {
		good = error_set(&verdict, EXIT_USAGE,
				 "--save: the run ended at cycle %" PRIu64
				 ", before cycle %" PRIu64,
				 machine_cycles(session->machine), session->saver.cycle);
	}

	print_summary(session, hash);
	if (has_failed(session)) {
		/* Nothing of this run is complete. */
		*err = verdict;
		return false;
	}
	series_finish(&session->series, session->machine);
	if (!good && (verdict.code == EXIT_GUEST || verdict.code == EXIT_MONITOR)) {
		report_crash(session);
	}
	move_trace_finish(&session->observers.moves);
	json_t *result =
		wants_results(session->options) ? report_result(session, &verdict, hash) : NULL;

	/* A host error while reporting is worse news than whatever the program did. */
	is_written = write_results(session, config, result, &failure) &&
		     report_print(session, config, result, &failure);
	json_decref(result);
	if (!is_written) {
		verdict = failure;
	}
	*err = verdict;
	return good && is_written;
}

void session_release(struct session *session)
{
	observers_release(&session->observers);
	capture_release(&session->capture);
	show_release(&session->show);
	output_discard(&session->outputs);
	console_sink_release(&session->sink);
	input_release(&session->input);
	gdb_close(session->gdb);
	session->gdb = NULL;
	saver_release(&session->saver);
	series_release(&session->series);
	saver_release(&session->script_saver);
	script_release(&session->script);
	typed_log_release(&session->replay);
	keyboard_end(&session->keyboard);
	json_decref(session->origin);
	session->origin = NULL;
}
