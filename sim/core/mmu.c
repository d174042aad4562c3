/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - address translation and the slow path of memory accesses.
 *
 * The fast path is in exec_mem.c: one comparison with a soft TLB entry. Whatever that does not
 * answer comes here: faults, first touches, devices, watched or guarded pages, reversed bytes.
 */
#include "sim/core/mmu.h"

#include <string.h>

#include "isa/segment.h"
#include "sim/core/debug.h"
#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/core/timed.h"
#include "sim/core/tlb.h"

#define PADDR_MASK 0xfffffffffULL /* 36 bits */

static struct isa_segment_result segment_of(const struct core *core, uint32_t status,
					    uint64_t vaddr)
{
	static const enum isa_mode modes[CORE_MODE_COUNT] = {
		[CORE_USER] = ISA_MODE_USER,
		[CORE_SUPERVISOR] = ISA_MODE_SUPERVISOR,
		[CORE_KERNEL] = ISA_MODE_KERNEL,
	};

	if (unlikely(core->vm_segments)) {
		return isa_segment_vm(vaddr, modes[core_mode_of(status)], core_x64_of(status));
	}
	return isa_segment(vaddr, modes[core_mode_of(status)], core_x64_of(status),
			   (status & STATUS_ERL) != 0);
}

/* Kseg0 has the attribute of Config.K0. */
static bool is_uncached(const struct core *core, unsigned cache)
{
	return (cache == ISA_CACHE_CONFIG ? core->cp0.config & CONFIG_K0 : cache) ==
	       ISA_CACHE_UNCACHED;
}

/* The one name of the memory at `paddr`: behind the local alias, without the bit that avoids it. */
static uint64_t resolve_alias(const struct core *core, uint64_t paddr)
{
	if (unlikely(paddr < core->alias_bytes)) {
		return core->alias_base + paddr;
	}
	return paddr & PADDR_MASK & ~((uint64_t)1 << MAP_NO_ALIAS_BIT);
}

struct mmu_translation mmu_translate(const struct core *core, uint64_t vaddr,
				     enum core_access access)
{
	struct mmu_view now = { core->cp0.status, (uint8_t)core->cp0.entry_hi };

	return mmu_translate_in(core, now, vaddr, access);
}

/* Where `entry`, whose half for `vaddr` is `lo`, maps it to. */
static uint64_t entry_paddr(const struct core *core, const struct core_tlb_entry *entry,
			    uint32_t lo, uint64_t vaddr)
{
	uint64_t offset = tlb_page_bytes(entry) - 1;
	uint64_t page = ((uint64_t)(lo & ENTRYLO_PFN) << (RAM_PAGE_SHIFT - ENTRYLO_PFN_SHIFT));

	return resolve_alias(core, (page & ~offset) | (vaddr & offset));
}

struct mmu_translation mmu_translate_in(const struct core *core, struct mmu_view view,
					uint64_t vaddr, enum core_access access)
{
	struct mmu_translation result = { .fault = MMU_ADDRESS };
	struct isa_segment_result segment = segment_of(core, view.status, vaddr);

	if (segment.kind == ISA_SEGMENT_ERROR) {
		return result;
	}
	if (segment.kind == ISA_SEGMENT_UNMAPPED) {
		return (struct mmu_translation){ .fault = MMU_OK,
						 .writable = true,
						 .uncached = is_uncached(core, segment.cache),
						 .paddr = resolve_alias(core, segment.paddr &
										      PADDR_MASK) };
	}
	/* After a shutdown nothing matches until reset: deterministic, and loud in the guest. */
	int index =
		(view.status & STATUS_TS) ? TLB_NO_MATCH : tlb_lookup(&core->tlb, vaddr, view.asid);

	if (index < 0) {
		result.fault = index == TLB_NO_MATCH ? MMU_REFILL : MMU_SHUTDOWN;
		return result;
	}
	const struct core_tlb_entry *entry = &core->tlb.entry[index];
	uint32_t lo = tlb_entry_lo(entry, vaddr);

	result.paddr = entry_paddr(core, entry, lo, vaddr);
	result.writable = (lo & ENTRYLO_D) != 0;
	result.uncached = is_uncached(core, (lo & ENTRYLO_C) >> ENTRYLO_C_SHIFT);
	if (!(lo & ENTRYLO_V)) {
		result.fault = MMU_INVALID;
	} else if (access == CORE_STORE && !result.writable) {
		result.fault = MMU_MODIFIED;
	} else {
		result.fault = MMU_OK;
	}
	return result;
}

