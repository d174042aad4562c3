/* SPDX-License-Identifier: MIT */
/*
 * branches.c - which branches of a program its tests reached, both ways, by file and line.
 *
 *   branches [-h LINES] [-s SOURCE] [-u] PROGRAM FLOOR PATTERN... -- TRANSFERS...
 *
 * PROGRAM is the ELF file with DWARF lines; TRANSFERS are files of `mirrorball run --coverage`. An
 * outcome is one way of one conditional branch. Copies of a function, which a header gives every
 * file that calls it, are one function. Not counted among the outcomes, but apart: those that lead
 * to a panic and nowhere else; not at all: those that lead to the next condition of the same line,
 * whose outcomes are counted. Counted is what lies in files that match a PATTERN (fnmatch), each
 * PATTERN for itself, the first one with the floor: exit code 1 if less than FLOOR percent of it
 * was reached. -h: "file line reached outcomes" of another build of the same source, the host's;
 * of a line counts the build in which more of its outcomes were reached. -u: prints what was not.
 *
 * -s: the root of the source, where a switch is found: each of its cases is one way, and so is its
 * default, however many comparisons lead there.
 *
 * A file of TRANSFERS named *.asid is of a machine with virtual ASIDs, which has other vectors.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isa/isa.h"
#include "sim/elf/elf_load.h"

#define VECTORS         0xffffffff80000000ULL
#define VECTORS_BYTES   0x1000U
#define STRAIGHT_LENGTH 64U
#define LINE_BYTES      1024

/* Where a line of source begins in the code; sorted by address. */
struct line {
	uint64_t address;
	const char *file; /* from the root of the source on */
	int number;
	bool is_end; /* of a sequence: no line begins here */
};

enum way {
	NOT_TAKEN,
	TAKEN,
	WAYS
};

struct branch {
	uint64_t address;
	uint64_t target;
	const struct elf_symbol *symbol;
	const struct line *line;
	bool is_panic[WAYS];
	bool is_inner[WAYS]; /* to the next condition of the line: not counted */
	bool is_reached[WAYS];
	uint64_t end[WAYS]; /* where it leads, behind jumps */
	bool is_copy;       /* of a branch before it, which counts for both */
};

/* All branches of one line; sorted by file and number. */
struct place {
	const char *file;
	int number;
	const char *function;
	unsigned outcomes;
	unsigned reached;
	unsigned panics;
	unsigned host_outcomes;
	unsigned host_reached;
};

struct program {
	struct elf_file *elf;
	struct elf_code *code;
	size_t code_count;
	struct line *line;
	size_t line_count;
	struct branch *branch;
	size_t branch_count;
	struct place *place;
	size_t place_count;
};

static _Noreturn void fail(const char *what, const char *name)
{
	fprintf(stderr, "branches: %s: %s\n", name, what);
	exit(2);
}

/* Room for one more of `count` in an array that grows by doubling. */
static void *more(void *array, size_t count, size_t size)
{
	if (count == 0 || (count & (count - 1)) == 0) {
		array = realloc(array, (count == 0 ? 1 : 2 * count) * size);
		if (array == NULL) {
			fail("out of memory", "host");
		}
	}
	return array;
}

/* The name as it is in the repository, if it is of the monitor: src/... */
static const char *short_name(const char *file)
{
	const char *found = file;

	for (const char *at = file; (at = strstr(at, "/src/")) != NULL; at++) {
		found = at + 1;
	}
	return found;
}

static int compare_lines(const void *left, const void *right)
{
	const struct line *a = left;
	const struct line *b = right;

	if (a->address != b->address) {
		return a->address < b->address ? -1 : 1;
	}
	return (int)b->is_end - (int)a->is_end;
}

static void read_unit_lines(struct program *program, Dwarf_Die *unit)
{
	Dwarf_Lines *lines;
	size_t count;

	if (dwarf_getsrclines(unit, &lines, &count) != 0) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		Dwarf_Line *row = dwarf_onesrcline(lines, i);
		struct line line = { .file = dwarf_linesrc(row, NULL, NULL) };
		Dwarf_Addr address;

		if (dwarf_lineaddr(row, &address) != 0 || line.file == NULL) {
			continue;
		}
		dwarf_lineno(row, &line.number);
		dwarf_lineendsequence(row, &line.is_end);
		line.address = address;
		line.file = short_name(line.file);
		program->line = more(program->line, program->line_count, sizeof(line));
		program->line[program->line_count++] = line;
	}
}

