/* SPDX-License-Identifier: MIT */
/*
 * test_hazard.c - the checker of CP0 hazards: for every row of hazard.def a sequence that keeps the
 * delay and those that do not (R4000 UM appendix F), and what does not count as a hazard.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "isa/hazard.h"
#include "isa/isa.h"
#include "tests/suite.h"

#define CODE   0xffffffff80001000ULL /* kseg0 */
#define MAPPED 0xffffffffc0002000ULL /* ksseg */
#define USER   0x0000000000004000ULL

#define NOP                0x00000000U
#define MFC0(reg)          (0x40020000U | ((reg) << 11)) /* mfc0 v0 */
#define MTC0(reg)          (0x40820000U | ((reg) << 11))
#define TLBR               0x42000001U
#define TLBWI              0x42000002U
#define TLBWR              0x42000006U
#define TLBP               0x42000008U
#define ERET               0x42000018U
#define CACHE(operation)   (0xbc800000U | ((operation) << 18)) /* 0(a0), primary instruction */
#define CACHE_LOAD_TAG     CACHE(1U)
#define CACHE_STORE_TAG    CACHE(2U)
#define CACHE_HIT          CACHE(4U)
#define LW                 0x8c820000U
#define SW                 0xac820000U
#define FP_MOVE            0x46000006U
#define BEQ_TAKEN          0x10000003U /* beq $0, $0, . + 16 */
#define BEQL_NOT_TAKEN     0x50400003U /* beql v0, $0: here with v0 != 0 */
#define KERNEL             0U
#define USER_MODE          STATUS_KSU_USER
#define ENTRY_RANGE(where) .entry_after = { (where) & ~0x1fffULL, 0x2000 }

/* A case: the writer, then `needed` instructions, then the user. */
struct hazard_case {
	enum hazard_id writer;
	enum hazard_id user;
	unsigned needed;
	struct hazard_step first;
	struct hazard_step second;
};

#define WRITE_REGISTER(reg, old, new) \
	.first = { .word = MTC0(reg), .before = (old), .after = (new) }
#define AT(where) .vaddr = (where), .paddr = (where)&0x1fffffff

