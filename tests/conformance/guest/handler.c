/* SPDX-License-Identifier: MIT */
/*
 * handler.c - logs the exceptions of a program and serves its calls.
 *
 * Called by start.S with EXL = 1. A logged exception is a line
 *   ~x vector cause epc badvaddr context xcontext entryhi status registers
 * where `registers` is a hash of all general registers, HI and LO, and '.' stands for the same
 * value as in the exception before. Fields that the manual leaves undefined after this exception
 * are '-'. An observed register is a line
 *   ~o offset value registers
 * with the offset of the call in the program's code.
 */
#include "isa/cp0.h"
#include "tests/conformance/guest/runtime.h"
#include "tests/conformance/registers.h"

/* Bits of Status that R4000, R4400 and their emulators have in common. */
#define STATUS_LOGGED                                                                           \
	(STATUS_CU0 | STATUS_CU1 | STATUS_RE | STATUS_FR | STATUS_BEV | STATUS_TS | STATUS_SR | \
	 STATUS_IM | STATUS_KX | STATUS_SX | STATUS_UX | STATUS_KSU | STATUS_ERL | STATUS_EXL | \
	 STATUS_IE)

static unsigned exception_code(const struct frame *f)
{
	return (f->cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
}

static bool in_delay_slot(const struct frame *f)
{
	return (f->cause & CAUSE_BD) != 0;
}

static bool is_tlb_exception(unsigned code)
{
	return code == EXC_MOD || code == EXC_TLBL || code == EXC_TLBS;
}

static bool is_address_exception(unsigned code)
{
	return is_tlb_exception(code) || code == EXC_ADEL || code == EXC_ADES;
}

static uint64_t registers_hash(const struct frame *f)
{
	uint64_t hash = register_term(REGISTER_HI, f->hi) ^ register_term(REGISTER_LO, f->lo);

	for (unsigned i = 1; i < 32; i++) {
		if (i != 26 && i != 27) {
			hash ^= register_term(i, f->gpr[i]);
		}
	}
	return hash;
}

static void log_field(unsigned index, uint64_t value)
{
	console_putc(' ');
	if (run.last[index] == value) {
		console_putc('.');
	} else {
		console_hex(value);
	}
	run.last[index] = value;
}

static void log_undefined(void)
{
	console_putc(' ');
	console_putc('-');
}

static void log_hash(const struct frame *f)
{
	console_putc(' ');
	console_hex(registers_hash(f));
	console_putc('\n');
}

static void log_exception(const struct frame *f)
{
	unsigned code = exception_code(f);
	uint64_t cause = f->cause & (CAUSE_BD | CAUSE_EXCCODE);

	if (code == EXC_CPU) {
		cause |= f->cause & CAUSE_CE; /* undefined for every other exception */
	}
	if (code == EXC_INT) {
		cause |= f->cause & CAUSE_IP_SOFTWARE;
	}
	console_puts("~x");
	log_field(0, f->vector);
	log_field(1, cause);
	/* An interrupt may come a few instructions after it became possible. */
	if (code == EXC_INT) {
		log_undefined();
	} else {
		log_field(2, f->epc);
	}
	if (is_address_exception(code)) {
		log_field(3, f->badvaddr);
	} else {
		log_undefined();
	}
	/* An address error leaves what comes from the address undefined (R4000 UM 5.3). */
	if (is_tlb_exception(code)) {
		log_field(4, f->context);
		log_field(5, f->xcontext);
		log_field(6, f->entryhi);
	} else {
		log_undefined();
		log_undefined();
		log_field(6, f->entryhi & ENTRYHI_ASID);
	}
	log_field(7, f->status & STATUS_LOGGED);
	log_hash(f);
}

/* Ends the program with a line that says why. */
void log_end(const char *line)
{
	console_puts(line);
	program_finished();
}

/* A record is about to be written; a program that never stops making them is ended. */
static void count_record(void)
{
	if (++run.records > RECORDS_MAX) {
		log_end("~A runaway\n");
	}
}

static bool code_contains(uint64_t address)
{
	return address - run.header[HDR_CODE_VADDR] < run.header[HDR_CODE_BYTES] &&
	       (address & 3) == 0;
}

/* Goes on behind the instruction: behind the branch too if it is in a delay slot. */
static void skip_instruction(struct frame *f)
{
	if (code_contains(f->epc)) {
		f->epc += in_delay_slot(f) ? 8 : 4;
		return;
	}
	if (!code_contains(f->gpr[REGISTER_RESUME])) {
		log_end("~A lost\n");
	}
	f->epc = f->gpr[REGISTER_RESUME];
}

/* Writes the page's TLB entry; all that the program can see of CP0 stays as it was. */
static void refill(const uint64_t *page, uint64_t entryhi)
{
	uint64_t index = CP0_READ(CP0_INDEX);
	uint64_t mask = CP0_READ(CP0_PAGEMASK);
	uint64_t lo0 = CP0_READ(CP0_ENTRYLO0);
	uint64_t lo1 = CP0_READ(CP0_ENTRYLO1);

	CP0_WRITE(CP0_INDEX, run.refill_next);
	CP0_WRITE(CP0_PAGEMASK, page[1]);
	CP0_WRITE64(CP0_ENTRYHI, (page[0] & ~ENTRYHI_ASID) | (entryhi & ENTRYHI_ASID));
	CP0_WRITE(CP0_ENTRYLO0, page[2]);
	CP0_WRITE(CP0_ENTRYLO1, page[3]);
	TLB_OPERATION("tlbwi");
	if (++run.refill_next > run.header[HDR_REFILL_LAST]) {
		run.refill_next = (unsigned)run.header[HDR_REFILL_FIRST];
	}
	CP0_WRITE(CP0_INDEX, index);
	CP0_WRITE(CP0_PAGEMASK, mask);
	CP0_WRITE64(CP0_ENTRYHI, entryhi);
	CP0_WRITE(CP0_ENTRYLO0, lo0);
	CP0_WRITE(CP0_ENTRYLO1, lo1);
}

/* As if nothing had been refilled: simulators that have refilled differently agree again. */
static void forget_refills(uint64_t entryhi)
{
	run.refill_next = (unsigned)run.header[HDR_REFILL_FIRST];
	for (uint64_t i = run.header[HDR_REFILL_FIRST]; i <= run.header[HDR_REFILL_LAST]; i++) {
		/* Matches nothing: KSEG0 is not mapped (main.c, tlb_fill()). */
		const uint64_t page[PAGE_ENTRY_WORDS] = { 0xffffffff80000000 + (i << 13), 0, 0, 0 };

		refill(page, entryhi);
	}
}

/* Refills from the program's page table if it has the page. */
static bool find_page(const struct frame *f)
{
	const uint64_t *page = run.pages;

	for (uint64_t i = 0; i < run.header[HDR_PAGE_COUNT]; i++, page += PAGE_ENTRY_WORDS) {
		uint64_t mask = (ENTRYHI_R | ENTRYHI_VPN2) & ~page[1];
		bool global = (page[2] & page[3] & ENTRYLO_G) != 0;

		if (((f->badvaddr ^ page[0]) & mask) == 0 &&
		    (global || ((f->entryhi ^ page[0]) & ENTRYHI_ASID) == 0)) {
			refill(page, f->entryhi);
			return true;
		}
	}
	return false;
}

static void observe(struct frame *f, unsigned number)
{
	count_record();
	console_puts("~o ");
	console_hex(f->epc + (in_delay_slot(f) ? 4 : 0) - run.header[HDR_CODE_VADDR]);
	console_putc(' ');
	console_hex(f->gpr[number & 31]);
	log_hash(f);
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
		dump_final_state(f);
		program_finished();
	case CALL_OBSERVE:
		observe(f, argument);
		break;
	case CALL_STATUS:
		f->status = run.statuses[argument] | STATUS_EXL;
		break;
	case CALL_FORGET:
		forget_refills(f->entryhi);
		break;
	case CALL_SKIP:
		if ((argument >> CALL_SKIP_SHIFT & platform) != 0) {
			f->epc += 4 * (uint64_t)(argument & CALL_SKIP_MASK);
		}
		break;
	default:
		return false;
	}
	skip_instruction(f);
	return true;
}

void handle_exception(struct frame *f)
{
	unsigned code = exception_code(f);

	if (code == EXC_SYS && code_contains(f->epc)) {
		uint64_t offset = f->epc - run.header[HDR_CODE_VADDR];
		uint32_t word = run.code[offset / 4 + (in_delay_slot(f) ? 1 : 0)];

		if (serve_call(f, word >> 6 & 0xfffff)) {
			return;
		}
	}
	count_record();
	log_exception(f);
	if ((code == EXC_TLBL || code == EXC_TLBS) && f->vector < 3 && find_page(f)) {
		return;
	}
	if (code == EXC_INT) {
		/* Acknowledged; the program goes on where it was. */
		CP0_WRITE(CP0_CAUSE, 0);
		return;
	}
	skip_instruction(f);
}