static void read_lines(struct program *program, const char *path)
{
	int descriptor = open(path, O_RDONLY);
	Dwarf *dwarf = dwarf_begin(descriptor, DWARF_C_READ);
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	if (dwarf == NULL) {
		fail(dwarf_errmsg(-1), path);
	}
	while (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		read_unit_lines(program, &die);
	}
	if (program->line_count == 0) {
		fail("no line numbers", path);
	}
	/* Stays open: names are its own. */
	qsort(program->line, program->line_count, sizeof(*program->line), compare_lines);
}

/* The line of source that the instruction at `address` is of; NULL if it is of none. */
static const struct line *find_line(const struct program *program, uint64_t address)
{
	size_t low = 0;
	size_t high = program->line_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (program->line[middle].address <= address) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	const struct line *line = low > 0 ? &program->line[low - 1] : NULL;

	return line != NULL && !line->is_end && line->number > 0 ? line : NULL;
}

static bool read_word(const struct program *program, uint64_t address, uint32_t *word)
{
	for (size_t i = 0; i < program->code_count; i++) {
		const struct elf_code *code = &program->code[i];

		if (address - code->address <= code->size - 4) {
			memcpy(word, code->data + (address - code->address), sizeof(*word));
			if (elf_is_big_endian(program->elf)) {
				*word = __builtin_bswap32(*word);
			}
			return true;
		}
	}
	return false;
}

static uint64_t branch_target(uint64_t address, uint32_t word)
{
	return address + 4 + (uint64_t)((int64_t)isa_simm(word) * 4);
}

/* Never the other way: `b`, written as beq or bgez of a register with itself. */
static bool is_unconditional(uint32_t word, enum isa_id id)
{
	return (id == ISA_beq && isa_rs(word) == isa_rt(word)) ||
	       ((id == ISA_bgez || id == ISA_bgezal) && isa_rs(word) == 0);
}

static bool is_conditional(uint32_t word)
{
	enum isa_id id = isa_decode(word);

	return isa_descs[id].class == ISA_CLASS_BRANCH && !is_unconditional(word, id);
}

/* Does the code at `address` go straight to a panic? */
static bool leads_to_panic(const struct program *program, uint64_t address)
{
	uint32_t word;

	for (unsigned i = 0; i < STRAIGHT_LENGTH && read_word(program, address, &word); i++) {
		enum isa_id id = isa_decode(word);

		if (id == ISA_j || id == ISA_jal) {
			uint64_t to = ((address + 4) & ~0xfffffffULL) | ((word & 0x3ffffffU) << 2);
			const struct elf_symbol *symbol = elf_find_symbol(program->elf, to);

			if (symbol != NULL && strncmp(symbol->name, "monitor_panic", 13) == 0) {
				return true;
			}
			if (id == ISA_jal) {
				return false;
			}
			address = to;
		} else if (is_unconditional(word, id)) {
			address = branch_target(address, word);
		} else if (isa_descs[id].flags & ISA_F_DELAY) {
			return false;
		} else {
			address += 4;
		}
	}
	return false;
}

/*
 * Does the code at `address` go straight to the next condition of the same line? Then what follows
 * there tells more: `a && b` is a false, b false, b true; a switch is its cases.
 */
static bool leads_to_condition(const struct program *program, uint64_t address,
			       const struct line *line)
{
	uint32_t word;

	for (unsigned i = 0; i < STRAIGHT_LENGTH && read_word(program, address, &word); i++) {
		const struct line *here = find_line(program, address);

		if (here == NULL || here->number != line->number ||
		    strcmp(here->file, line->file) != 0) {
			return false;
		}
		if (is_conditional(word)) {
			return true;
		}
		if (is_unconditional(word, isa_decode(word))) {
			address = branch_target(address, word);
		} else if (isa_descs[isa_decode(word)].flags & ISA_F_DELAY) {
			return false;
		} else {
			address += 4;
		}
	}
	return false;
}

/* Where code that only jumps leads. */
static uint64_t behind_jumps(const struct program *program, uint64_t address)
{
	uint32_t word;

	for (unsigned i = 0; i < STRAIGHT_LENGTH && read_word(program, address, &word); i++) {
		if (is_unconditional(word, isa_decode(word))) {
			address = branch_target(address, word);
		} else if (word == 0) {
			address += 4;
		} else {
			break;
		}
	}
	return address;
}

