/* SPDX-License-Identifier: MIT */
/*
 * main.c - runs TestFloat's vectors through the CPU.
 *
 * The records (tests/fpu/record.h) lie between batch_begin and batch_end. Each says what the
 * instruction must do: complete, trap because of an enabled exception, or trap as unimplemented. At
 * a trap no register may have changed; an unimplemented operation is completed by guests/fpemu, and
 * then result and FCR31 must be what IEEE 754 asks for. Seven of eight run in a delay slot.
 *
 * Prints records by class and outcome and exits with 0, or with 1 after a mismatch or an empty
 * class.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/fpemu/arith.h"
#include "guests/fpemu/fpemu.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"
#include "isa/cp0.h"
#include "isa/isa.h"
#include "tests/fpu/guest/stubs.h"
#include "tests/fpu/record.h"

#define MISMATCHES_SHOWN 10
#define REGISTERS        32

enum vector_class {
#define VECTOR_CLASS(name, text) CLASS_##name,
#include "tests/fpu/classes.def"
#undef VECTOR_CLASS
	CLASS_COUNT
};

static const char *const class_names[CLASS_COUNT] = {
#define VECTOR_CLASS(name, text) [CLASS_##name] = text,
#include "tests/fpu/classes.def"
#undef VECTOR_CLASS
};

_Static_assert(sizeof(struct record) == RECORD_SIZE, "record.h");

/* In stubs.S and in the batch. */
typedef uint32_t stub_fn(uint32_t mark);

extern stub_fn *const stub_table[][STUB_FORMS];
extern const uint8_t reserved_stubs[];
extern const uint8_t reserved_stubs_end[];
extern const struct record batch_begin[];
extern const struct record batch_end[];

/* What happened to the record at hand; written by the handler. */
static struct {
	bool trapped;
	bool unimplemented;
	bool changed; /* a register was not as before */
	uint32_t fcsr;
	enum fpemu_outcome outcome;
	uint32_t completed_cause;
	uint64_t registers[REGISTERS]; /* before the instruction */
} seen;

static unsigned mismatches;

/* With FR = 0 the odd registers are halves of the even ones. */
static void read_registers(uint64_t registers[REGISTERS])
{
#if _MIPS_SIM == _ABIO32
	for (unsigned i = 0; i < REGISTERS; i += 2) {
		registers[i] = fpemu_read_double(i);
	}
#else
	for (unsigned i = 0; i < REGISTERS; i++) {
		registers[i] = fpemu_read_double(i);
	}
#endif
}

static bool registers_are_unchanged(void)
{
	uint64_t now[REGISTERS] = { 0 };

	read_registers(now);
	for (unsigned i = 0; i < REGISTERS; i++) {
		if (now[i] != seen.registers[i]) {
			return false;
		}
	}
	return true;
}

/* The floating-point exception. */
static void handle_fpe(struct trap_frame *frame)
{
	seen.trapped = true;
	seen.fcsr = fpemu_read_fcsr();
	seen.unimplemented = (seen.fcsr & FCSR_CAUSE_E) != 0;
	seen.changed = !registers_are_unchanged();
	if (seen.unimplemented) {
		seen.outcome = fpemu_complete(frame, &seen.completed_cause);
		if (seen.outcome == FPEMU_COMPLETED) {
			return;
		}
	}
	/* What an operating system would send a signal for. */
	if (!fpemu_skip(frame)) {
		seen.changed = true;
	}
}

static void complain(const struct record *record, const char *what, uint64_t expected, uint64_t got)
{
	if (mismatches++ < MISMATCHES_SHOWN) {
		printf("record %u %s %016llx %016llx fcsr %08x class %s: %s %016llx, expected "
		       "%016llx\n",
		       (unsigned)record->number, isa_descs[record->insn].text,
		       (unsigned long long)record->a, (unsigned long long)record->b,
		       (unsigned)record->fcsr, class_names[record->class], what,
		       (unsigned long long)got, (unsigned long long)expected);
	}
}

static void expect_equal(const struct record *record, const char *what, uint64_t expected,
			 uint64_t got)
{
	if (expected != got) {
		complain(record, what, expected, got);
	}
}

