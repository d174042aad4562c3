/* SPDX-License-Identifier: MIT */
/* measure_spec.c - what is to be measured, as text. */
#include "sim/inspect/measure_spec.h"

#include <string.h>

static bool take_prefix(struct measure_word *word, const char *prefix)
{
	size_t bytes = strlen(prefix);

	if (word->bytes < bytes || memcmp(word->text, prefix, bytes) != 0) {
		return false;
	}
	word->text += bytes;
	word->bytes -= bytes;
	return true;
}

/* FROM..TO: cuts `from`. */
static void split_way(struct measure_spec *spec)
{
	const char *dots = strstr(spec->from.text, "..");

	if (dots != NULL) {
		size_t bytes = (size_t)(dots - spec->from.text);

		spec->kind = MEASURE_WAY;
		spec->to = (struct measure_word){ dots + 2, spec->from.bytes - bytes - 2 };
		spec->from.bytes = bytes;
	}
}

bool measure_spec_parse(struct measure_spec *spec, const char *text, struct error *err)
{
	size_t bytes = strcspn(text, "=");

	*spec = (struct measure_spec){ .name = { text, bytes } };
	if (bytes == 0 || text[bytes] == '\0') {
		return error_set(err, EXIT_USAGE,
				 "--measure: '%s' is not NAME=FUNCTION, as read=user:ksys_read",
				 text);
	}
	spec->from = (struct measure_word){ text + bytes + 1, strlen(text + bytes + 1) };
	if (take_prefix(&spec->from, "user:")) {
		spec->kind = MEASURE_VISIT;
		spec->takes_all = spec->from.bytes == 0;
	} else if (take_prefix(&spec->from, "refill:")) {
		spec->kind = MEASURE_VISIT;
		spec->takes_refills = spec->from.bytes == 0;
	} else if (take_prefix(&spec->from, "callers:")) {
		spec->by_caller = true;
	} else {
		split_way(spec);
	}
	bool is_whole = spec->takes_all || spec->takes_refills || spec->from.bytes != 0;

	if (!is_whole || (spec->kind == MEASURE_WAY && spec->to.bytes == 0)) {
		return error_set(err, EXIT_USAGE, "--measure: '%s' names no function", text);
	}
	return true;
}

bool measure_spec_next(struct measure_word *list, struct measure_word *function)
{
	if (list->bytes == 0) {
		return false;
	}
	const char *comma = memchr(list->text, ',', list->bytes);

	*function = *list;
	if (comma != NULL) {
		function->bytes = (size_t)(comma - list->text);
	}
	size_t gone = function->bytes + (comma != NULL);

	list->text += gone;
	list->bytes -= gone;
	return true;
}

static bool is_name(const char *name, const struct measure_word *function)
{
	return strncmp(name, function->text, function->bytes) == 0 &&
	       (name[function->bytes] == '\0' || name[function->bytes] == '.');
}

bool measure_spec_find(struct measure_cursor *cursor, const struct measure_word *function,
		       uint64_t *address)
{
	for (; cursor->file != NULL; cursor->file = elf_more_symbols(cursor->file)) {
		while (cursor->symbol < elf_symbol_count(cursor->file)) {
			const struct elf_symbol *symbol =
				elf_symbol(cursor->file, cursor->symbol++);

			if (is_name(symbol->name, function)) {
				*address = symbol->address;
				return true;
			}
		}
		cursor->symbol = 0;
	}
	return false;
}
