/* SPDX-License-Identifier: MIT */
/*
 * test_inspect.c - a description made by hand is read as the contract has it; one that is damaged
 * gives answers within the machine's memory or none.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "machine/shared_page.h"
#include "machine/vm.h"
#include "sim/control.h"
#include "sim/inspect/inspect.h"
#include "sim/inspect/moves.h"
#include "tests/suite.h"

/* Physical addresses of what setup() builds. */
#define HEADER      0x1000
#define VM_TABLE    0x1100
#define VCPU_TABLE  0x1200
#define CPU_TABLE   0x1300
#define NODE_TABLE  0x1400
#define MOVE_TABLE  0x1500
#define VM          0x2000
#define VCPU        0x3000
#define CPU         0x4000
#define CHUNKS      0x4100
#define FRAMES      0x5000
#define TLB         0x6000
#define PMAP_0      0x7000 /* chunks of 4 entries */
#define PMAP_1      0x7100
#define SHARED      0x8000
#define MOVES       0x18000 /* struct movement_log */
#define DATA        0x10000 /* guest page 1 */
#define VM_PAGES    6
#define RAM         0x40000
#define RANDOM_RUNS 2000

static struct machine *machine;
static struct inspect view;

/* Stores a number of `size` bytes in big-endian order, the machine's. */
static void put(uint64_t paddr, uint64_t value, unsigned size)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < size; i++) {
		bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
	}
	ck_assert(machine_write_physical(machine, paddr, bytes, size));
}

static void put_header(void)
{
	put(HEADER + offsetof(struct inspect_header, magic), INSPECT_MAGIC, 4);
	put(HEADER + offsetof(struct inspect_header, version), INSPECT_VERSION, 4);
	put(HEADER + offsetof(struct inspect_header, header_bytes), sizeof(struct inspect_header),
	    4);
	put(HEADER + offsetof(struct inspect_header, vm_table), VM_TABLE, 8);
	put(HEADER + offsetof(struct inspect_header, vcpu_table), VCPU_TABLE, 8);
	put(HEADER + offsetof(struct inspect_header, cpu_table), CPU_TABLE, 8);
	put(HEADER + offsetof(struct inspect_header, memmap_table), NODE_TABLE, 8);
	put(HEADER + offsetof(struct inspect_header, vm_count), 1, 4);
	put(HEADER + offsetof(struct inspect_header, vcpu_count), 1, 4);
	put(HEADER + offsetof(struct inspect_header, cpu_count), 1, 4);
	put(HEADER + offsetof(struct inspect_header, node_count), 1, 4);
	put(HEADER + offsetof(struct inspect_header, memmap_stride), 32, 4);
	put(HEADER + offsetof(struct inspect_header, movement_table), MOVE_TABLE, 8);
	put(MOVE_TABLE, MOVES, 8);
	put(VM_TABLE, VM, 8);
	put(VCPU_TABLE, VCPU, 8);
	put(CPU_TABLE, CPU, 8);
	put(NODE_TABLE, FRAMES, 8);
}

static void put_vm(void)
{
	ck_assert(machine_write_physical(machine, VM, "guest\033", 7));
	put(VM + offsetof(struct inspect_vm, number), 3, 4);
	put(VM + offsetof(struct inspect_vm, vcpu_count), 1, 4);
	put(VM + offsetof(struct inspect_vm, pmap_stride), 8, 4);
	put(VM + offsetof(struct inspect_vm, pages), VM_PAGES, 8);
	put(VM + offsetof(struct inspect_vm, pmap_table), CHUNKS, 8);
	put(VM + offsetof(struct inspect_vm, pmap_chunk_log2), 2, 4);
	put(CHUNKS, PMAP_0, 8);
	put(CHUNKS + 8, PMAP_1, 8);
	/* Guest page 1 is machine page 0x10, page 5 is 0x11; page 0 was never touched. */
	put(PMAP_0 + 8, 0x10 << 6 | ENTRYLO_V | ENTRYLO_D, 4);
	put(PMAP_1 + 8, 0x11 << 6 | ENTRYLO_V, 4);
	for (uint64_t i = 0; i < 0x2000; i += 8) {
		put(DATA + i, i, 8);
	}
}

