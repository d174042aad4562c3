/* SPDX-License-Identifier: MIT */
/*
 * record.c - the records of a program: a digest of all of them, and their text if asked.
 *
 * A record is a row of words. The same words go into the digest and, of a verbose program, into a
 * line "~r kind word...". At its end a program prints "~D number reason records digest ticks
 * ticks-inside".
 *
 * What is not compared is masked here, with the reason (docs/monitor/equivalence.md has the list).
 */
#include "tests/equivalence/guest/runtime.h"

#define RECORD_EXCEPTION 1
#define RECORD_OBSERVED  2
#define RECORD_TLB       3
#define RECORD_MEMORY    4

static void word(uint64_t value)
{
	uint64_t digest = (run.digest ^ value) * 0x9e3779b97f4a7c15;

	run.digest = digest ^ digest >> 29;
	if (run.verbose) {
		console_putc(' ');
		console_hex(value);
	}
}

static void begin(unsigned kind)
{
	if (run.verbose) {
		console_puts("~r");
	}
	word(kind);
}

static void end(void)
{
	if (run.verbose) {
		console_putc('\n');
	}
}

/* A program that never stops making records is ended. */
static void count_record(void)
{
	if (++run.records > RECORDS_MAX) {
		record_end(END_RUNAWAY);
	}
}

/* A TLB exception: it sets BadVAddr, Context, XContext and EntryHi. */
static bool sets_address(const struct frame *f)
{
	unsigned code = (unsigned)(f->cp0[CP0_CAUSE] & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;

	return code == EXC_MOD || code == EXC_TLBL || code == EXC_TLBS;
}

/* Bits of registers on the shared page that mean something: a patched kernel's store keeps all. */
static uint64_t page_bits(unsigned number, uint64_t value)
{
	switch (number) {
	case CP0_INDEX:
		return value & INDEX_INDEX; /* P is stored there too */
	case CP0_ENTRYLO0:
	case CP0_ENTRYLO1:
		return value & (ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G);
	case CP0_PAGEMASK:
		return value & PAGEMASK_MASK;
	default:
		return value;
	}
}

static uint64_t cp0_word(const struct frame *f, unsigned number)
{
	uint64_t value = f->cp0[number];
	/* Refills that are not compared leave an address behind. */
	bool is_known = sets_address(f) || !run.random_refill;

	switch (number) {
	case CP0_CAUSE:
		return value & ~(uint64_t)CAUSE_IP_TIMER; /* when Count arrives there */
	case CP0_BADVADDR:
		return is_known ? value : 0;
	case CP0_CONTEXT:
		return sets_address(f) || (is_known && !run.is_patched) ? value
									: value & CONTEXT_PTEBASE;
	case CP0_XCONTEXT:
		return sets_address(f) || (is_known && !run.is_patched) ? value
									: value & XCONTEXT_PTEBASE;
	case CP0_ENTRYHI:
		return is_known ? value : value & ENTRYHI_ASID;
	case CP0_COMPARE:
		return run.has_ticks ? 0 : value;
	case CP0_LLADDR:
		return 0; /* a monitor cannot see LL */
	default:
		return run.is_patched ? page_bits(number, value) : value;
	}
}

static void general_words(const struct frame *f)
{
	for (unsigned i = 1; i < 32; i++) {
		word(f->gpr[i]);
	}
	word(f->hi);
	word(f->lo);
}

static void state_words(const struct frame *f)
{
	static const uint8_t registers[] = { CP0_NARROW, CP0_WIDE };

	for (unsigned i = 0; i < sizeof(registers); i++) {
		word(cp0_word(f, registers[i]));
	}
	general_words(f);
}

/* Only what the program could see of it: CU1 is its own switch. */
static void fpu_words(const struct frame *f)
{
	uint64_t values[32];
	uint64_t fcr31;
	bool wide = (f->cp0[CP0_STATUS] & STATUS_FR) != 0;

	if ((f->cp0[CP0_STATUS] & STATUS_CU1) == 0) {
		return;
	}
	fpr_store(values, wide);
	for (unsigned i = 0; i < 32; i += wide ? 1 : 2) {
		word(values[i]);
	}
	__asm__ volatile(".set push; .set hardfloat; cfc1 %0, $31; .set pop" : "=r"(fcr31));
	word(fcr31);
}

void record_exception(const struct frame *f)
{
	count_record();
	begin(RECORD_EXCEPTION);
	word(f->vector);
	state_words(f);
	fpu_words(f);
	end();
}

void record_observed(const struct frame *f, unsigned number)
{
	count_record();
	begin(RECORD_OBSERVED);
	word(number);
	word(f->gpr[number & 31]);
	state_words(f);
	end();
}

static void record_tlb(void)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++) {
		uint64_t lo0, lo1;

		CP0_WRITE(CP0_INDEX, i);
		TLB_OPERATION("tlbr");
		lo0 = CP0_READ(CP0_ENTRYLO0);
		lo1 = CP0_READ(CP0_ENTRYLO1);
		if (run.random_refill && i >= run.header[HDR_WIRED]) {
			continue; /* tlbwr put it there */
		}
		begin(RECORD_TLB);
		word(i);
		word(CP0_READ64(CP0_ENTRYHI));
		word(CP0_READ(CP0_PAGEMASK));
		word(lo0);
		word(lo1);
		end();
	}
}

static void record_memory(void)
{
	const uint64_t *data = window(DATA_BASE);

	for (unsigned page = 0; page < DATA_BYTES / 4096; page++) {
		uint64_t hash = 0;

		for (unsigned i = 0; i < 4096 / 8; i++) {
			hash = (hash ^ *data++) * 0x9e3779b97f4a7c15;
			hash ^= hash >> 29;
		}
		begin(RECORD_MEMORY);
		word(page);
		word(hash);
		end();
	}
}

void record_final_state(const struct frame *f)
{
	record_exception(f);
	record_tlb();
	record_memory();
}

void record_end(unsigned reason)
{
	console_puts("~D ");
	console_hex(run.header[HDR_NUMBER]);
	console_putc(' ');
	console_hex(reason);
	console_putc(' ');
	console_hex(run.records);
	console_putc(' ');
	console_hex(run.digest);
	console_putc(' ');
	console_hex(run.ticks);
	console_putc(' ');
	console_hex(run.ticks_inside);
	console_putc('\n');
	program_finished();
}
