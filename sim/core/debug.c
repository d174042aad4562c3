/* SPDX-License-Identifier: MIT */
/* debug.c - looking up break- and watchpoints. Set by sim/control.c. */
#include "sim/core/debug.h"

#include "sim/core/core.h"

bool debug_breaks_at(const struct core *core, uint64_t pc)
{
	const struct core_debug *debug = core->debug;

	for (unsigned i = 0; debug != NULL && i < debug->breakpoint_count; i++) {
		if (debug->breakpoint[i] == pc) {
			return true;
		}
	}
	return false;
}

bool debug_watches_page(const struct core *core, uint64_t vpage)
{
	const struct core_debug *debug = core->debug;

	for (unsigned i = 0; debug != NULL && i < debug->watchpoint_count; i++) {
		const struct core_watchpoint *point = &debug->watchpoint[i];

		if (point->vaddr < vpage + RAM_PAGE_BYTES && vpage < point->vaddr + point->bytes) {
			return true;
		}
	}
	return false;
}

bool debug_note_access(struct core *core, uint64_t vaddr, unsigned size, bool is_write)
{
	struct core_debug *debug = core->debug;

	for (unsigned i = 0; debug != NULL && i < debug->watchpoint_count; i++) {
		const struct core_watchpoint *point = &debug->watchpoint[i];

		if ((is_write ? point->on_write : point->on_read) && point->vaddr < vaddr + size &&
		    vaddr < point->vaddr + point->bytes) {
			debug->watch_hit = true;
			debug->hit_is_write = is_write;
			debug->hit_vaddr = vaddr;
			core->stop = true;
			return true;
		}
	}
	return false;
}