static void put_vcpu(void)
{
	put(VCPU + offsetof(struct inspect_vcpu, number), 0, 4);
	put(VCPU + offsetof(struct inspect_vcpu, state), INSPECT_VCPU_READY, 4);
	put(VCPU + offsetof(struct inspect_vcpu, gpr) + 29 * 8, 0xffffffffc0001234, 8);
	put(VCPU + offsetof(struct inspect_vcpu, pc), 0xffffffffc0001000, 8);
	put(VCPU + offsetof(struct inspect_vcpu, tlb_entries), 2, 4);
	put(VCPU + offsetof(struct inspect_vcpu, tlb), TLB, 8);
	put(VCPU + offsetof(struct inspect_vcpu, shared_page), SHARED, 8);
	put(SHARED + SHARED_PAGE_ID, SHARED_PAGE_MAGIC, 4);
	put(SHARED + SHARED_PAGE_EPC, 0x1234567890, 8);
	put(SHARED + SHARED_PAGE_ENTRYHI, 7, 8);
	/* 0x00400000: even page guest page 5, odd page not valid; ASID 7. */
	put(TLB + offsetof(struct inspect_tlb_entry, entryhi), 0x00400007, 8);
	put(TLB + offsetof(struct inspect_tlb_entry, entrylo0), 5 << 6 | ENTRYLO_V, 4);
	/* A pair of 16 KB pages of another ASID, global: guest page 4 is the first's. */
	put(TLB + 24 + offsetof(struct inspect_tlb_entry, entryhi), 0xffffffffd0000009, 8);
	put(TLB + 24 + offsetof(struct inspect_tlb_entry, pagemask), 0x6000, 4);
	put(TLB + 24 + offsetof(struct inspect_tlb_entry, entrylo0), ENTRYLO_G, 4);
	put(TLB + 24 + offsetof(struct inspect_tlb_entry, entrylo1), 4 << 6 | ENTRYLO_V | ENTRYLO_G,
	    4);
	put(CPU, 0, 4);
	put(CPU + 4, INSPECT_CAUSE_CALL, 4);
	put(FRAMES + 32 * 0x10, INSPECT_FRAME_PRIVATE, 1);
	put(FRAMES + 32 * 0x10 + 2, 3, 2);
	put(FRAMES + 32 * 0x10 + 4, 1, 4);
}

static void setup(void)
{
	struct machine_config config = machine_config_default();
	struct error err;

	config.memory_bytes = RAM;
	machine = machine_create(&config, &err);
	ck_assert_ptr_nonnull(machine);
	put_header();
	put_vm();
	put_vcpu();
	ck_assert(inspect_open(&view, machine, HEADER));
}

static void teardown(void)
{
	machine_destroy(machine);
}

START_TEST(what_is_published_is_read)
{
	struct inspect_vm vm;
	struct inspect_cpu cpu;
	struct inspect_frame frame;
	uint64_t paddr;

	ck_assert(inspect_vm(&view, 0, &vm));
	ck_assert_str_eq(vm.name, "guest?");
	ck_assert_uint_eq(vm.number, 3);
	ck_assert(!inspect_vm(&view, 1, &vm));
	ck_assert(inspect_cpu(&view, 0, &cpu));
	ck_assert_uint_eq(cpu.cause, INSPECT_CAUSE_CALL);
	ck_assert(inspect_frame(&view, 0, 0x10, &frame));
	ck_assert_uint_eq(frame.kind, INSPECT_FRAME_PRIVATE);
	ck_assert_uint_eq(frame.vm, 3);
	ck_assert_uint_eq(frame.ppn, 1);
	ck_assert(inspect_guest_page(&view, &vm, 1, &paddr));
	ck_assert_uint_eq(paddr, DATA);
	ck_assert(inspect_guest_page(&view, &vm, 5, &paddr));
	ck_assert_uint_eq(paddr, DATA + 0x1000);
	ck_assert(!inspect_guest_page(&view, &vm, 0, &paddr));
	ck_assert(!inspect_guest_page(&view, &vm, 6, &paddr));
	ck_assert(!inspect_guest_page(&view, &vm, UINT64_MAX, &paddr));
}
END_TEST

