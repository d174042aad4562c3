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

/* Multiplier of a suffix; 0 if there is no such suffix. */
static uint64_t suffix_factor(const char *suffix, enum option_kind kind)
{
	static const char letters[] = "kmgt";
	uint64_t step = kind == OPTION_SIZE ? 1024 : 1000;
	uint64_t factor = 1;

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

static bool unknown_option(const struct option *options, size_t count, const char *name,
			   struct error *err)
{
	const char *nearest = options_nearest(name, option_name, options, count);

	return error_set(err, EXIT_USAGE, "unknown option %s%s%s%s; --help lists the options", name,
			 nearest ? " (did you mean " : "", nearest ? nearest : "",
			 nearest ? "?)" : "");
}

static bool set_number(const struct option *option, const char *text, struct error *err)
{
	uint64_t maximum = option->maximum != 0 ? option->maximum : UINT64_MAX;
	const char *example = option->kind == OPTION_SIZE ? "a size such as 32M" : "a number";
	uint64_t value;

	if (!options_parse_number(text, option->kind, &value)) {
		return error_set(err, EXIT_USAGE, "%s: '%s' is not %s", option->name, text,
				 example);
	}
	if (value < option->minimum || value > maximum) {
		return error_set(err, EXIT_USAGE,
				 "%s: %s is out of range, expected %" PRIu64 " to %" PRIu64,
				 option->name, text, option->minimum, maximum);
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

static bool set_value(const struct option *option, const char *text, struct error *err)
{
	struct option_list *list;

	switch (option->kind) {
	case OPTION_NUMBER:
	case OPTION_SIZE:
		return set_number(option, text, err);
	case OPTION_TEXT:
		*(const char **)option->value = text;
		return true;
	case OPTION_CHOICE:
		return set_choice(option, text, err);
	case OPTION_LIST:
		list = option->value;
		if (list->count == OPTION_LIST_MAX) {
			return error_set(err, EXIT_USAGE, "%s: given more than %u times",
					 option->name, OPTION_LIST_MAX);
		}
		list->value[list->count++] = text;
		return true;
	default:
		return false;
	}
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

/* argv[*index] is an option; takes it and its value. */
static bool parse_option(const struct option *options, size_t count, int argc, char **argv,
			 int *index, struct error *err)
{
	const char *word = argv[*index];
	const char *equals = strchr(word, '=');
	size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);

	for (size_t i = 0; i < count; i++) {
		const struct option *option = &options[i];

		if (strlen(option->name) != length || strncmp(option->name, word, length) != 0) {
			continue;
		}
		if (option->kind == OPTION_FLAG) {
			if (equals != NULL) {
				return error_set(err, EXIT_USAGE, "%s takes no value",
						 option->name);
			}
			*(bool *)option->value = true;
			return true;
		}
		if (equals != NULL) {
			return set_value(option, equals + 1, err);
		}
		if (*index + 1 >= argc) {
			return error_set(err, EXIT_USAGE, "%s needs a value: %s %s", option->name,
					 option->name, option->metavar);
		}
		(*index)++;
		return set_value(option, argv[*index], err);
	}
	return unknown_option(options, count, word, err);
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
