/* SPDX-License-Identifier: MIT */
/*
 * batch.c - turns vectors and what is expected of them into records for the simulated CPU.
 */
#include "tests/fpu/batch.h"

#include "isa/cp0.h"
#include "tests/fpu/record.h"

#define CAUSE_E 0x20U

/* A sequence that is the same everywhere (xorshift64). */
static uint64_t batch_random(struct batch *batch)
{
	batch->random ^= batch->random << 13;
	batch->random ^= batch->random >> 7;
	batch->random ^= batch->random << 17;
	return batch->random;
}

static void put(const struct batch *batch, uint8_t **to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (batch->is_little ? i : bytes - 1 - i);

		(*to)[i] = (uint8_t)(value >> shift);
	}
	*to += bytes;
}

static bool write_record(const struct batch *batch, const struct record *record)
{
	uint8_t bytes[RECORD_SIZE];
	uint8_t *end = bytes;

	put(batch, &end, record->a, 8);
	put(batch, &end, record->b, 8);
	put(batch, &end, record->sentinel, 8);
	put(batch, &end, record->result, 8);
	put(batch, &end, record->fcsr, 4);
	put(batch, &end, record->fcsr_trap, 4);
	put(batch, &end, record->fcsr_end, 4);
	put(batch, &end, record->insn, 2);
	put(batch, &end, record->outcome, 1);
	put(batch, &end, record->size, 1);
	put(batch, &end, record->number, 4);
	put(batch, &end, record->class, 4);
	return fwrite(bytes, 1, sizeof(bytes), batch->file) == sizeof(bytes);
}

/* FCR31 with the exceptions `cause`; their flags too if no trap was taken (R4000 UM 7.1, 7.3). */
static uint32_t with_cause(uint32_t fcsr, uint32_t cause, bool trapped)
{
	fcsr = (fcsr & ~(uint32_t)FCSR_CAUSE) | (cause << FCSR_CAUSE_SHIFT);
	return trapped ? fcsr : fcsr | (cause << FCSR_FLAGS_SHIFT);
}

bool batch_add(struct batch *batch, const struct operation *operation, const struct vector *vector,
	       uint32_t fcsr, const struct expectation *e)
{
	uint32_t enables = (fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;
	/* What was there before must not matter: flags, condition, causes without enables. */
	uint32_t before = fcsr | ((uint32_t)batch_random(batch) & (FCSR_FLAGS | FCSR_C)) |
			  ((uint32_t)batch_random(batch) & FCSR_CAUSE & ~(uint32_t)FCSR_CAUSE_E &
			   ~(enables << FCSR_CAUSE_SHIFT));
	bool is_word = operation->to == FORMAT_S || operation->to == FORMAT_W;
	bool is_trap = e->cause == CAUSE_E || (e->cause & enables) != 0;
	bool is_signal = (e->completed_cause & enables) != 0;
	struct record record = {
		.a = expect_to_mips(operation->from, vector->a),
		.b = expect_to_mips(operation->from, vector->b),
		.sentinel = batch_random(batch),
		.fcsr = before,
		.fcsr_trap = with_cause(before, e->cause, true),
		.insn = (uint16_t)operation->insn,
		.size = is_word ? RECORD_WORD : RECORD_DOUBLE,
		.number = batch->count++,
		.class = (uint32_t)e->class,
	};

	record.result = is_word ? record.sentinel & 0xffffffff : record.sentinel;
	record.fcsr_end = with_cause(before, e->completed_cause, is_signal);
	if (is_trap) {
		record.outcome = e->cause != CAUSE_E ? RECORD_TRAPS
				 : is_signal         ? RECORD_SIGNALLED
						     : RECORD_COMPLETED;
	}
	if (operation->kind == KIND_COMPARE) {
		record.size = RECORD_NO_RESULT;
		record.result = record.sentinel;
		if (!is_signal) {
			record.fcsr_end &= ~(uint32_t)FCSR_C;
			record.fcsr_end |= e->completed_result ? FCSR_C : 0;
		}
	} else if (!is_signal) {
		record.result = e->completed_result;
	}
	return write_record(batch, &record);
}
