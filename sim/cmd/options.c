/* SPDX-License-Identifier: MIT */
/* options.c - the option parser. Arguments are untrusted: nothing here may crash on any of them. */
#include "sim/cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 64U
/* A name this many edits away is worth suggesting. */
#define NEAR_EDITS 3U

struct unit {
	const char *name;
	uint64_t ns;
};

static const struct unit time_units[] = {
	{ "ns", 1 },         { "us", 1000 },         { "ms", 1000000 },
	{ "s", 1000000000 }, { "min", 60000000000 }, { "h", 3600000000000 },
};

/* A time without a unit is none. */
static uint64_t time_factor(const char *unit)
{
	for (size_t i = 0; i < sizeof(time_units) / sizeof(time_units[0]); i++) {
		if (strcmp(unit, time_units[i].name) == 0) {
			return time_units[i].ns;
		}
	}
	return 0;
}

/* Multiplier of a suffix; 0 if there is no such suffix. */
static uint64_t suffix_factor(const char *suffix, enum option_kind kind)
{
	static const char letters[] = "kmgt";
	uint64_t step = kind == OPTION_SIZE ? 1024 : 1000;
	uint64_t factor = 1;

	if (kind == OPTION_TIME) {
		return time_factor(suffix);
	}
	if (suffix[0] == '\0') {
		return 1;
	}
	/* "32M" and, for sizes, "32MB" and "32MiB". */
	if (suffix[1] != '\0' && !(kind == OPTION_SIZE && (strcmp(suffix + 1, "B") == 0 ||
							   strcmp(suffix + 1, "iB") == 0))) {
		return 0;
	}
	for (size_t i = 0; letters[i] != '\0'; i++) {
		factor *= step;
		if (tolower((unsigned char)suffix[0]) == letters[i]) {
			return factor;
		}
	}
	return 0;
}

bool options_parse_number(const char *text, enum option_kind kind, uint64_t *value)
{
	char *end;

	/* strtoull would take a sign and leading blanks. */
	if (!isdigit((unsigned char)text[0])) {
		return false;
	}
	errno = 0;
	unsigned long long number =
		strtoull(text, &end, text[0] == '0' && text[1] == 'x' ? 16 : 10);
	uint64_t factor = suffix_factor(end, kind);

	if (errno != 0 || factor == 0 || number > UINT64_MAX / factor) {
		return false;
	}
	*value = number * factor;
	return true;
}

/* Levenshtein distance, names cut to NAME_MAX_LENGTH. */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LENGTH + 1];
	size_t a_length = strnlen(a, NAME_MAX_LENGTH);
	size_t b_length = strnlen(b, NAME_MAX_LENGTH);

	for (size_t j = 0; j <= b_length; j++) {
		row[j] = (unsigned)j;
	}
	for (size_t i = 1; i <= a_length; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned replaced = diagonal + (a[i - 1] != b[j - 1]);
			unsigned edits = row[j] < row[j - 1] ? row[j] : row[j - 1];

			diagonal = row[j];
			row[j] = edits + 1 < replaced ? edits + 1 : replaced;
		}
	}
	return row[b_length];
}

const char *options_nearest(const char *name, const char *(*get)(const void *context, size_t index),
			    const void *context, size_t count)
{
	const char *best = NULL;
	unsigned best_edits = NEAR_EDITS + 1;

	for (size_t i = 0; i < count; i++) {
		unsigned edits = edit_distance(name, get(context, i));

		if (edits < best_edits) {
			best_edits = edits;
			best = get(context, i);
		}
	}
	return best;
}

static const char *option_name(const void *context, size_t index)
{
	return ((const struct option *)context)[index].name;
}

static bool unknown_option(const struct option *options, size_t count, const char *word,
			   struct error *err)
{
	char name[NAME_MAX_LENGTH];

