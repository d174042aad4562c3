/* SPDX-License-Identifier: MIT */
/*
 * main.c - a hostile kernel: batch after batch of attacks (attacks.c) and of random instructions
 * (code.c) on two VCPUs. Any exception, the timer's at the latest, ends a batch.
 *
 * The VM may end in any way; the monitor and other VMs must not notice. The seed is Count at the
 * VM's start and the machine's date: different in each VM, the same in each run.
 */
#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/vm/fuzz/fuzz.h"
#include "guests/vm/fuzz/stack.h"
#include "machine/clock.h"
#include "machine/moncall.h"

#ifndef FUZZ_BATCHES
#define FUZZ_BATCHES 4000
#endif
/* The longest batch, in halves of cycles. */
#define BATCH_COUNT 20000

_Static_assert(FUZZ_STACKS == FUZZ_VCPUS, "stack.h");

/* Apart from everything else, so that stores around it hit nothing of the generator. */
uint32_t fuzz_scratch[FUZZ_SCRATCH_WORDS] __attribute__((aligned(65536)));

uint32_t fuzz_tag;

static struct fuzz fuzzes[FUZZ_VCPUS];

uint32_t fuzz_random(struct fuzz *fuzz)
{
	fuzz->random = fuzz->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(fuzz->random >> 33) ^ (uint32_t)(fuzz->random >> 11);
}

/* Without a division: gcc's would be a call for 64 bits, and this is often used. */
uint32_t fuzz_below(struct fuzz *fuzz, uint32_t count)
{
	return (uint32_t)((uint64_t)fuzz_random(fuzz) * count >> 32);
}

uint32_t *fuzz_place(struct fuzz *fuzz)
{
	return &fuzz_scratch[1024 + fuzz_below(fuzz, 512)];
}

uint64_t fuzz_value(struct fuzz *fuzz)
{
	static const uint64_t values[] = {
		0,
		1,
		0x6000,
		0x7000,
		0x7080,
		0x7ff8,
		0xffffffffffffe000,
		0xffffffff80000000,
		0xffffffffa0000000,
		0xffffffffd0000000,
		0xffffffffde000000,
		0xffffffffde000080,
		0xffffffffde001000,
		0xffffffffdf000900,
		0xffffffffdf002000,
		0xffffffffdf003000,
		0xffffffffdf004000,
		0xffffffffdf005000,
		0xffffffffdf006000,
		0xffffffffcfff0000,
		0xffffffffcf000000,
		0x9000000000000000,
		0x8000000000000000,
		0x4000000000000000,
		0xc000000000000000,
		0x00400000,
		0xffffffffffffffff,
		0x7fffffff,
		STATUS_CU1 | STATUS_KX,
		0x2000ff01,
	};
	uint32_t choice = fuzz_below(fuzz, 64);

	if (choice < sizeof(values) / sizeof(values[0])) {
		return values[choice];
	}
	if (choice < 40) {
		return 0x00400000 + (fuzz_below(fuzz, 64) << MAP_PAGE_SHIFT);
	}
	if (choice < 48) {
		return (uint64_t)(uintptr_t)&fuzz_scratch[32768 + fuzz_below(fuzz, 64)];
	}
	return choice < 56 ? fuzz_below(fuzz, 16)
			   : (uint64_t)fuzz_random(fuzz) << 32 | fuzz_random(fuzz);
}

uint64_t fuzz_call(uint64_t call, const uint64_t arguments[4])
{
	register uint64_t number __asm__("$2") = call;
	register uint64_t a0 __asm__("$4") = arguments[0];
	register uint64_t a1 __asm__("$5") = arguments[1];
	register uint64_t a2 __asm__("$6") = arguments[2];
	register uint64_t a3 __asm__("$7") = arguments[3];

	__asm__ volatile("syscall %2"
			 : "+r"(number), "+r"(a0)
			 : "i"(MONCALL_CODE), "r"(a1), "r"(a2), "r"(a3)
			 : "$3", "memory");
	return number;
}

static void begin(struct fuzz *fuzz, uint32_t vcpu)
{
	const volatile uint32_t *rtc = cpu_kseg1(MAP_RTC_BASE + RTC_TIME_LO);

	fuzz->vcpu = vcpu;
	fuzz->random = (uint64_t)*rtc << 32 ^ cp0_read(CP0_COUNT) * (vcpu + 1);
	if (vcpu == 0) {
		fuzz_tag = FUZZ_TAG | (fuzz_random(fuzz) & ~FUZZ_TAG_MASK);
		printf("hostile: tag %08x\n", fuzz_tag);
		/* Who jumps there does not go on to the end of memory. */
		for (unsigned i = FUZZ_SCRATCH_WORDS / 2; i < FUZZ_SCRATCH_WORDS; i++) {
			fuzz_scratch[i] = FUZZ_BREAK;
		}
		fuzz_call(MONCALL_VCPU_START,
			  (const uint64_t[]){ 1, (uint64_t)(uintptr_t)fuzz_second, 0, 0 });
	}
}

void fuzz_take_time(void)
{
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 10 * BATCH_COUNT);
}

__attribute__((noreturn)) void fuzz_next(uint32_t vcpu);

void fuzz_next(uint32_t vcpu)
{
	struct fuzz *fuzz = &fuzzes[vcpu];

	if (fuzz->batches == 0) {
		begin(fuzz, vcpu);
	}
	fuzz->batches++;
	if (fuzz->batches > FUZZ_BATCHES) {
		fuzz_call(MONCALL_SHUTDOWN, (const uint64_t[]){ MONCALL_SHUTDOWN_OFF, 0, 0, 0 });
	}
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + BATCH_COUNT);
	if (fuzz_below(fuzz, 2) == 0) {
		fuzz_attack(fuzz);
		cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + BATCH_COUNT);
	}
	fuzz_random_code(fuzz);
	for (;;) {
	}
}
