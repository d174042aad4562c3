/* SPDX-License-Identifier: MIT */
/*
 * init.c - the first program of a Linux that is tested: several CPUs, memory, time; powers off.
 *
 * It has no C library, so that these tests need nothing but the kernel: a system call is what the
 * o32 ABI says (number in v0, errors by a3). Prints a line for each check, the last is "init:
 * done"; what fails ends the run with a line that begins with "init: FAILED".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call {
	CALL_EXIT = 4001,
	CALL_FORK = 4002,
	CALL_WRITE = 4004,
	CALL_REBOOT = 4088,
	CALL_MMAP = 4090,
	CALL_WAIT4 = 4114,
	CALL_SYSINFO = 4116,
	CALL_NANOSLEEP = 4166,
	CALL_SCHED_SETAFFINITY = 4239,
	CALL_SCHED_GETAFFINITY = 4240,
	CALL_CLOCK_GETTIME = 4263,
	CALL_GETCPU = 4312,
};

#define PAGE_BYTES   4096U
#define ROUNDS       2000U
#define SLEEP_NS     20000000U
#define REBOOT_MAGIC 0xfee1dead
#define REBOOT_SAME  672274793
#define REBOOT_OFF   0x4321fedc

#define MAP_FAILED_FROM    0xfffff000U
#define PROT_READ_WRITE    3
#define MAP_SHARED_ZERO    0x801
#define MAP_PRIVATE_ZERO   0x802
#define CLOCK_IS_MONOTONIC 1

struct timespec32 {
	int32_t seconds;
	int32_t nanoseconds;
};

struct sysinfo32 {
	int32_t uptime;
	uint32_t loads[3];
	uint32_t total_ram;
	uint32_t free_ram;
	uint32_t shared_ram;
	uint32_t buffer_ram;
	uint32_t total_swap;
	uint32_t free_swap;
	uint16_t processes;
	uint16_t pad;
	uint32_t total_high;
	uint32_t free_high;
	uint32_t unit;
	char room[8];
};

/* With the six arguments that mmap has; returns a negative errno. */
static long call6(enum call number, const uint32_t argument[6])
{
	register long v0 __asm__("$2") = number;
	register uint32_t a0 __asm__("$4") = argument[0];
	register uint32_t a1 __asm__("$5") = argument[1];
	register uint32_t a2 __asm__("$6") = argument[2];
	register uint32_t a3 __asm__("$7") = argument[3];

	__asm__ volatile("subu $sp, $sp, 32\n\t"
			 "sw %[fifth], 16($sp)\n\t"
			 "sw %[sixth], 20($sp)\n\t"
			 "syscall\n\t"
			 "addu $sp, $sp, 32"
			 : "+r"(v0), "+r"(a3)
			 : "r"(a0), "r"(a1),
			   "r"(a2), [fifth] "r"(argument[4]), [sixth] "r"(argument[5])
			 : "memory", "$1", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15",
			   "$24", "$25", "hi", "lo");
	return a3 != 0 ? -v0 : v0;
}

static long call(enum call number, uint32_t first, uint32_t second, uint32_t third, uint32_t fourth)
{
	const uint32_t argument[6] = { first, second, third, fourth, 0, 0 };

	return call6(number, argument);
}