/* clang-format off */
static const struct hazard_case cases[] = {
	{ HAZARD_mtc0, HAZARD_mfc0, 2, WRITE_REGISTER(CP0_EPC, 0, 4), .second = { .word = MFC0(CP0_EPC) } },
	{ HAZARD_tlbr_entry, HAZARD_mfc0, 3, .first = { .word = TLBR, .after = 0x2000 },
	  .second = { .word = MFC0(CP0_ENTRYHI) } },
	{ HAZARD_tlbr_entry, HAZARD_mfc0, 3, .first = { .word = TLBR },
	  .second = { .word = MFC0(CP0_ENTRYLO1) } },
	{ HAZARD_tlbp_index, HAZARD_mfc0, 2, .first = { .word = TLBP, .after = 5 },
	  .second = { .word = MFC0(CP0_INDEX) } },
	{ HAZARD_cache_load_tag, HAZARD_mfc0, 3, .first = { .word = CACHE_LOAD_TAG },
	  .second = { .word = MFC0(CP0_TAGLO) } },

	{ HAZARD_mtc0, HAZARD_tlbr_index, 1, WRITE_REGISTER(CP0_INDEX, 0, 1), .second = { .word = TLBR } },
	{ HAZARD_tlbw_tlb, HAZARD_tlbr_tlb, 2, .first = { .word = TLBWI }, .second = { .word = TLBR } },

	{ HAZARD_mtc0, HAZARD_tlbw_entry, 1, WRITE_REGISTER(CP0_ENTRYLO0, 0, 7), .second = { .word = TLBWR } },
	{ HAZARD_mtc0, HAZARD_tlbw_entry, 1, WRITE_REGISTER(CP0_PAGEMASK, 0, 0x6000), .second = { .word = TLBWI } },
	{ HAZARD_tlbr_entry, HAZARD_tlbw_entry, 2, .first = { .word = TLBR }, .second = { .word = TLBWR } },
	{ HAZARD_mtc0, HAZARD_tlbw_index, 1, WRITE_REGISTER(CP0_INDEX, 0, 1), .second = { .word = TLBWI } },
	{ HAZARD_tlbp_index, HAZARD_tlbw_index, 1, .first = { .word = TLBP, .after = 5 }, .second = { .word = TLBWI } },

	{ HAZARD_mtc0, HAZARD_tlbp_entry_hi, 3, WRITE_REGISTER(CP0_ENTRYHI, 0, 0x2000), .second = { .word = TLBP } },
	{ HAZARD_tlbw_tlb, HAZARD_tlbp_tlb, 4, .first = { .word = TLBWR }, .second = { .word = TLBP } },

	{ HAZARD_mtc0, HAZARD_eret_status, 3, WRITE_REGISTER(CP0_STATUS, 0, STATUS_EXL), .second = { .word = ERET } },
	{ HAZARD_mtc0, HAZARD_eret_pc, 2, WRITE_REGISTER(CP0_EPC, 0, 4), .second = { .word = ERET } },
	{ HAZARD_mtc0, HAZARD_eret_pc, 2, WRITE_REGISTER(CP0_ERROREPC, 0, 4),
	  .second = { .word = ERET, .status = STATUS_ERL } },

	{ HAZARD_mtc0, HAZARD_cache_store_tag, 3, WRITE_REGISTER(CP0_TAGLO, 0, 4),
	  .second = { .word = CACHE_STORE_TAG, .vaddr = CODE } },
	{ HAZARD_store_line, HAZARD_cache_line, 2, .first = { .word = SW, AT(CODE + 0x104) },
	  .second = { .word = CACHE_HIT, .vaddr = CODE + 0x110 } },

	{ HAZARD_mtc0, HAZARD_usable, 4, WRITE_REGISTER(CP0_STATUS, 0, STATUS_CU1),
	  .second = { .word = FP_MOVE, .status = STATUS_CU1 } },

	{ HAZARD_mtc0, HAZARD_fetch_mode, 6, WRITE_REGISTER(CP0_STATUS, 0, STATUS_KX),
	  .second = { .word = NOP, .pc = 0x9800000000001000, .status = STATUS_KX } },
	{ HAZARD_mtc0, HAZARD_fetch_asid, 6, WRITE_REGISTER(CP0_ENTRYHI, 1, 2),
	  .second = { .word = NOP, .pc = MAPPED } },
	{ HAZARD_mtc0, HAZARD_fetch_order, 6, WRITE_REGISTER(CP0_STATUS, USER_MODE, USER_MODE | STATUS_RE),
	  .second = { .word = NOP, .status = USER_MODE | STATUS_RE, .pc = USER } },
	{ HAZARD_mtc0, HAZARD_fetch_k0, 6, WRITE_REGISTER(CP0_CONFIG, 3, 2), .second = { .word = NOP } },
	{ HAZARD_mtc0, HAZARD_fetch_ib, 3, WRITE_REGISTER(CP0_CONFIG, 0, CONFIG_IB), .second = { .word = NOP } },
	{ HAZARD_tlbw_tlb, HAZARD_fetch_tlb, 5, .first = { .word = TLBWR, ENTRY_RANGE(MAPPED) },
	  .second = { .word = NOP, .pc = MAPPED } },
	{ HAZARD_mtc0, HAZARD_fetch_ksu, 6,
	  WRITE_REGISTER(CP0_STATUS, KERNEL, USER_MODE | STATUS_EXL),
	  .second = { .word = NOP, .status = USER_MODE | STATUS_EXL } },

	{ HAZARD_mtc0, HAZARD_access_mode, 2, WRITE_REGISTER(CP0_STATUS, 0, STATUS_ERL),
	  .second = { .word = LW, .status = STATUS_ERL, AT(USER) } },
	{ HAZARD_mtc0, HAZARD_access_asid, 2, WRITE_REGISTER(CP0_ENTRYHI, 1, 2),
	  .second = { .word = SW, AT(MAPPED) } },
	{ HAZARD_mtc0, HAZARD_access_k0, 2, WRITE_REGISTER(CP0_CONFIG, 3, 2),
	  .second = { .word = LW, AT(CODE), .pc = MAPPED } },
	{ HAZARD_tlbw_tlb, HAZARD_access_tlb, 3, .first = { .word = TLBWI, ENTRY_RANGE(MAPPED) },
	  .second = { .word = LW, AT(MAPPED + 0xffc) } },
	{ HAZARD_mtc0, HAZARD_access_watch, 2, WRITE_REGISTER(CP0_WATCHLO, 0, 0x2000 | WATCHLO_W),
	  .second = { .word = SW, .vaddr = CODE, .paddr = 0x2004 } },

	{ HAZARD_mtc0, HAZARD_interrupt_status, 3,
	  WRITE_REGISTER(CP0_STATUS, STATUS_IM, STATUS_IM | STATUS_IE),
	  .second = { .event = HAZARD_INTERRUPT, .status = STATUS_IM | STATUS_IE, .cause = CAUSE_IP_TIMER } },
	{ HAZARD_mtc0, HAZARD_interrupt_cause, 3,
	  WRITE_REGISTER(CP0_CAUSE, 0, 0x100),
	  .second = { .event = HAZARD_INTERRUPT, .status = STATUS_IM | STATUS_IE, .cause = 0x100 } },
};
/* clang-format on */