/* Translates for an instruction or fetch (op NULL); raises what the architecture raises. */
static bool translate_or_raise(struct core *core, const struct op *op, uint64_t vaddr,
			       enum core_access access, struct mmu_translation *result)
{
	bool is_store = access == CORE_STORE;

	*result = mmu_translate(core, vaddr, access);
	switch (result->fault) {
	case MMU_OK:
		return true;
	case MMU_ADDRESS:
		exc_raise_address(core, op, is_store ? EXC_ADES : EXC_ADEL, vaddr);
		return false;
	case MMU_MODIFIED:
		exc_raise_tlb(core, op, EXC_MOD, vaddr, false);
		return false;
	case MMU_INVALID:
		exc_raise_tlb(core, op, is_store ? EXC_TLBS : EXC_TLBL, vaddr, false);
		return false;
	case MMU_SHUTDOWN:
		/* R4400: Status.TS is set and the TLB is unusable until reset (UM 5.3). */
		core->cp0.status |= STATUS_TS;
		mmu_flush(core);
		core_warn(core, "several TLB entries match");
		/* fallthrough */
	case MMU_REFILL:
	default:
		exc_raise_tlb(core, op, is_store ? EXC_TLBS : EXC_TLBL, vaddr, true);
		return false;
	}
}

static struct core_soft_data *soft_slot(struct core_map *map, uint64_t vaddr)
{
	return &map->data[core_map_slot(vaddr, CORE_SOFT_DATA)];
}

void mmu_flush_map(struct core_map *map)
{
	for (unsigned i = 0; i < CORE_SOFT_DATA; i++) {
		map->data[i].read_tag = CORE_TAG_INVALID;
		map->data[i].write_tag = CORE_TAG_INVALID;
	}
	for (unsigned i = 0; i < CORE_SOFT_FETCH; i++) {
		map->fetch[i].tag = CORE_TAG_INVALID;
	}
}

void mmu_flush(struct core *core)
{
	for (unsigned mode = 0; mode < CORE_MODE_COUNT; mode++) {
		mmu_flush_map(&core->maps[mode]);
	}
}

void mmu_set_alias(struct core *core, uint64_t base, uint64_t bytes)
{
	core->alias_base = base;
	core->alias_bytes = bytes;
	core->link = NULL;
	core->remapped = true;
	mmu_flush(core);
}

static void flush_page(struct core *core, uint64_t vpage)
{
	for (unsigned mode = 0; mode < CORE_MODE_COUNT; mode++) {
		struct core_map *map = &core->maps[mode];
		struct core_soft_data *data = soft_slot(map, vpage);
		struct core_soft_fetch *fetch = &map->fetch[core_map_slot(vpage, CORE_SOFT_FETCH)];

		if (map->filled_for == CORE_MAP_UNUSED) {
			continue;
		}
		if ((data->read_tag & CORE_PAGE_MASK) == vpage) {
			data->read_tag = CORE_TAG_INVALID;
			data->write_tag = CORE_TAG_INVALID;
		}
		if ((fetch->tag & CORE_PAGE_MASK) == vpage) {
			fetch->tag = CORE_TAG_INVALID;
		}
	}
}

void mmu_flush_range(struct core *core, uint64_t vaddr, uint64_t bytes)
{
	if (bytes > (uint64_t)CORE_SOFT_DATA * RAM_PAGE_BYTES / 4) {
		mmu_flush(core);
		return;
	}
	for (uint64_t offset = 0; offset < bytes; offset += RAM_PAGE_BYTES) {
		flush_page(core, vaddr + offset);
	}
}

static void drop_write_entries(struct core_map *map, uint64_t page_paddr)
{
	if (map->filled_for == CORE_MAP_UNUSED) {
		return;
	}
	for (unsigned i = 0; i < CORE_SOFT_DATA; i++) {
		if (map->data[i].paddr == page_paddr) {
			map->data[i].write_tag = CORE_TAG_INVALID;
		}
	}
}

