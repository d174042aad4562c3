/* SPDX-License-Identifier: MIT */
/* outcome.c - condensing the results of a run. */
#include "sim/campaign/outcome.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/files.h"

#define CONSOLES          2U
#define CONSOLE_BYTES_MAX (16U << 20)

static json_t *sum(const json_t *left, const json_t *right);

static json_t *sum_objects(const json_t *left, const json_t *right)
{
	json_t *result = json_object();
	const char *key;
	const json_t *value;

	json_object_foreach((json_t *)(uintptr_t)left, key, value)
	{
		json_object_set_new(result, key, sum(value, json_object_get(right, key)));
	}
	json_object_foreach((json_t *)(uintptr_t)right, key, value)
	{
		if (json_object_get(left, key) == NULL) {
			json_object_set_new(result, key, json_deep_copy(value));
		}
	}
	return result;
}

/* Numbers added up, in objects by name and in lists by place; of the rest the left one. */
static json_t *sum(const json_t *left, const json_t *right)
{
	if (right == NULL) {
		return json_deep_copy(left);
	}
	if (json_is_integer(left) && json_is_integer(right)) {
		return json_integer(json_integer_value(left) + json_integer_value(right));
	}
	if (json_is_number(left) && json_is_number(right)) {
		return json_real(json_number_value(left) + json_number_value(right));
	}
	if (json_is_object(left)) {
		return sum_objects(left, right);
	}
	if (json_is_array(left)) {
		json_t *result = json_array();

		for (size_t i = 0; i < json_array_size(left); i++) {
			json_array_append_new(
				result, sum(json_array_get(left, i), json_array_get(right, i)));
		}
		return result;
	}
	return json_deep_copy(left);
}

/* All items of a list added up. */
static json_t *total(const json_t *list)
{
	json_t *result = json_object();
	const json_t *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		json_t *more = sum(result, item);

		json_decref(result);
		result = more;
	}
	return result;
}

/*
 * Cycles of all CPUs in timing mode: by mode `execution`, `stalls` and both (`busy`), of all modes
 * `idle` and everything.
 */
static void add_time(json_t *outcome, const json_t *memory)
{
	json_t *result = json_object();
	json_int_t idle = 0;
	json_int_t busy = 0;
	const char *mode;
	json_t *parts;

	json_object_foreach(json_object_get(memory, "time"), mode, parts)
	{
		json_int_t execution = json_integer_value(json_object_get(parts, "execution"));
		json_int_t all = 0;
		const char *part;
		json_t *cycles;

		json_object_foreach(parts, part, cycles)
		{
			all += json_integer_value(cycles);
		}
		json_int_t idle_here = json_integer_value(json_object_get(parts, "idle"));

		idle += idle_here;
		busy += all - idle_here;
		json_object_set_new(result, mode,
				    json_pack("{s:I, s:I, s:I}", "execution", execution, "stalls",
					      all - idle_here - execution, "busy",
					      all - idle_here));
	}
	json_object_set_new(result, "idle", json_integer(idle));
	json_object_set_new(result, "all", json_integer(busy + idle));
	json_object_set_new(outcome, "time", result);
}

static void add_attribution(json_t *outcome, const json_t *attribution)
{
	json_t *vms = json_object();
	json_t *all = json_object();
	const json_t *vm;
	size_t index;

	json_array_foreach(json_object_get(attribution, "vms"), index, vm)
	{
		json_t *causes = total(json_object_get(vm, "vcpus"));
		json_t *more = sum(all, causes);

		json_decref(all);
		all = more;
		json_object_set_new(vms, json_string_value(json_object_get(vm, "name")), causes);
	}
	json_object_set_new(outcome, "vms", vms);
	json_object_set_new(outcome, "attribution", all);
	json_object_set(outcome, "nobody", json_object_get(attribution, "nobody"));
}