#define CASES (int)(sizeof(cases) / sizeof(cases[0]))

/* What a test feeds: nops where it says nothing, from CODE on. */
struct feed {
	struct hazard_state state;
	struct hazard_report report;
	uint64_t pc;
};

static bool step(struct feed *feed, struct hazard_step step)
{
	feed->pc += 4;
	if (step.pc == 0) {
		step.pc = feed->pc;
	}
	return hazard_check(&feed->state, &step, &feed->report);
}

static bool step_word(struct feed *feed, uint32_t word)
{
	return step(feed, (struct hazard_step){ .word = word });
}

static void steps_clean(struct feed *feed, unsigned count, uint32_t status, uint64_t pc)
{
	for (unsigned i = 0; i < count; i++) {
		struct hazard_step nop = { .word = NOP, .status = status, .pc = pc };

		ck_assert(!step(feed, nop));
	}
}

/*
 * Between the two run instructions that nobody objects to: in kseg0, or for rows that look at the
 * fetch itself, where a change of mode or byte order does not show.
 */
static uint64_t filler_pc(const struct hazard_case *c)
{
	switch (c->user) {
	case HAZARD_fetch_k0:
	case HAZARD_access_k0:
		return MAPPED;
	default:
		return 0;
	}
}

static bool violates(const struct hazard_case *c, unsigned between, struct hazard_report *report)
{
	struct feed feed = { .pc = CODE };
	/* Rows about every instruction: only the last one executed is the user. */
	bool every = c->user == HAZARD_fetch_ksu || c->user == HAZARD_fetch_ib ||
		     c->user == HAZARD_fetch_order;

	steps_clean(&feed, 10, 0, 0);
	ck_assert(!step(&feed, c->first));
	if (every) {
		feed.state.time += between;
	} else {
		steps_clean(&feed, between, 0, filler_pc(c));
	}
	bool found = step(&feed, c->second);

	*report = feed.report;
	return found;
}

