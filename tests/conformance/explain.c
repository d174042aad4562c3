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

/* The records are the same but for the values of registers. */
bool same_but_values(const struct record *ours, size_t our_count, const struct record *theirs,
		     size_t their_count)
{
	if (our_count != their_count) {
		return false;
	}
	for (size_t i = 0; i < our_count; i++) {
		unsigned values = ours[i].kind == 'o'
					  ? 1U << FIELD_VALUE | 1U << FIELD_OBSERVE_REGISTERS
					  : FIELD_BIT(REGISTERS);

		if ((record_differences(&ours[i], &theirs[i]) & ~values) != 0) {
			return false;
		}
	}
	return true;
}

/* The manual's exception is missing on their side, where the instruction had an effect instead. */
bool is_executed(const struct difference *d, unsigned code)
{
	return d->our_count > 0 && is_exception(d->ours, 1, code) &&
	       same_but_values(d->ours + 1, d->our_count - 1, d->theirs, d->their_count);
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
