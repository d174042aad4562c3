/* SPDX-License-Identifier: MIT */
/*
 * steps_privileged.c - what a monitor must emulate beside the steps of tests/conformance: all CP0
 * registers with all values, links broken by traps, the Watch registers, interrupts, the timer,
 * misses while EXL is set.
 */
#include "isa/cp0.h"
#include "tests/equivalence/generate.h"
#include "tests/equivalence/guest/frame.h"

#define LENGTH(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

/* Registers and the bits that may be written without taking the program's ground away. */
static const struct cp0_value {
	uint8_t number;
	bool wide;
	uint64_t mask;
} cp0_values[] = {
	{ CP0_ENTRYLO0, false, UINT64_MAX },
	{ CP0_ENTRYLO1, false, UINT64_MAX },
	{ CP0_CONTEXT, true, UINT64_MAX },
	{ CP0_XCONTEXT, true, UINT64_MAX },
	{ CP0_EPC, true, UINT64_MAX },
	{ CP0_ERROREPC, true, UINT64_MAX },
	{ CP0_COMPARE, false, UINT64_MAX },
	{ CP0_CAUSE, false, UINT64_MAX },
	{ CP0_LLADDR, false, UINT64_MAX },
	{ CP0_TAGLO, false, UINT64_MAX },
	{ CP0_TAGHI, false, UINT64_MAX },
	{ CP0_ECC, false, UINT64_MAX },
	{ CP0_WATCHHI, false, UINT64_MAX },
	{ CP0_WATCHLO, false, ~(uint64_t)(WATCHLO_R | WATCHLO_W) },
	{ CP0_INDEX, false, 0x1f },
	{ CP0_CONFIG, false, CONFIG_K0 },
	/* Read-only ones. */
	{ CP0_BADVADDR, true, UINT64_MAX },
	{ CP0_PRID, false, UINT64_MAX },
	{ CP0_CACHEERR, false, UINT64_MAX },
};

/* A program whose registers are on a page writes no bits that the page would keep. */
static uint64_t choose_value(struct gen *gen, const struct cp0_value *r, bool wide)
{
	uint64_t value = wide ? random_value(&gen->random) : random_word(&gen->random);

	if (gen->narrow_registers && wide && gen_mode(gen) == MODE_KERNEL32) {
		value = random_word(&gen->random);
	}
	if (r->number == CP0_CONFIG) {
		/* Legal attributes of KSEG0: 2 to 5 (R4000 UM table 4-6). */
		return 2 + (value & 3);
	}
	return value & r->mask;
}

/*
 * Does a program read the register after its write? Not Cause, for the timer's bit, nor what a
 * refill that is not compared may have left in Context and XContext; nor, of a patched kernel's
 * page, what keeps bits that the register has not.
 */
static bool is_read_back(const struct gen *gen, unsigned number)
{
	switch (number) {
	case CP0_CAUSE:
	case CP0_CONTEXT:
	case CP0_XCONTEXT:
		return false;
	case CP0_INDEX:
	case CP0_ENTRYLO0:
	case CP0_ENTRYLO1:
		return !gen->narrow_registers;
	default:
		return true;
	}
}