START_TEST(row_is_enforced)
{
	const struct hazard_case *c = &cases[_i];
	struct hazard_report report;

	for (unsigned between = 0; between < c->needed; between++) {
		ck_assert_msg(violates(c, between, &report), "%s, %u instructions, %s: not seen",
			      hazard_rows[c->writer].text, between, hazard_rows[c->user].text);
		ck_assert_str_eq(hazard_rows[report.user].text, hazard_rows[c->user].text);
		ck_assert_uint_eq(report.needed, c->needed);
		ck_assert_uint_eq(report.missing, c->needed - between);
		ck_assert_str_eq(hazard_rows[report.writer].text, hazard_rows[c->writer].text);
		ck_assert(!report.is_overwritten);
		ck_assert_int_eq(report.is_early_interrupt, c->second.event == HAZARD_INTERRUPT);
	}
	ck_assert_msg(!violates(c, c->needed, &report), "%s, %u instructions, %s: reported",
		      hazard_rows[c->writer].text, c->needed, hazard_rows[c->user].text);
}
END_TEST

/* Every row is the user or the writer of a case, or has a test of its own below. */
START_TEST(no_row_is_left_out)
{
	for (unsigned id = 0; id < HAZARD_COUNT; id++) {
		bool found = id == HAZARD_fetch_fault || id == HAZARD_eret_tlb;

		for (int i = 0; i < CASES; i++) {
			found |= cases[i].writer == id || cases[i].user == id;
		}
		ck_assert_msg(found, "no case for %s", hazard_rows[id].text);
	}
}
END_TEST

/* The delay of every case is the manual's formula. */
START_TEST(delay_is_the_formula)
{
	const struct hazard_case *c = &cases[_i];

	ck_assert_uint_eq(c->needed,
			  hazard_rows[c->writer].first - (hazard_rows[c->user].first + 1U));
}
END_TEST

/* Sources of TLBWI must stay as they are through its stage 8. */
START_TEST(datum_must_not_be_overwritten)
{
	for (unsigned between = 0; between < 3; between++) {
		struct feed feed = { .pc = CODE };

		ck_assert(!step_word(&feed, TLBWI));
		steps_clean(&feed, between, 0, 0);
		bool found = step(
			&feed, (struct hazard_step){ .word = MTC0(CP0_ENTRYHI), .after = 0x2000 });

		ck_assert_int_eq(found, between < 1);
		if (found) {
			ck_assert(feed.report.is_overwritten);
			ck_assert_int_eq(feed.report.writer, HAZARD_mtc0);
			ck_assert_int_eq(feed.report.user, HAZARD_tlbw_entry);
			ck_assert_uint_eq(feed.report.needed, 1);
			ck_assert_uint_eq(feed.report.missing, 1);
		}
	}
}
END_TEST

START_TEST(fetch_fault_overwrites_entry_hi)
{
	for (unsigned between = 0; between < 6; between++) {
		struct feed feed = { .pc = CODE };

		ck_assert(!step_word(&feed, TLBWR));
		steps_clean(&feed, between, 0, 0);
		bool found = step(&feed, (struct hazard_step){ .event = HAZARD_FETCH_EXCEPTION,
							       .pc = MAPPED,
							       .after = MAPPED });

		ck_assert_int_eq(found, between < 4);
		if (found) {
			ck_assert(feed.report.is_overwritten);
			ck_assert_int_eq(feed.report.writer, HAZARD_fetch_fault);
			ck_assert_uint_eq(feed.report.missing, 4 - between);
		}
	}
}
END_TEST

/* The refill handler of Linux for the R4000: the branch stands for two nops after tlbwr. */
START_TEST(killed_cycles_count)
{
	struct feed feed = { .pc = CODE };
	struct hazard_step tlbwr = { .word = TLBWR, ENTRY_RANGE(USER) };
	struct hazard_step target = { .word = NOP, .pc = USER, .status = USER_MODE };

	ck_assert(!step(&feed, (struct hazard_step){ .word = MTC0(CP0_ENTRYLO1), .after = 7 }));
	ck_assert(!step_word(&feed, BEQ_TAKEN));
	ck_assert(!step(&feed, tlbwr));
	feed.pc += 8; /* taken */
	ck_assert(!step_word(&feed, NOP));
	ck_assert(!step(&feed, (struct hazard_step){ .word = ERET, .status = STATUS_EXL }));
	ck_assert(!step(&feed, target));
}
END_TEST

