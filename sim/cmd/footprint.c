/* SPDX-License-Identifier: MIT */
/*
 * footprint.c - the machine's pages by owner, from what the monitor publishes of frames and of each
 * virtual machine's memory.
 */
#include "sim/cmd/footprint.h"

#include <stdlib.h>

#include "machine/frame.h"
#include "sim/inspect/inspect.h"

/* What a page holds. The first ones, up to SWAPPED, are what virtual machines have. */
enum content {
	CONTENT_DATA,    /* of a kernel: of one virtual machine, or copied by sharing */
	CONTENT_PROCESS, /* the same, but user mode has mapped it */
	CONTENT_TEXT,    /* of a boot module: a kernel's file */
	CONTENT_CACHE,   /* block of a disk */
	CONTENT_SWAPPED, /* memory of a virtual machine that the machine has not */
	CONTENT_REPLICA,
	CONTENT_MONITOR,
	CONTENT_ALIAS,
	CONTENT_FREE,
	CONTENTS
};

#define GUEST_CONTENTS (CONTENT_SWAPPED + 1)

static const char *const names[CONTENTS] = { "data",     "process", "text",  "cache", "swapped",
					     "replicas", "monitor", "alias", "free" };

/* A frame of the machine, and how often virtual machines have it. */
struct page {
	uint8_t content;
	uint16_t vm; /* number of the one that has it alone, or INSPECT_VM_NONE */
	uint32_t users;
};

struct footprint {
	struct inspect view;
	const struct machine_config *config;
	uint64_t frames;
	struct page *page;
	uint64_t machine[CONTENTS];
	uint64_t guest[GUEST_CONTENTS];
	uint64_t unmatched;
};

static enum content content_of(const struct inspect_frame *frame)
{
	switch (frame->kind) {
	case INSPECT_FRAME_FREE:
		return CONTENT_FREE;
	case INSPECT_FRAME_REPLICA:
		return CONTENT_REPLICA;
	case INSPECT_FRAME_ALIAS:
		return CONTENT_ALIAS;
	case INSPECT_FRAME_MONITOR:
		return CONTENT_MONITOR;
	default:
		break;
	}
	if (frame->flags & INSPECT_FRAME_F_TEXT) {
		return CONTENT_TEXT;
	}
	if (frame->flags & INSPECT_FRAME_F_HELD) {
		return CONTENT_CACHE;
	}
	return frame->flags & INSPECT_FRAME_F_USER ? CONTENT_PROCESS : CONTENT_DATA;
}

static void read_frames(struct footprint *footprint)
{
	unsigned nodes = footprint->config->nodes;
	uint64_t per_node = footprint->frames / nodes;

	for (unsigned node = 0; node < nodes; node++) {
		for (uint64_t i = 0; i < per_node; i++) {
			uint64_t number =
				frame_of_node(node, i, footprint->config->layout, per_node, nodes);
			struct inspect_frame frame;

			if (number >= footprint->frames ||
			    !inspect_frame(&footprint->view, node, i, &frame)) {
				footprint->unmatched++;
				continue;
			}
			footprint->page[number].content = (uint8_t)content_of(&frame);
			footprint->page[number].vm = frame.vm;
			footprint->machine[footprint->page[number].content]++;
		}
	}
}

/* The frame of a guest page; false if there is none. */
static bool find_page(const struct footprint *footprint, const struct inspect_vm *vm,
		      uint64_t guest_frame, uint64_t *number)
{
	uint64_t paddr;

	return inspect_guest_page(&footprint->view, vm, frame_to_page(guest_frame), &paddr) &&
	       frame_of_paddr(paddr, footprint->frames, number);
}

static void count_users(struct footprint *footprint, const struct inspect_vm *vm)
{
	uint64_t number;

	for (uint64_t i = 0; i < vm->pages; i++) {
		if (find_page(footprint, vm, i, &number)) {
			footprint->page[number].users++;
		}
	}
}

static json_t *vm_report(struct footprint *footprint, const struct inspect_vm *vm)
{
	uint64_t pages[GUEST_CONTENTS] = { 0 };
	uint64_t alone = 0;
	uint64_t number;
	json_t *report = json_object();
	json_t *virtual = json_object();

	for (uint64_t i = 0; i < vm->pages; i++) {
		if (!find_page(footprint, vm, i, &number)) {
			pages[CONTENT_SWAPPED] +=
				inspect_is_swapped(&footprint->view, vm, frame_to_page(i));
			continue;
		}
		if (footprint->page[number].content < GUEST_CONTENTS) {
			pages[footprint->page[number].content]++;
		} else {
			/* The monitor's own pages that a guest sees are none of its memory. */
			footprint->unmatched += footprint->page[number].content != CONTENT_MONITOR;
		}
		alone += footprint->page[number].users == 1;
	}
	for (unsigned i = 0; i < GUEST_CONTENTS; i++) {
		json_object_set_new(virtual, names[i], json_integer((json_int_t)pages[i]));
		footprint->guest[i] += pages[i];
	}
	json_object_set_new(report, "name", json_string(vm->name));
	json_object_set_new(report, "virtual", virtual);
	json_object_set_new(report, "alone", json_integer((json_int_t)alone));
	return report;
}

