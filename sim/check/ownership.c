/* SPDX-License-Identifier: MIT */
/* ownership.c - the list of pages that VMs may map, and what is held against it (ownership.h). */
#include "sim/check/ownership.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/annotation.h"
#include "sim/core/core.h"
#include "sim/core/exception.h"
#include "sim/machine_state.h"

#define VMS_MAX 256U /* INSPECT_VMS_MAX: no monitor here has more */

/* A page of a VM: at how many guest pages, and is it writable? */
#define HAS_COUNT    0x7fffU
#define HAS_WRITABLE 0x8000U

enum page_state {
	PAGE_MONITOR, /* at first, and after TAKE */
	PAGE_FREE,
	PAGE_OF_VM
};

/* Which VM has it writable: its number + 1, or 0. */
struct page {
	uint16_t vms;
	uint16_t writer;
	uint16_t pins;
	uint8_t state;
	bool for_reading; /* DEVICE_READ and DEVICE_WRITE, while it is pinned */
	bool for_writing;
};

struct guarded_cpu {
	uint32_t runs;   /* as written to OWN_RUN */
	uint64_t change; /* of list, TLB or VM that it was checked after; 0: not yet */
	uint8_t asid;
};

struct ownership {
	struct machine *machine;
	uint64_t page_count; /* by number of the physical page */
	struct page *page;
	uint16_t *has[VMS_MAX]; /* by page */
	uint64_t change;        /* counts what makes another look necessary */
	struct ownership_counts counts;
	struct guarded_cpu cpu[MACHINE_CPUS_MAX];
};

struct ownership *ownership_begin(struct machine *machine)
{
	struct ownership *ownership = calloc(1, sizeof(*ownership));

	if (ownership == NULL) {
		return NULL;
	}
	ownership->machine = machine;
	ownership->change = 1;
	ownership->page_count = frame_to_page(machine->ram.frames - 1) + 1;
	/* The host backs what is used. A machine has memory: the count is not 0. */
	/* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI) */
	ownership->page = calloc(ownership->page_count, sizeof(*ownership->page));
	if (ownership->page == NULL) {
		free(ownership);
		return NULL;
	}
	for (unsigned i = 0; i < MACHINE_CPUS_MAX; i++) {
		ownership->cpu[i].runs = ANNOTATION_OWN_NOBODY;
	}
	machine->ownership = ownership;
	return ownership;
}

void ownership_end(struct ownership *ownership)
{
	if (ownership == NULL) {
		return;
	}
	ownership->machine->ownership = NULL;
	for (unsigned i = 0; i < VMS_MAX; i++) {
		free(ownership->has[i]);
	}
	free(ownership->page);
	free(ownership);
}

struct ownership_counts ownership_counts(const struct ownership *ownership)
{
	return ownership->counts;
}

/* Who has the page, for a message. */
static void describe(const struct ownership *ownership, uint64_t number, char *text, size_t size)
{
	static const char *const states[] = {
		[PAGE_MONITOR] = "the monitor's", [PAGE_FREE] = "nobody's", [PAGE_OF_VM] = "of VM"
	};
	uint64_t frame;
	size_t used;

	if (!frame_of_paddr(number << MAP_PAGE_SHIFT, ownership->machine->ram.frames, &frame)) {
		snprintf(text, size, "no RAM");
		return;
	}
	used = (size_t)snprintf(text, size, "%s", states[ownership->page[number].state]);
	for (unsigned vm = 0; vm < VMS_MAX && used < size; vm++) {
		const uint16_t *has = ownership->has[vm];

		if (has != NULL && has[number] != 0) {
			used += (size_t)snprintf(text + used, size - used, " %u %s", vm,
						 has[number] & HAS_WRITABLE ? "writable"
									    : "read-only");
		}
	}
}

/* Ends the run: the first violation counts. */
__attribute__((format(printf, 4, 5))) static void
violated(struct ownership *ownership, unsigned cpu, uint64_t number, const char *format, ...)
{
	struct machine *machine = ownership->machine;
	uint32_t runs = ownership->cpu[cpu].runs;
	char who[64] = "the monitor";
	char owner[128];
	char what[256];
	va_list list;

	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	if (runs != ANNOTATION_OWN_NOBODY) {
		snprintf(who, sizeof(who), "vm=%u vcpu=%u", runs & 0xffff, runs >> 16);
	}
	describe(ownership, number, owner, sizeof(owner));
	if (machine->stop.reason == STOP_NONE) {
		error_set(&machine->error, EXIT_MONITOR,
			  "ownership cpu=%u %s pc=0x%" PRIx64 ": %s; page 0x%" PRIx64 " is %s", cpu,
			  who, machine->core[cpu]->pc, what, number, owner);
	}
	machine_stop(machine, STOP_OWNERSHIP, cpu, 0);
}