START_TEST(eret_needs_the_entry_of_its_target)
{
	for (unsigned between = 0; between < 5; between++) {
		struct feed feed = { .pc = CODE };

		ck_assert(!step(&feed, (struct hazard_step){ .word = TLBWR, ENTRY_RANGE(USER) }));
		steps_clean(&feed, between, STATUS_EXL, 0);
		ck_assert(!step(&feed, (struct hazard_step){ .word = ERET, .status = STATUS_EXL }));
		bool found = step(&feed, (struct hazard_step){ .word = NOP, .pc = USER });

		ck_assert_int_eq(found, between < 3);
		if (found) {
			ck_assert_int_eq(feed.report.user, HAZARD_eret_tlb);
			ck_assert_uint_eq(feed.report.needed, 3);
			ck_assert_uint_eq(feed.report.missing, 3 - between);
			ck_assert(feed.report.user_pc == feed.pc - 4);
		}
		/* Any other page of the program may come at once. */
		memset(&feed, 0, sizeof(feed));
		feed.pc = CODE;
		ck_assert(!step(&feed, (struct hazard_step){ .word = TLBWR, ENTRY_RANGE(USER) }));
		ck_assert(!step(&feed, (struct hazard_step){ .word = ERET, .status = STATUS_EXL }));
		ck_assert(!step(&feed, (struct hazard_step){ .word = NOP, .pc = USER + 0x2000 }));
	}
}
END_TEST

/* A branch that is not taken kills nothing; the slot of a branch-likely counts, executed or not. */
START_TEST(branches_not_taken)
{
	struct feed feed = { .pc = CODE };
	struct hazard_step write = { .word = MTC0(CP0_EPC), .after = 4 };

	ck_assert(!step(&feed, write));
	ck_assert(!step_word(&feed, BEQ_TAKEN));
	ck_assert(step_word(&feed, MFC0(CP0_EPC)));
	ck_assert_uint_eq(feed.report.missing, 1);

	memset(&feed, 0, sizeof(feed));
	feed.pc = CODE;
	ck_assert(!step(&feed, write));
	ck_assert(!step_word(&feed, BEQL_NOT_TAKEN));
	feed.pc += 4; /* the slot */
	ck_assert(!step_word(&feed, MFC0(CP0_EPC)));
}
END_TEST

/* What ERET changes is in force for its target; a context switch needs no more than its own. */
START_TEST(eret_is_in_force_at_its_target)
{
	struct feed feed = { .pc = CODE };

	ck_assert(!step(
		&feed, (struct hazard_step){ .word = MTC0(CP0_ENTRYHI), .before = 1, .after = 2 }));
	steps_clean(&feed, 2, USER_MODE | STATUS_EXL, 0);
	ck_assert(!step(&feed,
			(struct hazard_step){ .word = ERET, .status = USER_MODE | STATUS_EXL }));
	ck_assert(!step(&feed,
			(struct hazard_step){
				.word = LW, .pc = USER, .status = USER_MODE, AT(USER + 0x8000) }));
}
END_TEST

/* An exception empties the pipeline: its handler's first instruction sees everything. */
START_TEST(exceptions_empty_the_pipeline)
{
	static const enum hazard_event events[] = { HAZARD_EXCEPTION, HAZARD_FETCH_EXCEPTION };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct feed feed = { .pc = CODE };

		ck_assert(!step(&feed, (struct hazard_step){ .word = MTC0(CP0_STATUS),
							     .after = STATUS_CU1 }));
		ck_assert(!step(&feed,
				(struct hazard_step){ .word = LW, .event = events[i], AT(CODE) }));
		ck_assert(!step_word(&feed, FP_MOVE));
		ck_assert(!step_word(&feed, MFC0(CP0_STATUS)));
	}
}
END_TEST