static void step_cp0_value(struct gen *gen)
{
	const struct cp0_value *r = &cp0_values[random_below(&gen->random, LENGTH(cp0_values))];
	bool write_wide = r->wide && random_chance(&gen->random, 50);
	bool read_wide = r->wide && random_chance(&gen->random, 50);
	unsigned reg = choose_scratch(gen, 0);

	(void)step_begin(gen, write_wide ? ISA_dmtc0 : ISA_mtc0, 0);
	emit_cp0_write(gen, r->number, reg, choose_value(gen, r, write_wide), write_wide);
	if (is_read_back(gen, r->number)) {
		emit_tested(gen, read_wide ? ISA_dmfc0 : ISA_mfc0,
			    (struct operands){ .rt = reg, .rd = r->number });
		emit_nops(gen, 1);
	}
	emit_observe(gen, reg); /* and all of CP0 */
	switch (r->number) {
	case CP0_COMPARE:
		emit_cp0_write(gen, CP0_COMPARE, reg, UINT64_MAX, false);
		break;
	case CP0_CAUSE:
	case CP0_WATCHLO:
		emit_cp0_write(gen, r->number, reg, 0, false);
		break;
	case CP0_CONFIG:
		emit_cp0_write(gen, CP0_CONFIG, reg, 5, false);
		break;
	default:
		break;
	}
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* LL, an exception, SC: it must fail. Or again until it has succeeded. */
static void step_link(struct gen *gen)
{
	bool wide = gen_is_wide(gen) && random_chance(&gen->random, 50);
	enum isa_id store = wide ? ISA_scd : ISA_sc;
	unsigned linked = choose_scratch(gen, 0);
	unsigned stored = choose_scratch(gen, 1U << linked);
	unsigned source = choose_scratch(gen, 1U << linked | 1U << stored);
	struct operands o = { .rs = gen->base[0],
			      .imm = 8 * random_below(&gen->random, 0x1000) & 0xfff8 };
	unsigned top;

	(void)step_begin(gen, store, 0);
	emit_constant(gen, source, random_word(&gen->random));
	top = gen->program->code_count;
	o.rt = linked;
	emit_row(gen, wide ? ISA_lld : ISA_ll, o);
	if (random_chance(&gen->random, 50)) {
		emit_observe(gen, linked);
		o.rt = source;
		emit_tested(gen, store, o);
		emit_observe(gen, source);
	} else {
		unsigned at;

		emit_row(gen, ISA_or, (struct operands){ .rs = source, .rd = stored });
		o.rt = stored;
		emit_row(gen, store, o);
		at = gen->program->code_count;
		emit_row(gen, ISA_beq, (struct operands){ .rs = stored });
		emit_patch_branch(gen, at, top);
		emit_nops(gen, 1);
		emit_observe(gen, stored);
	}
	emit_constant(gen, source, random_word(&gen->random));
	emit_constant(gen, linked, random_word(&gen->random));
	emit_constant(gen, stored, random_word(&gen->random));
	step_end(gen);
}

/* An access to a watched doubleword, or beside it; under EXL the exception waits (R4000 UM 5.4). */
static void step_watch(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	uint64_t offset = 8 * random_below(&gen->random, DATA_BYTES / 8 / 2);
	uint64_t watched = DATA_BASE + DATA_BYTES / 2 + offset;
	unsigned enables = random_below(&gen->random, 4);
	unsigned near = random_chance(&gen->random, 70) ? 0 : 8;
	bool store = random_chance(&gen->random, 50);

	if (offset > 0x7ff0) {
		return;
	}
	(void)step_begin(gen, store ? ISA_sw : ISA_lw, 0);
	/* The page is there: a miss is not what this is about. */
	emit_row(gen, ISA_lb, (struct operands){ .rs = gen->base[0], .imm = (unsigned)offset });
	emit_cp0_write(gen, CP0_WATCHHI, reg, 0, false);
	emit_cp0_write(gen, CP0_WATCHLO, reg, watched | enables, false);
	emit_tested(gen, store ? ISA_sw : ISA_lw,
		    (struct operands){
			    .rs = gen->base[0], .rt = reg, .imm = (unsigned)(offset ^ near) });
	emit_observe(gen, reg);
	emit_cp0_write(gen, CP0_WATCHLO, reg, 0, false);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

static uint64_t interrupt_mask(struct gen *gen)
{
	return (uint64_t)(1 + random_below(&gen->random, 3)) << STATUS_IM_SHIFT;
}

/*
 * A software interrupt at an instruction of its own: behind a move to Cause or to Status, in a
 * delay slot or not. The handler takes it and the program goes on.
 */
static void step_interrupt(struct gen *gen)
{
	uint64_t mask = interrupt_mask(gen);
	uint64_t pending = interrupt_mask(gen);
	uint64_t status = gen->status | mask | STATUS_IE;
	unsigned reg = choose_scratch(gen, 0);

	(void)step_begin(gen, ISA_mtc0, 0);
	if (random_chance(&gen->random, 50)) {
		/* First enabled, then pending. */
		emit_constant(gen, reg, status);
		emit_row(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_STATUS });
		emit_constant(gen, reg, pending);
		emit_tested(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_CAUSE });
	} else {
		emit_constant(gen, reg, pending);
		emit_tested(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_CAUSE });
		emit_constant(gen, reg, status);
		emit_tested(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_STATUS });
	}
	/*
	 * Nothing that raises an exception: on the processor that would come first. And no nop: a
	 * rewritten move to Status takes it along.
	 */
	emit_constant(gen, reg, gen->status);
	emit_tested(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_STATUS });
	emit_nops(gen, 2);
	emit_cp0_write(gen, CP0_CAUSE, reg, 0, false);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* Becomes pending in the handler and is taken, or not, when that returns: to user mode too. */
