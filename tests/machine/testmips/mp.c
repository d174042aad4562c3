/* SPDX-License-Identifier: MIT */
/*
 * mp.c - the multiprocessor device: docs/machine/testmips.md, one line of output each, for a
 * machine of 4 CPUs.
 *
 * Runs on Mirrorball and on GXemul with 4 CPUs; both must print mp.txt. Every wait ends, so that a
 * broken device gives a wrong line and not silence.
 */
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "isa/cp0.h"
#include "machine/testmips.h"

#define CPUS        4
#define STACK_BYTES 0x1000
#define PATIENCE    20000000U /* turns of a waiting loop */
#define LINGER      1000000U  /* long enough for others to count, on both simulators */

/* What a CPU does after it was started. */
struct other {
	volatile uint64_t sp;          /* with which it was entered */
	volatile uint32_t whoami;      /* + 1; 0 = has not run */
	volatile uint32_t count;       /* it counts all the time */
	volatile uint32_t messages[2]; /* IPIs taken: numbers 5 and 6 */
};

static struct other other[CPUS];
/* CPU n has the bytes below stacks[n + 1]. */
char stacks[CPUS + 1][STACK_BYTES] __attribute__((aligned(16)));

static volatile void *reg(uint32_t offset)
{
	return cpu_kseg1(TESTMIPS_MP_BASE + offset);
}

static void write32(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)reg(offset) = value;
}

static uint32_t read32(uint32_t offset)
{
	return *(volatile uint32_t *)reg(offset);
}

/* The lines that are up. */
static uint32_t pending(void)
{
	return cp0_read(CP0_CAUSE) & CAUSE_IP;
}

/* The entry of the other CPUs: nothing is known but pc and sp, and sp shows which one it is. */
__asm__("	.text\n"
	"	.set	push\n"
	"	.set	noreorder\n"
	"	.globl	other_start\n"
	"other_start:\n"
	"	move	$a0, $sp\n"
	"	j	other_main\n"
	"	 daddiu	$sp, $sp, -64\n"
	"	.set	pop\n");
extern const char other_start[];
void other_main(uint64_t sp) __attribute__((noreturn, used));

void other_main(uint64_t sp)
{
	struct other *me = &other[read32(TESTMIPS_MP_WHOAMI)];

	me->sp = sp;
	me->whoami = read32(TESTMIPS_MP_WHOAMI) + 1;
	for (;;) {
		uint32_t message = read32(TESTMIPS_MP_IPI_READ);

		if (message == 5 || message == 6) {
			me->messages[message - 5]++;
		}
		me->count++;
	}
}

static void linger(void)
{
	for (volatile uint32_t i = 0; i < LINGER; i++) {
	}
}

static uint32_t wait_for(const volatile uint32_t *word, uint32_t value)
{
	for (uint32_t i = 0; i < PATIENCE && *word != value; i++) {
	}
	return *word;
}

static void test_widths(void)
{
	printf("cpus: %u %u %u\n", read32(TESTMIPS_MP_NCPUS),
	       *(volatile uint8_t *)reg(TESTMIPS_MP_NCPUS),
	       (unsigned)*(volatile uint64_t *)reg(TESTMIPS_MP_NCPUS));
	printf("whoami: %u\n", read32(TESTMIPS_MP_WHOAMI));
	printf("memory: %08x %04x\n", read32(TESTMIPS_MP_MEMORY),
	       *(volatile uint16_t *)reg(TESTMIPS_MP_MEMORY));
}

static void test_own_messages(void)
{
	printf("none: %u cause %x\n", read32(TESTMIPS_MP_IPI_READ), pending());
	write32(TESTMIPS_MP_IPI_ONE, 5U << 16);
	write32(TESTMIPS_MP_IPI_ONE, 5U << 16);
	printf("two equal: cause %x", pending());
	printf(" take %u", read32(TESTMIPS_MP_IPI_READ));
	printf(" cause %x", pending());
	printf(" take %u", read32(TESTMIPS_MP_IPI_READ));
	printf(" cause %x", pending());
	printf(" take %u\n", read32(TESTMIPS_MP_IPI_READ));
	write32(TESTMIPS_MP_IPI_ONE, 6U << 16);
	write32(TESTMIPS_MP_IPI_ONE, 5U << 16);
	write32(TESTMIPS_MP_IPI_READ, 0);
	printf("discarded: cause %x take %u\n", pending(), read32(TESTMIPS_MP_IPI_READ));
}

static void test_start(void)
{
	for (uint32_t cpu = 1; cpu < CPUS; cpu++) {
		write32(TESTMIPS_MP_STARTUPADDR, (uint32_t)(uintptr_t)other_start);
		write32(TESTMIPS_MP_STARTUPSTACK, (uint32_t)(uintptr_t)stacks[cpu + 1]);
		write32(TESTMIPS_MP_STARTUPCPU, cpu);
		printf("started %u: whoami %u", cpu, wait_for(&other[cpu].whoami, cpu + 1) - 1);
		printf(" sp %s\n",
		       other[cpu].sp == (uint64_t)(uintptr_t)stacks[cpu + 1] ? "right" : "wrong");
	}
}

static void test_messages(void)
{
	write32(TESTMIPS_MP_IPI_ONE, (5U << 16) | 2);
	wait_for(&other[2].messages[0], 1);
	linger();
	printf("to 2:");
	for (uint32_t cpu = 1; cpu < CPUS; cpu++) {
		printf(" %u", other[cpu].messages[0]);
	}
	write32(TESTMIPS_MP_IPI_MANY, (6U << 16) | 2);
	wait_for(&other[1].messages[1], 1);
	wait_for(&other[3].messages[1], 1);
	linger();
	printf("\nto all but 2: %u", read32(TESTMIPS_MP_IPI_READ));
	for (uint32_t cpu = 1; cpu < CPUS; cpu++) {
		printf(" %u", other[cpu].messages[1]);
	}
	printf("\n");
}

static void print_moving(const char *what)
{
	uint32_t before[CPUS];

	linger(); /* whoever stops has stopped */
	for (uint32_t cpu = 1; cpu < CPUS; cpu++) {
		before[cpu] = other[cpu].count;
	}
	linger();
	printf("%s:", what);
	for (uint32_t cpu = 1; cpu < CPUS; cpu++) {
		printf(" %s", other[cpu].count != before[cpu] ? "runs" : "stands");
	}
	printf("\n");
}

static void test_pause(void)
{
	print_moving("at first");
	write32(TESTMIPS_MP_PAUSE_CPU, 0);
	print_moving("all but 0 paused");
	write32(TESTMIPS_MP_UNPAUSE_CPU, 3);
	write32(TESTMIPS_MP_UNPAUSE_CPU, 77);
	print_moving("3 goes on");
	printf("whoami of 3: %u\n", other[3].whoami - 1);
}

int main(void)
{
	test_widths();
	test_own_messages();
	test_start();
	test_messages();
	test_pause();
	printf("halt\n");
	*(volatile uint32_t *)cpu_kseg1(TESTMIPS_CONSOLE_BASE + TESTMIPS_CONSOLE_HALT) = 1;
	printf("still there\n");
	return 1;
}
