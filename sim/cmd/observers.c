/* SPDX-License-Identifier: MIT */
/* observers.c - starting and ending trace, profile and warnings. */
#include "sim/cmd/observers.h"

#include <inttypes.h>

#include "sim/cmd/places_report.h"
#include "sim/core/core.h"
#include "sim/trace/hazard_text.h"

/* A debug build says without being asked what costs nothing to notice. */
#ifdef NDEBUG
#define WARN_ALWAYS 0
#else
#define WARN_ALWAYS 1
#endif

#define TRACE_NAME "trace.txt"

/* Where the manual leaves something undefined, this machine says so. */
static void warn_on_stderr(void *context, struct core *core, const char *text)
{
	(void)context;
	fprintf(stderr, "mirrorball: warning: cpu %u pc 0x%016" PRIx64 ": %s\n", core->id, core->pc,
		text);
}

static void hazard_on_stderr(void *context, const struct hazards_found *found)
{
	hazard_print(stderr, found, context);
}

static bool begin_trace(struct observers *observers, const struct observer_options *options,
			struct machine *machine, const struct elf_file *symbols,
			struct core_hooks *hooks, struct error *err)
{
	unsigned categories;
	FILE *stream;

	if (!trace_parse(options->trace, &categories, err)) {
		return false;
	}
	if (options->trace_file != NULL) {
		observers->trace_name = options->trace_file;
		stream = output_add_path(observers->outputs, options->trace_file, err);
	} else {
		observers->trace_name = TRACE_NAME;
		stream = output_add(observers->outputs, TRACE_NAME, err);
	}
	if (stream == NULL) {
		return false;
	}
	observers->trace = trace_begin(machine, categories, stream, symbols);
	if (observers->trace == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	trace_add_hooks(observers->trace, hooks);
	return true;
}

static bool begin_places(struct observers *observers, const struct observer_options *options,
			 struct machine *machine, const struct elf_file *symbols, struct error *err)
{
	struct places_range ranges[PLACES_RANGES_MAX];
	size_t count = 0;

	if (!places_parse(options->ranges, ranges, &count, err)) {
		return false;
	}
	if (options->places || count > 0) {
		observers->places =
			places_begin(machine, options->places ? symbols : NULL, ranges, count);
	}
	return observers->places != NULL || (!options->places && count == 0) ||
	       error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

/* Whose time it is, if the program may say so. */
static bool begin_attribution(struct observers *observers, const struct observer_options *options,
			      struct machine *machine, const struct elf_file *symbols,
			      struct core_hooks *hooks)
{
	uint64_t header = 0;
	bool is_monitor = options->attribution && inspect_find(symbols, &header);

	if (!is_monitor && options->measures->count == 0) {
		return true;
	}
	observers->attribution = attribution_begin(machine, header);
	if (observers->attribution == NULL) {
		return false;
	}
	attribution_add_hooks(observers->attribution, hooks);
	if (!is_monitor) {
		return true;
	}
	move_trace_begin(&observers->moves, machine, observers->attribution, observers->outputs);
	return true;
}

static bool begin_coverage(struct observers *observers, const char *path, struct core_hooks *hooks,
			   struct error *err)
{
	observers->coverage = coverage_begin();
	if (observers->coverage == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	coverage_add_hooks(observers->coverage, hooks);
	observers->coverage_stream = output_add_path(observers->outputs, path, err);
	return observers->coverage_stream != NULL;
}

static bool begin_measure(struct observers *observers, const struct observer_options *options,
			  struct machine *machine, const struct elf_file *symbols,
			  struct core_hooks *hooks, struct error *err)
{
	const struct option_list *measures = options->measures;

	if (measures->count == 0) {
		return true;
	}
	observers->measure = measure_begin(machine, observers->attribution, symbols);
	if (observers->measure == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	for (unsigned i = 0; i < measures->count; i++) {
		if (!measure_add(observers->measure, measures->value[i], err)) {
			return false;
		}
	}
	measure_add_hooks(observers->measure, hooks);
	return true;
}

bool observers_begin(struct observers *observers, const struct observer_options *options,
		     struct output_set *outputs, struct machine *machine,
		     const struct elf_file *symbols, struct error *err)
{
	struct core_hooks hooks = { 0 };

	observers->outputs = outputs;
	if (options->trace != NULL &&
	    !begin_trace(observers, options, machine, symbols, &hooks, err)) {
		return false;
	}
	if (options->profile) {
		observers->profile = profile_begin(machine, symbols);
		if (observers->profile == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		profile_add_hooks(observers->profile, &hooks);
	}
	if (options->coverage != NULL &&
	    !begin_coverage(observers, options->coverage, &hooks, err)) {
		return false;
	}
	if (options->warn) {
		observers->undefined = undefined_begin();
		if (observers->undefined == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		undefined_add_hooks(observers->undefined, &hooks);
	}
	if (!begin_places(observers, options, machine, symbols, err)) {
		return false;
	}
	if (!begin_attribution(observers, options, machine, symbols, &hooks)) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (!begin_measure(observers, options, machine, symbols, &hooks, err)) {
		return false;
	}
	if (options->check_ownership) {
		observers->ownership = ownership_begin(machine);
		if (observers->ownership == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		ownership_add_hooks(observers->ownership, &hooks);
	}
	if (options->warn || WARN_ALWAYS) {
		hooks.warn = warn_on_stderr;
	}
	machine_set_hooks(machine, &hooks);
	/* The symbols are only read. */
	machine_set_hazard_listener(machine, hazard_on_stderr,
				    (struct elf_file *)(uintptr_t)symbols);
	return true;
}

bool observers_have_failed(const struct observers *observers)
{
	return (observers->trace != NULL && trace_failed(observers->trace)) ||
	       observers->moves.has_failed;
}

bool observers_failure(const struct observers *observers, struct error *err)
{
	if (observers->moves.has_failed) {
		*err = observers->moves.failure;
		return false;
	}
	return error_set(err, EXIT_HOST_IO,
			 "cannot write the trace %s: the disk is full or has failed",
			 observers->trace_name);
}

static bool write_profile(struct observers *observers, const char *name,
			  void (*write)(struct profile *profile, FILE *stream), struct error *err)
{
	FILE *stream = output_add(observers->outputs, name, err);

	if (stream == NULL) {
		return false;
	}
	write(observers->profile, stream);
	return true;
}

bool observers_finish(struct observers *observers, struct error *err)
{
	if (observers->coverage != NULL) {
		coverage_write(observers->coverage, observers->coverage_stream);
	}
	if (observers->profile == NULL) {
		return true;
	}
	if (observers->outputs->directory == NULL) {
		profile_write_flat(observers->profile, stderr);
		return true;
	}
	return write_profile(observers, "profile.txt", profile_write_flat, err) &&
	       write_profile(observers, "profile.folded", profile_write_folded, err);
}

void observers_release(struct observers *observers)
{
	trace_end(observers->trace);
	profile_end(observers->profile);
	coverage_end(observers->coverage);
	places_end(observers->places);
	undefined_end(observers->undefined);
	measure_end(observers->measure);
	attribution_end(observers->attribution);
	ownership_end(observers->ownership);
	*observers = (struct observers){ 0 };
}
