/* SPDX-License-Identifier: MIT */
/*
 * coverage.c - counts executed rows of isa/mips3.def and says which were seen too seldom.
 */
#include "tests/conformance/coverage.h"

#include <inttypes.h>

#include "isa/cp0.h"
#include "tests/conformance/explain.h"

/* Of the minimum of executions, how many must be in a delay slot, or exceptions; and both. */
#define SLOT_PART   5
#define FAULT_PART  10
#define RAREST_PART 50

const char *coverage_excuse(enum isa_id id, enum simulator simulator)
{
	static const char *const reasons[ISA_COUNT] = {
#define NOT_ON_GXEMUL(row, rule) [ISA_##row] = #rule,
#include "tests/conformance/coverage.def"
#undef NOT_ON_GXEMUL
	};

	return simulator == GXEMUL ? reasons[id] : NULL;
}

/* The manual leaves branches and ERET in a delay slot undefined (R4000 UM appendix A). */
bool coverage_row_fits_slot(enum isa_id id)
{
	return (isa_descs[id].flags & ISA_F_DELAY) == 0 && id != ISA_eret;
}

static bool is_access(enum isa_id id)
{
	switch (isa_descs[id].class) {
	case ISA_CLASS_LOAD:
	case ISA_CLASS_STORE:
	case ISA_CLASS_FPLOAD:
	case ISA_CLASS_FPSTORE:
		return true;
	default:
		return false;
	}
}

static bool is_store(enum isa_id id)
{
	return isa_descs[id].class == ISA_CLASS_STORE || isa_descs[id].class == ISA_CLASS_FPSTORE;
}

bool coverage_row_traps(enum isa_id id)
{
	const unsigned needs = ISA_F_X64 | ISA_F_CP0 | ISA_F_CP1 | ISA_F_CP2;

	return (isa_descs[id].flags & needs) != 0 || is_access(id) ||
	       isa_descs[id].class == ISA_CLASS_TRAP || id == ISA_add || id == ISA_addi ||
	       id == ISA_sub;
}

static bool is_fetch(const struct record *record)
{
	uint64_t pc =
		record->field[FIELD_EPC] + ((record->field[FIELD_CAUSE] & CAUSE_BD) != 0 ? 4 : 0);

	switch (exception_code(record)) {
	case EXC_TLBL:
	case EXC_ADEL:
		return record->field[FIELD_BADVADDR] == pc;
	default:
		return false;
	}
}

/* The row that raised the exception; ISA_COUNT if it was no instruction of the program. */
static enum isa_id faulting_row(const struct program *program, const struct record *record)
{
	uint32_t word = record_word(program, record);
	enum isa_id id = isa_decode(word);

	if (exception_code(record) == EXC_INT || is_fetch(record) ||
	    is_served_refill(program, record)) {
		return ISA_COUNT;
	}
	/* With EXL set EPC names something else: the step knows. */
	if (word == 0 || !coverage_row_traps(id)) {
		id = program->steps[record->step].row;
		return coverage_row_traps(id) ? id : ISA_COUNT;
	}
	return id;
}

static void add_exception(struct coverage *coverage, const struct program *program,
			  enum simulator simulator, const struct record *record)
{
	unsigned code = exception_code(record);
	bool in_slot = (record->field[FIELD_CAUSE] & CAUSE_BD) != 0;
	enum isa_id id = faulting_row(program, record);

	coverage->exceptions[code][simulator]++;
	coverage->slot_exceptions[code][simulator] += in_slot;
	if (id == ISA_COUNT) {
		return;
	}
	coverage->faulted[id][simulator]++;
	coverage->slot_faulted[id][simulator] += in_slot;
	if (simulator == MIRRORBALL) {
		coverage->codes[id][code]++;
	}
}

void coverage_add(struct coverage *coverage, const struct program *program,
		  const struct outcome *const outcomes[SIMULATORS])
{
	for (unsigned s = 0; s < SIMULATORS; s++) {
		if (outcomes[s]->end != END_COMPLETE) {
			continue;
		}
		for (unsigned id = 0; id < ISA_COUNT; id++) {
			coverage->ran[id][s] += program->ran[id][s];
			coverage->in_slot[id][s] += program->in_slot[id][s];
		}
		for (size_t i = 0; i < outcomes[s]->count; i++) {
			if (outcomes[s]->records[i].kind == 'x') {
				add_exception(coverage, program, s, &outcomes[s]->records[i]);
			}
		}
	}
	if (outcomes[MIRRORBALL]->end != END_COMPLETE) {
		return;
	}
	coverage->programs[program->class][program->mode]++;
	for (unsigned id = 0; id < ISA_COUNT; id++) {
		for (unsigned mode = 0; mode < MODES; mode++) {
			coverage->executed[id][mode] += program->executed[id][mode];
		}
	}
}

