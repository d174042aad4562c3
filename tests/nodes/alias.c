/* SPDX-License-Identifier: MIT */
/*
 * alias.c - the local alias: on, off, refused, on one node alone, over code and data that were used
 * before, and memory that is modified under both of its names.
 */
#include "guests/lib/smp.h"
#include "machine/frame.h"
#include "tests/nodes/nodes.h"

#define ALIAS_BYTES 0x8000U   /* of low memory; program and stacks lie above 1 MB */
#define DATA        0x6000U   /* a page of it without vectors */
#define CODE        0x5000U   /* a page of it that holds a function */
#define COPY        0x600000U /* where node n's copy lies: + n * ALIAS_BYTES */

static volatile uint32_t turn; /* which CPU may go on */

static uint64_t copy_of(unsigned node)
{
	return COPY + (uint64_t)node * ALIAS_BYTES;
}

static volatile uint32_t *low_word(uint32_t paddr)
{
	return (volatile uint32_t *)cpu_kseg0(paddr);
}

static volatile uint32_t *word_at(uint64_t paddr)
{
	return (volatile uint32_t *)unaliased(paddr);
}

/* "jr $ra; li $v0, value" at a physical address, by the name without alias. */
static void write_function(uint64_t paddr, uint32_t value)
{
	word_at(paddr)[0] = 0x03e00008;
	word_at(paddr)[1] = 0x24020000 | value;
}

static uint32_t call_low(void)
{
	uint32_t (*function)(void) = (uint32_t(*)(void))cpu_kseg0(CODE);

	return function();
}

static void copy_low_memory(unsigned node)
{
	for (uint32_t offset = 0; offset < ALIAS_BYTES; offset += 4) {
		*word_at(copy_of(node) + offset) = *word_at(offset);
	}
}

static void check_refused(unsigned node, uint64_t base, uint32_t size)
{
	set_alias(node, base, size);
	CHECK(node_read(node, NODE_ALIAS_STATE) == NODE_ALIAS_REFUSED);
	CHECK(node_read(node, NODE_ALIAS_SIZE) == size);
	CHECK(*low_word(DATA) == 0x1000);
}

static void check_refusals(unsigned node)
{
	uint64_t ram =
		(uint64_t)node_read(0, NODE_COUNT) * node_read(0, NODE_FRAMES) * MAP_PAGE_BYTES;

	check_refused(node, copy_of(node), ALIAS_BYTES + 4);
	check_refused(node, copy_of(node) + 8, ALIAS_BYTES);
	check_refused(node, copy_of(node) | (1ULL << MAP_NO_ALIAS_BIT), ALIAS_BYTES);
	check_refused(node, MAP_BOOT_BASE, MAP_PAGE_BYTES);
	check_refused(node, MAP_IO_BASE, MAP_PAGE_BYTES);
	check_refused(node, ram - MAP_PAGE_BYTES, 2 * MAP_PAGE_BYTES);
	check_refused(node, ram, MAP_PAGE_BYTES);
	check_refused(node, UINT64_MAX - MAP_PAGE_BYTES + 1, MAP_PAGE_BYTES);
	check_refused(node, copy_of(node), 0xfffff000);
}

/* BASE alone changes nothing; SIZE brings both in force. Read back as written, by words too. */
static void check_registers(unsigned node)
{
	set_alias(node, 0x123456789abcd000ULL, 0);
	CHECK(node_read(node, NODE_ALIAS_STATE) == NODE_ALIAS_OFF);
	CHECK(node_read(node, NODE_ALIAS_BASE_HI) == 0x12345678);
	CHECK(node_read(node, NODE_ALIAS_BASE_LO) == 0x9abcd000);
	*node_register(node, NODE_ALIAS_BASE_HI) = 0;
	*node_register(node, NODE_ALIAS_BASE_LO) = (uint32_t)copy_of(node);
	CHECK(*(volatile uint64_t *)node_register(node, NODE_ALIAS_BASE) == copy_of(node));
	CHECK(*low_word(DATA) == 0x1000);
}

