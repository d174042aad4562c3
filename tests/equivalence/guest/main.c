/* SPDX-License-Identifier: MIT */
/*
 * main.c - runs the programs of the image one after the other, each from the same initial state.
 *
 * Every part of the state that a program can see is set here: TLB, CP0, data, registers.
 */
#include "tests/equivalence/guest/runtime.h"

struct run run;
static uint64_t program_next;
static bool is_second_pass;
static uint64_t image[IMAGE_BYTES / 8] __attribute__((section(".image"))) = { IMAGE_MAGIC };

/* splitmix64: the data that a program finds in memory. */
static void data_fill(uint64_t seed)
{
	uint64_t *data = window(DATA_BASE);

	for (unsigned i = 0; i < DATA_BYTES / 8; i++) {
		uint64_t z = (seed += 0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		data[i] = z ^ z >> 31;
	}
}

/* Entry 0 is the runtime's; the others match nothing: KSEG0 is not mapped, and no two are equal. */
static void tlb_fill(const uint64_t *entries, uint64_t count)
{
	uint64_t physical = (uint64_t)(uintptr_t)scratch_page & 0x0fffffff;
	const uint64_t own[PAGE_ENTRY_WORDS] = {
		SCRATCH_VADDR,
		0,
		physical >> 12 << ENTRYLO_PFN_SHIFT | 3 << ENTRYLO_C_SHIFT | ENTRYLO_D | ENTRYLO_V |
			ENTRYLO_G,
		ENTRYLO_G,
	};

	for (unsigned i = TLB_ENTRIES - 1; i > 0; i--) {
		const uint64_t entry[4] = { 0xffffffff80000000 + ((uint64_t)i << 13), 0, 0, 0 };

		tlb_write(i, entry);
	}
	tlb_write(0, own);
	for (; count > 0; count--, entries += TLB_ENTRY_WORDS) {
		tlb_write(entries[0], entries + 1);
	}
}

/*
 * BadVAddr and BadVPN2 of Context and XContext cannot be written: a TLB exception gives them, and
 * Cause, a defined value. The odd page of the runtime's own entry is invalid.
 */
static void badvaddr_fill(void)
{
	run.probing = true;
	__asm__ volatile("lw $0, 0x1000($0)" ::: "memory");
}

static void cp0_fill(const uint64_t *header)
{
	CP0_WRITE(CP0_WIRED, header[HDR_WIRED]);
	CP0_WRITE(CP0_PAGEMASK, 0);
	CP0_WRITE(CP0_ENTRYLO0, 0);
	CP0_WRITE(CP0_ENTRYLO1, 0);
	CP0_WRITE(CP0_INDEX, 0);
	CP0_WRITE64(CP0_ENTRYHI, header[HDR_ENTRYHI]);
	CP0_WRITE(CP0_WATCHLO, 0);
	CP0_WRITE(CP0_WATCHHI, 0);
	CP0_WRITE(CP0_LLADDR, 0);
	CP0_WRITE(CP0_TAGLO, 0);
	CP0_WRITE(CP0_TAGHI, 0);
	CP0_WRITE(CP0_ECC, 0);
	CP0_WRITE64(CP0_ERROREPC, 0);
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
	frame.cp0[CP0_EPC] = header[HDR_CODE_VADDR];
	frame.cp0[CP0_STATUS] = header[HDR_STATUS] | STATUS_EXL;
}

static void run_program(const uint64_t *header)
{
	const uint64_t *entries = header + HDR_WORDS;

	uint64_t digest = is_second_pass ? run.digest : 0;

	run = (struct run){
		.header = header,
		.digest = digest,
		.pages = entries + TLB_ENTRY_WORDS * header[HDR_TLB_COUNT],
		.code = (const uint32_t *)((uintptr_t)image + header[HDR_CODE_OFFSET]),
		.refill_next = (unsigned)header[HDR_REFILL_FIRST],
		.verbose = (header[HDR_FLAGS] & PROGRAM_VERBOSE) != 0,
		.has_ticks = (header[HDR_FLAGS] & PROGRAM_TICKS) != 0,
		.seed = header[HDR_DATA_SEED] | 1,
		.is_patched = (header[HDR_FLAGS] & PROGRAM_PATCHED) != 0,
		.is_rewritten =
			(header[HDR_FLAGS] & (PROGRAM_PAGE | PROGRAM_PATCHED)) == PROGRAM_PAGE,
		.random_refill = (header[HDR_FLAGS] & PROGRAM_RANDOM) != 0,
	};
	run.statuses = run.pages + PAGE_ENTRY_WORDS * header[HDR_PAGE_COUNT];
	tlb_fill(entries, header[HDR_TLB_COUNT]);
	CP0_WRITE64(CP0_CONTEXT, 0);
	CP0_WRITE64(CP0_XCONTEXT, 0);
	badvaddr_fill();
	data_fill(header[HDR_DATA_SEED]);
	CP0_WRITE(CP0_STATUS, RUNTIME_STATUS | STATUS_EXL);
	fpu_fill(header);
	cp0_fill(header);
	frame_fill(header);
	frame_resume();
}

/*
 * Entered again by program_finished() after each program. Where instructions are rewritten at their
 * first trap, a second pass executes what stands there now.
 */
void main_programs(void)
{
	const volatile uint64_t *words = image;

	is_second_pass = run.is_rewritten && !is_second_pass;
	program_next -= is_second_pass ? 1 : 0;
	if (words[0] == IMAGE_MAGIC && program_next < words[1]) {
		run_program((const uint64_t *)((uintptr_t)image + words[2 + program_next++]));
	}
	console_puts("~Z\n");
	console_exit();
}