/* The page that PFN `number` names. */
static uint64_t page_of_pfn(uint64_t number)
{
	return number & ~(1ULL << (MAP_NO_ALIAS_BIT - MAP_PAGE_SHIFT));
}

static bool is_ram(const struct ownership *ownership, uint64_t number)
{
	uint64_t frame;

	return frame_of_paddr(number << MAP_PAGE_SHIFT, ownership->machine->ram.frames, &frame);
}

static bool may_map(const struct ownership *ownership, uint32_t runs, uint64_t number,
		    bool writable)
{
	const uint16_t *has = runs != ANNOTATION_OWN_NOBODY && (runs & 0xffff) < VMS_MAX
				      ? ownership->has[runs & 0xffff]
				      : NULL;

	/* The clock page is everybody's to read (machine/clock.h). */
	if (number == MAP_CLOCK_BASE >> MAP_PAGE_SHIFT && runs != ANNOTATION_OWN_NOBODY) {
		return !writable;
	}
	return has != NULL && is_ram(ownership, number) && has[number] != 0 &&
	       (!writable || (has[number] & HAS_WRITABLE));
}

/* Can user or supervisor mode use an entry for this address, and is it mapped at all? */
static bool is_guests(uint64_t vpn2)
{
	bool is_compatible = ((vpn2 >> 31) & 0x1ff) == 0x1ff;

	switch (vpn2 >> 62) {
	case 0:
	case 1:
		return true;
	case 2:
		return false;
	default:
		return is_compatible && ((vpn2 >> 29) & 3) == 2;
	}
}

static bool is_mapped(uint64_t vpn2)
{
	bool is_compatible = ((vpn2 >> 31) & 0x1ff) == 0x1ff;

	/* Of the compatible segments CKSEG0 and CKSEG1 are not. */
	return vpn2 >> 62 != 2 && !(vpn2 >> 62 == 3 && is_compatible && ((vpn2 >> 30) & 1) == 0);
}

/* The first address of an entry, sign-extended where it is compatible. */
static uint64_t address_of(const struct core_tlb_entry *entry)
{
	bool is_compatible = entry->vpn2 >> 62 == 3 && ((entry->vpn2 >> 31) & 0x1ff) == 0x1ff;

	return entry->vpn2 | (is_compatible ? 0x3fffff0000000000ULL : 0);
}

