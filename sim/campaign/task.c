/* SPDX-License-Identifier: MIT */
/* task.c - keys of runs. */
#include "sim/campaign/task.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/config/config.h"

#define DOCUMENT_VERSION 1
#define READ_BYTES       (1U << 16)
#define SETTINGS_MAX     256U

/* Files of the configuration whose contents decide; [] stands for every item. */
static const char *const top_files[] = { "program", "initrd", "symbols" };

static bool hash_stream(FILE *stream, XXH64_hash_t *hash)
{
	XXH3_state_t *state = XXH3_createState();
	char *bytes = malloc(READ_BYTES);
	size_t got;

	if (state == NULL || bytes == NULL) {
		XXH3_freeState(state);
		free(bytes);
		return false;
	}
	XXH3_64bits_reset(state);
	do {
		got = fread(bytes, 1, READ_BYTES, stream);
		XXH3_64bits_update(state, bytes, got);
	} while (got > 0);
	*hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	free(bytes);
	return !ferror(stream);
}

/* The hash of a file as text; borrowed. NULL after an error. */
static const char *hash_of(json_t *hashes, const char *path, struct error *err)
{
	const char *known = json_string_value(json_object_get(hashes, path));
	XXH64_hash_t hash;

	if (known != NULL) {
		return known;
	}
	FILE *stream = fopen(path, "re");

	if (stream == NULL) {
		error_set(err, EXIT_HOST_IO, "cannot open %s: %s (ninja and guests/build make it)",
			  path, strerror(errno));
		return NULL;
	}
	bool good = hash_stream(stream, &hash);

	fclose(stream);
	if (!good) {
		error_set(err, EXIT_HOST_IO, "cannot read %s", path);
		return NULL;
	}
	json_object_set_new(hashes, path, json_sprintf("%016" PRIx64, (uint64_t)hash));
	return json_string_value(json_object_get(hashes, path));
}

/* The file that `key` of `object` names becomes its hash. */
static bool replace_file(json_t *hashes, json_t *object, const char *key, struct error *err)
{
	const char *path = json_string_value(json_object_get(object, key));

	if (path == NULL || path[0] == '\0') {
		return true;
	}
	const char *hash = hash_of(hashes, path, err);

	return hash != NULL && json_object_set_new(object, key, json_string(hash)) == 0;
}

static bool replace_all(json_t *hashes, json_t *list, const char *key, struct error *err)
{
	json_t *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		if (!replace_file(hashes, item, key, err)) {
			return false;
		}
	}
	return true;
}

/* A copy of the configuration with hashes in place of names of files. */
static json_t *without_names(json_t *hashes, const json_t *frozen, struct error *err)
{
	json_t *copy = json_deep_copy(frozen);
	json_t *disks = json_object_get(json_object_get(copy, "machine"), "disks");
	bool good = replace_all(hashes, disks, "image", err) &&
		    replace_all(hashes, disks, "overlay", err) &&
		    replace_all(hashes, json_object_get(copy, "modules"), "file", err);

	for (size_t i = 0; good && i < sizeof(top_files) / sizeof(top_files[0]); i++) {
		good = replace_file(hashes, copy, top_files[i], err);
	}
	if (!good) {
		json_decref(copy);
		return NULL;
	}
	return copy;
}

/* Checkpoints go into the folder of the run: their names lose what is before it. */
static void shorten_saves(json_t *frozen)
{
	json_t *step;
	size_t index;

	json_array_foreach(json_object_get(frozen, "console"), index, step)
	{
		const char *save = json_string_value(json_object_get(step, "save"));
		const char *slash = save != NULL ? strrchr(save, '/') : NULL;

		if (slash != NULL) {
			json_object_set_new(step, "save", json_string(slash + 1));
		}
	}
}

