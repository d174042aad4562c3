/* SPDX-License-Identifier: MIT */
/*
 * main.c - the runtime of guests/lib tests itself, in every ABI and byte order.
 *
 * Prints a line for each check; the output as a whole must equal expected.txt (check_output), so
 * printf is tested too. Exit code 0 if all checks hold, 1 otherwise.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "guests/lib/string.h"
#include "guests/lib/timer.h"
#include "guests/lib/tlb.h"
#include "guests/lib/trap.h"

#define PAGE_SIZE   4096U
#define TLB_ENTRIES 48
#define DATA_VADDR  0x00600000U
#define USER_VADDR  0x00400000U

/* selftest.S */
unsigned selftest_mix_registers(void);
void selftest_break_in_delay_slot(void);
extern const uint32_t selftest_user[];

static bool all_good = true;

/* The last exception that note() saw. */
static struct trap_frame seen;
static unsigned seen_count;

static volatile uint32_t page[PAGE_SIZE / sizeof(uint32_t)] __attribute__((aligned(2 * PAGE_SIZE)));

static void check(const char *what, bool holds)
{
	printf("%s: %s\n", what, holds ? "ok" : "WRONG");
	all_good &= holds;
}

/* A handler: remembers the exception and goes on behind the instruction, or behind the branch. */
static void note(struct trap_frame *frame)
{
	seen = *frame;
	seen_count++;
	frame->epc += (frame->cause & CAUSE_BD) != 0 ? 8 : 4;
}

static unsigned seen_code(void)
{
	return (unsigned)(seen.cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
}

static void test_print(void)
{
	int length = printf("[%d] [%5d] [%-5d] [%05d] [%i]\n", -7, 42, 42, -42, 0);

	check("printf's length", length == 33);
	printf("[%u] [%x] [%X] [%08x] [%c] [%%] [%s] [%6s] [%-6s]\n", 4000000000U, 0xbeefU, 0xbeefU,
	       0x1234U, 'c', "text", "abc", "abc");
	printf("[%lu] [%lld] [%llu] [%llx]\n", 123456UL, -1234567890123456789LL,
	       18446744073709551615ULL, 0xfedcba9876543210ULL);
}

static void test_division(void)
{
	static const uint64_t values[] = { 1,
					   3,
					   10,
					   0xffffffff,
					   0x100000001,
					   1000000007,
					   0x7fffffffffffffff,
					   0x8000000000000000,
					   0xffffffffffffffff };
	volatile uint64_t dividend;
	volatile uint64_t divisor;
	volatile int64_t minus = -1000000000007;
	volatile int64_t ten = 10;
	volatile unsigned shift = 36;
	bool good = true;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			dividend = values[i];
			divisor = values[j];
			good &= dividend / divisor * divisor + dividend % divisor == values[i];
			good &= dividend % divisor < values[j];
		}
	}
	check("64-bit division", good);
	check("signed 64-bit division", minus / ten == -100000000000 && minus % ten == -7);
	dividend = 0x123456789abcdef0;
	check("64-bit shifts", dividend << shift == 0xabcdef0000000000 &&
				       dividend >> shift == 0x1234567 && minus >> shift == -15);
}

static void test_strings(void)
{
	char text[32];

	memset(text, 'x', sizeof(text));
	memcpy(text, "monitor", 8);
	check("memset, memcpy", strlen(text) == 7 && text[8] == 'x' && text[31] == 'x');
	memmove(text + 2, text, 8);
	check("memmove up", strcmp(text, "momonitor") == 0);
	memmove(text, text + 2, 8);
	check("memmove down", memcmp(text, "monitor", 8) == 0);
	check("strcmp", strcmp("ab", "abc") < 0 && strcmp("b", "abc") > 0);
}