/* An instruction that raised an exception has used, but not written. */
START_TEST(trapping_instruction_uses_and_does_not_write)
{
	struct feed feed = { .pc = CODE };

	ck_assert(!step(&feed,
			(struct hazard_step){ .word = MTC0(CP0_STATUS), .before = STATUS_CU1 }));
	ck_assert(step(&feed, (struct hazard_step){ .word = FP_MOVE, .event = HAZARD_EXCEPTION }));
	ck_assert_int_eq(feed.report.user, HAZARD_usable);
	ck_assert(!step(&feed, (struct hazard_step){ .word = MTC0(CP0_EPC),
						     .event = HAZARD_EXCEPTION,
						     .status = USER_MODE,
						     .pc = USER,
						     .after = 4 }));
	ck_assert_uint_eq(feed.state.pending_count, 0);
}
END_TEST

struct pair {
	struct hazard_step first;
	struct hazard_step second;
};

/* Differences that the user does not see. */
/* clang-format off */
static const struct pair harmless[] = {
	/* The same value. */
	{ WRITE_REGISTER(CP0_EPC, 4, 4), { .word = MFC0(CP0_EPC) } },
	/* Another register. */
	{ WRITE_REGISTER(CP0_EPC, 0, 4), { .word = MFC0(CP0_ERROREPC) } },
	{ WRITE_REGISTER(CP0_ERROREPC, 0, 4), { .word = ERET, .status = STATUS_EXL } },
	{ WRITE_REGISTER(CP0_INDEX, 0, 4), { .word = TLBWR } },
	{ WRITE_REGISTER(CP0_COMPARE, 0, 4), { .word = TLBWI } },
	/* Status, but not what counts. */
	{ WRITE_REGISTER(CP0_STATUS, 0, STATUS_IE), { .word = LW, AT(CODE), .status = STATUS_IE } },
	{ WRITE_REGISTER(CP0_STATUS, 0, STATUS_KX), { .word = LW, AT(CODE), .status = STATUS_KX } },
	{ WRITE_REGISTER(CP0_STATUS, 0, STATUS_RE), { .word = LW, AT(CODE), .status = STATUS_RE } },
	{ WRITE_REGISTER(CP0_STATUS, 0, STATUS_CU1), { .word = MTC0(CP0_EPC) } },
	{ WRITE_REGISTER(CP0_STATUS, STATUS_EXL, STATUS_EXL | USER_MODE), { .word = LW, AT(USER), .status = STATUS_EXL | USER_MODE } },
	{ WRITE_REGISTER(CP0_STATUS, STATUS_IE | STATUS_IM, STATUS_IE | STATUS_IM | STATUS_CU1),
	  { .event = HAZARD_INTERRUPT, .status = STATUS_IE | STATUS_IM | STATUS_CU1, .cause = CAUSE_IP_TIMER } },
	/* Software interrupt 0 changed, the timer interrupts. */
	{ WRITE_REGISTER(CP0_CAUSE, CAUSE_IP_TIMER, CAUSE_IP_TIMER | 0x100),
	  { .event = HAZARD_INTERRUPT, .status = STATUS_IE | STATUS_IM, .cause = CAUSE_IP_TIMER | 0x100 } },
	/* EntryHi without its ASID; unmapped; global. */
	{ WRITE_REGISTER(CP0_ENTRYHI, 0, 0x2000), { .word = LW, AT(MAPPED) } },
	{ WRITE_REGISTER(CP0_ENTRYHI, 1, 2), { .word = LW, AT(CODE) } },
	{ WRITE_REGISTER(CP0_ENTRYHI, 1, 2), { .word = LW, AT(MAPPED), .data_is_global = true } },
	{ WRITE_REGISTER(CP0_ENTRYHI, 1, 2), { .word = NOP, .pc = MAPPED, .pc_is_global = true } },
	/* The same address is mapped on the machine, not in a VM's window. */
	{ WRITE_REGISTER(CP0_ENTRYHI, 1, 2), { .word = NOP, .pc = MAPPED, .vm_segments = true } },
	/* Another page; unmapped; the entry before is hit too (its case is below). */
	{ { .word = TLBWI, ENTRY_RANGE(MAPPED) }, { .word = LW, AT(MAPPED + 0x2000) } },
	{ { .word = TLBWI, ENTRY_RANGE(MAPPED) }, { .word = LW, AT(CODE) } },
	/* Watching, but not this or not stores. */
	{ WRITE_REGISTER(CP0_WATCHLO, 0, 0x2000 | WATCHLO_R | WATCHLO_W), { .word = LW, .vaddr = CODE, .paddr = 0x2008 } },
	{ WRITE_REGISTER(CP0_WATCHLO, 0, 0x2000 | WATCHLO_R), { .word = SW, .vaddr = CODE, .paddr = 0x2000 } },
	/* Another line. */
	{ { .word = SW, AT(CODE + 0x100) }, { .word = CACHE_HIT, .vaddr = CODE + 0x120 } },
	/* K0 is not used in mapped segments. */
	{ WRITE_REGISTER(CP0_CONFIG, 2, 3), { .word = LW, .pc = MAPPED, AT(MAPPED) } },
	/* Random changes by itself, not by MTC0. */
	{ WRITE_REGISTER(CP0_RANDOM, 47, 46), { .word = MFC0(CP0_RANDOM) } },
	/* Two writes. */
	{ WRITE_REGISTER(CP0_EPC, 0, 4), { .word = MTC0(CP0_EPC), .before = 4, .after = 8 } },
};
/* clang-format on */