static json_t *condense(const json_t *stats)
{
	static const char *const same[] = { "reason",    "exit_code",    "message",
					    "cycles",    "instructions", "state_hash",
					    "footprint", "movement",     "measured" };
	const json_t *memory = json_object_get(stats, "memory");
	json_t *outcome = json_object();

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		json_t *value = json_object_get(stats, same[i]);

		if (value != NULL && !json_is_null(value)) {
			json_object_set(outcome, same[i], value);
		}
	}
	json_object_set_new(
		outcome, "cpu_count",
		json_integer((json_int_t)json_array_size(json_object_get(stats, "cpus"))));
	json_object_set_new(outcome, "cpus", total(json_object_get(stats, "cpus")));
	json_object_set_new(outcome, "memory", total(json_object_get(memory, "cpus")));
	add_time(outcome, json_object_get(outcome, "memory"));
	json_object_set_new(outcome, "nodes", total(json_object_get(memory, "nodes")));
	add_attribution(outcome, json_object_get(stats, "attribution"));
	return outcome;
}

/* The number behind `text`, of its last occurrence; thousands may have commas. */
static json_t *number_behind(const char *console, const char *text)
{
	const char *found = NULL;
	char digits[64];
	size_t length = 0;

	for (const char *at = strstr(console, text); at != NULL; at = strstr(at + 1, text)) {
		found = at;
	}
	if (found == NULL || text[0] == '\0') {
		return NULL;
	}
	found += strlen(text);
	found += strspn(found, " \t");
	for (; strchr("+-.,0123456789eE", *found) != NULL && *found != '\0'; found++) {
		if (*found != ',' && length + 1 < sizeof(digits)) {
			digits[length++] = *found;
		}
	}
	digits[length] = '\0';
	char *end;
	double value = strtod(digits, &end);

	return end != digits ? json_real(value) : NULL;
}

/* The text of a console; empty if there is none. */
static char *read_console(const char *directory, unsigned number, struct error *err)
{
	char path[PATH_MAX];
	uint8_t *bytes;
	size_t size;

	snprintf(path, sizeof(path), "%s/console-%u.txt", directory, number);
	if (!files_read(path, CONSOLE_BYTES_MAX, &bytes, &size, err)) {
		return NULL;
	}
	char *text = malloc(size + 1);

	if (text != NULL) {
		for (size_t i = 0; i < size; i++) {
			memcpy(text + i, bytes[i] != 0 ? (const char *)bytes + i : " ", 1);
		}
		text[size] = '\0';
	}
	free(bytes);
	return text;
}

/* Adds what `find` asks for to `values`. */
static void find_numbers(const char *console, const struct task *task, json_t *values)
{
	json_t *find = json_object_get(task->about, "find");
	const char *name;
	json_t *text;

	json_object_foreach(find, name, text)
	{
		json_t *value = number_behind(console, json_string_value(text));

		if (value != NULL) {
			json_object_set_new(values, name, value);
		}
	}
}

/* Has the console all texts that `expect` is or lists? */
static bool has_expected(const char *console, const struct task *task)
{
	const json_t *expect = json_object_get(task->about, "expect");
	const json_t *text;
	size_t index;

	json_array_foreach(expect, index, text)
	{
		if (strstr(console, json_string_value(text)) == NULL) {
			return false;
		}
	}
	return !json_is_string(expect) || strstr(console, json_string_value(expect)) != NULL;
}

json_t *outcome_read(const struct task *task, const char *directory, struct error *err)
{
	char path[PATH_MAX];
	json_error_t why;
	json_t *values = json_object();
	bool has_text = false;

	snprintf(path, sizeof(path), "%s/stats.json", directory);
	json_t *stats = json_load_file(path, 0, &why);

	if (stats == NULL) {
		error_set(err, EXIT_HOST_IO, "%s: %s", path, why.text);
		json_decref(values);
		return NULL;
	}
	for (unsigned i = 0; i < CONSOLES; i++) {
		char *console = read_console(directory, i, err);

		if (console == NULL) {
			json_decref(stats);
			json_decref(values);
			return NULL;
		}
		find_numbers(console, task, values);
		has_text |= has_expected(console, task);
		free(console);
	}
	json_t *outcome = condense(stats);
	json_int_t expected = (json_int_t)task_number(task, "exit", 0);
	json_int_t code = json_integer_value(json_object_get(outcome, "exit_code"));

	json_object_set_new(outcome, "values", values);
	json_object_set_new(outcome, "good", json_boolean(has_text && code == expected));
	json_decref(stats);
	return outcome;
}