void mmu_guard_frame(struct core *core, uint64_t frame)
{
	uint8_t *flags = &core->ram->flags[frame];
	uint64_t page_paddr = ram_paddr(core->ram, frame);

	if (!(*flags & RAM_CACHED)) {
		return;
	}
	for (unsigned i = 0; i < core->peer_count; i++) {
		for (unsigned mode = 0; mode < CORE_MODE_COUNT; mode++) {
			drop_write_entries(&core->peers[i]->maps[mode], page_paddr);
		}
	}
	*flags &= (uint8_t)~RAM_CACHED;
}

/* Does the Watch register watch this page? Then every access to it must be looked at. */
static bool watches_page(const struct core *core, uint64_t page_paddr)
{
	const struct core_cp0 *cp0 = &core->cp0;
	uint64_t watched = ((uint64_t)cp0->watch_hi << 32) | (cp0->watch_lo & WATCHLO_PADDR);

	return (cp0->watch_lo & (WATCHLO_R | WATCHLO_W)) &&
	       ((page_paddr ^ watched) & PADDR_MASK & CORE_PAGE_MASK) == 0;
}

/* Enters the page of `vaddr` into the soft TLB where nothing speaks against it. */
static void soft_fill(struct core *core, uint64_t vaddr, const struct mmu_translation *found,
		      uint64_t frame, bool for_store)
{
	struct core_soft_data *slot = soft_slot(core->map, vaddr);
	uint64_t vpage = vaddr & CORE_PAGE_MASK;
	uint64_t tag = vpage | core->map_tag;
	uint64_t page_paddr = found->paddr & CORE_PAGE_MASK;
	uint8_t *flags = &core->ram->flags[frame];

	if (core->map == &core->map_off || core->hooks.mem != NULL ||
	    (core->cache != NULL && found->uncached) || debug_watches_page(core, vpage) ||
	    watches_page(core, page_paddr)) {
		return;
	}
	if (slot->read_tag != tag || slot->paddr != page_paddr) {
		slot->write_tag = CORE_TAG_INVALID;
	}
	slot->read_tag = tag;
	slot->paddr = page_paddr;
	slot->delta = (uintptr_t)ram_frame_host(core->ram, frame) - (uintptr_t)vpage;
	if (for_store && found->writable && !(*flags & RAM_GUARDED)) {
		slot->write_tag = tag;
		*flags |= RAM_CACHED;
	}
}

/*
 * Does this access raise a Watch exception? By physical doubleword. With EXL set it is postponed
 * (R4000 UM 5.3, Watch), with ERL too as the R10000's manual (17.3) says in full: the access takes
 * place, and the exception comes before the first instruction that finds both clear.
 */
static bool watch_hits(struct core *core, uint64_t paddr, bool is_store)
{
	struct core_cp0 *cp0 = &core->cp0;
	uint64_t watched = ((uint64_t)cp0->watch_hi << 32) | (cp0->watch_lo & WATCHLO_PADDR);

	if (!(cp0->watch_lo & (is_store ? WATCHLO_W : WATCHLO_R)) ||
	    ((paddr ^ watched) & ~7ULL) != 0) {
		return false;
	}
	cp0->watch_postponed |= (cp0->status & (STATUS_EXL | STATUS_ERL)) != 0;
	return !(cp0->status & (STATUS_EXL | STATUS_ERL));
}

/*
 * RE in user mode: the bytes of a doubleword are numbered the other way round (R4000 UM A.4,
 * ReverseEndian); accesses of 8 bytes are as ever.
 */
static uint64_t reverse_bytes(const struct core *core, uint64_t paddr, unsigned size)
{
	if ((core->cp0.status & STATUS_RE) && core_get_mode(core) == CORE_USER) {
		return paddr ^ (8 - size);
	}
	return paddr;
}

static uint64_t guest_load(const struct core *core, const uint8_t *host, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, host, size); /* little-endian host: see core.c */
	return core->big_endian ? __builtin_bswap64(value) >> (64 - 8 * size) : value;
}

static void guest_store(const struct core *core, uint8_t *host, unsigned size, uint64_t value)
{
	uint64_t bytes = core->big_endian ? __builtin_bswap64(value) >> (64 - 8 * size) : value;

	memcpy(host, &bytes, size);
}

static bool translate_data(struct core *core, const struct op *op, uint64_t vaddr,
			   enum core_access access, struct mmu_translation *found)
{
	if (!translate_or_raise(core, op, vaddr, access, found)) {
		return false;
	}
	if (unlikely(watch_hits(core, found->paddr, access == CORE_STORE))) {
		exc_raise(core, op, EXC_WATCH);
		return false;
	}
	return true;
}

