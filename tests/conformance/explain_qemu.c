/* SPDX-License-Identifier: MIT */
/*
 * explain_qemu.c - how QEMU's integer unit and memory management differ (differences.def).
 */
#include "isa/cp0.h"
#include "tests/conformance/explain.h"

/* Status of a record has EXL; the mode in front of the exception is what is left without it. */
static bool mode_is_wide(uint64_t status)
{
	switch (status & STATUS_KSU) {
	case STATUS_KSU_USER:
		return (status & STATUS_UX) != 0;
	case STATUS_KSU_SUPERVISOR:
		return (status & STATUS_SX) != 0;
	default:
		return (status & STATUS_KX) != 0;
	}
}

static bool region_is_wide(uint64_t address, uint64_t status)
{
	switch (address >> 62) {
	case 0:
		return (status & STATUS_UX) != 0;
	case 3:
		return (status & STATUS_KX) != 0;
	default:
		return true;
	}
}

unsigned fields_qemu_refill_vector(const struct difference *d)
{
	uint64_t status = d->ours->field[FIELD_STATUS];

	bool region = region_is_wide(d->ours->field[FIELD_BADVADDR], status);

	return d->ours->field[FIELD_VECTOR] == (mode_is_wide(status) ? 1 : 0) &&
			       d->theirs->field[FIELD_VECTOR] == (region ? 1 : 0)
		       ? FIELD_BIT(VECTOR)
		       : 0;
}

enum outcome_kind {
	OUTCOME_NONE,
	OUTCOME_ADDRESS_ERROR,
	OUTCOME_TLB,
	OUTCOME_OTHER
};

/* The step's access ended so: all its records, with at most one exception but for code pages. */
static enum outcome_kind access_outcome(const struct difference *d, const struct record *records,
					size_t count)
{
	enum outcome_kind kind = OUTCOME_NONE;

	for (size_t i = 0; i < count; i++) {
		if (records[i].kind != 'x' || is_served_refill(d->program, &records[i])) {
			continue;
		}
		if (kind != OUTCOME_NONE || records[i].field[FIELD_BADVADDR] != d->step->address) {
			return OUTCOME_OTHER;
		}
		switch (exception_code(&records[i])) {
		case EXC_ADEL:
		case EXC_ADES:
			kind = OUTCOME_ADDRESS_ERROR;
			break;
		case EXC_TLBL:
		case EXC_TLBS:
			kind = OUTCOME_TLB;
			break;
		default:
			return OUTCOME_OTHER;
		}
	}
	return kind;
}

/* Addresses outside the 32-bit spaces that QEMU takes for mapped, whatever the mode's bit is. */
bool explain_qemu_segment(const struct difference *d)
{
	uint64_t address = d->step->address;
	uint64_t status = d->step->status;
	enum outcome_kind theirs = OUTCOME_ADDRESS_ERROR;
	bool user = (status & STATUS_KSU) == STATUS_KSU_USER;

	if (address >> 62 == 0 && (status & STATUS_UX) != 0 &&
	    (address & 0x3fffff0000000000) == 0) {
		theirs = OUTCOME_TLB;
	}
	if (address >> 62 == 1 && (status & STATUS_SX) != 0 && !user &&
	    (address & 0x3fffff0000000000) == 0) {
		theirs = OUTCOME_TLB;
	}
	return access_outcome(d, d->all_theirs, d->all_their_count) == theirs &&
	       access_outcome(d, d->all_ours, d->all_our_count) ==
		       (theirs == OUTCOME_TLB ? OUTCOME_ADDRESS_ERROR : OUTCOME_TLB);
}

/* A branch whose condition QEMU knows to be false when it translates. */
static bool is_never_taken(uint32_t word)
{
	switch (isa_decode(word)) {
	case ISA_bne:
		return isa_rs(word) == isa_rt(word);
	case ISA_bgtz:
	case ISA_bltz:
		return isa_rs(word) == 0;
	default:
		return false;
	}
}

/* The instruction that cannot be fetched is the one EPC names. */
static bool is_fetch_miss(const struct record *record)
{
	return is_exception(record, 1, EXC_TLBL) &&
	       record->field[FIELD_EPC] == record->field[FIELD_BADVADDR];
}