static json_t *freeze(const struct plan *plan, const json_t *run, struct error *err)
{
	const char *file = json_string_value(json_object_get(run, "config"));
	const json_t *set = json_object_get(run, "set");
	const char *sets[SETTINGS_MAX];
	size_t count = json_array_size(set);
	struct config config;
	json_t *frozen = NULL;
	char *path = NULL;

	if (count > SETTINGS_MAX) {
		error_set(err, EXIT_USAGE, "%s: a run has more than %u settings", plan->path,
			  SETTINGS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		sets[i] = json_string_value(json_array_get(set, i));
	}
	if (asprintf(&path, "%s%s%s", file[0] == '/' ? "" : plan->folder, file[0] == '/' ? "" : "/",
		     file) < 0) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	if (config_load(&config, path, sets, count, err)) {
		frozen = config_freeze(&config);
		shorten_saves(frozen);
	}
	config_release(&config);
	free(path);
	return frozen;
}

/* Options that decide where results go are ours. */
static bool check_options(const struct plan *plan, const json_t *options, struct error *err)
{
	static const char *const ours[] = { "--out",    "--force", "--json", "--console",
					    "--record", "--save",  "--gdb",  "--display" };
	const json_t *option;
	size_t index;

	json_array_foreach(options, index, option)
	{
		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
			if (strncmp(json_string_value(option), ours[i], strlen(ours[i])) == 0) {
				return error_set(err, EXIT_USAGE, "%s: option %s is not for plans",
						 plan->path, ours[i]);
			}
		}
	}
	return true;
}

static void make_key(struct task *task, const char *simulator, json_t *input)
{
	static const char *const kept[] = { "options", "find", "expect", "exit", "checkpoint" };

	json_object_set_new(input, "simulator", json_string(simulator));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		json_t *value = json_object_get(task->about, kept[i]);

		if (value != NULL) {
			json_object_set(input, kept[i], value);
		}
	}
	if (task->parent != NULL) {
		json_object_set_new(input, "resume", json_string(task->parent->key));
	}
	char *text = json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS);
	XXH128_hash_t hash =
		XXH3_128bits(text != NULL ? text : "", text != NULL ? strlen(text) : 0);

	snprintf(task->key, sizeof(task->key), "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
		 (uint64_t)hash.low64);
	free(text);
}

/* The run that is to be resumed stands before it in the list. */
static const struct task *find_parent(const struct task_list *list, const json_t *about)
{
	const char *name = json_string_value(json_object_get(about, "resume"));

	for (size_t i = 0; name != NULL && i < list->count; i++) {
		if (list->task[i].name != NULL && strcmp(list->task[i].name, name) == 0) {
			return &list->task[i];
		}
	}
	return NULL;
}

static bool fill(struct task_list *list, struct task *task, const struct plan *plan,
		 struct error *err)
{
	const char *simulator = hash_of(list->hashes, "/proc/self/exe", err);
	json_t *input = json_object();
	bool good = simulator != NULL &&
		    check_options(plan, json_object_get(task->about, "options"), err);

	if (good && task->parent == NULL) {
		json_t *frozen = freeze(plan, task->about, err);
		json_t *hashed = frozen != NULL ? without_names(list->hashes, frozen, err) : NULL;

		good = hashed != NULL;
		task->document = json_pack("{s:i, s:o?}", "version", DOCUMENT_VERSION,
					   "configuration", frozen);
		json_object_set_new(input, "configuration", hashed);
	}
	const char *symbols = json_string_value(json_object_get(task->about, "symbols"));

	if (good && symbols != NULL) {
		const char *hash = hash_of(list->hashes, symbols, err);

		good = hash != NULL &&
		       json_object_set_new(input, "symbols", json_string(hash)) == 0;
	}
	if (good) {
		make_key(task, simulator, input);
	}
	json_decref(input);
	return good;
}

bool task_list_make(struct task_list *list, const struct plan *plan, struct error *err)
{
	const json_t *runs = plan_runs(plan);
	const json_t *run;
	size_t index;

	*list = (struct task_list){ .hashes = json_object() };
	list->task = calloc(json_array_size(runs), sizeof(list->task[0]));
	if (list->task == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	json_array_foreach(runs, index, run)
	{
		struct task *task = &list->task[list->count];

		*task = (struct task){
			.experiment = plan_name(plan),
			.name = json_string_value(json_object_get(run, "name")),
			.about = run,
			.parent = find_parent(list, run),
		};
		list->count++;
		if (!fill(list, task, plan, err)) {
			return false;
		}
	}
	return true;
}

void task_list_release(struct task_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		json_decref(list->task[i].document);
	}
	free(list->task);
	json_decref(list->hashes);
	*list = (struct task_list){ 0 };
}

double task_number(const struct task *task, const char *key, double fallback)
{
	const json_t *value = json_object_get(task->about, key);

	return json_is_number(value) ? json_number_value(value) : fallback;
}