static void step_interrupt_return(struct gen *gen)
{
	uint64_t before = gen->status;
	uint64_t mask = interrupt_mask(gen);
	unsigned pending = 1 + random_below(&gen->random, 3);

	(void)step_begin(gen, ISA_eret, 0);
	emit_status(gen, before | mask | (random_chance(&gen->random, 80) ? STATUS_IE : 0));
	emit_call(gen, CALL_CAUSE, pending);
	emit_nops(gen, 1);
	emit_status(gen, before);
	emit_call(gen, CALL_CAUSE, 0);
	step_end(gen);
}

/* The timer interrupts an endless loop; where, and how Count stands, is not compared. */
static void step_timer(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	unsigned count = choose_scratch(gen, 1U << reg);
	unsigned resume;
	unsigned at;

	(void)step_begin(gen, ISA_mtc0, 0);
	resume = emit_code_address(gen, REGISTER_RESUME);
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status | STATUS_IE | CAUSE_IP_TIMER, false);
	emit_row(gen, ISA_mfc0, (struct operands){ .rt = count, .rd = CP0_COUNT });
	emit_constant(gen, reg, 6000 + random_below(&gen->random, 2000));
	emit_row(gen, ISA_addu, (struct operands){ .rs = reg, .rt = count, .rd = reg });
	emit_constant(gen, count, 0);
	emit_row(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_COMPARE });
	emit_constant(gen, reg, 0);
	at = gen->program->code_count;
	emit_row(gen, ISA_beq, (struct operands){ 0 });
	emit_patch_branch(gen, at, at);
	emit_nops(gen, 1);
	emit_patch_code_address(gen, resume, REGISTER_RESUME, gen->program->code_count);
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status, false);
	emit_constant(gen, REGISTER_RESUME, 0);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* A miss while EXL is set goes to the general vector, EPC stays; the guest's handler refills. */
static void step_nested_refill(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	unsigned value = choose_scratch(gen, 1U << reg);
	bool store = random_chance(&gen->random, 50);
	unsigned at;

	(void)step_begin(gen, store ? ISA_sd : ISA_ld, 0);
	emit_constant(gen, value, random_word(&gen->random));
	emit_call(gen, CALL_FORGET, 0);
	at = emit_code_address(gen, reg);
	emit_row(gen, ISA_dmtc0, (struct operands){ .rt = reg, .rd = CP0_EPC });
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status | STATUS_EXL, false);
	emit_tested(gen, store ? ISA_sd : ISA_ld,
		    (struct operands){ .rs = gen->base[0],
				       .rt = value,
				       .imm = random_below(&gen->random, 0x2000) * 8 });
	emit_nops(gen, 1);
	emit_patch_code_address(gen, at, reg, gen->program->code_count);
	/* Here by the handler's eret, or with EXL still set if nothing was missing. */
	emit_nops(gen, 2);
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status, false);
	set_sign_extended(gen, value, false);
	emit_isolate(gen, value);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

void step_privileged(struct gen *gen)
{
	unsigned point = random_below(&gen->random, 100);

	if (point < 30) {
		step_cp0_value(gen);
	} else if (point < 45) {
		step_slot(gen);
	} else if (point < 60) {
		step_interrupt(gen);
	} else if (point < 70) {
		step_interrupt_return(gen);
	} else if (point < 78) {
		step_watch(gen);
	} else if (point < 82) {
		step_timer(gen);
	} else if (point < 92) {
		step_nested_refill(gen);
	} else {
		step_link(gen);
	}
}

void step_any_mode(struct gen *gen)
{
	if (random_chance(&gen->random, 50)) {
		step_interrupt_return(gen);
	} else {
		step_link(gen);
	}
}