START_TEST(guest_memory_is_read_across_pages)
{
	struct inspect_vm vm;
	uint8_t bytes[0x3000];

	ck_assert(inspect_vm(&view, 0, &vm));
	memset(bytes, 0xff, sizeof(bytes));
	/* Zeroes of page 0, then page 1, then zeroes of page 2. */
	ck_assert_uint_eq(inspect_read_physical(&view, &vm, 0xff8, bytes, 0x1010), 0x1010);
	ck_assert_uint_eq(bytes[0], 0);
	ck_assert_uint_eq(bytes[7], 0);
	ck_assert_uint_eq(bytes[8 + 0x10 + 7], 0x10);
	ck_assert_uint_eq(bytes[8 + 0xff8 + 7], 0xf8);
	ck_assert_uint_eq(bytes[0x100f], 0);
	/* Up to the end of the VM's memory. */
	ck_assert_uint_eq(inspect_read_physical(&view, &vm, 0x5ff0, bytes, 0x100), 0x10);
}
END_TEST

START_TEST(registers_are_those_of_their_place)
{
	struct inspect_vcpu vcpu;
	enum inspect_place place;

	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	ck_assert_int_eq(place, INSPECT_SAVED);
	ck_assert_uint_eq(vcpu.gpr[29], 0xffffffffc0001234);
	ck_assert_uint_eq(vcpu.pc, 0xffffffffc0001000);
	ck_assert_uint_eq(vcpu.cp0[CP0_EPC], 0x1234567890);
	ck_assert(!inspect_vcpu(&view, 1, &vcpu, &place));
	/* RUNNING, and its CPU is at reset, in kernel mode with ERL: neither here nor there. */
	put(VCPU + offsetof(struct inspect_vcpu, state), INSPECT_VCPU_RUNNING, 4);
	put(CPU + 4, INSPECT_CAUSE_GUEST, 4);
	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	ck_assert_int_eq(place, INSPECT_IN_BETWEEN);
	/* The CPU runs another VCPU. */
	put(CPU, INSPECT_NONE, 4);
	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	ck_assert_int_eq(place, INSPECT_SAVED);
}
END_TEST

START_TEST(addresses_are_translated)
{
	struct inspect_vcpu vcpu;
	enum inspect_place place;
	uint64_t gpa;
	uint8_t byte;

	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	ck_assert(inspect_translate(&view, &vcpu, 0xffffffffc0001234, &gpa));
	ck_assert_uint_eq(gpa, 0x1234);
	ck_assert(inspect_translate(&view, &vcpu, 0xffffffffdf000900, &gpa));
	ck_assert_uint_eq(gpa, MAP_IO_BASE + 0x900);
	ck_assert(inspect_translate(&view, &vcpu, 0x00400ffe, &gpa));
	ck_assert_uint_eq(gpa, 0x5ffe);
	ck_assert(!inspect_translate(&view, &vcpu, 0x00401000, &gpa));
	ck_assert(!inspect_translate(&view, &vcpu, 0x00402000, &gpa));
	ck_assert(!inspect_translate(&view, &vcpu, 0xffffffffd0000000, &gpa));
	ck_assert(inspect_translate(&view, &vcpu, 0xffffffffd0005678, &gpa));
	ck_assert_uint_eq(gpa, 0x5678);
	ck_assert(!inspect_translate(&view, &vcpu, 0xffffffffd0008000, &gpa));
	/* KSEG0, the monitor's area, its trampolines, the end. */
	ck_assert(!inspect_translate(&view, &vcpu, 0xffffffff80001000, &gpa));
	ck_assert(!inspect_translate(&view, &vcpu, 0xffffffffde000000, &gpa));
	ck_assert(!inspect_translate(&view, &vcpu, 0xffffffffcfff0000, &gpa));
	ck_assert(!inspect_translate(&view, &vcpu, 0xffffffffe0000000, &gpa));
	ck_assert(!inspect_translate(&view, &vcpu, UINT64_MAX, &gpa));
	ck_assert_uint_eq(inspect_read_virtual(&view, &vcpu, 0x00400017, &byte, 1), 1);
	ck_assert_uint_eq(byte, 0x10);
	/* Another ASID than the first entry's. */
	put(SHARED + SHARED_PAGE_ENTRYHI, 8, 8);
	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	ck_assert(!inspect_translate(&view, &vcpu, 0x00400ffe, &gpa));
}
END_TEST

