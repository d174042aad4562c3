/* SPDX-License-Identifier: MIT */
/*
 * explain.c - what the explanations of differences (explain_*.c) share.
 */
#include "tests/conformance/explain.h"

#include "isa/cp0.h"
#include "tests/conformance/registers.h"

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

/* What an 'o' record observes. */
struct observation {
	unsigned reg;
	unsigned unit;  /* REGISTER_HI or REGISTER_LO if its value was moved to `reg` just before */
	bool transient; /* moved to `reg` just before */
};

static struct observation observation_of(const struct program *program, const struct record *record)
{
	uint64_t at = record->field[FIELD_OFFSET] / 4;
	struct observation o = { 0 };

	if (at == 0 || at >= program->code_count) {
		return o;
	}
	o.reg = (program->code[at] >> 6) & 31;
	do {
		at--;
	} while (at > 0 && program->code[at] == 0);
	switch (isa_decode(program->code[at])) {
	case ISA_mfhi:
		o.unit = REGISTER_HI;
		break;
	case ISA_mflo:
		o.unit = REGISTER_LO;
		break;
	case ISA_mfc1:
	case ISA_dmfc1:
	case ISA_cfc1:
		o.transient = isa_rt(program->code[at]) == o.reg;
		return o;
	default:
		return o;
	}
	o.transient = isa_rd(program->code[at]) == o.reg;
	return o;
}

/* How the hash changes when a register changes. */
static uint64_t change(unsigned number, uint64_t from, uint64_t to)
{
	return number == 0 ? 0 : register_term(number, from) ^ register_term(number, to);
}

static uint64_t hash_change(const struct record *ours, const struct record *theirs)
{
	unsigned field =
		ours->kind == 'o' ? (unsigned)FIELD_OBSERVE_REGISTERS : (unsigned)FIELD_REGISTERS;

	return ours->field[field] ^ theirs->field[field];
}

bool only_observed_differ(const struct program *program, struct span ours, struct span theirs)
{
	uint64_t lasting = 0;
	uint64_t last = 0;
	uint32_t seen = 0;

	/* Registers that differ from before the first record on; each is observed once or twice. */
	for (size_t i = 0; i < ours.count; i++) {
		const struct record *a = &ours.records[i];
		const struct record *b = &theirs.records[i];
		struct observation o;

		if (a->kind != 'o') {
			continue;
		}
		o = observation_of(program, a);
		if (o.unit != 0) {
			lasting ^= change(o.unit, a->field[FIELD_VALUE], b->field[FIELD_VALUE]);
		} else if (!o.transient && (seen & 1U << o.reg) == 0) {
			lasting ^= change(o.reg, a->field[FIELD_VALUE], b->field[FIELD_VALUE]);
			seen |= 1U << o.reg;
		}
	}
	for (size_t i = 0; i < ours.count; i++) {
		const struct record *a = &ours.records[i];
		const struct record *b = &theirs.records[i];
		struct observation o = { 0 };

		if (a->kind == 'o') {
			o = observation_of(program, a);
			last = o.transient
				       ? change(o.reg, a->field[FIELD_VALUE], b->field[FIELD_VALUE])
				       : last;
			if (o.reg == 0) {
				last = 0;
			}
		}
		if (a->kind == 'o' && o.reg == 0 &&
		    (a->field[FIELD_VALUE] | b->field[FIELD_VALUE]) != 0) {
			return false;
		}
		/* A page of code may be refilled between the move and the observation. */
		if (hash_change(a, b) != (lasting ^ last) &&
		    (a->kind == 'o' || hash_change(a, b) == 0)) {
			return false;
		}
	}
	return true;
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
	return only_observed_differ(d->program, ours, theirs);
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
