/* SPDX-License-Identifier: MIT */
/*
 * dump.c - prints the final state of a program.
 *
 * Lines: ~g first value... general registers by eight (k0 and k1 belong to the runtime), ~h HI LO,
 * ~f first value... FPU registers and FCR31, ~c CP0 registers, ~t the TLB entries that differ from
 * what main.c put there, ~m a hash of each page of data, ~E the number of records.
 */
#include "isa/cp0.h"
#include "tests/conformance/guest/runtime.h"

static void put_value(uint64_t value)
{
	console_putc(' ');
	console_hex(value);
}

static void dump_array(const char *kind, const uint64_t *values, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i % 8 == 0) {
			console_puts(kind);
			put_value(i);
		}
		put_value(values[i]);
		if (i % 8 == 7) {
			console_putc('\n');
		}
	}
}

static void dump_general(const struct frame *f)
{
	uint64_t values[32];

	for (unsigned i = 0; i < 32; i++) {
		values[i] = i == 0 || i == 26 || i == 27 ? 0 : f->gpr[i];
	}
	dump_array("~g", values, 32);
	console_puts("~h");
	put_value(f->hi);
	put_value(f->lo);
	console_putc('\n');
}

static void dump_fpu(const struct frame *f)
{
	uint64_t values[32];
	uint64_t fcr31;

	for (unsigned i = 0; i < 32; i++) {
		values[i] = 0;
	}
	fpr_store(values, f->status & STATUS_FR);
	dump_array("~f", values, 32);
	__asm__ volatile(".set push; .set hardfloat; cfc1 %0, $31; .set pop" : "=r"(fcr31));
	console_puts("~f 20");
	put_value(fcr31);
	console_putc('\n');
}

/*
 * Before anything below changes them: the TLB is read through the same registers. Index is not
 * among them: a probe without success leaves it undefined (R4000 UM 4.3).
 */
static void dump_cp0(const struct frame *f)
{
	uint64_t pagemask = CP0_READ(CP0_PAGEMASK);
	uint64_t lo0 = CP0_READ64(CP0_ENTRYLO0);
	uint64_t lo1 = CP0_READ64(CP0_ENTRYLO1);

	console_puts("~c");
	put_value(lo0);
	put_value(lo1);
	put_value(f->context & CONTEXT_PTEBASE);
	put_value(pagemask);
	put_value(CP0_READ(CP0_WIRED));
	put_value(f->entryhi & ENTRYHI_ASID);
	put_value(f->status & ~(uint64_t)(STATUS_DE | STATUS_CE | STATUS_CH));
	put_value(f->epc);
	console_putc('\n');
}

static void dump_tlb(void)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++) {
		uint64_t entryhi, lo0, lo1, mask;

		CP0_WRITE(CP0_INDEX, i);
		TLB_OPERATION("tlbr");
		entryhi = CP0_READ64(CP0_ENTRYHI);
		mask = CP0_READ(CP0_PAGEMASK);
		lo0 = CP0_READ(CP0_ENTRYLO0);
		lo1 = CP0_READ(CP0_ENTRYLO1);
		if (lo0 == 0 && lo1 == 0 && mask == 0) {
			continue;
		}
		console_puts("~t");
		put_value(i);
		put_value(entryhi);
		put_value(mask);
		put_value(lo0);
		put_value(lo1);
		console_putc('\n');
	}
}

static void dump_memory(void)
{
	const uint64_t *data = kseg0(DATA_BASE);

	for (unsigned page = 0; page < DATA_BYTES / 4096; page++) {
		uint64_t hash = 0;

		for (unsigned i = 0; i < 4096 / 8; i++) {
			hash = (hash ^ *data++) * 0x9e3779b97f4a7c15;
			hash ^= hash >> 29;
		}
		if (page % 8 == 0) {
			console_puts("~m");
			put_value(page);
		}
		put_value(hash);
		if (page % 8 == 7) {
			console_putc('\n');
		}
	}
}

void dump_final_state(const struct frame *f)
{
	dump_general(f);
	dump_cp0(f);
	if ((run.header[HDR_FLAGS] & PROGRAM_FPU) != 0) {
		dump_fpu(f);
	}
	if ((run.header[HDR_FLAGS] & PROGRAM_TLB) != 0) {
		dump_tlb();
	}
	dump_memory();
	console_puts("~E");
	put_value(run.records);
	console_putc('\n');
}
