/* SPDX-License-Identifier: MIT */
/*
 * main.c - the trap table: cycles of each way into the monitor and back, from the guest's side.
 *
 * Each path is taken many times in a loop whose own cost is taken off; the clock page is read
 * without a trap. In fast mode a cycle is an instruction. docs/monitor/traps.md has the table. The
 * same program runs on the processor itself (mirrorball exec --set cpu.segments=vm), for
 * comparison.
 */
#include "guests/vm/cpu/guest.h"
#include "machine/clock.h"
#include "machine/moncall.h"
#include "machine/power.h"
#include "machine/shared_page.h"
#include "machine/uart.h"

#define ROUNDS 64
#define PAIRS  128

static uint8_t window_pages[PAIRS][8192] __attribute__((aligned(8192)));
static uint64_t data[1024] __attribute__((aligned(8192)));

static uint64_t now(void)
{
	return *(volatile uint64_t *)(intptr_t)(int32_t)(VM_DEVICES_BASE +
							 (MAP_CLOCK_BASE - MAP_IO_BASE));
}

static void print_decimal(uint64_t value)
{
	char text[24];
	unsigned at = sizeof(text) - 1;

	text[at] = 0;
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	print(text + at);
}

static void report(const char *name, uint64_t cycles, uint64_t count)
{
	print(name);
	for (const char *c = name; c - name < 32; c++) {
		if (*c == 0) {
			print(&"                                "[c - name]);
			break;
		}
	}
	print_decimal((cycles + count / 2) / count);
	print("\n");
}

/* `statement` ROUNDS times, twice: the first time warms up. */
#define MEASURE(name, statement)                                     \
	do {                                                         \
		uint64_t empty_ = 0;                                 \
		uint64_t taken_ = 0;                                 \
		for (unsigned pass_ = 0; pass_ < 2; pass_++) {       \
			uint64_t start_ = now();                     \
			for (unsigned i = 0; i < ROUNDS; i++) {      \
				__asm__ volatile("" : : : "memory"); \
			}                                            \
			empty_ = now() - start_;                     \
			start_ = now();                              \
			for (unsigned i = 0; i < ROUNDS; i++) {      \
				__asm__ volatile("" : : : "memory"); \
				statement;                           \
			}                                            \
			taken_ = now() - start_;                     \
		}                                                    \
		report(name, taken_ - empty_, ROUNDS);               \
	} while (0)

static void take(struct frame *frame, uint32_t ip)
{
	(void)frame;
	(void)ip;
	cp0_write_later(CP0_CAUSE, 0);
}

/* One access to each of PAIRS pairs, more than the hardware TLB holds. */
static void walk(const char *name, uint64_t base)
{
	uint64_t start;

	for (unsigned pass = 0; pass < 2; pass++) {
		start = now();
		for (unsigned i = 0; i < PAIRS; i++) {
			(void)*(volatile uint32_t *)(base + i * 8192);
		}
		start = now() - start;
	}
	report(name, start - 3 * PAIRS, PAIRS);
}

static void test_misses(void)
{
	uint64_t start;

	for (unsigned i = 0; i < 2 * PAIRS; i++) {
		map_user(0x01000000 + i * 4096, data + (i & 1) * 512, ENTRYLO_V | ENTRYLO_D);
	}
	walk("second-level hit", 0x01000000);
	walk("window refill", (uint64_t)(uintptr_t)window_pages);
	/* A new ASID for each miss: the guest's own handler must come. */
	for (unsigned pass = 0; pass < 2; pass++) {
		start = 0;
		for (uint64_t i = 0; i < ROUNDS; i++) {
			uint64_t before;

			cp0_write64(CP0_ENTRYHI, 1 + i + pass * ROUNDS);
			before = now();
			(void)*(volatile uint32_t *)0x01000000;
			start += now() - before;
		}
	}
	report("miss reflected, refilled", start, ROUNDS);
	cp0_write64(CP0_ENTRYHI, 0);
}

static void test_registers(void)
{
	MEASURE("mfc0 PRId", (void)cp0_read(CP0_PRID));
	MEASURE("mfc0 Status", (void)cp0_read(CP0_STATUS));
	MEASURE("mfc0 Count", (void)cp0_read(CP0_COUNT));
	MEASURE("mtc0 EPC", cp0_write_later(CP0_EPC, 0));
	MEASURE("mtc0 Status", cp0_write_later(CP0_STATUS, STATUS_CU1));
	MEASURE("mtc0 EntryHi", cp0_write_later(CP0_ENTRYHI, 0));
	MEASURE("mtc0 Compare", cp0_write_later(CP0_COMPARE, 0));
	MEASURE("mfc0 in a delay slot",
		__asm__ volatile(".set push\n\t.set noreorder\n\tb 1f\n\tmfc0 $8, $15\n\t1:\n\t"
				 ".set pop"
				 :
				 :
				 : "$8"));
}