/* 1 and a line if there are fewer than there must be. */
static unsigned want(FILE *out, enum isa_id id, const char *what, const char *where, uint64_t count,
		     uint64_t minimum)
{
	if (count >= minimum) {
		return 0;
	}
	fprintf(out, "too seldom: %s %s%s: %" PRIu64 " of %" PRIu64 "\n", isa_descs[id].text, what,
		where, count, minimum);
	return 1;
}

/* Every kind of fault that an access may end in. */
static unsigned check_access(const struct coverage *coverage, enum isa_id id, uint64_t minimum,
			     FILE *out)
{
	const uint64_t *codes = coverage->codes[id];
	bool store = is_store(id);
	unsigned missing = 0;

	missing += want(out, id, "with an address error", "", codes[store ? EXC_ADES : EXC_ADEL],
			minimum);
	missing +=
		want(out, id, "with a TLB miss", "", codes[store ? EXC_TLBS : EXC_TLBL], minimum);
	if (store) {
		missing += want(out, id, "to a page that is not writable", "", codes[EXC_MOD],
				minimum);
	}
	return missing;
}

static unsigned check_row(const struct coverage *coverage, enum isa_id id, uint64_t minimum,
			  FILE *out)
{
	unsigned missing = 0;

	for (enum simulator s = 0; s < SIMULATORS; s++) {
		if (coverage_excuse(id, s) != NULL) {
			continue;
		}
		missing += want(out, id, "on ", simulator_names[s], coverage->ran[id][s], minimum);
		if (coverage_row_fits_slot(id)) {
			missing += want(out, id, "in a delay slot on ", simulator_names[s],
					coverage->in_slot[id][s], minimum / SLOT_PART);
		}
	}
	if (coverage_row_traps(id)) {
		missing += want(out, id, "with an exception", "", coverage->faulted[id][MIRRORBALL],
				minimum / FAULT_PART);
	}
	if (coverage_row_traps(id) && coverage_row_fits_slot(id)) {
		missing += want(out, id, "with an exception in a delay slot", "",
				coverage->slot_faulted[id][MIRRORBALL], minimum / RAREST_PART);
	}
	if (is_access(id)) {
		missing += check_access(coverage, id, minimum / RAREST_PART, out);
	}
	return missing;
}

/* Classes of programs that are about kernel mode only. */
static bool class_has_mode(enum program_class class, enum program_mode mode)
{
	return (class != CLASS_CP0 && class != CLASS_TLB) || mode == MODE_KERNEL32 ||
	       mode == MODE_KERNEL64;
}

static unsigned check_programs(const struct coverage *coverage, FILE *out)
{
	unsigned missing = 0;

	for (enum program_class class = 0; class < CLASSES; class ++) {
		for (enum program_mode mode = 0; mode < MODES; mode++) {
			if (class_has_mode(class, mode) && coverage->programs[class][mode] == 0) {
				fprintf(out, "no program of class %s in mode %s\n",
					program_class_names[class], program_mode_names[mode]);
				missing++;
			}
		}
	}
	return missing;
}

bool coverage_check(const struct coverage *coverage, uint64_t minimum, FILE *out)
{
	unsigned missing = minimum != 0 ? check_programs(coverage, out) : 0;
	enum isa_id least = 0;

	for (enum isa_id id = 0; id < ISA_COUNT; id++) {
		missing += check_row(coverage, id, minimum, out);
		if (coverage->ran[id][MIRRORBALL] < coverage->ran[least][MIRRORBALL]) {
			least = id;
		}
	}
	fprintf(out, "coverage: %u rows, each at least %" PRIu64 " times (%s), %u counts too low\n",
		(unsigned)ISA_COUNT, coverage->ran[least][MIRRORBALL], isa_descs[least].text,
		missing);
	return missing == 0;
}
