/* SPDX-License-Identifier: MIT */
/*
 * test_rewriting.c - what the monitor may have put in place of privileged instructions behaves like
 * them: interrupts at every point of a change of Status, text that is written. Passes in every VM.
 */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

#define CHANGES 4000

#if GUEST_UNTIMED
#define FAR 100000
#else
#define FAR 0
#endif

static volatile uint32_t interrupts;
static uint32_t delay;

/* Again if Count has passed meanwhile: the VCPU may have lost its CPU. */
static void set_compare(uint32_t distance)
{
	uint32_t next;

	do {
		/* Far enough for the handler to end before the next one where traps take long. */
		next = cp0_read(CP0_COUNT) + distance + FAR;
		cp0_write(CP0_COMPARE, next);
	} while (FAR != 0 && (int32_t)(next - cp0_read(CP0_COUNT)) <= 0 &&
		 !(cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER));
}

/* The next one comes a little later than the last: so it meets every instruction of the loop. */
static void again(struct frame *frame, uint32_t ip)
{
	(void)frame;
	(void)ip;
	interrupts++;
	delay = delay * 1103515245 + 12345;
	set_compare(2000 + (delay >> 16) % 997);
}

/* Turns interrupts on and off; counts how often $at, $2 or Status was not what it should be. */
static uint64_t change_status(uint32_t off, uint32_t on)
{
	uint64_t wrong = 0;

	__asm__ volatile(".set push\n\t.set noreorder\n\t.set noat\n\t"
			 "li $9, %3\n\t"
			 "1: dli $1, 0x123456789abcdef0\n\tmove $2, $1\n\t"
			 "mtc0 %2, $12\n\tnop\n\tnop\n\tnop\n\t"
			 "dsubu $10, $1, $2\n\tsltu $10, $0, $10\n\tdaddu %0, %0, $10\n\t"
			 "mfc0 $10, $12\n\txor $10, $10, %2\n\tsltu $10, $0, $10\n\t"
			 "daddu %0, %0, $10\n\t"
			 "mtc0 %1, $12\n\tnop\n\tnop\n\tnop\n\t"
			 "dsubu $10, $1, $2\n\tsltu $10, $0, $10\n\tdaddu %0, %0, $10\n\t"
			 "mfc0 $10, $12\n\txor $10, $10, %1\n\tsltu $10, $0, $10\n\t"
			 "daddu %0, %0, $10\n\t"
			 "bnez $9, 1b\n\taddiu $9, $9, -1\n\t.set pop"
			 : "+r"(wrong)
			 : "r"((int64_t)(int32_t)off), "r"((int64_t)(int32_t)on), "i"(CHANGES)
			 : "$1", "$2", "$9", "$10", "memory");
	return wrong;
}

static void test_status(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	on_interrupt = again;
	set_compare(1000);
	CHECK_EQUAL("Status",
		    change_status(status | CAUSE_IP_TIMER, status | CAUSE_IP_TIMER | STATUS_IE), 0);
#if !GUEST_UNTIMED
	check("interrupts", interrupts > 20, interrupts, 20);
#endif
	cp0_write(CP0_STATUS, status);
	on_interrupt = NULL;
}

/* Code that is changed after it has run: the new instruction counts, the others are kept. */
static uint32_t text[1024] __attribute__((aligned(4096)));

static void test_text(void)
{
	uint64_t (*run)(void) = (uint64_t(*)(void))(uintptr_t)text;

	text[0] = 0x40027800; /* mfc0 v0, PRId */
	text[1] = 0x40037800; /* mfc0 v1, PRId */
	text[2] = 0x03e00008; /* jr ra */
	text[3] = 0x40037000; /* mfc0 v1, EPC */
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQUAL("before", run(), PRID_R4400);
	}
	text[0] = 0x24020055; /* addiu v0, zero, 0x55 */
	CHECK_EQUAL("after", run(), 0x55);
	CHECK_EQUAL("kept", text[1], 0x40037800);
	CHECK_EQUAL("kept", text[3], 0x40037000);
	text[0] = 0x40028000; /* mfc0 v0, Config */
	CHECK_EQUAL("again", run(), cp0_read(CP0_CONFIG));
	CHECK_EQUAL("kept", text[0], 0x40028000);
}

void test_rewriting(void)
{
	test_status();
	test_text();
}