static bool check_alignment(struct core *core, const struct op *op, uint64_t vaddr, unsigned size,
			    unsigned code)
{
	if (unlikely(vaddr & (size - 1))) {
		exc_raise_address(core, op, code, vaddr);
		return false;
	}
	return true;
}

/*
 * A device, or nothing at all, answers outside RAM. While it does, the core's time stands at `op`,
 * not at the end of the block.
 */
static bool device_load(struct core *core, const struct op *op, uint64_t paddr, unsigned size,
			uint64_t *value)
{
	uint64_t ahead = core_now(core) - exec_cycle(core, op);

	core->cycles_left += (int64_t)ahead;
	bool answered = core->bus.read(core->bus.context, core, paddr, size, value);

	core->cycles_left -= (int64_t)ahead;
	if (!answered) {
		exc_raise(core, op, EXC_DBE);
	}
	return answered;
}

/* Writes to a device: whole, or the selected bytes one by one. */
static bool bus_store_masked(struct core *core, uint64_t paddr, unsigned size, uint64_t value,
			     uint64_t mask)
{
	struct core_bus *bus = &core->bus;

	if (mask == UINT64_MAX) {
		return bus->write(bus->context, core, paddr, size, value);
	}
	for (unsigned i = 0; i < size; i++) {
		unsigned byte = core->big_endian ? size - 1 - i : i;

		if (((mask >> (8 * byte)) & 0xff) != 0 &&
		    !bus->write(bus->context, core, paddr + i, 1, (value >> (8 * byte)) & 0xff)) {
			return false;
		}
	}
	return true;
}

static bool device_store(struct core *core, const struct op *op, uint64_t paddr, unsigned size,
			 uint64_t value, uint64_t mask)
{
	uint64_t ahead = core_now(core) - exec_cycle(core, op);

	core->cycles_left += (int64_t)ahead;
	bool answered = bus_store_masked(core, paddr, size, value, mask);

	core->cycles_left -= (int64_t)ahead;
	if (!answered) {
		exc_raise(core, op, EXC_DBE);
	}
	return answered;
}

/* Instead of an access, while only its exceptions are wanted. */
static bool probe_access(struct core *core, const struct op *op, uint64_t paddr, unsigned size)
{
	uint64_t frame;

	if (!ram_frame(core->ram, paddr, &frame) &&
	    !core->bus.answers(core->bus.context, paddr, size)) {
		exc_raise(core, op, EXC_DBE);
		return false;
	}
	return true;
}

/* Timing mode: a load that goes around the caches. */
static bool bypass_load(struct core *core, const struct op *op, uint64_t paddr, unsigned size,
			uint64_t *value)
{
	struct core_bypass wanted = { .paddr = paddr, .size = (uint8_t)size };

	return timed_bypass(core, op, &wanted, value);
}

static bool bypass_store(struct core *core, const struct op *op, uint64_t paddr, unsigned size,
			 uint64_t value, uint64_t mask)
{
	struct core_bypass wanted = { .paddr = paddr,
				      .value = value,
				      .mask = mask,
				      .size = (uint8_t)size,
				      .is_store = true };

	return timed_bypass(core, op, &wanted, NULL);
}

static bool ram_load(struct core *core, const struct op *op, uint64_t vaddr,
		     const struct mmu_translation *found, uint64_t paddr, uint64_t frame,
		     unsigned size, uint64_t *value)
{
	if (core->cache != NULL) {
		if (found->uncached) {
			return bypass_load(core, op, paddr, size, value);
		}
		if (!timed_load_hits(core, paddr) && !timed_load(core, op, paddr)) {
			return false;
		}
	}
	soft_fill(core, vaddr, found, frame, false);
	*value = guest_load(core, ram_frame_host(core->ram, frame) + (paddr & CORE_PAGE_OFFSET),
			    size);
	return true;
}