/* Register `reg`, after it has been written as `value`. */
static uint64_t written(unsigned reg, uint64_t value)
{
	struct inspect_vcpu vcpu;
	enum inspect_place place;

	ck_assert(inspect_write_register(&view, machine, 0, reg, value));
	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	return inspect_register(&vcpu, reg);
}

START_TEST(registers_are_written_where_they_are)
{
	static const unsigned registers[] = {
		REG_GPR0 + 1,
		REG_GPR0 + 31,
		REG_HI,
		REG_LO,
		REG_PC,
		REG_FPR0,
		REG_FPR0 + 31,
		REG_CP0 + CP0_EPC,
		REG_CP0 + CP0_WATCHLO,
		REG_CP0 + CP0_COUNT,
		REG_CP0 + CP0_ERROREPC,
	};

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		ck_assert_uint_eq(written(registers[i], 0x123456789a0 + i), 0x123456789a0 + i);
	}
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		struct inspect_vcpu vcpu;
		enum inspect_place place;

		ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
		ck_assert_uint_eq(inspect_register(&vcpu, registers[i]), 0x123456789a0 + i);
	}
	ck_assert_uint_eq(written(REG_CP0 + CP0_STATUS, 0x1ffffffff), 0xffffffff);
	ck_assert_uint_eq(written(REG_FCR31, 3), 3);
	ck_assert(!inspect_write_register(&view, machine, 0, REG_GPR0, 1));
	ck_assert(!inspect_write_register(&view, machine, 0, REG_FCR0, 1));
	ck_assert(!inspect_write_register(&view, machine, 1, REG_PC, 1));
	/* In between. */
	put(VCPU + offsetof(struct inspect_vcpu, state), INSPECT_VCPU_RUNNING, 4);
	put(CPU + 4, INSPECT_CAUSE_GUEST, 4);
	ck_assert(!inspect_write_register(&view, machine, 0, REG_PC, 1));
	/* In the CPU. */
	control_write_register(machine, 0, REG_CP0 + CP0_STATUS, STATUS_KSU_USER);
	ck_assert_uint_eq(written(REG_PC, 0x4000), 0x4000);
	ck_assert_uint_eq(control_read_register(machine, 0, REG_PC), 0x4000);
}
END_TEST

START_TEST(only_own_pages_are_written)
{
	struct inspect_vcpu vcpu;
	enum inspect_place place;
	uint8_t bytes[0x1010];

	ck_assert(inspect_vcpu(&view, 0, &vcpu, &place));
	memset(bytes, 0x5a, sizeof(bytes));
	/* Page 1 is the VM's own; page 2 was never touched, page 5 is not writable. */
	ck_assert_uint_eq(
		inspect_write_virtual(&view, machine, &vcpu, 0xffffffffc0001ff8, bytes, 0x10), 8);
	ck_assert_uint_eq(inspect_read_virtual(&view, &vcpu, 0xffffffffc0001ff0, bytes, 0x10),
			  0x10);
	ck_assert_uint_eq(bytes[7], 0xf0);
	ck_assert_uint_eq(bytes[8], 0x5a);
	ck_assert_uint_eq(
		inspect_write_virtual(&view, machine, &vcpu, 0xffffffffc0005000, bytes, 1), 0);
	ck_assert_uint_eq(
		inspect_write_virtual(&view, machine, &vcpu, 0xffffffffdf000900, bytes, 1), 0);
}
END_TEST