/* This CPU's node switches its alias on and off; data and code follow, both names agree. */
static void check_alias(unsigned node)
{
	uint64_t copy = copy_of(node);

	copy_low_memory(node);
	*word_at(copy + DATA) = 0x2000 + node;
	write_function(copy + CODE, 0x20 + node);
	CHECK(*low_word(DATA) == 0x1000 && call_low() == 0x10);

	set_alias(node, copy, ALIAS_BYTES);
	CHECK(node_read(node, NODE_ALIAS_STATE) == NODE_ALIAS_ON);
	CHECK(*low_word(DATA) == 0x2000 + node && call_low() == 0x20 + node);
	CHECK(*word_at(DATA) == 0x1000);

	/* Stores go to the copy, by either name, and code written by another name is executed. */
	*low_word(DATA) = 0x3000 + node;
	CHECK(*word_at(copy + DATA) == 0x3000 + node && *word_at(DATA) == 0x1000);
	*word_at(copy + DATA + 4) = 7;
	CHECK(low_word(DATA)[1] == 7);
	write_function(copy + CODE, 0x30 + node);
	CHECK(call_low() == 0x30 + node);
	*low_word(CODE + 4) = 0x24020040 + node;
	CHECK(call_low() == 0x40 + node && word_at(CODE)[1] == 0x24020010);
	/* The last word of the alias, and the first behind it. */
	*low_word(ALIAS_BYTES - 4) = 0x5000 + node;
	*low_word(ALIAS_BYTES) = 0x6000;
	CHECK(*word_at(copy + ALIAS_BYTES - 4) == 0x5000 + node);
	CHECK(*word_at(ALIAS_BYTES - 4) == 0 && *word_at(ALIAS_BYTES) == 0x6000);
	/* An exception takes the vectors of the copy. */
	uint32_t value;

	CHECK(!trap_probe(cpu_kseg1(MAP_NODE_BASE + NODE_BYTES), 4, &value));

	set_alias(node, copy, 0);
	CHECK(*low_word(DATA) == 0x1000 && call_low() == 0x10);
	CHECK(*word_at(copy + DATA) == 0x3000 + node);
}

/* A loop in low memory switches the alias in its branch's slot and goes on in the copy. */
static void check_slot(unsigned node)
{
	static const uint32_t code[] = {
		0x24020000, /* li $v0, 0 */
		0x24840000, /* loop: addiu $a0, $a0, 0: the copy has another number here */
		0x24a5ffff, /* addiu $a1, $a1, -1 */
		0x24420001, /* addiu $v0, $v0, 1: the copy adds 0x100 */
		0x1ca0fffc, /* bgtz $a1, loop */
		0xacc70000, /* sw $a3, 0($a2): switches */
		0x03e00008, /* jr $ra */
		0x00000000,
	};
	uint32_t (*loop)(uint32_t, int, volatile uint32_t *, uint32_t) =
		(uint32_t(*)(uint32_t, int, volatile uint32_t *, uint32_t))cpu_kseg0(CODE);
	uint64_t copy = copy_of(node);

	for (unsigned i = 0; i < sizeof(code) / sizeof(code[0]); i++) {
		word_at(CODE)[i] = code[i];
		word_at(copy + CODE)[i] = code[i] == 0x24420001 ? 0x24420100 : code[i];
	}
	*(volatile uint64_t *)node_register(node, NODE_ALIAS_BASE) = copy;
	/* Once without effect, so that blocks and their links exist. */
	CHECK(loop(0, 3, node_register(node, NODE_ALIAS_SIZE), 0) == 3);
	CHECK(loop(0, 4, node_register(node, NODE_ALIAS_SIZE), ALIAS_BYTES) == 0x301);
	set_alias(node, copy, 0);
	CHECK(loop(0, 3, node_register(node, NODE_ALIAS_SIZE), 0) == 3);
	CHECK(loop(0, 2, node_register(node, NODE_ALIAS_SIZE), ALIAS_BYTES) == 0x101);
	CHECK(loop(0, 3, node_register(node, NODE_ALIAS_SIZE), ALIAS_BYTES) == 0x300);
	set_alias(node, copy, 0);
	write_function(CODE, 0x10);
}

static void check_all(unsigned node)
{
	check_registers(node);
	check_refusals(node);
	check_alias(node);
	check_slot(node);
}

/* CPU after CPU, each the first of its node. */
static void secondary(unsigned cpu)
{
	while (turn != cpu) {
	}
	unsigned node = node_read(0, NODE_SELF);

	if (cpu == node_read(node, NODE_CPU_FIRST)) {
		check_all(node);
	}
	turn = cpu + 1;
}

/* Node 0 has its alias on: the other nodes' CPUs do not see it, those of node 0 do. */
static void others_view(unsigned cpu)
{
	while (turn != cpu) {
	}
	unsigned node = node_read(0, NODE_SELF);

	CHECK(*low_word(DATA) == (node == 0 ? 0x3000 : 0x1000));
	CHECK(call_low() == (node == 0 ? 0x77 : 0x10));
	turn = cpu + 1;
}

static void all_cpus(unsigned cpu)
{
	secondary(cpu);
	others_view(cpu + 64);
}

int main(void)
{
	unsigned cpus = node_read(0, NODE_COUNT) * node_read(0, NODE_CPU_COUNT);

	*low_word(DATA) = 0x1000;
	write_function(CODE, 0x10);
	turn = UINT32_MAX;
	if (cpus > 1) {
		CHECK(smp_start(all_cpus) == cpus);
	}
	check_all(0);
	turn = 1;
	while (turn != cpus) {
	}
	write_function(copy_of(0) + CODE, 0x77);
	set_alias(0, copy_of(0), ALIAS_BYTES);
	turn = 65;
	while (turn != cpus + 64 && cpus > 1) {
	}
	set_alias(0, 0, 0);
	printf("%u CPUs\n", cpus);
	return 0;
}