/* Loads the aligned unit around `vaddr`, which need not be aligned. */
static bool load_around(struct core *core, const struct op *op, uint64_t vaddr, unsigned size,
			uint64_t *value)
{
	struct mmu_translation found;
	uint64_t frame;

	if (!translate_data(core, op, vaddr, CORE_LOAD, &found)) {
		return false;
	}
	uint64_t paddr = reverse_bytes(core, found.paddr & ~(uint64_t)(size - 1), size);

	if (unlikely(core->is_probing)) {
		*value = 0;
		return probe_access(core, op, paddr, size);
	}
	if (likely(ram_frame(core->ram, paddr, &frame))) {
		if (!ram_load(core, op, vaddr, &found, paddr, frame, size, value)) {
			return false;
		}
	} else {
		if (!(core->cache != NULL ? bypass_load(core, op, paddr, size, value)
					  : device_load(core, op, paddr, size, value))) {
			return false;
		}
		if (core->hooks.dev != NULL) {
			core->hooks.dev(core->hooks.trace, core, CORE_LOAD, vaddr, paddr, size,
					*value);
		}
	}
	if (unlikely(core->hooks.mem != NULL)) {
		core->hooks.mem(core->hooks.trace, core, CORE_LOAD, vaddr, paddr, size, *value);
	}
	debug_note_access(core, vaddr, size, false);
	return true;
}

bool mmu_load(struct core *core, const struct op *op, uint64_t vaddr, unsigned size,
	      uint64_t *value)
{
	return check_alignment(core, op, vaddr, size, EXC_ADEL) &&
	       load_around(core, op, vaddr, size, value);
}

bool mmu_load_unit(struct core *core, const struct op *op, uint64_t vaddr, unsigned unit,
		   uint64_t *value)
{
	return load_around(core, op, vaddr, unit, value);
}

void mmu_note_write(struct core *core, struct core *writer, uint64_t frame, uint32_t offset,
		    unsigned size)
{
	uint8_t *flags = &core->ram->flags[frame];

	*flags |= RAM_WRITTEN;
	if ((*flags & RAM_CODE) && code_touches(core->code, frame, offset, size)) {
		code_drop(core->code, frame);
		*flags &= (uint8_t)~RAM_CODE;
		for (unsigned i = 0; i < core->peer_count; i++) {
			core->peers[i]->link = NULL;
		}
		if (writer != NULL) {
			core_kick(writer);
		}
	}
	/* In timing mode frames of linked lines carry no flag: here come uncached stores, and SC.
	 */
	if (!(*flags & RAM_LINKED) && writer != NULL && writer->cache == NULL) {
		return;
	}
	uint64_t line = (ram_paddr(core->ram, frame) + offset) & ~(uint64_t)(CORE_LINK_BYTES - 1);
	bool still_linked = false;

	for (unsigned i = 0; i < core->peer_count; i++) {
		struct core *peer = core->peers[i];

		if (peer == writer || !peer->llbit) {
			continue;
		}
		if (peer->link_paddr == line) {
			peer->llbit = false;
		} else if (((peer->link_paddr ^ line) & CORE_PAGE_MASK) == 0) {
			still_linked = true;
		}
	}
	if (!still_linked) {
		*flags &= (uint8_t)~RAM_LINKED;
	}
}

/* Writes the bits that `mask` selects. True: decoded code was dropped. */
static bool write_ram(struct core *core, uint64_t frame, uint64_t paddr, unsigned size,
		      uint64_t value, uint64_t mask)
{
	uint32_t offset = (uint32_t)(paddr & CORE_PAGE_OFFSET);
	uint8_t *host = ram_frame_host(core->ram, frame) + offset;
	uint8_t before = core->ram->flags[frame];

	guest_store(core, host, size, (guest_load(core, host, size) & ~mask) | (value & mask));
	mmu_note_write(core, core, frame, offset, size);
	return (before & RAM_CODE) && !(core->ram->flags[frame] & RAM_CODE);
}

static enum mmu_store ram_store(struct core *core, const struct op *op, uint64_t vaddr,
				const struct mmu_translation *found, uint64_t paddr, uint64_t frame,
				unsigned size, uint64_t value, uint64_t mask)
{
	if (core->cache != NULL) {
		if (found->uncached) {
			return bypass_store(core, op, paddr, size, value, mask)
				       ? MMU_STORE_DONE
				       : MMU_STORE_EXCEPTION;
		}
		if (!timed_store_hits(core, paddr, size) && !timed_store(core, op, paddr, size)) {
			return MMU_STORE_EXCEPTION;
		}
	}
	/* The block being executed may be gone. */
	enum mmu_store result =
		write_ram(core, frame, paddr, size, value, mask) ? MMU_STORE_LEAVE : MMU_STORE_DONE;

	if (unlikely((core->ram->flags[frame] & RAM_WATCHED) && core->hooks.watched != NULL)) {
		core->hooks.watched(core->hooks.account, core, exec_cycle(core, op), paddr);
	}
	soft_fill(core, vaddr, found, frame, true);
	return result;
}

