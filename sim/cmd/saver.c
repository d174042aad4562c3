/* SPDX-License-Identifier: MIT */
/* saver.c - writing the checkpoint that --save asks for. */
#include "sim/cmd/saver.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/checkpoint/checkpoint.h"
#include "sim/cmd/options.h"
#include "sim/cmd/output.h"
#include "sim/cmd/session.h"
#include "sim/control.h"

/* Splits FILE@CYCLE at its last @; cycle 0 is the end of the run. */
static bool parse(const char *text, size_t *path_length, uint64_t *cycle)
{
	const char *at = strrchr(text, '@');

	if (at == NULL || at == text) {
		return false;
	}
	*path_length = (size_t)(at - text);
	if (strcmp(at + 1, "end") == 0) {
		*cycle = 0;
		return true;
	}
	return options_parse_number(at + 1, OPTION_NUMBER, cycle) && *cycle > 0 &&
	       *cycle <= INT64_MAX;
}

bool saver_check(const char *text, struct error *err)
{
	size_t length;
	uint64_t cycle;

	return parse(text, &length, &cycle) ||
	       error_set(err, EXIT_USAGE,
			 "--save: '%s' is not FILE@CYCLE or FILE@end, as boot.ckpt@250M", text);
}

bool saver_begin(struct saver *saver, const char *text, const struct machine *machine,
		 struct error *err)
{
	size_t length;

	if (text == NULL) {
		return true;
	}
	if (!parse(text, &length, &saver->cycle)) {
		return saver_check(text, err);
	}
	saver->is_at_end = saver->cycle == 0;
	if (!saver->is_at_end && saver->cycle < machine_cycles(machine)) {
		return error_set(err, EXIT_USAGE,
				 "--save: cycle %" PRIu64 " is over, the machine is at %" PRIu64,
				 saver->cycle, machine_cycles(machine));
	}
	saver->path = strndup(text, length);
	return saver->path != NULL || error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

bool saver_name(struct saver *saver, const char *path, uint64_t cycle)
{
	free(saver->path);
	*saver = (struct saver){ .path = strdup(path), .cycle = cycle };
	if (saver->path == NULL) {
		saver->has_failed = true;
		error_set(&saver->error, EXIT_HOST_IO, "the host is out of memory");
	}
	return saver->path != NULL;
}

bool saver_waits(const struct saver *saver)
{
	return saver->path != NULL && !saver->is_done && !saver->is_at_end;
}

static bool write_file(struct saver *saver, struct machine *machine,
		       const struct checkpoint_extra *extra, struct error *err)
{
	struct output_set set = { 0 };
	FILE *stream = output_add_path(&set, saver->path, err);

	if (stream == NULL) {
		return false;
	}
	if (!checkpoint_write(machine, extra, stream, saver->path, err)) {
		output_discard(&set);
		return false;
	}
	/* All of it is on the disk before it gets its name. A pipe cannot promise that. */
	if (fflush(stream) != 0 || (fsync(fileno(stream)) != 0 && errno != EINVAL)) {
		error_set(err, EXIT_HOST_IO, "cannot write %s: %s", saver->path, strerror(errno));
		output_discard(&set);
		return false;
	}
	long bytes = ftell(stream);

	saver->bytes = bytes > 0 ? (uint64_t)bytes : 0;
	return output_commit(&set, err);
}

/* What the command wants to find again. */
static bool collect(struct checkpoint_extra *extra, const struct session *session)
{
	const struct input *input = &session->input;

	*extra = (struct checkpoint_extra){
		.origin = json_dumps(session->origin, JSON_SORT_KEYS | JSON_COMPACT),
		.script = script_freeze(&session->script),
		.input = input->bytes,
		.input_bytes = input->size,
		.input_given = input->given,
		.input_next_cycle = input->next_cycle,
		.typed_entries = session->typed_entries + session->keyboard.log_entries +
				 session->replay.given,
	};
	if (extra->origin == NULL || extra->script == NULL) {
		return false;
	}
	extra->origin_bytes = strlen(extra->origin);
	extra->script_bytes = strlen(extra->script);
	return true;
}

bool saver_write(struct saver *saver, struct machine *machine, const struct session *session)
{
	struct checkpoint_extra extra;

	/* In timing mode, at the end of the quantum. */
	if (!control_may_look(machine, &saver->cycle)) {
		return true;
	}
	saver->is_done = true;
	if (!collect(&extra, session)) {
		saver->has_failed = true;
		error_set(&saver->error, EXIT_HOST_IO, "the host is out of memory");
	} else {
		saver->has_failed = !write_file(saver, machine, &extra, &saver->error);
	}
	free(extra.origin);
	free(extra.script);
	return !saver->has_failed;
}

void saver_write_end(struct saver *saver, struct machine *machine, const struct session *session)
{
	if (saver->path == NULL || !saver->is_at_end) {
		return;
	}
	saver->cycle = machine_cycles(machine);
	if (!control_may_look(machine, &saver->cycle)) {
		saver->has_failed = true;
		error_set(
			&saver->error, EXIT_USAGE,
			"--save: in timing mode a run that ends within a quantum cannot be saved; "
			"name a cycle before it, or use --mode fast");
		return;
	}
	(void)saver_write(saver, machine, session);
}

void saver_release(struct saver *saver)
{
	free(saver->path);
	*saver = (struct saver){ 0 };
}