/* mtc0 EPC before the first: nothing in the loop writes it. */
static void test_eret(void)
{
	MEASURE("eret", __asm__ volatile(".set push\n\t.set noreorder\n\t.set noat\n\t"
					 "bnez %0, 2f\n\tnop\n\tdla $8, 1f\n\tdmtc0 $8, $14\n\t"
					 "nop\n\tnop\n\t2: eret\n\t1:\n\t.set pop"
					 :
					 : "r"(i)
					 : "$8", "memory"));
}

/* No monitor: the call is an exception like others. */
static bool has_monitor(void)
{
	uint32_t before = caught.count;

	is_catching = true;
	moncall(MONCALL_VERSION, 0, 0, 0, NULL);
	is_catching = false;
	return caught.count == before;
}

static uint64_t moncall_features(void)
{
	register uint64_t r2 __asm__("$2") = MONCALL_VERSION;
	register uint64_t r3 __asm__("$3");
	register uint64_t r4 __asm__("$4");

	__asm__ volatile("syscall %3"
			 : "+r"(r2), "=r"(r3), "=r"(r4)
			 : "i"(MONCALL_CODE)
			 : "memory");
	return r4;
}

/* The other VCPU: gives the CPU back at once. */
__asm__(".text\n\t.set push\n\t.set noreorder\n"
	"give_back: li $2, 6\n\tli $4, 64\n\tsyscall 0x4d42\n\tb give_back\n\tnop\n\t.set pop\n");
extern const char give_back[];

static void test_calls(void)
{
	volatile struct shared_page *page =
		(volatile struct shared_page *)(intptr_t)(int32_t)VM_SHARED_PAGE;

	if (moncall_features() & MONCALL_FEATURE_SHARED) {
		MEASURE("Status on the shared page", page->status = page->status | STATUS_CU1);
	}
	MEASURE("monitor call VERSION", moncall(MONCALL_VERSION, 0, 0, 0, NULL));
	MEASURE("monitor call, no such number", moncall(99, 0, 0, 0, NULL));
	/* Last of all: from here on there is somebody to switch to. */
	moncall(MONCALL_VCPU_START, 1, (uint64_t)(uintptr_t)give_back, 0, NULL);
	MEASURE("two yields, two VCPU switches", moncall(MONCALL_YIELD, VM_VCPUS_MAX, 0, 0, NULL));
	guest_exit(0);
}

void guest_main(void)
{
	cp0_write64(CP0_CONTEXT, PAGE_TABLE);
	cp0_write(CP0_STATUS, STATUS_CU1);
	print("path                            cycles\n");
	test_misses();
	test_registers();
	test_eret();
	cp0_write64(CP0_ENTRYHI, 0xffffffff80000000);
	MEASURE("tlbp", __asm__ volatile("tlbp"));
	MEASURE("tlbr", __asm__ volatile("tlbr"));
	cp0_write64(CP0_ENTRYHI, 0x01000000);
	cp0_write64(CP0_ENTRYLO0, 0x1000 << 6);
	MEASURE("tlbwr", __asm__ volatile("tlbwr"));
	MEASURE("tlbwi", __asm__ volatile("tlbwi"));
	cp0_write64(CP0_ENTRYHI, 0);
	MEASURE("load from a device",
		(void)*(volatile uint32_t *)(intptr_t)(int32_t)(VM_DEVICES_BASE + UART_OFFSET +
								5 * UART_STRIDE));
	/* The way there, the guest's handler of 90 instructions with 8 traps, and back. */
	is_catching = true;
	MEASURE("syscall reflected, handled", __asm__ volatile("syscall" : : : "memory"));
	is_catching = false;
	on_interrupt = take;
	cp0_write(CP0_STATUS, STATUS_CU1 | STATUS_IE | 0x300);
	MEASURE("interrupt delivered, handled", cp0_write_later(CP0_CAUSE, 0x100));
	cp0_write(CP0_STATUS, STATUS_CU1);
	if (has_monitor()) {
		test_calls();
	}
	*(volatile uint32_t *)(intptr_t)(int32_t)(VM_DEVICES_BASE + (MAP_POWER_BASE - MAP_IO_BASE) +
						  POWER_OFF) = POWER_RESTART_GO;
}