START_TEST(what_does_not_fit_is_not_there)
{
	struct inspect_vm vm;
	struct inspect damaged;

	put(HEADER + offsetof(struct inspect_header, generation), 1, 4);
	ck_assert(!inspect_open(&damaged, machine, HEADER));
	put(HEADER + offsetof(struct inspect_header, generation), 2, 4);
	ck_assert(inspect_open(&damaged, machine, HEADER));
	put(HEADER + offsetof(struct inspect_header, version), INSPECT_VERSION + 1, 4);
	ck_assert(!inspect_open(&damaged, machine, HEADER));
	ck_assert(!inspect_open(&damaged, machine, RAM - 8));
	ck_assert(!inspect_open(&damaged, machine, HEADER + 4));
	put(VM + offsetof(struct inspect_vm, vcpu_first), 2, 4);
	ck_assert(!inspect_vm(&view, 0, &vm));
	put(VM_TABLE, UINT64_MAX - 7, 8);
	ck_assert(!inspect_vm(&view, 0, &vm));
}
END_TEST

static uint64_t random_state = 1;

static uint64_t random64(void)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return random_state ^ random_state >> 29;
}

/* A number that is often near a limit. */
static uint64_t hostile(void)
{
	static const uint64_t limits[] = { 0,          1,          RAM,       0x7f000000,
					   0xffffffff, 0x80000000, INT64_MAX, UINT64_MAX,
					   0x1000,     64 };
	uint64_t value = limits[random64() % (sizeof(limits) / sizeof(limits[0]))];

	return random64() % 4 == 0 ? random64() : value + random64() % 9 - 4;
}

static void take_move(void *context, const struct move *move)
{
	struct move *last = context;

	*last = *move;
}

static void look_at_everything(void)
{
	struct moves moves = { 0 };
	struct movement_log sum;
	struct move move;
	static uint8_t bytes[0x2000];
	struct inspect_frame frame;
	struct inspect_vcpu vcpu;
	struct inspect_cpu cpu;
	struct inspect_vm vm;
	enum inspect_place place;
	uint64_t gpa;

	moves_look(&moves, &view, 0, 1000, 500, take_move, &move);
	(void)moves_add_up(&view, &sum);
	(void)inspect_cpu(&view, (uint32_t)hostile(), &cpu);
	(void)inspect_frame(&view, (uint32_t)(hostile() % 2), hostile(), &frame);
	if (inspect_vm(&view, 0, &vm)) {
		(void)inspect_guest_page(&view, &vm, hostile(), &gpa);
		ck_assert_uint_le(
			inspect_read_physical(&view, &vm, hostile(), bytes, sizeof(bytes)),
			sizeof(bytes));
	}
	if (inspect_vcpu(&view, 0, &vcpu, &place)) {
		(void)inspect_translate(&view, &vcpu, hostile(), &gpa);
		ck_assert_uint_le(
			inspect_read_virtual(&view, &vcpu, hostile(), bytes, sizeof(bytes)),
			sizeof(bytes));
		(void)inspect_write_register(&view, machine, 0, (unsigned)(random64() % 128),
					     hostile());
		(void)inspect_write_virtual(&view, machine, &vcpu, hostile(), bytes, 8);
	}
}

/* Record `number` of CPU 0: page 7 of VM 3, 100 counts before 500. */
static void put_move(uint32_t number, uint8_t action, uint8_t reason)
{
	uint64_t at = MOVES + offsetof(struct movement_log, record) +
		      number % MOVEMENT_RECORDS * sizeof(struct movement_record);

	put(at + offsetof(struct movement_record, nodes), 4, 8);
	put(at + offsetof(struct movement_record, time), 400, 4);
	put(at + offsetof(struct movement_record, page), 7, 4);
	put(at + offsetof(struct movement_record, vm), 3, 2);
	put(at + offsetof(struct movement_record, action), action, 1);
	put(at + offsetof(struct movement_record, reason), reason, 1);
	put(at + offsetof(struct movement_record, misses), 64, 2);
	put(at + offsetof(struct movement_record, total), 9, 2);
	put(MOVES + offsetof(struct movement_log, written), number + 1, 4);
}