void mmu_bypass(struct core *core, struct core_bypass *bypass)
{
	struct core_bus *bus = &core->bus;
	uint64_t frame;

	if (ram_frame(core->ram, bypass->paddr, &frame)) {
		if (bypass->is_store) {
			write_ram(core, frame, bypass->paddr, bypass->size, bypass->value,
				  bypass->mask);
		} else {
			bypass->value = guest_load(core,
						   ram_frame_host(core->ram, frame) +
							   (bypass->paddr & CORE_PAGE_OFFSET),
						   bypass->size);
		}
	} else if (!bypass->is_store) {
		bypass->has_failed =
			!bus->read(bus->context, core, bypass->paddr, bypass->size, &bypass->value);
	} else {
		bypass->has_failed = !bus_store_masked(core, bypass->paddr, bypass->size,
						       bypass->value, bypass->mask);
	}
}

/* Stores into the aligned unit around `vaddr` the bits that `mask` selects. */
static enum mmu_store store_around(struct core *core, const struct op *op, uint64_t vaddr,
				   unsigned size, uint64_t value, uint64_t mask)
{
	struct mmu_translation found;
	enum mmu_store result = MMU_STORE_DONE;
	uint64_t frame;

	if (!translate_data(core, op, vaddr, CORE_STORE, &found)) {
		return MMU_STORE_EXCEPTION;
	}
	uint64_t paddr = reverse_bytes(core, found.paddr & ~(uint64_t)(size - 1), size);

	if (unlikely(core->is_probing)) {
		return probe_access(core, op, paddr, size) ? MMU_STORE_DONE : MMU_STORE_EXCEPTION;
	}
	if (likely(ram_frame(core->ram, paddr, &frame))) {
		result = ram_store(core, op, vaddr, &found, paddr, frame, size, value, mask);
		if (result == MMU_STORE_EXCEPTION) {
			return result;
		}
	} else {
		if (!(core->cache != NULL ? bypass_store(core, op, paddr, size, value, mask)
					  : device_store(core, op, paddr, size, value, mask))) {
			return MMU_STORE_EXCEPTION;
		}
		if (core->hooks.dev != NULL) {
			core->hooks.dev(core->hooks.trace, core, CORE_STORE, vaddr, paddr, size,
					value);
		}
		core_kick(core); /* it may have raised an interrupt or stopped the machine */
		result = MMU_STORE_LEAVE;
	}
	if (unlikely(core->hooks.mem != NULL)) {
		core->hooks.mem(core->hooks.trace, core, CORE_STORE, vaddr, paddr, size, value);
	}
	if (unlikely(debug_note_access(core, vaddr, size, true))) {
		result = MMU_STORE_LEAVE;
	}
	return result;
}

enum mmu_store mmu_store(struct core *core, const struct op *op, uint64_t vaddr, unsigned size,
			 uint64_t value)
{
	if (!check_alignment(core, op, vaddr, size, EXC_ADES)) {
		return MMU_STORE_EXCEPTION;
	}
	return store_around(core, op, vaddr, size, value, UINT64_MAX);
}

enum mmu_store mmu_store_unit(struct core *core, const struct op *op, uint64_t vaddr, unsigned unit,
			      uint64_t value, uint64_t mask)
{
	return store_around(core, op, vaddr, unit, value, mask);
}

bool mmu_probe_store(struct core *core, const struct op *op, uint64_t vaddr, unsigned size)
{
	struct mmu_translation found;

	return check_alignment(core, op, vaddr, size, EXC_ADES) &&
	       translate_data(core, op, vaddr, CORE_STORE, &found);
}

bool mmu_probe_cache(struct core *core, const struct op *op, uint64_t vaddr)
{
	struct mmu_translation found;

	return translate_or_raise(core, op, vaddr, CORE_LOAD, &found);
}

uint64_t mmu_paddr(const struct core *core, uint64_t vaddr, enum core_access access)
{
	const struct core_soft_data *slot = &core->map->data[core_map_slot(vaddr, CORE_SOFT_DATA)];

	if (slot->read_tag == ((vaddr & CORE_PAGE_MASK) | core->map_tag)) {
		return slot->paddr | (vaddr & CORE_PAGE_OFFSET);
	}
	return mmu_translate(core, vaddr, access).paddr;
}