static void test_traps(void)
{
	volatile int32_t big = 0x7fffffff;
	uint32_t value;
	int32_t sum;

	for (unsigned code = EXC_MOD; code <= EXC_TR; code++) {
		trap_set_handler(code, note);
	}
	__asm__ volatile("break");
	check("breakpoint", seen_code() == EXC_BP);
	__asm__ volatile("syscall");
	check("system call", seen_code() == EXC_SYS);
	__asm__ volatile("add %0, %1, %1" : "=r"(sum) : "r"(big));
	check("overflow", seen_code() == EXC_OV);
	__asm__ volatile("teq $0, $0");
	check("trap instruction", seen_code() == EXC_TR);
	__asm__ volatile("lw %0, 2(%1)" : "=r"(value) : "r"(page));
	check("address error",
	      seen_code() == EXC_ADEL && seen.badvaddr == (uint64_t)(int64_t)(intptr_t)page + 2);
	selftest_break_in_delay_slot();
	check("exception in a delay slot", seen_code() == EXC_BP && (seen.cause & CAUSE_BD) != 0);
	check("registers kept, 64 bits", selftest_mix_registers() == 0);
	for (unsigned code = EXC_MOD; code <= EXC_TR; code++) {
		trap_set_handler(code, NULL);
	}
	value = 0;
	page[0] = 0x01020304;
	check("probe of memory", trap_probe(page, 4, &value) && value == 0x01020304);
	check("probe of an unmapped page",
	      !trap_probe((void *)(uintptr_t)DATA_VADDR, 4, &value) && value == 0x01020304);
}

/* A store to a clean page: marks it dirty and repeats the store. */
static void make_dirty(struct trap_frame *frame)
{
	uint32_t lo =
		tlb_entrylo(cpu_physical((const void *)page), ENTRYLO_V | ENTRYLO_D | ENTRYLO_G);

	seen = *frame;
	tlb_write(1, DATA_VADDR, 0, lo, ENTRYLO_G);
}

static void test_tlb(void)
{
	volatile uint32_t *mapped = (volatile uint32_t *)(uintptr_t)DATA_VADDR;

	tlb_clear(TLB_ENTRIES);
	tlb_write(1, DATA_VADDR, 0,
		  tlb_entrylo(cpu_physical((const void *)page), ENTRYLO_V | ENTRYLO_G), ENTRYLO_G);
	page[5] = 55;
	check("load through the TLB", mapped[5] == 55);
	trap_set_handler(EXC_MOD, make_dirty);
	mapped[5] = 66;
	trap_set_handler(EXC_MOD, NULL);
	check("store to a clean page",
	      seen_code() == EXC_MOD && page[5] == 66 && seen.badvaddr == DATA_VADDR + 20);
}

/* The kernel that the user program of selftest.S calls: $v0 = 1 adds, $v0 = 2 ends. */
static void user_call(struct trap_frame *frame)
{
	seen = *frame;
	frame->epc += 4;
	if (frame->gpr[2] == 1) {
		frame->gpr[2] = frame->gpr[4] + frame->gpr[5];
		return;
	}
	printf("user mode says %u\n", (unsigned)frame->gpr[4]);
	check("user mode", (frame->status & STATUS_KSU) == STATUS_KSU_USER);
	printf("selftest: %s\n", all_good ? "ok" : "FAILED");
	platform_exit(all_good ? 0 : 1);
}

/* Does not come back: user_call() ends the program. */
static void test_user(void)
{
	static struct trap_frame frame;
	uint32_t lo = tlb_entrylo(cpu_physical(selftest_user), ENTRYLO_V | ENTRYLO_G);

	tlb_write(2, USER_VADDR, 0, lo, ENTRYLO_G);
	trap_set_handler(EXC_SYS, user_call);
	frame.epc = USER_VADDR;
	frame.status = cp0_read(CP0_STATUS) | STATUS_KSU_USER;
	trap_enter_user(&frame);
}

static void test_timer(void)
{
	timer_start(5000);
	while (timer_ticks(0) < 3) {
	}
	timer_stop();
	check("timer", (cp0_read(CP0_STATUS) & STATUS_IE) == 0);
}

int main(void)
{
	volatile double third = 1.0 / 3.0;
	volatile uint32_t word = 5;

	test_print();
	test_division();
	test_strings();
	test_traps();
	test_tlb();
	test_timer();
	check("atomic add", atomic_fetch_add(&word, 7) == 5 && word == 12);
	check("FPU", third * 3.0 == 1.0);
	check("CPU number", smp_cpu() == 0);
	test_user();
	return 1;
}