static void add_branch(struct program *program, uint64_t address, uint32_t word)
{
	struct branch branch = {
		.address = address,
		.target = branch_target(address, word),
		.symbol = elf_find_symbol(program->elf, address),
		.line = find_line(program, address),
	};

	if (branch.line == NULL || branch.symbol == NULL || branch.target == address + 8) {
		return;
	}
	branch.is_panic[TAKEN] = leads_to_panic(program, branch.target);
	branch.is_panic[NOT_TAKEN] = leads_to_panic(program, address + 8);
	branch.end[TAKEN] = behind_jumps(program, branch.target);
	branch.end[NOT_TAKEN] = behind_jumps(program, address + 8);
	branch.is_inner[TAKEN] = leads_to_condition(program, branch.target, branch.line);
	branch.is_inner[NOT_TAKEN] = leads_to_condition(program, address + 8, branch.line);
	program->branch = more(program->branch, program->branch_count, sizeof(branch));
	program->branch[program->branch_count++] = branch;
}

static void find_branches(struct program *program)
{
	struct elf_code code;

	for (size_t i = 0; elf_code_section(program->elf, i, &code); i++) {
		program->code = more(program->code, program->code_count, sizeof(code));
		program->code[program->code_count++] = code;
	}
	for (size_t i = 0; i < program->code_count; i++) {
		uint32_t word;

		for (uint64_t offset = 0; offset + 4 <= program->code[i].size; offset += 4) {
			uint64_t address = program->code[i].address + offset;

			if (read_word(program, address, &word) && is_conditional(word)) {
				add_branch(program, address, word);
			}
		}
	}
}

static struct branch *branch_at(const struct program *program, uint64_t address)
{
	size_t low = 0;
	size_t high = program->branch_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (program->branch[middle].address < address) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < program->branch_count && program->branch[low].address == address
		       ? &program->branch[low]
		       : NULL;
}

/*
 * A transfer from a branch's slot says which way the branch went; one from the branch itself, that
 * it was a likely one and its slot was skipped.
 */
static void enter_transfer(struct program *program, uint64_t from, uint64_t to)
{
	struct branch *branch = branch_at(program, from - 4);

	if (branch != NULL && to == branch->target) {
		branch->is_reached[TAKEN] = true;
	} else if (branch != NULL && to == from + 4) {
		branch->is_reached[NOT_TAKEN] = true;
	}
	branch = branch_at(program, from);
	if (branch != NULL && to == from + 8) {
		branch->is_reached[NOT_TAKEN] = true;
	}
}

static uint64_t vectors_of(const struct program *program, const char *path)
{
	const char *end = strrchr(path, '.');
	bool is_asid = end != NULL && strcmp(end, ".asid") == 0;
	const struct elf_symbol *symbol =
		elf_find_name(program->elf, is_asid ? "trap_vectors_asid" : "trap_vectors");

	return symbol != NULL ? symbol->address : VECTORS;
}

static void read_transfers(struct program *program, const char *path)
{
	uint64_t vectors = vectors_of(program, path);
	FILE *stream = fopen(path, "r");
	uint64_t address[2];
	uint64_t count;

	if (stream == NULL) {
		fail("cannot be read", path);
	}
	while (fscanf(stream, "%" SCNx64 " %" SCNx64 " %" SCNu64, &address[0], &address[1],
		      &count) == 3) {
		for (unsigned i = 0; i < 2; i++) {
			if (address[i] - VECTORS < VECTORS_BYTES) {
				address[i] += vectors - VECTORS;
			}
		}
		enter_transfer(program, address[0], address[1]);
	}
	if (!feof(stream)) {
		fail("not what mirrorball run --coverage writes", path);
	}
	fclose(stream);
}

/* The same branch of the same function of the same length: a header's, in another file. */
static bool is_same(const struct branch *a, const struct branch *b)
{
	return a->symbol != b->symbol && strcmp(a->symbol->name, b->symbol->name) == 0 &&
	       a->symbol->size == b->symbol->size &&
	       a->address - a->symbol->address == b->address - b->symbol->address;
}

static void join_copies(struct program *program)
{
	for (size_t i = 0; i < program->branch_count; i++) {
		struct branch *copy = &program->branch[i];

		for (size_t j = 0; j < i && !copy->is_copy; j++) {
			struct branch *first = &program->branch[j];

			if (first->is_copy || !is_same(first, copy)) {
				continue;
			}
			copy->is_copy = true;
			for (unsigned way = 0; way < WAYS; way++) {
				first->is_reached[way] |= copy->is_reached[way];
			}
		}
	}
}