static void check_half(struct ownership *ownership, const struct core *core, unsigned index,
		       unsigned half)
{
	const struct core_tlb_entry *entry = &core->tlb.entry[index];
	uint32_t lo = entry->lo[half];
	uint64_t pages = (entry->mask >> 13) + 1;
	uint64_t first = page_of_pfn((lo & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT) & ~(pages - 1);

	if (!(lo & ENTRYLO_V)) {
		return;
	}
	for (uint64_t i = 0; i < pages; i++) {
		if (!may_map(ownership, ownership->cpu[core->id].runs, first + i,
			     (lo & ENTRYLO_D) != 0)) {
			violated(ownership, core->id, first + i,
				 "TLB entry %u maps address 0x%" PRIx64 " (ASID %u) to page "
				 "0x%" PRIx64 "%s",
				 index, address_of(entry) + ((half * pages + i) << MAP_PAGE_SHIFT),
				 entry->asid, first + i, lo & ENTRYLO_D ? ", writable" : "");
			return;
		}
	}
}

static void check_entry(struct ownership *ownership, const struct core *core, unsigned index)
{
	if (is_guests(core->tlb.entry[index].vpn2)) {
		ownership->counts.entries++;
		check_half(ownership, core, index, 0);
		check_half(ownership, core, index, 1);
	}
}

/* All that can match under the ASID in force. */
static void check_cpu(struct ownership *ownership, const struct core *core)
{
	uint8_t asid = (uint8_t)core->cp0.entry_hi;

	for (unsigned i = 0; i < core->tlb.count; i++) {
		const struct core_tlb_entry *entry = &core->tlb.entry[i];

		if (entry->global || entry->asid == asid) {
			check_entry(ownership, core, i);
		}
	}
}

/* Of two entries: is there an address that both match? */
static bool overlap(const struct core_tlb_entry *a, const struct core_tlb_entry *b)
{
	uint64_t compared = (ENTRYHI_R | ENTRYHI_VPN2) & ~(uint64_t)(a->mask | b->mask);

	return ((a->vpn2 ^ b->vpn2) & compared) == 0 &&
	       (a->global || b->global || a->asid == b->asid);
}

static void on_tlb_write(void *context, struct core *core, unsigned index)
{
	struct ownership *ownership = context;
	const struct core_tlb_entry *entry = &core->tlb.entry[index];

	ownership->cpu[core->id].change = 0;
	check_entry(ownership, core, index);
	for (unsigned i = 0; is_mapped(entry->vpn2) && i < core->tlb.count; i++) {
		if (i != index && overlap(entry, &core->tlb.entry[i])) {
			violated(ownership, core->id,
				 page_of_pfn((entry->lo[0] & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT),
				 "TLB entries %u and %u match address 0x%" PRIx64, index, i,
				 address_of(entry));
			return;
		}
	}
}

/* A CPU goes to its guest: nothing that it can reach must have been taken away meanwhile. */
static void on_mode(void *context, struct core *core)
{
	struct ownership *ownership = context;
	struct guarded_cpu *cpu = &ownership->cpu[core->id];
	uint8_t asid = (uint8_t)core->cp0.entry_hi;

	if (core_get_mode(core) == CORE_KERNEL ||
	    (cpu->change == ownership->change && cpu->asid == asid)) {
		return;
	}
	cpu->change = ownership->change;
	cpu->asid = asid;
	check_cpu(ownership, core);
}

void ownership_add_hooks(struct ownership *ownership, struct core_hooks *hooks)
{
	hooks->guard = ownership;
	hooks->guard_tlb_write = on_tlb_write;
	hooks->guard_mode = on_mode;
}

void ownership_run(struct ownership *ownership, struct core *core, uint32_t value)
{
	ownership->cpu[core->id].runs = value;
	ownership->cpu[core->id].change = 0;
}

/* Something was taken away: CPUs that run guests must not map it any more, at this moment. */
static void check_guests(struct ownership *ownership)
{
	const struct machine *machine = ownership->machine;

	ownership->change++;
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		if (machine->core[i]->running && core_get_mode(machine->core[i]) != CORE_KERNEL) {
			check_cpu(ownership, machine->core[i]);
		}
	}
}

static uint16_t *list_of(struct ownership *ownership, uint32_t vm)
{
	if (vm >= VMS_MAX) {
		return NULL;
	}
	if (ownership->has[vm] == NULL) {
		ownership->has[vm] = calloc(ownership->page_count, sizeof(uint16_t));
	}
	return ownership->has[vm];
}

static void release(struct ownership *ownership, unsigned cpu, uint32_t vm, uint64_t number)
{
	struct page *page = &ownership->page[number];
	uint16_t *has = &ownership->has[vm][number];

	if (*has == 0) {
		violated(ownership, cpu, number, "VM %u gives up a page that it has not got", vm);
		return;
	}
	*has = (uint16_t)((*has & HAS_COUNT) - 1);
	page->writer = 0;
	if (*has == 0) {
		page->vms--;
		check_guests(ownership);
	}
}

static void allow_reading(struct ownership *ownership, unsigned cpu, uint32_t vm, uint64_t number)
{
	struct page *page = &ownership->page[number];
	uint16_t *has = &ownership->has[vm][number];

	if (*has & HAS_WRITABLE) {
		*has &= HAS_COUNT;
		page->writer = 0;
		if (page->for_writing) {
			violated(ownership, cpu, number,
				 "a page that a device may write becomes read-only for VM %u", vm);
		}
		check_guests(ownership);
		return;
	}
	if (page->writer != 0) {
		violated(ownership, cpu, number, "VM %u is given a page that another may write",
			 vm);
	}
	page->vms = (uint16_t)(page->vms + (*has == 0));
	if (page->state == PAGE_FREE) {
		page->state = PAGE_OF_VM;
	}
	++*has;
}

static bool is_zero(const struct ownership *ownership, uint64_t number)
{
	static const uint8_t zero[RAM_PAGE_BYTES];
	const struct ram *ram = &ownership->machine->ram;
	uint64_t frame;

	return frame_of_paddr(number << MAP_PAGE_SHIFT, ram->frames, &frame) &&
	       memcmp(ram_frame_host(ram, frame), zero, sizeof(zero)) == 0;
}

static void allow_writing(struct ownership *ownership, unsigned cpu, uint32_t vm, uint64_t number)
{
	struct page *page = &ownership->page[number];
	uint16_t *has = &ownership->has[vm][number];

	if (page->vms > (*has != 0) || (*has & HAS_COUNT) > 1) {
		violated(ownership, cpu, number,
			 "VM %u is given a page, writable, that is mapped elsewhere", vm);
	}
	if (*has == 0) {
		page->vms++;
		page->for_reading = false;
		page->for_writing = false;
	}
	*has = 1 | HAS_WRITABLE;
	page->writer = (uint16_t)(vm + 1);
	page->state = PAGE_OF_VM;
}

static void note_of_vm(struct ownership *ownership, unsigned cpu, uint32_t op, uint32_t vm,
		       uint64_t number)
{
	struct page *page = &ownership->page[number];
	bool is_write = op == ANNOTATION_OWN_DEVICE_WRITE;

	if (list_of(ownership, vm) == NULL) {
		violated(ownership, cpu, number, "no VM can have number %u", vm);
		return;
	}
	switch (op) {
	case ANNOTATION_OWN_RELEASE:
		release(ownership, cpu, vm, number);
		break;
	case ANNOTATION_OWN_READ:
		allow_reading(ownership, cpu, vm, number);
		break;
	case ANNOTATION_OWN_ZEROED:
		if (!is_zero(ownership, number)) {
			violated(ownership, cpu, number,
				 "VM %u is given a page that has not been cleared", vm);
		}
		allow_writing(ownership, cpu, vm, number);
		break;
	case ANNOTATION_OWN_WRITE:
		allow_writing(ownership, cpu, vm, number);
		break;
	default:
		if (page->pins == 0 || !may_map(ownership, vm, number, is_write)) {
			violated(ownership, cpu, number, "a device is to %s a page for VM %u",
				 is_write ? "write" : "read", vm);
		}
		page->for_reading = true;
		page->for_writing |= is_write;
		break;
	}
}

/* What concerns no VM. */
static void note_of_page(struct ownership *ownership, unsigned cpu, uint32_t op, uint64_t number)
{
	struct page *page = &ownership->page[number];

	switch (op) {
	case ANNOTATION_OWN_TAKE:
	case ANNOTATION_OWN_FREE:
		if (page->vms != 0 || page->pins != 0) {
			violated(ownership, cpu, number, "a page in use is freed or taken");
		}
		page->state = op == ANNOTATION_OWN_TAKE ? PAGE_MONITOR : PAGE_FREE;
		break;
	case ANNOTATION_OWN_PIN:
		page->pins++;
		break;
	default:
		if (page->pins == 0) {
			violated(ownership, cpu, number, "a pin is taken away that is not there");
			break;
		}
		page->pins--;
		page->for_reading = page->for_reading && page->pins != 0;
		page->for_writing = page->for_writing && page->pins != 0;
		break;
	}
}

void ownership_note(struct ownership *ownership, const struct core *core, uint64_t value)
{
	uint64_t number = page_of_pfn(value & ANNOTATION_OWN_PAGE);
	uint32_t op = (uint32_t)value & ANNOTATION_OWN_OP;
	uint32_t vm = (uint32_t)(value >> ANNOTATION_OWN_VM_SHIFT) & ANNOTATION_OWN_VM_MAX;

	ownership->counts.changes++;
	if (!is_ram(ownership, number)) {
		violated(ownership, core->id, number, "a page is given or taken that is no RAM");
		return;
	}
	switch (op) {
	case ANNOTATION_OWN_TAKE:
	case ANNOTATION_OWN_FREE:
	case ANNOTATION_OWN_PIN:
	case ANNOTATION_OWN_UNPIN:
		note_of_page(ownership, core->id, op, number);
		break;
	case ANNOTATION_OWN_RELEASE:
	case ANNOTATION_OWN_READ:
	case ANNOTATION_OWN_WRITE:
	case ANNOTATION_OWN_ZEROED:
	case ANNOTATION_OWN_DEVICE_READ:
	case ANNOTATION_OWN_DEVICE_WRITE:
		note_of_vm(ownership, core->id, op, vm, number);
		break;
	default:
		break;
	}
}

void ownership_dma(struct ownership *ownership, uint64_t paddr, bool is_write)
{
	uint64_t number = page_of_pfn(paddr >> MAP_PAGE_SHIFT);
	const struct page *page;

	ownership->counts.parts++;
	if (!is_ram(ownership, number)) {
		return;
	}
	page = &ownership->page[number];
	if (page->state == PAGE_FREE) {
		violated(ownership, 0, number, "a device %s a free page",
			 is_write ? "writes" : "reads");
	} else if (page->vms != 0 && !(is_write ? page->for_writing : page->for_reading)) {
		violated(ownership, 0, number, "a device %s a page that no VM has given it",
			 is_write ? "writes" : "reads");
	}
}