static unsigned outcome_of_trap(void)
{
	if (!seen.trapped) {
		return RECORD_COMPLETES;
	}
	if (!seen.unimplemented) {
		return RECORD_TRAPS;
	}
	return seen.outcome == FPEMU_COMPLETED ? RECORD_COMPLETED : RECORD_SIGNALLED;
}

static void check_record(const struct record *record, uint32_t mark)
{
	uint64_t result = fpemu_read_double(4);
	uint32_t fcsr_end = record->fcsr_end;

	expect_equal(record, "path", STUB_MARK, mark);
	expect_equal(record, "outcome", record->outcome, outcome_of_trap());
	if (seen.trapped) {
		expect_equal(record, "fcsr at the trap", record->fcsr_trap, seen.fcsr);
		expect_equal(record, "registers changed", 0, seen.changed);
	}
	if (record->outcome == RECORD_SIGNALLED) {
		/* Software tells the exceptions apart from FCR31, where their causes would trap. */
		expect_equal(record, "completed cause", (fcsr_end & FCSR_CAUSE) >> FCSR_CAUSE_SHIFT,
			     seen.completed_cause);
		fcsr_end &= ~(uint32_t)FCSR_CAUSE;
	}
	expect_equal(record, "fcsr", fcsr_end, fpemu_read_fcsr());
	if (record->size == RECORD_WORD) {
		result &= 0xffffffff;
	}
	expect_equal(record, "result", record->result, result);
}

static void run_record(const struct record *record)
{
	stub_fn *stub = stub_table[record->insn][record->number % STUB_FORMS];
	uint32_t mark;

	if (stub == NULL) {
		complain(record, "no stub", 1, 0);
		return;
	}
	fpemu_write_double(2, record->a);
	fpemu_write_double(4, record->sentinel);
	fpemu_write_double(6, record->b);
	read_registers(seen.registers);
	seen.trapped = false;
	fpemu_write_fcsr(record->fcsr);
	mark = stub(0);
	check_record(record, mark);
}

/* Operations that do not exist: unimplemented, and nothing can complete them. */
static unsigned run_reserved(void)
{
	static const struct record none;
	unsigned count = 0;

	for (const uint8_t *stub = reserved_stubs; stub < reserved_stubs_end;
	     stub += STUB_RESERVED_BYTES) {
		uint32_t fcsr = 0x01000f80 + count % 4;

		read_registers(seen.registers);
		seen.trapped = false;
		fpemu_write_fcsr(fcsr);
		((stub_fn *)(uintptr_t)stub)(0);
		expect_equal(&none, "reserved: trap", 1, seen.trapped);
		expect_equal(&none, "reserved: fcsr", fcsr | FCSR_CAUSE_E, seen.fcsr);
		expect_equal(&none, "reserved: changed", 0, seen.changed);
		expect_equal(&none, "reserved: outcome", FPEMU_RESERVED, seen.outcome);
		count++;
	}
	return count;
}

static const char *const outcome_names[RECORD_OUTCOMES] = {
	[RECORD_COMPLETES] = "no trap",
	[RECORD_TRAPS] = "enabled exception",
	[RECORD_COMPLETED] = "unimplemented, completed",
	[RECORD_SIGNALLED] = "unimplemented, signalled",
};

static bool print_count(const char *name, unsigned count)
{
	printf("%-26s %8u%s\n", name, count, count == 0 ? " EMPTY" : "");
	return count != 0;
}

int main(void)
{
	static unsigned classes[CLASS_COUNT];
	static unsigned outcomes[RECORD_OUTCOMES];
	unsigned count = 0;
	bool good = true;

	trap_set_handler(EXC_FPE, handle_fpe);
	for (const struct record *record = batch_begin; record < batch_end; record++) {
		run_record(record);
		classes[record->class]++;
		outcomes[record->outcome]++;
		count++;
	}
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		good &= print_count(class_names[i], classes[i]);
	}
	for (unsigned i = 0; i < RECORD_OUTCOMES; i++) {
		good &= print_count(outcome_names[i], outcomes[i]);
	}
	good &= print_count("reserved operations", run_reserved());
	printf("%u records, %u mismatches\n", count, mismatches);
	return good && mismatches == 0 ? 0 : 1;
}
