/* SPDX-License-Identifier: MIT */
/*
 * coverage.c - counts and prints executed rows of isa/mips3.def.
 */
#include "tests/conformance/coverage.h"

#include <inttypes.h>

#include "isa/cp0.h"
#include "tests/conformance/explain.h"

/* Why a row need not be executed, or NULL. */
static const char *excuse(enum isa_id id)
{
	static const char *const reasons[ISA_COUNT] = {
#define UNCOVERED(row, reason) [ISA_##row] = (reason),
#include "tests/conformance/coverage.def"
#undef UNCOVERED
	};

	return reasons[id];
}

void coverage_add(struct coverage *coverage, const struct program *program,
		  const struct outcome *ours)
{
	if (ours->end != END_COMPLETE) {
		return;
	}
	coverage->programs[program->class][program->mode]++;
	for (unsigned id = 0; id < ISA_COUNT; id++) {
		for (unsigned mode = 0; mode < MODES; mode++) {
			coverage->executed[id][mode] += program->executed[id][mode];
		}
	}
	for (size_t i = 0; i < ours->count; i++) {
		const struct record *record = &ours->records[i];

		if (record->kind == 'x') {
			coverage->exceptions[exception_code(record)]++;
			if (record->field[FIELD_VECTOR] == 3) {
				coverage->trapped[isa_decode(record_word(program, record))]++;
			}
		}
	}
}

static uint64_t total(const struct coverage *coverage, unsigned id)
{
	uint64_t sum = 0;

	for (unsigned mode = 0; mode < MODES; mode++) {
		sum += coverage->executed[id][mode];
	}
	return sum;
}

static void print_programs(const struct coverage *coverage, FILE *out)
{
	fprintf(out, "\n| programs by class |");
	for (unsigned mode = 0; mode < MODES; mode++) {
		fprintf(out, " %s |", program_mode_names[mode]);
	}
	fprintf(out, "\n|---|---|---|---|---|---|---|\n");
	for (unsigned class = 0; class < CLASSES; class ++) {
		fprintf(out, "| %s |", program_class_names[class]);
		for (unsigned mode = 0; mode < MODES; mode++) {
			fprintf(out, " %" PRIu64 " |", coverage->programs[class][mode]);
		}
		fprintf(out, "\n");
	}
}

static void print_exceptions(const struct coverage *coverage, FILE *out)
{
	static const char *const names[32] = {
		[EXC_INT] = "Int",   [EXC_MOD] = "Mod",   [EXC_TLBL] = "TLBL", [EXC_TLBS] = "TLBS",
		[EXC_ADEL] = "AdEL", [EXC_ADES] = "AdES", [EXC_SYS] = "Sys",   [EXC_BP] = "Bp",
		[EXC_RI] = "RI",     [EXC_CPU] = "CpU",   [EXC_OV] = "Ov",     [EXC_TR] = "Tr",
		[EXC_FPE] = "FPE",
	};

	fprintf(out, "\nexceptions of our CPU:");
	for (unsigned code = 0; code < 32; code++) {
		if (coverage->exceptions[code] != 0) {
			fprintf(out, " %s %" PRIu64, names[code] != NULL ? names[code] : "other",
				coverage->exceptions[code]);
		}
	}
	fprintf(out, "\n");
}

void coverage_print(const struct coverage *coverage, FILE *out)
{
	print_programs(coverage, out);
	print_exceptions(coverage, out);
	fprintf(out, "\n| row (executed at least) |");
	for (unsigned mode = 0; mode < MODES; mode++) {
		fprintf(out, " %s |", program_mode_names[mode]);
	}
	fprintf(out, " trapped |\n|---|---|---|---|---|---|---|---|\n");
	for (unsigned id = 0; id < ISA_COUNT; id++) {
		fprintf(out, "| %s |", isa_descs[id].text);
		for (unsigned mode = 0; mode < MODES; mode++) {
			fprintf(out, " %" PRIu64 " |", coverage->executed[id][mode]);
		}
		fprintf(out, " %" PRIu64 " |\n", coverage->trapped[id]);
	}
}

bool coverage_check(const struct coverage *coverage, uint64_t minimum, FILE *out)
{
	unsigned rows = 0;
	unsigned missing = 0;
	unsigned least_id = 1;

	for (unsigned id = 0; id < ISA_COUNT; id++) {
		const char *reason = excuse(id);

		rows++;
		if (reason != NULL) {
			fprintf(out, "not covered: %s: %s\n", isa_descs[id].text, reason);
		} else if (total(coverage, id) < minimum) {
			fprintf(out, "executed too seldom: %s, %" PRIu64 " of %" PRIu64 "\n",
				isa_descs[id].text, total(coverage, id), minimum);
			missing++;
		} else if (total(coverage, id) < total(coverage, least_id)) {
			least_id = id;
		}
	}
	fprintf(out, "coverage: %u rows, each at least %" PRIu64 " times (%s), %u too seldom\n",
		rows, total(coverage, least_id), isa_descs[least_id].text, missing);
	return missing == 0;
}
