/* SPDX-License-Identifier: MIT */
/*
 * show.c - finds the first record of a verbose program that differs and says in which words.
 *
 * Words of a record: tests/equivalence/guest/record.c.
 */
#include "tests/equivalence/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/equivalence/guest/frame.h"

#define WORDS_MAX 128
#define CONTEXT   4 /* instructions shown in front of the program counter */

#define KIND_EXCEPTION 1
#define KIND_OBSERVED  2

static const char *const cp0_names[32] = {
	[CP0_INDEX] = "Index",       [CP0_ENTRYLO0] = "EntryLo0", [CP0_ENTRYLO1] = "EntryLo1",
	[CP0_CONTEXT] = "Context",   [CP0_PAGEMASK] = "PageMask", [CP0_WIRED] = "Wired",
	[CP0_BADVADDR] = "BadVAddr", [CP0_ENTRYHI] = "EntryHi",   [CP0_COMPARE] = "Compare",
	[CP0_STATUS] = "Status",     [CP0_CAUSE] = "Cause",       [CP0_EPC] = "EPC",
	[CP0_PRID] = "PRId",         [CP0_CONFIG] = "Config",     [CP0_LLADDR] = "LLAddr",
	[CP0_WATCHLO] = "WatchLo",   [CP0_WATCHHI] = "WatchHi",   [CP0_XCONTEXT] = "XContext",
	[CP0_ECC] = "ECC",           [CP0_CACHEERR] = "CacheErr", [CP0_TAGLO] = "TagLo",
	[CP0_TAGHI] = "TagHi",       [CP0_ERROREPC] = "ErrorEPC",
};

static const uint8_t cp0_order[] = { CP0_NARROW, CP0_WIDE };
#define CP0_WORDS (unsigned)sizeof(cp0_order)

/* Word `index` of an exception's record, or of an observation's behind its own two. */
static void print_name(unsigned index)
{
	if (index < CP0_WORDS) {
		printf("%s", cp0_names[cp0_order[index]]);
	} else if ((index -= CP0_WORDS) < 31) {
		printf("$%u", index + 1);
	} else if (index - 31 < 2) {
		printf("%s", index == 31 ? "hi" : "lo");
	} else {
		printf("fpu word %u", index - 33);
	}
}

static unsigned parse(const char *line, uint64_t *words)
{
	unsigned count = 0;
	char *end;

	for (line += 2; *line == ' ' && count < WORDS_MAX; line = end) {
		words[count++] = strtoull(line, &end, 16);
	}
	return count;
}

static uint64_t word_of(const uint64_t *words, unsigned number)
{
	unsigned first = words[0] == KIND_OBSERVED ? 3 : 2;

	for (unsigned i = 0; i < CP0_WORDS; i++) {
		if (cp0_order[i] == number) {
			return words[first + i];
		}
	}
	return 0;
}

static void print_record(const char *who, const uint64_t *words, unsigned count)
{
	if (words[0] != KIND_EXCEPTION && words[0] != KIND_OBSERVED) {
		printf("  %-11s kind %" PRIu64 ":", who, words[0]);
		for (unsigned i = 1; i < count; i++) {
			printf(" %" PRIx64, words[i]);
		}
		printf("\n");
		return;
	}
	printf("  %-11s %s", who, words[0] == KIND_OBSERVED ? "observed" : "exception");
	printf(" vector %" PRIx64 " cause %" PRIx64 " epc %" PRIx64 " status %" PRIx64
	       " badvaddr %" PRIx64 "\n",
	       words[0] == KIND_OBSERVED ? 3 : words[1], word_of(words, CP0_CAUSE),
	       word_of(words, CP0_EPC), word_of(words, CP0_STATUS), word_of(words, CP0_BADVADDR));
}

static void print_code(const struct program *program, uint64_t pc)
{
	uint64_t offset = (pc - program->code_vaddr) / 4;

	if (offset >= program->code_count) {
		return;
	}
	for (uint64_t i = offset > CONTEXT ? offset - CONTEXT : 0;
	     i < offset + CONTEXT && i < program->code_count; i++) {
		char text[128];

		(void)isa_disasm(program->code[i], program->code_vaddr + 4 * i, true, text,
				 sizeof(text));
		printf("  %s %" PRIx64 ": %08" PRIx32 " %s\n", i == offset ? ">" : " ",
		       program->code_vaddr + 4 * i, program->code[i], text);
	}
}

static void print_words(const uint64_t *oracle, const uint64_t *monitor, unsigned count)
{
	unsigned first = oracle[0] == KIND_OBSERVED ? 3 : 2;

	for (unsigned i = 1; i < count; i++) {
		if (oracle[i] == monitor[i]) {
			continue;
		}
		printf("    ");
		if (oracle[0] == KIND_EXCEPTION || oracle[0] == KIND_OBSERVED) {
			if (i < first) {
				printf("word %u", i);
			} else {
				print_name(i - first);
			}
		} else {
			printf("word %u", i);
		}
		printf(": oracle %" PRIx64 ", monitor %" PRIx64 "\n", oracle[i], monitor[i]);
	}
}

/* The next line that begins with ~r, or NULL; `line` is behind the one before. */
static const char *next_record(const char *text)
{
	while (text != NULL && *text != '\0') {
		if (text[0] == '~' && text[1] == 'r') {
			return text;
		}
		text = strchr(text, '\n');
		text = text == NULL ? NULL : text + 1;
	}
	return NULL;
}

static const char *skip_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end == NULL ? text + strlen(text) : end + 1;
}

void show_difference(const struct program *program, const char *oracle, const char *monitor,
		     const char *way)
{
	uint64_t a[WORDS_MAX] = { 0 };
	uint64_t b[WORDS_MAX] = { 0 };
	uint64_t before = 0;

	for (unsigned number = 1;; number++) {
		unsigned count_a;
		unsigned count_b;

		oracle = next_record(oracle);
		monitor = next_record(monitor);
		if (oracle == NULL || monitor == NULL) {
			printf("  record %u is there only %s\n", number,
			       oracle != NULL    ? "with the oracle"
			       : monitor != NULL ? "with the monitor"
						 : "in the digest");
			print_code(program, before);
			return;
		}
		count_a = parse(oracle, a);
		count_b = parse(monitor, b);
		if (count_a != count_b || memcmp(a, b, count_a * sizeof(a[0])) != 0) {
			printf("  record %u differs (behind epc %" PRIx64 "):\n", number, before);
			print_record("oracle", a, count_a);
			print_record(way, b, count_b);
			print_words(a, b, count_a < count_b ? count_a : count_b);
			if (a[0] == KIND_EXCEPTION || a[0] == KIND_OBSERVED) {
				print_code(program, word_of(a, CP0_EPC));
			}
			return;
		}
		if (a[0] == KIND_EXCEPTION || a[0] == KIND_OBSERVED) {
			before = word_of(a, CP0_EPC);
		}
		oracle = skip_line(oracle);
		monitor = skip_line(monitor);
	}
}
