/* SPDX-License-Identifier: MIT */
/*
 * batch.c - one image, from generation to outcomes.
 */
#include "tests/conformance/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/generate.h"
#include "tests/conformance/image_file.h"

/* A simulator that dies or hangs is an error even if all programs seem to agree. */
static void check_end(struct batch *batch, enum simulator simulator,
		      const struct simulator_run *run)
{
	if (run->timed_out) {
		fprintf(stderr, "conformance: %s did not end\n", simulator_names[simulator]);
	} else if (WIFSIGNALED(run->status)) {
		fprintf(stderr, "conformance: %s ended by signal %d\n", simulator_names[simulator],
			WTERMSIG(run->status));
	} else if (simulator == MIRRORBALL && WEXITSTATUS(run->status) != 0) {
		fprintf(stderr, "conformance: mirrorball ended with code %d\n",
			WEXITSTATUS(run->status));
	} else {
		return;
	}
	batch->failed = true;
}

bool batch_run(struct batch *batch, const struct batch_options *options, unsigned first,
	       unsigned count)
{
	struct simulator_run runs[SIMULATORS] = { 0 };
	bool big = first / PROGRAMS_PER_IMAGE % 4 != 3;
	char path[4096];
	bool done;

	*batch = (struct batch){ .count = count };
	for (unsigned i = 0; i < count; i++) {
		batch->programs[i] = calloc(1, sizeof(*batch->programs[i]));
		if (batch->programs[i] == NULL) {
			return false;
		}
		generate_program(batch->programs[i], options->seed, first + i);
	}
	(void)snprintf(path, sizeof(path), "%s/programs-%ld-%u.elf", options->directory,
		       (long)getpid(), first);
	done = image_write(big ? options->runtime_big : options->runtime_little, path,
			   batch->programs, count) &&
	       simulator_run_all(&options->paths, path, big, runs);
	for (unsigned s = 0; s < SIMULATORS; s++) {
		if (runs[s].text == NULL) {
			continue;
		}
		batch->ran[s] = true;
		batch->cpu_seconds[s] = runs[s].cpu_seconds;
		outcome_parse(runs[s].text, batch->programs, count, batch->outcomes[s]);
		check_end(batch, s, &runs[s]);
		free(runs[s].text);
	}
	if (options->keep) {
		printf("image of programs %u to %u: %s\n", first, first + count - 1, path);
	} else {
		(void)unlink(path);
	}
	return done;
}

void batch_free(struct batch *batch)
{
	for (unsigned i = 0; i < batch->count; i++) {
		free(batch->programs[i]);
		for (unsigned s = 0; s < SIMULATORS; s++) {
			outcome_free(&batch->outcomes[s][i]);
		}
	}
	*batch = (struct batch){ 0 };
}
