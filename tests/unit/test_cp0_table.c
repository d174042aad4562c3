/* SPDX-License-Identifier: MIT */
/* test_cp0_table.c - the simulator's CP0 registers are those of isa/cp0.def, bit for bit. */
#include <check.h>
#include <stdlib.h>

#include "isa/cp0.h"
#include "isa/names.h"
#include "sim/core/cp0.h"
#include "sim/machine_state.h"
#include "tests/suite.h"

static struct machine *machine;
static struct core *core;

static void setup(void)
{
	struct machine_config config = machine_config_default();
	struct error err;

	machine = machine_create(&config, &err);
	ck_assert_ptr_nonnull(machine);
	core = machine->core[0];
	cp0_reset(core);
}

static void teardown(void)
{
	machine_destroy(machine);
}

/* 32-bit registers read sign-extended. */
static uint64_t as_read(const struct isa_cp0_register *reg, uint64_t value)
{
	return reg->width == 64 ? value : (uint64_t)(int64_t)(int32_t)value;
}

START_TEST(reset_value_is_that_of_the_table)
{
	const struct isa_cp0_register *reg = &isa_cp0_registers[_i];
	uint64_t value = cp0_read(core, (unsigned)_i, core_now(core));

	/* Config says how the machine was built; the table says which of its bits it may have. */
	if (_i == CP0_CONFIG) {
		ck_assert_uint_ne(value, 0);
	} else {
		ck_assert_msg(value == as_read(reg, reg->reset), "register %d: %llx", _i,
			      (unsigned long long)value);
	}
}
END_TEST

START_TEST(writable_bits_are_those_of_the_table)
{
	static const uint64_t patterns[] = { ~0ULL, 0, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa };
	const struct isa_cp0_register *reg = &isa_cp0_registers[_i];
	uint64_t now = core_now(core);

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		uint64_t before = cp0_read(core, (unsigned)_i, now);

		cp0_write(core, (unsigned)_i, patterns[i], now);
		uint64_t expected = (before & ~reg->writable) | (patterns[i] & reg->writable);
		uint64_t after = cp0_read(core, (unsigned)_i, now);

		ck_assert_msg(after == as_read(reg, expected),
			      "register %d: %llx written as %llx reads %llx, expected %llx", _i,
			      (unsigned long long)before, (unsigned long long)patterns[i],
			      (unsigned long long)after,
			      (unsigned long long)as_read(reg, expected));
	}
}
END_TEST

START_TEST(rows_are_consistent)
{
	for (unsigned number = 0; number < 32; number++) {
		const struct isa_cp0_register *reg = &isa_cp0_registers[number];

		if (reg->name == NULL) {
			ck_assert_uint_eq(reg->writable | reg->reset | reg->width, 0);
			continue;
		}
		ck_assert(reg->width == 32 || reg->width == 64);
		ck_assert_ptr_nonnull(reg->description);
		if (reg->width == 32) {
			ck_assert_uint_eq((reg->writable | reg->reset) >> 32, 0);
		}
	}
	/* Sections 4.3 and 5.3 have 25 registers, table 5-5 has 18 codes. */
	unsigned registers = 0;
	unsigned exceptions = 0;

	for (unsigned i = 0; i < 32; i++) {
		registers += isa_cp0_registers[i].name != NULL;
		exceptions += isa_exceptions[i].name != NULL;
	}
	ck_assert_uint_eq(registers, 25);
	ck_assert_uint_eq(exceptions, 18);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cp0_table");
	TCase *registers = tcase_create("registers");

	tcase_add_checked_fixture(registers, setup, teardown);
	tcase_add_loop_test(registers, reset_value_is_that_of_the_table, 0, 32);
	tcase_add_loop_test(registers, writable_bits_are_those_of_the_table, 0, 32);
	tcase_add_test(registers, rows_are_consistent);
	suite_add_tcase(suite, registers);
	return suite_run(suite);
}