static json_t *counts(const uint64_t *pages, unsigned count)
{
	json_t *report = json_object();

	for (unsigned i = 0; i < count; i++) {
		json_object_set_new(report, names[i], json_integer((json_int_t)pages[i]));
	}
	return report;
}

/* Runs of pages of one content and one VM, in the order of frames: [pages, content, VM or -1]. */
static json_t *map_report(const struct footprint *footprint)
{
	json_t *map = json_array();
	uint64_t begin = 0;

	for (uint64_t i = 1; i <= footprint->frames; i++) {
		const struct page *page = &footprint->page[begin];

		if (i < footprint->frames && footprint->page[i].content == page->content &&
		    footprint->page[i].vm == page->vm) {
			continue;
		}
		json_array_append_new(map, json_pack("[I, s, i]", (json_int_t)(i - begin),
						     names[page->content],
						     page->vm == INSPECT_VM_NONE ? -1 : page->vm));
		begin = i;
	}
	return map;
}

/* Blocks of the machine's disks, and what the subnet shared. */
static void add_counters(const struct inspect *view, json_t *report)
{
	json_t *disks = json_array();
	json_t *nics = json_array();
	struct inspect_disk disk;
	struct inspect_nic nic;

	for (uint32_t i = 0; i < view->header.disk_count; i++) {
		if (inspect_disk(view, i, &disk)) {
			json_array_append_new(disks,
					      json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "slot",
							(json_int_t)disk.slot, "hits",
							(json_int_t)disk.hits, "read",
							(json_int_t)disk.read, "mapped",
							(json_int_t)disk.mapped, "copied",
							(json_int_t)disk.copied, "evicted",
							(json_int_t)disk.evicted));
		}
	}
	for (uint32_t i = 0; i < view->header.nic_count; i++) {
		if (inspect_nic(view, i, &nic)) {
			json_array_append_new(nics, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
							      "vm", (json_int_t)nic.vm, "slot",
							      (json_int_t)nic.slot, "sent",
							      (json_int_t)nic.sent, "received",
							      (json_int_t)nic.received, "lost",
							      (json_int_t)nic.lost, "mapped",
							      (json_int_t)nic.mapped, "copied",
							      (json_int_t)nic.copied));
		}
	}
	json_object_set_new(report, "disks", disks);
	json_object_set_new(report, "nics", nics);
}

static json_t *make_report(struct footprint *footprint)
{
	json_t *report = json_object();
	json_t *vms = json_array();
	struct inspect_vm vm;

	read_frames(footprint);
	for (uint32_t i = 0; i < footprint->view.header.vm_count; i++) {
		if (inspect_vm(&footprint->view, i, &vm)) {
			count_users(footprint, &vm);
		}
	}
	for (uint32_t i = 0; i < footprint->view.header.vm_count; i++) {
		if (inspect_vm(&footprint->view, i, &vm)) {
			json_array_append_new(vms, vm_report(footprint, &vm));
		}
	}
	json_object_set_new(report, "page_bytes", json_integer(MAP_PAGE_BYTES));
	json_object_set_new(report, "pages", json_integer((json_int_t)footprint->frames));
	json_object_set_new(report, "machine", counts(footprint->machine, CONTENTS));
	json_object_set_new(report, "virtual", counts(footprint->guest, GUEST_CONTENTS));
	json_object_set_new(report, "vms", vms);
	json_object_set_new(report, "map", map_report(footprint));
	add_counters(&footprint->view, report);
	json_object_set_new(report, "unmatched", json_integer((json_int_t)footprint->unmatched));
	return report;
}

json_t *footprint_report(const struct machine *machine, const struct elf_file *monitor)
{
	struct footprint footprint = { .config = machine_get_config(machine) };
	json_t *report = NULL;
	uint64_t header;

	if (!inspect_find(monitor, &header) || !inspect_open(&footprint.view, machine, header)) {
		return json_null();
	}
	footprint.frames = footprint.config->memory_bytes / MAP_PAGE_BYTES;
	footprint.page = calloc(footprint.frames, sizeof(*footprint.page));
	report = footprint.page != NULL ? make_report(&footprint) : json_null();
	free(footprint.page);
	return report;
}
