/* SPDX-License-Identifier: MIT */
/*
 * handler.c - records the exceptions of a program, serves its calls, refills its pages.
 *
 * Called by start.S with EXL = 1. The calls are those of tests/conformance/image.h.
 */
#include <stddef.h>

#include "tests/equivalence/guest/runtime.h"

static unsigned exception_code(const struct frame *f)
{
	return (unsigned)(f->cp0[CP0_CAUSE] & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
}

static bool in_delay_slot(const struct frame *f)
{
	return (f->cp0[CP0_CAUSE] & CAUSE_BD) != 0;
}

static bool code_contains(uint64_t address)
{
	return address - run.header[HDR_CODE_VADDR] < run.header[HDR_CODE_BYTES] &&
	       (address & 3) == 0;
}

/* Goes on behind the instruction: behind the branch too if it is in a delay slot. */
static void skip_instruction(struct frame *f)
{
	if (code_contains(f->cp0[CP0_EPC])) {
		f->cp0[CP0_EPC] += in_delay_slot(f) ? 8 : 4;
		return;
	}
	if (!code_contains(f->gpr[REGISTER_RESUME])) {
		record_end(END_LOST);
	}
	f->cp0[CP0_EPC] = f->gpr[REGISTER_RESUME];
}

void tlb_write(uint64_t index, const uint64_t *entry)
{
	CP0_WRITE(CP0_INDEX, index);
	CP0_WRITE64(CP0_ENTRYHI, entry[0]);
	CP0_WRITE(CP0_PAGEMASK, entry[1]);
	CP0_WRITE(CP0_ENTRYLO0, entry[2]);
	CP0_WRITE(CP0_ENTRYLO1, entry[3]);
	TLB_OPERATION("tlbwi");
}

/* All that the program can see of CP0 and the TLB instructions use. */
static void restore_cp0(const struct frame *f)
{
	CP0_WRITE(CP0_INDEX, f->cp0[CP0_INDEX]);
	CP0_WRITE(CP0_PAGEMASK, f->cp0[CP0_PAGEMASK]);
	CP0_WRITE64(CP0_ENTRYHI, f->cp0[CP0_ENTRYHI]);
	CP0_WRITE(CP0_ENTRYLO0, f->cp0[CP0_ENTRYLO0]);
	CP0_WRITE(CP0_ENTRYLO1, f->cp0[CP0_ENTRYLO1]);
}

/* Writes the page's TLB entry. */
static void refill(const struct frame *f, const uint64_t *page)
{
	const uint64_t entry[PAGE_ENTRY_WORDS] = {
		(page[0] & ~(uint64_t)ENTRYHI_ASID) | (f->cp0[CP0_ENTRYHI] & ENTRYHI_ASID),
		page[1],
		page[2],
		page[3],
	};

	if (run.random_refill) {
		/* Random counts instructions: two pages must not fall into one entry for ever. */
		for (unsigned i = ++run.refills % 7; i > 0; i--) {
			__asm__ volatile("" ::: "memory");
		}
		CP0_WRITE64(CP0_ENTRYHI, entry[0]);
		CP0_WRITE(CP0_PAGEMASK, entry[1]);
		CP0_WRITE(CP0_ENTRYLO0, entry[2]);
		CP0_WRITE(CP0_ENTRYLO1, entry[3]);
		TLB_OPERATION("tlbwr");
	} else {
		tlb_write(run.refill_next, entry);
		if (++run.refill_next > run.header[HDR_REFILL_LAST]) {
			run.refill_next = (unsigned)run.header[HDR_REFILL_FIRST];
		}
	}
	restore_cp0(f);
}

/* As if nothing had been refilled. */
static void forget_refills(const struct frame *f)
{
	run.refill_next = (unsigned)run.header[HDR_REFILL_FIRST];
	for (uint64_t i = run.header[HDR_REFILL_FIRST]; i <= run.header[HDR_REFILL_LAST]; i++) {
		/* Matches nothing: KSEG0 is not mapped (main.c, tlb_fill()). */
		const uint64_t entry[PAGE_ENTRY_WORDS] = { 0xffffffff80000000 + (i << 13), 0, 0,
							   0 };

		tlb_write(i, entry);
	}
	restore_cp0(f);
}

/* The program's page at the address that missed, or NULL. */
static const uint64_t *find_page(const struct frame *f)
{
	const uint64_t *page = run.pages;
	uint64_t badvaddr = f->cp0[CP0_BADVADDR];
	uint64_t entryhi = f->cp0[CP0_ENTRYHI];

	for (uint64_t i = 0; i < run.header[HDR_PAGE_COUNT]; i++, page += PAGE_ENTRY_WORDS) {
		uint64_t mask = (ENTRYHI_R | ENTRYHI_VPN2) & ~page[1];
		bool global = (page[2] & page[3] & ENTRYLO_G) != 0;

		if (((badvaddr ^ page[0]) & mask) == 0 &&
		    (global || ((entryhi ^ page[0]) & ENTRYHI_ASID) == 0)) {
			return page;
		}
	}
	return NULL;
}

/* Serves the syscall `code`; false if it is not a call. */
static bool serve_call(struct frame *f, unsigned code)
{
	unsigned argument = code & CALL_ARG_MASK;

	if ((code & CALL_MARK_MASK) != CALL_MARK) {
		return false;
	}
	switch ((code >> CALL_SHIFT) & CALL_MASK) {
	case CALL_END:
		record_final_state(f);
		record_end(END_REGULAR);
	case CALL_OBSERVE:
		record_observed(f, argument);
		break;
	case CALL_STATUS:
		f->cp0[CP0_STATUS] = run.statuses[argument] | STATUS_EXL;
		break;
	case CALL_FORGET:
		forget_refills(f);
		break;
	case CALL_CAUSE:
		CP0_WRITE(CP0_CAUSE, (uint64_t)argument << CAUSE_IP_SHIFT);
		break;
	case CALL_SKIP:
		break; /* for other simulators (tests/conformance) */
	default:
		return false;
	}
	skip_instruction(f);
	return true;
}

/* The timer: the program waits for it in a loop, and leaves that. Only then IM7 is set. */
static bool is_timer(const struct frame *f)
{
	return exception_code(f) == EXC_INT &&
	       (f->cp0[CP0_CAUSE] & f->cp0[CP0_STATUS] & CAUSE_IP_TIMER) != 0;
}

static void end_timer(struct frame *f)
{
	CP0_WRITE(CP0_COMPARE, -1);
	f->cp0[CP0_EPC] = 0;
	f->cp0[CP0_COMPARE] = (uint64_t)-1;
	f->cp0[CP0_CAUSE] &= 0x7fffffff; /* BD */
	record_exception(f);
	skip_instruction(f);
}

/* With EXL set a refill comes to the general vector; pages of the program are all valid. */
static bool is_refill(const struct frame *f)
{
	unsigned code = exception_code(f);

	return code == EXC_TLBL || code == EXC_TLBS;
}

static void serve_exception(struct frame *f)
{
	unsigned code = exception_code(f);
	const uint64_t *page;

	page = is_refill(f) ? find_page(f) : NULL;
	if (code == EXC_SYS && code_contains(f->cp0[CP0_EPC])) {
		uint64_t offset = f->cp0[CP0_EPC] - run.header[HDR_CODE_VADDR];
		uint32_t word = run.code[offset / 4 + (in_delay_slot(f) ? 1 : 0)];

		if (serve_call(f, word >> 6 & 0xfffff)) {
			return;
		}
	}
	if (is_timer(f)) {
		end_timer(f);
		return;
	}
	if (page == NULL || !run.random_refill) {
		record_exception(f);
	}
	if (page != NULL) {
		refill(f, page);
		return;
	}
	if (code == EXC_INT) {
		/* Acknowledged; the program goes on where it was. */
		CP0_WRITE(CP0_CAUSE, 0);
		return;
	}
	skip_instruction(f);
}

/*
 * Counts from arming the timer to the program's next instruction: found by trial, because under a
 * monitor it takes far longer than without.
 */
static uint32_t ticks_latency = 64;

static bool is_tick(const struct frame *f)
{
	return run.has_ticks && exception_code(f) == EXC_INT &&
	       (f->cp0[CP0_CAUSE] & CAUSE_IP_TIMER) != 0;
}

/* Taken, and nothing else: what the program has recorded and will record must not change. */
static void take_tick(const struct frame *f)
{
	bool is_inside = f->cp0[CP0_EPC] != run.resumed;

	CP0_WRITE(CP0_COMPARE, -1);
	run.is_armed = false;
	run.ticks++;
	run.ticks_inside += is_inside;
	ticks_latency += is_inside ? 0 : 24;
}

/* The program was here first, or Count had passed Compare before that was written. */
static void miss_tick(const struct frame *f)
{
	bool is_late = (CP0_READ(CP0_CAUSE) & CAUSE_IP_TIMER) != 0 ||
		       (int32_t)(f->cp0[CP0_COMPARE] - CP0_READ(CP0_COUNT)) > 0;

	if (!is_late) {
		ticks_latency += 48;
	} else if (ticks_latency > 4) {
		ticks_latency -= 4;
	}
	CP0_WRITE(CP0_COMPARE, -1);
	run.is_armed = false;
}

/* The timer shall interrupt one of the instructions that follow. */
static void arm_tick(const struct frame *f)
{
	run.seed = run.seed * 6364136223846793005 + 1442695040888963407;
	run.resumed = f->cp0[CP0_EPC];
	run.is_armed = true;
	CP0_WRITE(CP0_COMPARE, CP0_READ(CP0_COUNT) + ticks_latency + (run.seed >> 60));
}

void handle_exception(struct frame *f)
{
	if (run.probing) {
		run.probing = false;
		f->cp0[CP0_EPC] += 4;
		return;
	}
	if (is_tick(f)) {
		take_tick(f);
		return;
	}
	if (run.is_armed) {
		miss_tick(f);
	}
	serve_exception(f);
	if (run.has_ticks) {
		arm_tick(f);
	}
}
