/* SPDX-License-Identifier: MIT */
/*
 * test_vm_segments.c - the oracle's segments (isa_segment_vm, cpu.segments=vm) against the contract
 * (machine/vm.h), number by number, and against the monitor's own idea of it (window.h).
 */
#include <check.h>
#include <stdlib.h>

#include "isa/segment.h"
#include "machine/map.h"
#include "machine/vm.h"
#include "tests/suite.h"

#include "src/mips_tlb/window.h"

#define SIGN ((uint64_t)0xffffffff00000000)

static struct isa_segment_result kernel(uint64_t vaddr)
{
	return isa_segment_vm(vaddr, ISA_MODE_KERNEL, false);
}

static void is_unmapped(uint64_t vaddr, uint64_t paddr, unsigned cache)
{
	for (int x64 = 0; x64 < 2; x64++) {
		struct isa_segment_result segment = isa_segment_vm(vaddr, ISA_MODE_KERNEL, x64);

		ck_assert_int_eq(segment.kind, ISA_SEGMENT_UNMAPPED);
		ck_assert_uint_eq(segment.paddr, paddr);
		ck_assert_uint_eq(segment.cache, cache);
	}
}

START_TEST(window_and_devices_are_direct)
{
	is_unmapped(SIGN | VM_WINDOW_BASE, 0, 5);
	is_unmapped((SIGN | VM_WINDOW_BASE) + VM_WINDOW_BYTES - 1, VM_WINDOW_BYTES - 1, 5);
	is_unmapped(SIGN | VM_DEVICES_BASE, MAP_IO_BASE, ISA_CACHE_UNCACHED);
	is_unmapped((SIGN | VM_DEVICES_BASE) + VM_DEVICES_BYTES - 1, MAP_IO_END - 1,
		    ISA_CACHE_UNCACHED);
	ck_assert_int_eq(VM_DEVICES_BYTES, MAP_IO_BYTES);
	ck_assert_uint_eq((uint64_t)VM_VECTOR_BASE, (uint64_t)VM_WINDOW_BASE);
}
END_TEST

START_TEST(rest_is_mapped_or_an_error)
{
	ck_assert_int_eq(kernel(0).kind, ISA_SEGMENT_MAPPED);
	ck_assert_int_eq(kernel(0x7fffffff).kind, ISA_SEGMENT_MAPPED);
	ck_assert_int_eq(kernel(SIGN | VM_MAPPED_BASE).kind, ISA_SEGMENT_MAPPED);
	ck_assert_int_eq(kernel((SIGN | VM_MAPPED_BASE) + VM_MAPPED_BYTES - 1).kind,
			 ISA_SEGMENT_MAPPED);
	ck_assert_int_eq(kernel(SIGN | VM_MONITOR_BASE).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel((SIGN | VM_MONITOR_BASE) + VM_MONITOR_BYTES - 1).kind,
			 ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel(0x80000000).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel(0xffffffff80000000).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel(0xffffffffbfffffff).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel(0xffffffffe0000000).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel(0xffffffffffffffff).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(kernel(0x9800000000000000).kind, ISA_SEGMENT_ERROR);
	ck_assert_int_eq(isa_segment_vm(0x9800000000000000, ISA_MODE_KERNEL, true).kind,
			 ISA_SEGMENT_ERROR);
}
END_TEST

START_TEST(user_mode_has_user_addresses_alone)
{
	for (int mode = ISA_MODE_USER; mode <= ISA_MODE_SUPERVISOR; mode++) {
		enum isa_mode user = (enum isa_mode)mode;

		ck_assert_int_eq(isa_segment_vm(0x7fffffff, user, false).kind, ISA_SEGMENT_MAPPED);
		ck_assert_int_eq(isa_segment_vm(0x80000000, user, false).kind, ISA_SEGMENT_ERROR);
		ck_assert_int_eq(isa_segment_vm(0x80000000, user, true).kind, ISA_SEGMENT_MAPPED);
		ck_assert_int_eq(isa_segment_vm(0x10000000000, user, true).kind, ISA_SEGMENT_ERROR);
		ck_assert_int_eq(isa_segment_vm(SIGN | VM_WINDOW_BASE, user, true).kind,
				 ISA_SEGMENT_ERROR);
		ck_assert_int_eq(isa_segment_vm(SIGN | VM_MAPPED_BASE, user, false).kind,
				 ISA_SEGMENT_ERROR);
	}
}
END_TEST

/* The monitor and the oracle were written apart; here they meet. Steps of 64 KB, both widths. */
START_TEST(monitor_has_the_same_areas)
{
	static const enum isa_segment_kind kinds[] = {
		[WINDOW_AREA_GUEST] = ISA_SEGMENT_MAPPED,
		[WINDOW_AREA_WINDOW] = ISA_SEGMENT_UNMAPPED,
		[WINDOW_AREA_MONITOR] = ISA_SEGMENT_ERROR,
		[WINDOW_AREA_DEVICES] = ISA_SEGMENT_UNMAPPED,
		[WINDOW_AREA_NEVER] = ISA_SEGMENT_ERROR,
	};
	unsigned wrong = 0;

	for (uint64_t page = 0; page < 0x10000; page++) {
		const uint64_t word = page << 16;
		const uint64_t addresses[] = { (uint64_t)(int64_t)(int32_t)(uint32_t)word,
					       (SIGN | word) + 0xffff,
					       word,
					       0x4000000000000000 | word,
					       0x8000000000000000 | word,
					       0xc000000000000000 | word };

		for (unsigned i = 0; i < 6; i++) {
			wrong += isa_segment_vm(addresses[i], ISA_MODE_KERNEL, true).kind !=
				 kinds[window_area_of(addresses[i])];
		}
	}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vm_segments");
	TCase *tcase = tcase_create("vm_segments");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, window_and_devices_are_direct);
	tcase_add_test(tcase, rest_is_mapped_or_an_error);
	tcase_add_test(tcase, user_mode_has_user_addresses_alone);
	tcase_add_test(tcase, monitor_has_the_same_areas);
	return suite_run(suite);
}