/*
 * Their EPC is the slot's, without BD; or, when the handler has thrown out the page of the code,
 * the return to the branch or to the slot misses.
 */
unsigned fields_qemu_never_taken_slot(const struct difference *d)
{
	const struct program *program = d->program;
	const struct record *a = d->ours;
	const struct record *b = d->theirs;
	uint64_t offset = a->field[FIELD_EPC] - program->code_vaddr;

	if (a->field[FIELD_EPC] + 4 != b->field[FIELD_EPC] ||
	    offset >= 4 * (uint64_t)program->code_count ||
	    !is_never_taken(program->code[offset / 4])) {
		return 0;
	}
	if (a->field[FIELD_CAUSE] == (b->field[FIELD_CAUSE] | CAUSE_BD)) {
		return FIELD_BIT(CAUSE) | FIELD_BIT(EPC);
	}
	if (is_fetch_miss(a) && is_fetch_miss(b)) {
		return FIELD_BIT(EPC) | FIELD_BIT(BADVADDR);
	}
	return 0;
}

/* One of their misses is in the same page as ours, and differs in nothing but the place. */
static bool has_miss_of_page(const struct difference *d, const struct record *ours)
{
	const unsigned place = FIELD_BIT(CAUSE) | FIELD_BIT(EPC) | FIELD_BIT(BADVADDR);
	struct difference one = *d;

	one.ours = ours;
	for (size_t i = 0; i < d->their_count; i++) {
		one.theirs = &d->theirs[i];
		if (ours->field[FIELD_BADVADDR] >> 12 == one.theirs->field[FIELD_BADVADDR] >> 12 &&
		    (difference_fields_left(&one) & ~place) == 0) {
			return true;
		}
	}
	return false;
}

/*
 * They miss in the slot, with BD; we do not, but we may miss behind it, in the same page. What else
 * may be left are their fetches from the page of the branch, if theirs has thrown it out.
 */
bool explain_qemu_likely_slot(const struct difference *d)
{
	bool fetched = false;

	for (size_t i = 0; i < d->our_count; i++) {
		if (!is_fetch_miss(&d->ours[i]) ||
		    d->ours[i].field[FIELD_BADVADDR] == d->step->address ||
		    !has_miss_of_page(d, &d->ours[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < d->their_count; i++) {
		const struct record *r = &d->theirs[i];

		if (is_exception(r, 1, EXC_TLBL) && (r->field[FIELD_CAUSE] & CAUSE_BD) != 0 &&
		    r->field[FIELD_BADVADDR] == d->step->address &&
		    r->field[FIELD_EPC] + 4 == d->step->address) {
			fetched = true;
		} else if (!is_fetch_miss(r)) {
			return false;
		}
	}
	return fetched;
}

bool explain_qemu_supervisor_wide(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_SUPERVISOR &&
	       (d->step->status & STATUS_SX) == 0 && is_executed(d, EXC_RI);
}

bool explain_qemu_reserved(const struct difference *d)
{
	uint32_t word;

	if (!is_exception(d->ours, d->our_count, EXC_RI) || d->their_count != 0) {
		return false;
	}
	word = record_word(d->program, d->ours);
	return (word & 0xfc000000) == 0x78000000 || (word & 0xfc00003f) == 0x70000002 ||
	       (word & 0xfc00003f) == 0x00000005;
}

unsigned fields_qemu_cop2(const struct difference *d)
{
	return isa_decode(record_word(d->program, d->ours)) == ISA_cop2 &&
			       is_exception(d->ours, 1, EXC_CPU) &&
			       is_exception(d->theirs, 1, EXC_RI)
		       ? FIELD_BIT(CAUSE)
		       : 0;
}

/* Our exception names the address; on their side the register that says "failed" is 0. */
bool explain_qemu_store_unlinked(const struct difference *d)
{
	const struct record *ours = d->ours;

	return is_executed(d, d->step->expected) &&
	       ours->field[FIELD_BADVADDR] == d->step->address &&
	       (d->their_count == 0 ||
		(d->theirs->kind == 'o' && d->theirs->field[FIELD_VALUE] == 0));
}
