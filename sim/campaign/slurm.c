/* SPDX-License-Identifier: MIT */
/* slurm.c - job scripts, sbatch. */
#include "sim/campaign/slurm.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/cmd/output.h"

#define ANSWER_BYTES      256U
#define ARRAY_SIZE_MAX    1001U /* Slurm's default */
#define COMMAND_BYTES_MAX (1U << 17)

/* Absolute names: jobs start anywhere. */
struct names {
	char directory[PATH_MAX];
	char plan[PATH_MAX];
	char program[PATH_MAX];
};

static bool find_names(const struct campaign *campaign, struct names *names, struct error *err)
{
	if (realpath(campaign->directory, names->directory) == NULL ||
	    realpath(campaign->plans[0], names->plan) == NULL ||
	    realpath("/proc/self/exe", names->program) == NULL) {
		return error_set(err, EXIT_HOST_IO, "%s, %s: %s", campaign->directory,
				 campaign->plans[0], strerror(errno));
	}
	return (strchr(names->directory, '\'') == NULL && strchr(names->plan, '\'') == NULL &&
		strchr(names->program, '\'') == NULL) ||
	       error_set(err, EXIT_USAGE, "names with quotes do not go into job scripts: %s",
			 names->directory);
}

static bool make_folder(const char *directory, const char *name, struct error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s%s", directory, name[0] != '\0' ? "/" : "", name);
	return mkdir(path, 0777) == 0 || errno == EEXIST ||
	       error_set(err, EXIT_HOST_IO, "cannot create directory %s: %s", path,
			 strerror(errno));
}

/* The script of an array's tasks or of the collector, which ends with `arguments`. */
static bool write_script(const struct names *names, const struct campaign *campaign,
			 const struct campaign_cluster *cluster, const char *name,
			 const char *arguments, struct error *err)
{
	struct output_set set;
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/slurm/%s.sh", names->directory, name);
	bool good = output_begin(&set, NULL, false, err);
	FILE *script = good ? output_add_path(&set, path, err) : NULL;

	if (script != NULL) {
		fprintf(script,
			"#!/bin/sh\n#SBATCH --job-name=mirrorball-%s\n#SBATCH --requeue\n"
			"#SBATCH --open-mode=append\n"
			"exec '%s' sweep '%s' --out '%s' --chunk %" PRIu64 " --limit %" PRIu64
			"%s %s\n",
			name, names->program, names->plan, names->directory, cluster->chunk,
			cluster->limit, campaign->is_quick ? " --quick" : "", arguments);
	}
	good = script != NULL && output_commit(&set, err);
	output_discard(&set);
	return good;
}

/* The first line of what a command prints. */
static bool ask(const char *command, char answer[ANSWER_BYTES])
{
	FILE *stream = popen(command, "r");

	if (stream == NULL) {
		return false;
	}
	bool good = fgets(answer, (int)ANSWER_BYTES, stream) != NULL;
	char rest[ANSWER_BYTES];

	while (fgets(rest, (int)sizeof(rest), stream) != NULL) {
	}
	answer[good ? strcspn(answer, "\n;") : 0] = '\0';
	return pclose(stream) == 0 && good;
}

/* The number of the job. */
static bool submit(const struct names *names, const char *name, const char *options,
		   char job[ANSWER_BYTES], struct error *err)
{
	char *command = malloc(COMMAND_BYTES_MAX);
	bool good = command != NULL;

	if (good) {
		snprintf(command, COMMAND_BYTES_MAX,
			 "sbatch --parsable %s --output='%s/slurm/%s-%%a.log' '%s/slurm/%s.sh'",
			 options, names->directory, name, names->directory, name);
		good = ask(command, job) && job[0] != '\0' &&
		       job[strspn(job, "0123456789")] == '\0';
	}
	free(command);
	return good || error_set(err, EXIT_HOST_IO,
				 "sbatch did not take the job %s (is Slurm there?)", name);
}

static bool submit_parts(const struct campaign *campaign, const struct campaign_cluster *cluster,
			 const char *parts, struct error *err)
{
	struct names names;
	char *options = malloc(COMMAND_BYTES_MAX);
	char arguments[64];
	char limit[32] = "";
	char job[ANSWER_BYTES];
	char collector[ANSWER_BYTES];

	if (cluster->limit != 0) {
		snprintf(limit, sizeof(limit), "%%%" PRIu64, cluster->limit);
	}
	snprintf(arguments, sizeof(arguments), "--collect --rounds %" PRIu64, cluster->rounds);
	bool good = options != NULL && find_names(campaign, &names, err) &&
		    make_folder(names.directory, "slurm", err) &&
		    make_folder(names.directory, "parts", err) &&
		    write_script(&names, campaign, cluster, "part",
				 "--part \"$SLURM_ARRAY_TASK_ID\"", err) &&
		    write_script(&names, campaign, cluster, "collect", arguments, err);

	if (good) {
		snprintf(options, COMMAND_BYTES_MAX, "--array=%s%s", parts, limit);
		good = submit(&names, "part", options, job, err);
	}
	if (good) {
		snprintf(options, COMMAND_BYTES_MAX, "--dependency=afterany:%s", job);
		good = submit(&names, "collect", options, collector, err);
	}
	if (good) {
		printf("submitted: job array %s (parts %s), collector %s\n", job, parts, collector);
	}
	free(options);
	return good;
}

/* Parts have numbers below this. */
static uint64_t array_size(void)
{
	char answer[ANSWER_BYTES] = "";
	uint64_t size = 0;

	if (ask("scontrol show config | sed -n 's/^MaxArraySize *= *//p'", answer)) {
		size = strtoull(answer, NULL, 10);
	}
	return size != 0 ? size : ARRAY_SIZE_MAX;
}

bool slurm_submit(const struct campaign *campaign, const struct campaign_cluster *cluster,
		  struct error *err)
{
	struct campaign_cluster fitting = *cluster;
	uint64_t most = array_size();
	char *parts = NULL;
	bool good = make_folder(campaign->directory, "", err) &&
		    campaign_gather(campaign, &fitting, &parts, err);

	/* The last number tells how many there are. */
	while (good && parts[0] != '\0') {
		const char *comma = strrchr(parts, ',');
		uint64_t last = strtoull(comma != NULL ? comma + 1 : parts, NULL, 10);

		if (last < most) {
			break;
		}
		fitting.chunk *= 2;
		free(parts);
		parts = NULL;
		good = campaign_gather(campaign, &fitting, &parts, err);
	}
	if (good) {
		good = parts[0] != '\0' ? submit_parts(campaign, &fitting, parts, err)
					: campaign_run(campaign, err);
	}
	free(parts);
	return good;
}

bool slurm_collect(const struct campaign *campaign, const struct campaign_cluster *cluster,
		   struct error *err)
{
	char *parts = NULL;
	bool good = campaign_gather(campaign, cluster, &parts, err);

	if (good && parts[0] != '\0' && cluster->rounds > 0) {
		struct campaign_cluster next = *cluster;

		next.rounds--;
		fprintf(stderr, "mirrorball: once more: parts %s\n", parts);
		good = submit_parts(campaign, &next, parts, err);
	} else if (good && parts[0] != '\0') {
		good = error_set(err, EXIT_HOST_IO, "no results of parts %s: %s/slurm has the logs",
				 parts, campaign->directory);
	} else if (good) {
		good = campaign_run(campaign, err);
	}
	free(parts);
	return good;
}
