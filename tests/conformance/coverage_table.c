/* SPDX-License-Identifier: MIT */
/*
 * coverage_table.c - the tables of what was executed (--table), as docs/conformance.md has them.
 */
#include <inttypes.h>

#include "isa/cp0.h"
#include "tests/conformance/coverage.h"

static const char *const code_names[EXCEPTION_CODES] = {
	[EXC_INT] = "Int",   [EXC_MOD] = "Mod",   [EXC_TLBL] = "TLBL", [EXC_TLBS] = "TLBS",
	[EXC_ADEL] = "AdEL", [EXC_ADES] = "AdES", [EXC_IBE] = "IBE",   [EXC_DBE] = "DBE",
	[EXC_SYS] = "Sys",   [EXC_BP] = "Bp",     [EXC_RI] = "RI",     [EXC_CPU] = "CpU",
	[EXC_OV] = "Ov",     [EXC_TR] = "Tr",     [EXC_FPE] = "FPE",   [EXC_WATCH] = "WATCH",
};

static const char *const class_names[ISA_CLASS_COUNT] = {
	[ISA_CLASS_ALU] = "arithmetic, logic, shifts",
	[ISA_CLASS_MULDIV] = "multiply, divide, HI and LO",
	[ISA_CLASS_LOAD] = "loads",
	[ISA_CLASS_STORE] = "stores",
	[ISA_CLASS_BRANCH] = "branches",
	[ISA_CLASS_JUMP] = "jumps",
	[ISA_CLASS_TRAP] = "traps, SYSCALL, BREAK, reserved words",
	[ISA_CLASS_SYNC] = "SYNC",
	[ISA_CLASS_CACHE] = "CACHE",
	[ISA_CLASS_CP0] = "CP0 moves, ERET",
	[ISA_CLASS_TLB] = "TLB operations",
	[ISA_CLASS_FPU] = "FPU operations",
	[ISA_CLASS_FPMOVE] = "FPU moves",
	[ISA_CLASS_FPLOAD] = "FPU loads",
	[ISA_CLASS_FPSTORE] = "FPU stores",
	[ISA_CLASS_COP2] = "coprocessor 2",
};

static void print_rule(FILE *out, unsigned columns)
{
	fputs("|---|", out);
	for (unsigned i = 1; i < columns; i++) {
		fputs("---:|", out);
	}
	fputc('\n', out);
}

static void print_modes(FILE *out, const char *title)
{
	fprintf(out, "\n| %s |", title);
	for (unsigned mode = 0; mode < MODES; mode++) {
		fprintf(out, " %s |", program_mode_names[mode]);
	}
	fputc('\n', out);
	print_rule(out, 1 + MODES);
}

static void print_programs(const struct coverage *coverage, FILE *out)
{
	print_modes(out, "programs");
	for (unsigned class = 0; class < CLASSES; class ++) {
		fprintf(out, "| %s |", program_class_names[class]);
		for (unsigned mode = 0; mode < MODES; mode++) {
			fprintf(out, " %" PRIu64 " |", coverage->programs[class][mode]);
		}
		fputc('\n', out);
	}
}

static void print_classes(const struct coverage *coverage, FILE *out)
{
	print_modes(out, "instructions executed");
	for (unsigned class = 0; class < ISA_CLASS_COUNT; class ++) {
		fprintf(out, "| %s |", class_names[class]);
		for (unsigned mode = 0; mode < MODES; mode++) {
			uint64_t sum = 0;

			for (unsigned id = 0; id < ISA_COUNT; id++) {
				sum += isa_descs[id].class == class ? coverage->executed[id][mode]
								    : 0;
			}
			fprintf(out, " %" PRIu64 " |", sum);
		}
		fputc('\n', out);
	}
}

static void print_simulators(FILE *out, const uint64_t counts[SIMULATORS])
{
	for (unsigned s = 0; s < SIMULATORS; s++) {
		fprintf(out, " %" PRIu64 " |", counts[s]);
	}
}

static void print_exceptions(const struct coverage *coverage, FILE *out)
{
	fputs("\n| exceptions | mirrorball | qemu | gxemul | in a slot: mirrorball | qemu | gxemul "
	      "|\n",
	      out);
	print_rule(out, 7);
	for (unsigned code = 0; code < EXCEPTION_CODES; code++) {
		const uint64_t *counts = coverage->exceptions[code];

		if (counts[MIRRORBALL] + counts[QEMU] + counts[GXEMUL] == 0) {
			continue;
		}
		fprintf(out, "| %s |", code_names[code] != NULL ? code_names[code] : "other");
		print_simulators(out, counts);
		print_simulators(out, coverage->slot_exceptions[code]);
		fputc('\n', out);
	}
}

/* A cell for each simulator; what cannot be counted there is a dash. */
static void print_cells(FILE *out, enum isa_id id, bool possible, const uint64_t counts[SIMULATORS])
{
	for (enum simulator s = 0; s < SIMULATORS; s++) {
		if (!possible || (coverage_excuse(id, s) != NULL && counts[s] == 0)) {
			fputs(" - |", out);
		} else {
			fprintf(out, " %" PRIu64 " |", counts[s]);
		}
	}
}

static void print_codes(FILE *out, const uint64_t codes[EXCEPTION_CODES])
{
	const char *separator = "";

	fputc(' ', out);
	for (unsigned code = 0; code < EXCEPTION_CODES; code++) {
		if (codes[code] != 0) {
			fprintf(out, "%s%s %" PRIu64, separator,
				code_names[code] != NULL ? code_names[code] : "other", codes[code]);
			separator = ", ";
		}
	}
	fputs(" |\n", out);
}

static void print_rows(const struct coverage *coverage, FILE *out)
{
	fputs("\nExecuted, executed in a delay slot, exceptions, exceptions in a delay slot: "
	      "mirrorball (M), qemu (Q), gxemul (G); exceptions of our CPU by kind.\n\n"
	      "| row | M | Q | G | slot M | Q | G | exc. M | Q | G | exc. in slot M | Q | G | "
	      "kinds |"
	      "\n",
	      out);
	print_rule(out, 14);
	for (enum isa_id id = 0; id < ISA_COUNT; id++) {
		bool slot = coverage_row_fits_slot(id);
		bool traps = coverage_row_traps(id);

		fprintf(out, "| %s |", isa_descs[id].text);
		print_cells(out, id, true, coverage->ran[id]);
		print_cells(out, id, slot, coverage->in_slot[id]);
		print_cells(out, id, traps, coverage->faulted[id]);
		print_cells(out, id, slot && traps, coverage->slot_faulted[id]);
		print_codes(out, coverage->codes[id]);
	}
}

void coverage_print(const struct coverage *coverage, FILE *out)
{
	print_programs(coverage, out);
	print_classes(coverage, out);
	print_exceptions(coverage, out);
	print_rows(coverage, out);
}
