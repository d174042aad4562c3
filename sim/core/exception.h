/* SPDX-License-Identifier: MIT */
/*
 * exception.h - taking exceptions (R4000 UM chapter 5).
 *
 * The raise functions take the operation that caused the exception, or NULL where the instruction
 * at core->pc could not even be fetched; registers are as before that instruction. They leave the
 * core at the vector and return the handler's block if it is known, for the operation to return.
 */
#pragma once

#include "machine/vm.h"
#include "sim/core/block.h"
#include "sim/core/core.h"

struct block *exc_raise(struct core *core, const struct op *op, unsigned code);

/* Coprocessor `unit` unusable. */
struct block *exc_raise_unusable(struct core *core, const struct op *op, unsigned unit);

/* Address error: sets BadVAddr. */
struct block *exc_raise_address(struct core *core, const struct op *op, unsigned code,
				uint64_t vaddr);

/* TLB exceptions: set BadVAddr, Context, XContext, EntryHi. `refill` chooses the vector. */
struct block *exc_raise_tlb(struct core *core, const struct op *op, unsigned code, uint64_t vaddr,
			    bool refill);

/* Takes what irq_ready announces before the instruction at core->pc. */
void exc_interrupt(struct core *core);

/* Where the vectors are: offsets VECTOR_... from here. */
static inline uint64_t core_vector_base(const struct core *core)
{
	if (core->cp0.status & STATUS_BEV) {
		return VECTOR_BASE_BEV;
	}
	return core->vm_segments ? (uint64_t)(int32_t)VM_VECTOR_BASE : VECTOR_BASE;
}

/* Takes the ASID that EntryHi now has. */
void core_update_asid(struct core *core);

/* Mode that a value of Status selects (R4000 UM table 4-2). */
static inline enum core_mode core_mode_of(uint32_t status)
{
	/* By KSU, ERL, EXL. KSU = 3 is undefined in the manual; here it is kernel mode. */
	static const uint8_t modes[16] = {
		CORE_KERNEL,     CORE_KERNEL, CORE_KERNEL, CORE_KERNEL, /* KSU = 0 */
		CORE_SUPERVISOR, CORE_KERNEL, CORE_KERNEL, CORE_KERNEL, /* 1 */
		CORE_USER,       CORE_KERNEL, CORE_KERNEL, CORE_KERNEL, /* 2 */
		CORE_KERNEL,     CORE_KERNEL, CORE_KERNEL, CORE_KERNEL, /* 3 */
	};

	return (enum core_mode)modes[(status & (STATUS_KSU | STATUS_ERL | STATUS_EXL)) >> 1];
}

/* 64-bit addressing in that mode: UX, SX, KX lie in the order of enum core_mode. */
static inline bool core_x64_of(uint32_t status)
{
	return ((status / STATUS_UX) >> core_mode_of(status)) & 1;
}

static inline enum core_mode core_get_mode(const struct core *core)
{
	return core_mode_of(core->cp0.status);
}

static inline bool core_is_x64(const struct core *core)
{
	return core_x64_of(core->cp0.status);
}

/* Timing mode: the time since the last call was spent in the mode before this one (timed.h). */
void timed_account(struct core *core);

/*
 * The bits of Status that the soft TLB of `mode` depends on. A map remembers those that its
 * contents depend on, besides ERL.
 */
static inline uint32_t core_map_bits(uint32_t status, size_t mode)
{
	static const uint32_t map_bits[CORE_MODE_COUNT] = {
		[CORE_USER] = STATUS_ERL | STATUS_UX | STATUS_FR | STATUS_RE,
		[CORE_SUPERVISOR] = STATUS_ERL | STATUS_SX | STATUS_FR,
		[CORE_KERNEL] = STATUS_ERL | STATUS_KX | STATUS_FR,
	};

	return status & map_bits[mode];
}

/*
 * Takes the soft TLB of `mode`, in which Status now is, if nothing is to be done about it. False:
 * core_update_mode() has to be called.
 */
static inline bool core_take_map(struct core *core, size_t mode)
{
	struct core_map *map = &core->maps[mode];
	uint32_t wanted = core_map_bits(core->cp0.status, mode);

	if (__builtin_expect(core->is_observed || map->filled_for != wanted, 0)) {
		return false;
	}
	core->map = map;
	return true;
}

/* Takes the soft TLB of the mode and addressing width that Status now asks for. */
void core_update_mode(struct core *core);

/* Recomputes irq_ready from Status and Cause; kicks the core if an interrupt became ready. */
static inline void core_update_irq(struct core *core)
{
	uint32_t status = core->cp0.status;
	bool enabled = (status & (STATUS_IE | STATUS_EXL | STATUS_ERL)) == STATUS_IE;

	core->irq_ready = enabled && (status & core->cp0.cause & CAUSE_IP) != 0;
	if (__builtin_expect(core->cp0.watch_postponed, 0)) {
		core->irq_ready |= (status & (STATUS_EXL | STATUS_ERL)) == 0;
	}
	if (__builtin_expect(core->irq_ready, 0)) {
		core_kick(core);
	}
}
