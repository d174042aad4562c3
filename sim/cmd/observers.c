/* SPDX-License-Identifier: MIT */
/* observers.c - starting and ending trace, profile and warnings. */
#include "sim/cmd/observers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/core/core.h"

/* A debug build says without being asked what costs nothing to notice. */
#ifdef NDEBUG
#define WARN_ALWAYS 0
#else
#define WARN_ALWAYS 1
#endif

/* Where the manual leaves something undefined, this machine says so. */
static void warn_on_stderr(void *context, struct core *core, const char *text)
{
	(void)context;
	fprintf(stderr, "mirrorball: warning: cpu %u pc 0x%016" PRIx64 ": %s\n", core->id, core->pc,
		text);
}

/* A path of the user's choice is split, so that the temporary file lies beside it. */
static bool open_trace_file(struct observers *observers, const struct observer_options *options,
			    struct error *err)
{
	if (options->trace_file == NULL) {
		if (options->out == NULL) {
			return error_set(err, EXIT_USAGE,
					 "--trace needs a place: --trace-file FILE or --out DIR");
		}
		return output_open(&observers->trace_file, options->out, "trace.txt", err);
	}
	const char *slash = strrchr(options->trace_file, '/');

	if (slash == NULL) {
		return output_open(&observers->trace_file, ".", options->trace_file, err);
	}
	char *directory = strndup(options->trace_file, (size_t)(slash - options->trace_file));

	if (directory == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	bool opened = output_open(&observers->trace_file, directory[0] != '\0' ? directory : "/",
				  slash + 1, err);

	free(directory);
	return opened;
}

bool observers_begin(struct observers *observers, const struct observer_options *options,
		     struct machine *machine, const struct elf_file *symbols, struct error *err)
{
	struct core_hooks hooks = { 0 };
	unsigned categories;

	observers->out = options->out;
	if (options->trace != NULL) {
		if (!trace_parse(options->trace, &categories, err) ||
		    !open_trace_file(observers, options, err)) {
			return false;
		}
		observers->trace =
			trace_begin(machine, categories, observers->trace_file.stream, symbols);
		if (observers->trace == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		trace_add_hooks(observers->trace, &hooks);
	} else if (options->trace_file != NULL) {
		return error_set(err, EXIT_USAGE, "--trace-file without --trace");
	}
	if (options->profile) {
		observers->profile = profile_begin(machine, symbols);
		if (observers->profile == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		profile_add_hooks(observers->profile, &hooks);
	}
	if (options->warn) {
		observers->undefined = undefined_begin();
		if (observers->undefined == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		undefined_add_hooks(observers->undefined, &hooks);
	}
	if (options->warn || WARN_ALWAYS) {
		hooks.warn = warn_on_stderr;
	}
	machine_set_hooks(machine, &hooks);
	return true;
}

static bool write_profile(struct observers *observers, const char *name,
			  void (*write)(struct profile *profile, FILE *stream), struct error *err)
{
	struct output_file file = { 0 };

	if (!output_open(&file, observers->out, name, err)) {
		output_discard(&file);
		return false;
	}
	write(observers->profile, file.stream);
	return output_commit(&file, err);
}

bool observers_finish(struct observers *observers, struct error *err)
{
	if (observers->trace != NULL) {
		if (trace_failed(observers->trace)) {
			error_set(err, EXIT_HOST_IO, "cannot write the trace %s: %s",
				  observers->trace_file.path, strerror(errno));
			output_discard(&observers->trace_file);
			return false;
		}
		if (!output_commit(&observers->trace_file, err)) {
			return false;
		}
	}
	if (observers->profile != NULL && observers->out != NULL) {
		return write_profile(observers, "profile.txt", profile_write_flat, err) &&
		       write_profile(observers, "profile.folded", profile_write_folded, err);
	}
	if (observers->profile != NULL) {
		profile_write_flat(observers->profile, stderr);
	}
	return true;
}

void observers_release(struct observers *observers)
{
	trace_end(observers->trace);
	profile_end(observers->profile);
	undefined_end(observers->undefined);
	output_discard(&observers->trace_file);
}