START_TEST(harmless_difference_is_no_hazard)
{
	struct feed feed = { .pc = CODE };

	ck_assert(!step(&feed, harmless[_i].first));
	ck_assert_msg(!step(&feed, harmless[_i].second), "case %d: %s", _i,
		      hazard_rows[feed.report.user].text);
}
END_TEST

/* The entry that a TLB write removes may still be found. */
START_TEST(replaced_entry_counts)
{
	struct feed feed = { .pc = CODE };

	ck_assert(!step(&feed,
			(struct hazard_step){ .word = TLBWI, .entry_before = { MAPPED, 0x2000 } }));
	ck_assert(step(&feed, (struct hazard_step){ .word = LW, AT(MAPPED + 0x1000) }));
	ck_assert_int_eq(feed.report.user, HAZARD_access_tlb);
}
END_TEST

/* Every fetch after a write of K0 in kseg0 is too early; the first one says so. */
START_TEST(fetches_tell_once)
{
	struct feed feed = { .pc = CODE };

	ck_assert(!step(&feed, (struct hazard_step){ .word = MTC0(CP0_CONFIG), .after = 3 }));
	ck_assert(step_word(&feed, NOP));
	ck_assert_int_eq(feed.report.user, HAZARD_fetch_k0);
	ck_assert(!step_word(&feed, NOP));
	/* A load is another matter. */
	ck_assert(!step_word(&feed, NOP));
	ck_assert(!step(&feed, (struct hazard_step){ .word = LW, AT(CODE) }));
	ck_assert(!step(&feed, (struct hazard_step){ .word = MTC0(CP0_CONFIG), .before = 3 }));
	ck_assert(step_word(&feed, NOP));
	ck_assert(step(&feed, (struct hazard_step){ .word = LW, AT(CODE) }));
	ck_assert_int_eq(feed.report.user, HAZARD_access_k0);
	ck_assert_uint_eq(feed.report.missing, 1);
}
END_TEST