static uint32_t address_of(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

static void print(const char *text)
{
	uint32_t length = 0;

	while (text[length] != '\0') {
		length++;
	}
	call(CALL_WRITE, 1, address_of(text), length, 0);
}

static void print_number(uint32_t number)
{
	char digits[11];
	char *place = &digits[10];

	*place = '\0';
	do {
		*--place = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	print(place);
}

static void power_off(void)
{
	call(CALL_REBOOT, REBOOT_MAGIC, REBOOT_SAME, REBOOT_OFF, 0);
}

static void check(bool holds, const char *what)
{
	if (!holds) {
		print("init: FAILED: ");
		print(what);
		print("\n");
		power_off();
	}
}

static uint32_t *map(uint32_t bytes, uint32_t flags)
{
	const uint32_t argument[6] = { 0, bytes, PROT_READ_WRITE, flags, (uint32_t)-1, 0 };
	uint32_t address = (uint32_t)call6(CALL_MMAP, argument);

	check(address < MAP_FAILED_FROM, "mmap");
	return (uint32_t *)(uintptr_t)address;
}

/* A child of check_cpus(): on its CPU, it adds to what all of them share. */
static void run_on(uint32_t cpu, uint32_t *sum)
{
	uint32_t mask[2] = { 0, 0 };
	uint32_t here = ~0U;

	mask[cpu / 32] = 1U << (cpu % 32);
	check(call(CALL_SCHED_SETAFFINITY, 0, sizeof(mask), address_of(mask), 0) == 0, "affinity");
	for (uint32_t i = 0; i < ROUNDS; i++) {
		__atomic_fetch_add(sum, 1, __ATOMIC_SEQ_CST);
	}
	call(CALL_GETCPU, address_of(&here), 0, 0, 0);
	check(here == cpu, "a process is on another CPU than it wants");
	call(CALL_EXIT, 0, 0, 0, 0);
}

/* Each CPU starts, schedules, and adds with ll and sc to the same word as all others. */
static void check_cpus(void)
{
	uint32_t mask[2] = { 0, 0 };
	uint32_t *sum = map(PAGE_BYTES, MAP_SHARED_ZERO);
	uint32_t cpus = 0;

	check(call(CALL_SCHED_GETAFFINITY, 0, sizeof(mask), address_of(mask), 0) > 0, "affinity");
	for (uint32_t cpu = 0; cpu < 64; cpu++) {
		if ((mask[cpu / 32] >> (cpu % 32) & 1) != 0) {
			long child = call(CALL_FORK, 0, 0, 0, 0);

			check(child >= 0, "fork");
			if (child == 0) {
				run_on(cpu, sum);
			}
			cpus++;
		}
	}
	for (uint32_t i = 0; i < cpus; i++) {
		uint32_t status = ~0U;

		check(call(CALL_WAIT4, (uint32_t)-1, address_of(&status), 0, 0) > 0, "wait");
		check(status == 0, "a child ended with a failure");
	}
	check(*sum == cpus * ROUNDS, "additions were lost");
	print("init: cpus ");
	print_number(cpus);
	print("\n");
}

/* Nearly all free memory, a word in each half of every page: all at once, then all compared. */
static void check_memory(void)
{
	struct sysinfo32 info;
	uint32_t half_pages;
	uint32_t *word;

	check(call(CALL_SYSINFO, address_of(&info), 0, 0, 0) == 0, "sysinfo");
	half_pages = (info.free_ram - info.free_ram / 16) / PAGE_BYTES * 2;
	word = map(half_pages * (PAGE_BYTES / 2), MAP_PRIVATE_ZERO);
	for (uint32_t i = 0; i < half_pages; i++) {
		check(word[i * (PAGE_BYTES / 8)] == 0, "new memory is not zero");
		word[i * (PAGE_BYTES / 8)] = ~i;
	}
	for (uint32_t i = 0; i < half_pages; i++) {
		check(word[i * (PAGE_BYTES / 8)] == ~i, "memory has changed");
	}
	print("init: memory of ");
	print_number((info.total_ram + (1U << 20) - 1) >> 20);
	print(" MB, high ");
	print_number((info.total_high + (1U << 20) - 1) >> 20);
	print(" MB\n");
}

/* Sleeping ends not before its time and not much later: clock event and clock source agree. */
static void check_time(void)
{
	const struct timespec32 sleep = { 0, SLEEP_NS };
	struct timespec32 before;
	struct timespec32 after;
	int32_t passed;

	call(CALL_CLOCK_GETTIME, CLOCK_IS_MONOTONIC, address_of(&before), 0, 0);
	check(call(CALL_NANOSLEEP, address_of(&sleep), 0, 0, 0) == 0, "nanosleep");
	call(CALL_CLOCK_GETTIME, CLOCK_IS_MONOTONIC, address_of(&after), 0, 0);
	passed = (after.seconds - before.seconds) * 1000000000 + after.nanoseconds -
		 before.nanoseconds;
	check(passed >= (int32_t)SLEEP_NS, "woken too early");
	check(passed < (int32_t)SLEEP_NS + 5000000, "woken too late");
	print("init: time\n");
}

void start(void);

void start(void)
{
	check_cpus();
	check_time();
	check_memory();
	print("init: done\n");
	power_off();
}
