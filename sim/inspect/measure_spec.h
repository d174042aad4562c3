/* SPDX-License-Identifier: MIT */
/* measure_spec.h - what is to be measured, as text: for measure.c, which says what the forms mean.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/elf/elf_load.h"
#include "sim/error.h"

/* Of kernels whose symbols have it: $28 is another thread's from here on. */
#define MEASURE_SWITCH "finish_task_switch"

enum measure_kind {
	MEASURE_CALL,
	MEASURE_WAY, /* from one address to another */
	MEASURE_VISIT
};

/* A part of the text that was parsed. */
struct measure_word {
	const char *text;
	size_t bytes;
};

struct measure_spec {
	enum measure_kind kind;
	bool by_caller;
	bool takes_refills; /* visits of no function */
	bool takes_all;
	struct measure_word name;
	struct measure_word from; /* functions with commas between them; empty: none */
	struct measure_word to;
};

/* `text` is what the words point into. False: usage error. */
bool measure_spec_parse(struct measure_spec *spec, const char *text, struct error *err);

/* The first function of a list, and the rest of it. False: there are no more. */
bool measure_spec_next(struct measure_word *list, struct measure_word *function);

struct measure_cursor {
	const struct elf_file *file;
	size_t symbol;
};

/* The next address of a function: of its name, or its name with a suffix such as .isra.0. */
bool measure_spec_find(struct measure_cursor *cursor, const struct measure_word *function,
		       uint64_t *address);