START_TEST(moves_are_read_once_each)
{
	struct moves moves = { 0 };
	struct movement_log sum;
	struct move move = { 0 };

	put(MOVES + offsetof(struct movement_log, done) + 8 * MOVEMENT_WRITE_SHARED, 5, 8);
	put(MOVES + offsetof(struct movement_log, pages) + 8 * MOVEMENT_COLLAPSE, 2, 8);
	ck_assert(inspect_open(&view, machine, HEADER));
	ck_assert(moves_add_up(&view, &sum));
	ck_assert_uint_eq(sum.done[MOVEMENT_NONE][MOVEMENT_WRITE_SHARED], 5);
	ck_assert_uint_eq(sum.pages[MOVEMENT_COLLAPSE], 2);
	put_move(0, MOVEMENT_MIGRATE, MOVEMENT_DOMINATED);
	moves_look(&moves, &view, 0, 1000, 500, take_move, &move);
	ck_assert_uint_eq(move.cycle, 800);
	ck_assert_uint_eq(move.record.nodes, 4);
	ck_assert_uint_eq(move.record.page, 7);
	ck_assert_uint_eq(move.record.vm, 3);
	ck_assert_uint_eq(move.record.misses, 64);
	ck_assert_uint_eq(move.record.total, 9);
	ck_assert_str_eq(moves_action_name(move.record.action), "migrate");
	ck_assert_str_eq(moves_reason_name(move.record.reason), "dominated");
	move = (struct move){ 0 };
	moves_look(&moves, &view, 0, 1000, 500, take_move, &move);
	ck_assert_uint_eq(move.cycle, 0);
	put_move(MOVEMENT_RECORDS + 9, MOVEMENT_COLLAPSE, MOVEMENT_WRITTEN);
	moves_look(&moves, &view, 0, 1000, 500, take_move, &move);
	ck_assert_uint_eq(moves.lost, 9);
	ck_assert_str_eq(moves_reason_name(move.record.reason), "written");
	put(HEADER + offsetof(struct inspect_header, movement_table), 0, 8);
	ck_assert(inspect_open(&view, machine, HEADER));
	ck_assert(!moves_add_up(&view, &sum));
}
END_TEST

START_TEST(a_hostile_monitor_harms_nobody)
{
	static const uint64_t targets[] = { HEADER, VM_TABLE, VCPU_TABLE, VM,  VCPU,  CPU,
					    CHUNKS, FRAMES,   PMAP_0,     TLB, MOVES, MOVE_TABLE };

	for (unsigned i = 0; i < RANDOM_RUNS; i++) {
		unsigned target = (unsigned)(random64() % (sizeof(targets) / sizeof(targets[0])));

		if (i % 16 == 0) {
			put_header();
			put_vm();
			put_vcpu();
		}
		put(targets[target] + random64() % 80 / 4 * 4, hostile(),
		    random64() % 2 == 0 ? 4 : 8);
		if (inspect_open(&view, machine, HEADER)) {
			look_at_everything();
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("inspect");
	TCase *tests = tcase_create("inspect");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_published_is_read);
	tcase_add_test(tests, guest_memory_is_read_across_pages);
	tcase_add_test(tests, registers_are_those_of_their_place);
	tcase_add_test(tests, addresses_are_translated);
	tcase_add_test(tests, registers_are_written_where_they_are);
	tcase_add_test(tests, only_own_pages_are_written);
	tcase_add_test(tests, what_does_not_fit_is_not_there);
	tcase_add_test(tests, moves_are_read_once_each);
	tcase_add_test(tests, a_hostile_monitor_harms_nobody);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
