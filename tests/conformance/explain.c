/* SPDX-License-Identifier: MIT */
/*
 * explain.c - what the explanations of differences (explain_*.c) share.
 */
#include "tests/conformance/explain.h"

#include "isa/cp0.h"

unsigned exception_code(const struct record *record)
{
	return (record->field[FIELD_CAUSE] & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
}

/* The records are exactly one exception with this code. */
bool is_exception(const struct record *records, size_t count, unsigned code)
{
	return count == 1 && records->kind == 'x' && exception_code(records) == code;
}

/* The instruction word a record is about: in a delay slot, the one behind EPC. 0 if elsewhere. */
uint32_t record_word(const struct program *program, const struct record *record)
{
	uint64_t offset = record->field[FIELD_EPC] - program->code_vaddr;

	if ((record->field[FIELD_CAUSE] & CAUSE_BD) != 0) {
		offset += 4;
	}
	if (record->kind != 'x' || offset >= 4 * (uint64_t)program->code_count) {
		return 0;
	}
	return program->code[offset / 4];
}

/* An exception that the runtime's refill handler served: the program has the page. */
bool is_served_refill(const struct program *program, const struct record *record)
{
	for (unsigned i = 0; i < program->page_count; i++) {
		const uint64_t *page = program->pages[i];
		uint64_t mask = (ENTRYHI_R | ENTRYHI_VPN2) & ~page[1];
		bool global = (page[2] & page[3] & ENTRYLO_G) != 0;

		if (record->field[FIELD_VECTOR] < 3 &&
		    ((record->field[FIELD_BADVADDR] ^ page[0]) & mask) == 0 &&
		    (global || ((record->field[FIELD_ENTRYHI] ^ page[0]) & ENTRYHI_ASID) == 0)) {
			return true;
		}
	}
	return false;
}

/* The records are the same but for the values of registers, and what RECORD rules explain. */
bool same_but_values(const struct difference *d, struct span ours, struct span theirs)
{
	if (ours.count != theirs.count) {
		return false;
	}
	for (size_t i = 0; i < ours.count; i++) {
		unsigned values = ours.records[i].kind == 'o'
					  ? 1U << FIELD_VALUE | 1U << FIELD_OBSERVE_REGISTERS
					  : FIELD_BIT(REGISTERS);
		struct difference one = *d;

		one.ours = &ours.records[i];
		one.theirs = &theirs.records[i];
		if ((difference_fields_left(&one) & ~values) != 0) {
			return false;
		}
	}
	return true;
}

bool is_executed(const struct difference *d, unsigned code)
{
	return d->our_count > 0 && is_exception(d->ours, 1, code) &&
	       same_but_values(d, (struct span){ d->ours + 1, d->our_count - 1 },
			       (struct span){ d->theirs, d->their_count });
}

bool is_executed_by_us(const struct difference *d, unsigned code)
{
	return d->their_count > 0 && is_exception(d->theirs, 1, code) &&
	       same_but_values(d, (struct span){ d->ours, d->our_count },
			       (struct span){ d->theirs + 1, d->their_count - 1 });
}

bool has_exception(const struct record *records, size_t count, unsigned code)
{
	for (size_t i = 0; i < count; i++) {
		if (is_exception(&records[i], 1, code)) {
			return true;
		}
	}
	return false;
}
