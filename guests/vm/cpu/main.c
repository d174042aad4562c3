/* SPDX-License-Identifier: MIT */
/* main.c - all groups in order; the last line tells whether any test failed. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

struct group {
	const char *name;
	void (*run)(void);
};

static const struct group groups[] = {
	{ "registers", test_registers },
	{ "delay slots", test_slots },
	{ "cp0", test_cp0 },
	{ "exceptions", test_exceptions },
	{ "tlb", test_tlb },
	{ "user mode", test_user },
#if !GUEST_UNTIMED
	{ "timer", test_timer },
#endif
	{ "fpu", test_fpu },
	{ "shared page", test_shared_page },
	{ "calls", test_calls },
#if !GUEST_UNTIMED
	{ "devices", test_devices },
#endif
#if !GUEST_QEMU
	{ "watch", test_watch },
#endif
	{ "rewriting", test_rewriting },
#if !GUEST_SHORT
	{ "generated", test_generated },
#endif
};

void guest_main(void)
{
	cp0_write64(CP0_CONTEXT, PAGE_TABLE);
	for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		uint32_t before = failures;

		groups[i].run();
		print(failures == before ? "ok " : "FAILED ");
		print(groups[i].name);
		print("\n");
	}
	print(failures == 0 ? "virtual CPU: all passed\n" : "virtual CPU: FAILED\n");
	guest_exit(failures != 0);
}
