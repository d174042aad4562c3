/* SPDX-License-Identifier: MIT */
/*
 * main.c - runs the programs of the image one after the other, each from the same initial state.
 *
 * Prints "~P number" in front of a program, "~S" if it is not for this platform and "~Z" when all
 * are done. Every part of the state that a program can see is set here: TLB, CP0, data, registers.
 */
#include "isa/cp0.h"
#include "tests/conformance/guest/runtime.h"

struct run run;
static uint64_t program_next;
static uint64_t image[IMAGE_BYTES / 8] __attribute__((section(".image"))) = { IMAGE_MAGIC };

/* splitmix64: the data that a program finds in memory. */
static void data_fill(uint64_t seed)
{
	uint64_t *data = kseg0(DATA_BASE);

	for (unsigned i = 0; i < DATA_BYTES / 8; i++) {
		uint64_t z = (seed += 0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		data[i] = z ^ z >> 31;
	}
}

static void tlb_write(uint64_t index, const uint64_t *entry)
{
	CP0_WRITE(CP0_INDEX, index);
	CP0_WRITE64(CP0_ENTRYHI, entry[0]);
	CP0_WRITE(CP0_PAGEMASK, entry[1]);
	CP0_WRITE(CP0_ENTRYLO0, entry[2]);
	CP0_WRITE(CP0_ENTRYLO1, entry[3]);
	TLB_OPERATION("tlbwi");
}

/* Entries that match nothing: KSEG0 is not mapped, and no two are equal. */
static void tlb_fill(const uint64_t *entries, uint64_t count)
{
	for (uint64_t i = 0; i < TLB_ENTRIES; i++) {
		const uint64_t entry[4] = { 0xffffffff80000000 + (i << 13), 0, 0, 0 };

		tlb_write(i, entry);
	}
	for (; count > 0; count--, entries += TLB_ENTRY_WORDS) {
		tlb_write(entries[0], entries + 1);
	}
}

/* BadVAddr cannot be written: an address error gives it, and Cause, a defined value. */
static void cp0_fill(const uint64_t *header)
{
	probe_byte(0xffffffff80000001 ^ 0x4000000000000000);
	CP0_WRITE64(CP0_CONTEXT, 0);
	CP0_WRITE64(CP0_XCONTEXT, 0);
	CP0_WRITE(CP0_WIRED, header[HDR_WIRED]);
	CP0_WRITE(CP0_PAGEMASK, 0);
	CP0_WRITE(CP0_ENTRYLO0, 0);
	CP0_WRITE(CP0_ENTRYLO1, 0);
	CP0_WRITE(CP0_INDEX, 0);
	CP0_WRITE64(CP0_ENTRYHI, header[HDR_ENTRYHI]);
	CP0_WRITE(CP0_CAUSE, 0);
	CP0_WRITE(CP0_COUNT, 0);
	CP0_WRITE(CP0_COMPARE, -1);
}

static void fpu_fill(const uint64_t *header)
{
	__asm__ volatile(
		".set push; .set hardfloat; ctc1 %0, $31; .set pop" ::"r"(header[HDR_FCR31]));
	fpr_load(header + HDR_FPR, header[HDR_STATUS] & STATUS_FR);
}

static void frame_fill(const uint64_t *header)
{
	for (unsigned i = 1; i < 32; i++) {
		frame.gpr[i] = header[HDR_GPR + i];
	}
	frame.hi = header[HDR_HI];
	frame.lo = header[HDR_LO];
	frame.epc = header[HDR_CODE_VADDR];
	frame.status = header[HDR_STATUS] | STATUS_EXL;
}

static void run_program(const uint64_t *header)
{
	const uint64_t *entries = header + HDR_WORDS;

	run.header = header;
	run.pages = entries + TLB_ENTRY_WORDS * header[HDR_TLB_COUNT];
	run.statuses = run.pages + PAGE_ENTRY_WORDS * header[HDR_PAGE_COUNT];
	run.code = (const uint32_t *)((uintptr_t)image + header[HDR_CODE_OFFSET]);
	run.refill_next = (unsigned)header[HDR_REFILL_FIRST];
	run.records = 0;
	for (unsigned i = 0; i < sizeof(run.last) / sizeof(run.last[0]); i++) {
		run.last[i] = 0;
	}
	tlb_fill(entries, header[HDR_TLB_COUNT]);
	data_fill(header[HDR_DATA_SEED]);
	fpu_fill(header);
	cp0_fill(header);
	frame_fill(header);
	frame_resume();
}

/* Entered again by program_finished() after each program. */
void main_programs(void)
{
	const volatile uint64_t *words = image;

	while (words[0] == IMAGE_MAGIC && program_next < words[1]) {
		const uint64_t *header =
			(const uint64_t *)((uintptr_t)image + words[2 + program_next++]);

		console_puts("~P ");
		console_hex(header[HDR_NUMBER]);
		console_putc('\n');
		if ((header[HDR_PLATFORMS] & platform) == 0) {
			console_puts("~S\n");
			continue;
		}
		run_program(header);
	}
	console_puts("~Z\n");
	console_exit();
}