	/* What follows "=" is no part of the name. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	const char *nearest = options_nearest(name, option_name, options, count);

	return error_set(err, EXIT_USAGE, "unknown option %s%s%s%s; --help lists the options", name,
			 nearest ? " (did you mean " : "", nearest ? nearest : "",
			 nearest ? "?)" : "");
}

static const char *expected_value(enum option_kind kind)
{
	switch (kind) {
	case OPTION_SIZE:
		return "a size such as 32M";
	case OPTION_TIME:
		return "a time such as 300ns, 20ms or 5s";
	default:
		return "a number such as 4, 0x10 or 250k";
	}
}

static bool set_number(const struct option *option, const char *text, struct error *err)
{
	const char *unit = option->kind == OPTION_TIME ? " ns" : "";
	uint64_t value;

	if (!options_parse_number(text, option->kind, &value)) {
		return error_set(err, EXIT_USAGE, "%s: '%s' is not %s", option->name, text,
				 expected_value(option->kind));
	}
	if (option->maximum == 0 && value < option->minimum) {
		return error_set(err, EXIT_USAGE,
				 "%s: %s is out of range, expected at least %" PRIu64 "%s",
				 option->name, text, option->minimum, unit);
	}
	if (value < option->minimum || (option->maximum != 0 && value > option->maximum)) {
		return error_set(err, EXIT_USAGE,
				 "%s: %s is out of range, expected %" PRIu64 " to %" PRIu64 "%s",
				 option->name, text, option->minimum, option->maximum, unit);
	}
	*(uint64_t *)option->value = value;
	return true;
}

static bool set_choice(const struct option *option, const char *text, struct error *err)
{
	char known[256] = "";

	for (unsigned i = 0; option->choices[i] != NULL; i++) {
		if (strcmp(text, option->choices[i]) == 0) {
			*(unsigned *)option->value = i;
			return true;
		}
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s%s", i > 0 ? ", " : "",
			 option->choices[i]);
	}
	return error_set(err, EXIT_USAGE, "%s: '%s' is not one of: %s", option->name, text, known);
}

static bool add_to_list(const struct option *option, const char *text, struct error *err)
{
	struct option_list *list = option->value;

	if (list->count == OPTION_LIST_MAX) {
		return error_set(err, EXIT_USAGE, "%s: given more than %u times", option->name,
				 OPTION_LIST_MAX);
	}
	list->value[list->count++] = text;
	return true;
}

static bool set_value(const struct option *option, const char *text, struct error *err)
{
	if (text[0] == '\0' && option->kind != OPTION_FLAG) {
		return error_set(err, EXIT_USAGE, "%s: the value is empty", option->name);
	}
	switch (option->kind) {
	case OPTION_NUMBER:
	case OPTION_SIZE:
	case OPTION_TIME:
		return set_number(option, text, err);
	case OPTION_TEXT:
		*(const char **)option->value = text;
		return true;
	case OPTION_CHOICE:
		return set_choice(option, text, err);
	case OPTION_LIST:
		return add_to_list(option, text, err);
	case OPTION_FLAG:
		break;
	}
	return error_set(err, EXIT_USAGE, "%s takes no value", option->name);
}

bool options_set(const struct option *options, size_t count, const char *where, const char *name,
		 const char *text, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(options[i].name, name) == 0) {
			return set_value(&options[i], text, err);
		}
	}
	const char *nearest = options_nearest(name, option_name, options, count);

	return error_set(err, EXIT_USAGE, "%s: unknown key '%s'%s%s%s", where, name,
			 nearest ? " (did you mean " : "", nearest ? nearest : "",
			 nearest ? "?)" : "");
}

static const struct option *find_option(const struct option *options, size_t count,
					const char *word, size_t length)
{
	if (length == 2 && strncmp(word, "-h", length) == 0) {
		word = "--help";
		length = strlen(word);
	}
	for (size_t i = 0; i < count; i++) {
		if (strlen(options[i].name) == length &&
		    strncmp(options[i].name, word, length) == 0) {
			return &options[i];
		}
	}
	return NULL;
}

/* argv[*index] is an option; takes it and its value. */
static bool parse_option(const struct option *options, size_t count, int argc, char **argv,
			 int *index, struct error *err)
{
	const char *word = argv[*index];
	size_t length = strcspn(word, "=");
	const struct option *option = find_option(options, count, word, length);

	if (option == NULL) {
		return unknown_option(options, count, word, err);
	}
	if (word[length] == '=') {
		return set_value(option, word + length + 1, err);
	}
	if (option->kind == OPTION_FLAG) {
		*(bool *)option->value = true;
		return true;
	}
	/* What looks like an option was not meant as a value. */
	if (*index + 1 >= argc || strncmp(argv[*index + 1], "--", 2) == 0) {
		return error_set(err, EXIT_USAGE, "%s needs a value: %s %s", option->name,
				 option->name, option->metavar);
	}
	(*index)++;
	return set_value(option, argv[*index], err);
}

bool options_parse(const struct option *options, size_t count, int argc, char **argv,
		   const char **words, size_t words_max, size_t *word_count, struct error *err)
{
	bool options_over = false;

	*word_count = 0;
	for (int i = 1; i < argc; i++) {
		if (!options_over && strcmp(argv[i], "--") == 0) {
			options_over = true;
		} else if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0') {
			if (!parse_option(options, count, argc, argv, &i, err)) {
				return false;
			}
		} else if (*word_count == words_max) {
			return error_set(err, EXIT_USAGE, "unexpected argument '%s'", argv[i]);
		} else {
			words[(*word_count)++] = argv[i];
		}
	}
	return true;
}

void options_print_help(const struct option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char left[NAME_MAX_LENGTH];

		snprintf(left, sizeof(left), "%s%s%s", options[i].name,
			 options[i].metavar != NULL ? " " : "",
			 options[i].metavar != NULL ? options[i].metavar : "");
		printf("  %-28s %s\n", left, options[i].help);
	}
}