static bool is_switch(const char *root, const struct line *line)
{
	char text[LINE_BYTES];
	bool found = false;
	FILE *stream;

	if (strncmp(line->file, "src/", 4) != 0) {
		return false;
	}
	snprintf(text, sizeof(text), "%s/%s", root, line->file);
	stream = fopen(text, "r");
	if (stream == NULL) {
		fail("cannot be read", text);
	}
	for (int i = 0; i < line->number && fgets(text, sizeof(text), stream) != NULL; i++) {
		found = strstr(text, "switch (") != NULL;
	}
	fclose(stream);
	return found;
}

/* Of a switch each place that it leads to is one way, however many comparisons lead there. */
static void join_cases(struct program *program, const char *root)
{
	for (size_t i = 1; i < program->branch_count; i++) {
		struct branch *branch = &program->branch[i];
		size_t j = i;

		while (j > 0 && program->branch[j - 1].line->number == branch->line->number &&
		       program->branch[j - 1].symbol == branch->symbol) {
			j--;
		}
		if (j == i || !is_switch(root, branch->line)) {
			continue;
		}
		for (; j < i; j++) {
			struct branch *first = &program->branch[j];

			for (unsigned k = 0; k < WAYS * WAYS; k++) {
				unsigned way = k % WAYS;
				unsigned other = k / WAYS;

				if (!first->is_inner[other] && !branch->is_inner[way] &&
				    first->end[other] == branch->end[way]) {
					first->is_reached[other] |= branch->is_reached[way];
					branch->is_inner[way] = true;
				}
			}
		}
	}
}

static struct place *place_of(const struct program *program, const char *file, int number)
{
	for (size_t i = program->place_count; i > 0; i--) {
		struct place *place = &program->place[i - 1];

		if (place->number == number && strcmp(place->file, file) == 0) {
			return place;
		}
	}
	return NULL;
}

static void count_branch(struct program *program, const struct branch *branch)
{
	struct place *place = place_of(program, branch->line->file, branch->line->number);

	if (place == NULL) {
		program->place =
			more(program->place, program->place_count, sizeof(*program->place));
		place = &program->place[program->place_count++];
		*place = (struct place){ .file = branch->line->file,
					 .number = branch->line->number,
					 .function = branch->symbol->name };
	}
	for (unsigned way = 0; way < WAYS; way++) {
		if (branch->is_panic[way]) {
			place->panics++;
		} else if (!branch->is_inner[way]) {
			place->outcomes++;
			place->reached += branch->is_reached[way];
		}
	}
}

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;
	int order = strcmp(a->file, b->file);

	return order != 0 ? order : a->number - b->number;
}

static void read_host(struct program *program, const char *path)
{
	FILE *stream = fopen(path, "r");
	char file[LINE_BYTES];
	unsigned reached;
	unsigned outcomes;
	int number;

	if (stream == NULL) {
		fail("cannot be read", path);
	}
	while (fscanf(stream, "%1023s %d %u %u", file, &number, &reached, &outcomes) == 4) {
		struct place *place = place_of(program, file, number);

		/* There the panics are among the outcomes. */
		if (place != NULL && place->panics == 0) {
			place->host_reached += reached;
			place->host_outcomes += outcomes;
		}
	}
	if (!feof(stream)) {
		fail("not lines of \"file line reached outcomes\"", path);
	}
	fclose(stream);
}

/* Outcomes of the line that one of the builds reached. */
static unsigned reached_of(const struct place *place)
{
	unsigned host = place->host_outcomes == 0
				? 0
				: place->outcomes * place->host_reached / place->host_outcomes;

	return host > place->reached ? host : place->reached;
}

struct sum {
	unsigned outcomes;
	unsigned here; /* by this build alone */
	unsigned reached;
	unsigned panics;
};

static unsigned per_mille(unsigned part, unsigned whole)
{
	return whole == 0 ? 1000 : part * 1000 / whole;
}

static void print_sum(const char *name, const struct sum *sum)
{
	unsigned here = per_mille(sum->here, sum->outcomes);
	unsigned both = per_mille(sum->reached, sum->outcomes);

	printf("| %-28s | %5u | %3u.%u | %3u.%u | %5u | %5u |\n", name, sum->outcomes, here / 10,
	       here % 10, both / 10, both % 10, sum->outcomes - sum->reached, sum->panics);
}

static void add(struct sum *sum, const struct place *place)
{
	sum->outcomes += place->outcomes;
	sum->here += place->reached;
	sum->reached += reached_of(place);
	sum->panics += place->panics;
}

