/* SPDX-License-Identifier: MIT */
/*
 * options.h - command-line options from a table: one row per option, every subcommand its table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_NUMBER, /* uint64_t; decimal, 0x hexadecimal, suffix k, M, G (1000s) */
	OPTION_SIZE,   /* uint64_t bytes; suffix K, M, G, T (1024s) */
	OPTION_TIME,   /* uint64_t nanoseconds; unit ns, us, ms, s, min, h */
	OPTION_TEXT,   /* const char * */
	OPTION_CHOICE, /* unsigned: index into `choices` */
	OPTION_LIST    /* struct option_list: every value given */
};

#define OPTION_LIST_MAX 64U

struct option_list {
	const char *value[OPTION_LIST_MAX];
	unsigned count;
};

struct option {
	const char *name; /* with its dashes */
	enum option_kind kind;
	void *value;         /* where it goes, by kind */
	const char *metavar; /* in the help; NULL for a flag */
	const char *help;
	uint64_t minimum;           /* of numbers, sizes and times */
	uint64_t maximum;           /* 0: no limit */
	const char *const *choices; /* NULL-terminated */
};

/*
 * Parses argv[1..]; words that are no options go to `words`, at most `words_max`. An option's value
 * is the next word or follows "="; one that begins with "--" must follow "=". "-h" is "--help",
 * "--" ends options. Of an option given twice the last counts. False with a usage error.
 */
bool options_parse(const struct option *options, size_t count, int argc, char **argv,
		   const char **words, size_t words_max, size_t *word_count, struct error *err);

/*
 * Sets the option called `name` to `text`, for settings that do not come as words of their own;
 * `where` ("--set", a file and line) begins the message of an unknown name.
 */
bool options_set(const struct option *options, size_t count, const char *where, const char *name,
		 const char *text, struct error *err);

/* Prints the table as help text to stdout. */
void options_print_help(const struct option *options, size_t count);

/* One value of kind NUMBER, SIZE or TIME. */
bool options_parse_number(const char *text, enum option_kind kind, uint64_t *value);

/* The name nearest to `name` among `count` names reached by `get`; NULL if none is near. */
const char *options_nearest(const char *name, const char *(*get)(const void *context, size_t index),
			    const void *context, size_t count);