/* Loads and CACHE between a store and CACHE do not count. */
START_TEST(loads_do_not_separate_store_and_cache)
{
	struct feed feed = { .pc = CODE };
	struct hazard_step cache = { .word = CACHE_HIT, .vaddr = CODE + 0x100 };

	ck_assert(!step(&feed, (struct hazard_step){ .word = SW, AT(CODE + 0x100) }));
	ck_assert(!step_word(&feed, NOP));
	for (unsigned i = 0; i < 100; i++) {
		ck_assert(!step(&feed, (struct hazard_step){ .word = LW, AT(CODE + 0x100) }));
	}
	ck_assert(step(&feed, cache));
	ck_assert_uint_eq(feed.report.missing, 1);
	ck_assert(!step_word(&feed, NOP));
	ck_assert(!step(&feed, cache));
}
END_TEST

/* Of several hazards of one instruction the longest is told. */
START_TEST(worst_hazard_is_told)
{
	struct feed feed = { .pc = CODE };

	ck_assert(!step(&feed,
			(struct hazard_step){ .word = MTC0(CP0_STATUS), .after = STATUS_ERL }));
	ck_assert(step(&feed, (struct hazard_step){
				      .word = LW, .status = STATUS_ERL, .pc = USER, AT(USER) }));
	ck_assert_int_eq(feed.report.user, HAZARD_fetch_mode);
	ck_assert_uint_eq(feed.report.missing, 6);
	ck_assert(feed.report.writer_pc == CODE + 4 && feed.report.user_pc == USER);
}
END_TEST

/* The table of pending data is large enough for the densest program. */
START_TEST(pending_data_fit)
{
	static const uint32_t words[] = { TLBR, TLBWI, TLBP, SW, LW, CACHE_LOAD_TAG };
	struct feed feed = { .pc = CODE };
	uint32_t random = 1;

	for (unsigned i = 0; i < 100000; i++) {
		random = random * 1664525 + 1013904223;
		/* Runs of one instruction, then of any. */
		uint32_t word = words[(i / 1000) % 2 == 0 ? (i / 2000) % 6 : (random >> 16) % 6];

		step(&feed, (struct hazard_step){ .word = word,
						  .before = i,
						  .after = i + 1,
						  AT(CODE + (random & 0xffc)) });
		ck_assert_uint_lt(feed.state.pending_count, HAZARD_PENDING - 3);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hazard");
	TCase *rows = tcase_create("rows");
	TCase *rules = tcase_create("rules");
	int pairs = (int)(sizeof(harmless) / sizeof(harmless[0]));

	tcase_add_loop_test(rows, row_is_enforced, 0, CASES);
	tcase_add_loop_test(rows, delay_is_the_formula, 0, CASES);
	tcase_add_test(rows, no_row_is_left_out);
	tcase_add_test(rules, datum_must_not_be_overwritten);
	tcase_add_test(rules, fetch_fault_overwrites_entry_hi);
	tcase_add_test(rules, killed_cycles_count);
	tcase_add_test(rules, eret_needs_the_entry_of_its_target);
	tcase_add_test(rules, branches_not_taken);
	tcase_add_test(rules, eret_is_in_force_at_its_target);
	tcase_add_test(rules, exceptions_empty_the_pipeline);
	tcase_add_test(rules, trapping_instruction_uses_and_does_not_write);
	tcase_add_loop_test(rules, harmless_difference_is_no_hazard, 0, pairs);
	tcase_add_test(rules, replaced_entry_counts);
	tcase_add_test(rules, fetches_tell_once);
	tcase_add_test(rules, loads_do_not_separate_store_and_cache);
	tcase_add_test(rules, worst_hazard_is_told);
	tcase_add_test(rules, pending_data_fit);
	suite_add_tcase(suite, rows);
	suite_add_tcase(suite, rules);
	return suite_run(suite);
}