void mmu_link(struct core *core, uint64_t paddr)
{
	core->llbit = true;
	core->link_paddr = paddr & ~(uint64_t)(CORE_LINK_BYTES - 1);
	core->cp0.ll_addr = (uint32_t)(paddr >> 4);
}

void mmu_watch_link(struct core *core)
{
	uint64_t frame;

	/* In timing mode the caches tell (timed_lost()); a core that is alone has no others. */
	if (core->llbit && core->cache == NULL && core->peer_count > 1 &&
	    ram_frame(core->ram, core->link_paddr, &frame) &&
	    !(core->ram->flags[frame] & RAM_LINKED)) {
		mmu_guard_frame(core, frame);
		core->ram->flags[frame] |= RAM_LINKED;
	}
}

void mmu_expect(const struct core *core, const struct core_tlb_entry *entry)
{
	uint64_t vaddr = core->cp0.bad_vaddr;
	uint64_t frame;

	if (tlb_entry_covers(entry, vaddr)) {
		uint64_t paddr = entry_paddr(core, entry, tlb_entry_lo(entry, vaddr), vaddr);

		if (ram_frame(core->ram, paddr, &frame)) {
			__builtin_prefetch(ram_frame_host(core->ram, frame) +
					   (paddr & CORE_PAGE_OFFSET));
		}
	}
}

static bool fetch_frame(struct core *core, uint64_t *frame, uint64_t *paddr)
{
	struct mmu_translation found;

	if (unlikely(core->pc & 3)) {
		exc_raise_address(core, NULL, EXC_ADEL, core->pc);
		return false;
	}
	const struct core_soft_fetch *entry =
		&core->map->fetch[core_map_slot(core->pc, CORE_SOFT_FETCH)];

	if (entry->tag == ((core->pc & CORE_PAGE_MASK) | core->map_tag)) {
		*frame = entry->page->frame;
		*paddr = ram_paddr(core->ram, *frame) | (core->pc & CORE_PAGE_OFFSET);
		return true;
	}
	if (!translate_or_raise(core, NULL, core->pc, CORE_FETCH, &found)) {
		return false;
	}
	*paddr = reverse_bytes(core, found.paddr, 4);
	if (!ram_frame(core->ram, *paddr, frame)) {
		*frame = UINT64_MAX;
	}
	return true;
}

struct block *mmu_fetch_block(struct core *core, bool *outside)
{
	uint64_t pc = core->pc;
	uint64_t paddr;
	uint64_t frame;

	*outside = false;
	if (core->map == &core->map_off) {
		*outside = true;
		return NULL;
	}
	if (!fetch_frame(core, &frame, &paddr)) {
		return NULL;
	}
	if (frame == UINT64_MAX) {
		*outside = true;
		return NULL;
	}
	struct core_soft_fetch *entry = &core->map->fetch[core_map_slot(pc, CORE_SOFT_FETCH)];
	struct code_page *page = code_page_get(core->code, frame, core->map->decode_key);
	struct block *block = page->at[(pc & CORE_PAGE_OFFSET) >> 2];

	if (block == NULL) {
		mmu_guard_frame(core, frame);
		block = code_build(core->code, page, (uint32_t)(pc & CORE_PAGE_OFFSET));
	}
	entry->tag = (pc & CORE_PAGE_MASK) | core->map_tag;
	entry->page = page;
	return block;
}

bool mmu_fetch_word(struct core *core, uint32_t *word)
{
	uint64_t paddr;
	uint64_t frame;
	uint64_t value = 0;

	if (!fetch_frame(core, &frame, &paddr)) {
		return false;
	}
	if (frame != UINT64_MAX) {
		const uint8_t *page = ram_frame_host(core->ram, frame);

		if (core->cache != NULL && !core->retry && !core->is_probing &&
		    !timed_fetch(core, paddr)) {
			return false;
		}
		value = guest_load(core, page + (paddr & CORE_PAGE_OFFSET), 4);
	} else if (!(core->is_probing
			     ? core->bus.answers(core->bus.context, paddr, 4)
			     : core->bus.read(core->bus.context, core, paddr, 4, &value))) {
		exc_raise(core, NULL, EXC_IBE);
		return false;
	}
	*word = (uint32_t)value;
	return true;
}