/* The table of the files that match; the reached share of all, in tenths of a percent. */
static unsigned print_table(const struct program *program, const char *pattern)
{
	struct sum all = { 0 };
	size_t next;

	for (size_t i = 0; i < program->place_count; i = next) {
		struct sum sum = { 0 };
		const char *file = program->place[i].file;

		for (next = i;
		     next < program->place_count && strcmp(program->place[next].file, file) == 0;
		     next++) {
			if (fnmatch(pattern, file, FNM_EXTMATCH) == 0) {
				add(&sum, &program->place[next]);
				add(&all, &program->place[next]);
			}
		}
		if (sum.outcomes + sum.panics > 0) {
			print_sum(file, &sum);
		}
	}
	print_sum("all", &all);
	return per_mille(all.reached, all.outcomes);
}

static void print_missing(const struct program *program, const char *pattern)
{
	for (size_t i = 0; i < program->branch_count; i++) {
		const struct branch *branch = &program->branch[i];
		const struct line *line = branch->line;

		if (branch->is_copy || fnmatch(pattern, line->file, FNM_EXTMATCH) != 0) {
			continue;
		}
		const struct place *place = place_of(program, line->file, line->number);

		for (unsigned way = 0; way < WAYS; way++) {
			uint64_t to = way == TAKEN ? branch->target : branch->address + 8;
			const struct line *there = find_line(program, to);

			if (branch->is_reached[way] || branch->is_panic[way] ||
			    branch->is_inner[way] || reached_of(place) == place->outcomes) {
				continue;
			}
			printf("%s:%d: %s: never to line %d (%" PRIx64 ")\n", line->file,
			       line->number, branch->symbol->name,
			       there != NULL ? there->number : 0, branch->address);
		}
	}
}

/* Reads PROGRAM, TRANSFERS and what the host reached. */
static void read_all(struct program *program, const char *path, char **transfers, const char *host,
		     const char *root)
{
	struct error err;

	program->elf = elf_open(path, &err);
	if (program->elf == NULL) {
		fail(err.text, path);
	}
	read_lines(program, path);
	find_branches(program);
	for (; *transfers != NULL; transfers++) {
		read_transfers(program, *transfers);
	}
	join_copies(program);
	if (root != NULL) {
		join_cases(program, root);
	}
	for (size_t i = 0; i < program->branch_count; i++) {
		if (!program->branch[i].is_copy) {
			count_branch(program, &program->branch[i]);
		}
	}
	if (program->place_count == 0) {
		fail("no branches", path);
	}
	if (host != NULL) {
		read_host(program, host);
	}
	qsort(program->place, program->place_count, sizeof(*program->place), compare_places);
}

/* A table for each pattern; the first one's share. */
static unsigned print_all(const struct program *program, char **patterns, bool wants_missing)
{
	unsigned reached = 0;

	printf("| %-28s | %5s | %5s | %5s | %5s | %5s |\n", "file", "ways", "MIPS", "both", "left",
	       "panic");
	printf("|---|---|---|---|---|---|\n");
	for (unsigned i = 0; strcmp(patterns[i], "--") != 0; i++) {
		unsigned share = print_table(program, patterns[i]);

		reached = i == 0 ? share : reached;
		if (wants_missing) {
			print_missing(program, patterns[i]);
		}
	}
	return reached;
}

int main(int argc, char **argv)
{
	struct program program = { 0 };
	const char *host = NULL;
	const char *root = NULL;
	bool wants_missing = false;
	int option;

	while ((option = getopt(argc, argv, "+h:s:u")) != -1) {
		host = option == 'h' ? optarg : host;
		root = option == 's' ? optarg : root;
		wants_missing |= option == 'u';
	}
	int first = optind + 2;
	int end = first;

	while (end < argc && strcmp(argv[end], "--") != 0) {
		end++;
	}
	if (end >= argc) {
		fail("branches [-h LINES] [-s SOURCE] [-u] PROGRAM FLOOR PATTERN... -- "
		     "TRANSFERS...",
		     "usage");
	}
	read_all(&program, argv[optind], &argv[end + 1], host, root);
	unsigned reached = print_all(&program, &argv[first], wants_missing);

	if (reached < (unsigned)strtoul(argv[optind + 1], NULL, 10) * 10) {
		printf("only %u.%u %% of the branches' ways were reached\n", reached / 10,
		       reached % 10);
		return 1;
	}
	return 0;
}
