/* SPDX-License-Identifier: MIT */
/*
 * page.c - a kernel that reads and writes its privileged registers on the shared page.
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/moncall.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"
#include "machine/shared_page.h"

#define SOFTWARE (1U << CAUSE_IP_SHIFT)

static volatile struct shared_page *page;
static volatile uint32_t taken;
static bool all_good = true;

static void check(const char *what, bool holds)
{
	printf("%s: %s\n", what, holds ? "ok" : "WRONG");
	all_good &= holds;
}

static void take(struct trap_frame *frame)
{
	(void)frame;
	taken++;
	cp0_write(CP0_CAUSE, 0);
}

int main(void)
{
	page = (volatile struct shared_page *)(intptr_t)(int32_t)VM_SHARED_PAGE;
	check("identity", page->id == SHARED_PAGE_MAGIC && page->id_version >= 1);
	check("Status is there", page->status == cp0_read(CP0_STATUS));
	page->entrylo0 = 0x1234;
	check("stores are seen", cp0_read(CP0_ENTRYLO0) == 0x1234);
	cp0_write(CP0_ENTRYLO1, 0x4321);
	check("and the other way round", (uint32_t)page->entrylo1 == 0x4321);

	/* The pending rule: enabling interrupts by a store, then a look at what waits. */
	trap_set_interrupt(0, take);
	page->status |= SOFTWARE;
	cp0_write(CP0_CAUSE, SOFTWARE);
	check("pending", (page->pending & SOFTWARE) != 0 && taken == 0);
	page->status |= STATUS_IE;
	if (page->pending & page->status & STATUS_IM) {
		moncall(MONCALL_DELIVER, 0, 0, 0);
	}
	check("delivered", taken == 1 && (page->pending & SOFTWARE) == 0);
	page->status &= ~(uint32_t)STATUS_IE;
	cp0_write(CP0_CAUSE, SOFTWARE);
	check("not while it is off", taken == 1);
	printf("page: %s\n", all_good ? "ok" : "WRONG");
	return all_good ? 0 : 1;
}
