/* SPDX-License-Identifier: MIT */
/*
 * exec_mem.c - loads and stores (R4000 UM appendix A), fast path first.
 *
 * Each handler compares the address, alignment bits included, with one soft TLB entry. On a match
 * the bytes are right there, and in timing mode so they are if the first-level cache has the line;
 * everything else is mmu_load() and mmu_store().
 */
#include <string.h>

#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/core/mmu.h"
#include "sim/core/timed.h"

#define ADDRESS (core->gpr[op->s] + (uint64_t)(int64_t)op->imm)

static inline const struct core_soft_data *soft_entry(const struct core *core, uint64_t vaddr)
{
	return &core->map->data[core_map_slot(vaddr, CORE_SOFT_DATA)];
}

/* What the tag must be for an aligned access of `size` bytes. */
static inline uint64_t soft_tag(const struct core *core, uint64_t vaddr, unsigned size)
{
	return (vaddr & (CORE_PAGE_MASK | (size - 1))) | core->map_tag;
}

#define TO_GUEST_8_big(value)     (value)
#define TO_GUEST_16_big(value)    __builtin_bswap16(value)
#define TO_GUEST_32_big(value)    __builtin_bswap32(value)
#define TO_GUEST_64_big(value)    __builtin_bswap64(value)
#define TO_GUEST_8_little(value)  (value)
#define TO_GUEST_16_little(value) (value)
#define TO_GUEST_32_little(value) (value)
#define TO_GUEST_64_little(value) (value)

/*
 * Handlers exist for both speeds: fast, where memory is always at hand, and timed, where the
 * first-level cache is asked before each access to RAM (timed.h). False: the access is for later.
 */
static inline bool can_load(struct core *core, const struct op *op,
			    const struct core_soft_data *entry, uint64_t vaddr, bool timed)
{
	uint64_t paddr = entry->paddr | (vaddr & CORE_PAGE_OFFSET);

	return !timed || likely(timed_load_hits(core, paddr)) || timed_load(core, op, paddr);
}

static inline bool can_store(struct core *core, const struct op *op,
			     const struct core_soft_data *entry, uint64_t vaddr, unsigned bytes,
			     bool timed)
{
	uint64_t paddr = entry->paddr | (vaddr & CORE_PAGE_OFFSET);

	return !timed || likely(timed_store_hits(core, paddr, bytes)) ||
	       timed_store(core, op, paddr, bytes);
}

/* Goes on after an access, unless its stall has used up the slice. */
static inline struct block *next_after(struct core *core, const struct op *op, bool timed)
{
	if (timed && unlikely(core->cycles_left < 0)) {
		return exec_leave_after(core, op);
	}
	OP_NEXT();
}

/* Reads `bits` bits at vaddr into `value` (zero-extended), or returns NULL after an exception. */
#define LOAD_VALUE(bits, order, timed, vaddr, value)                                \
	do {                                                                        \
		const struct core_soft_data *entry = soft_entry(core, vaddr);       \
                                                                                    \
		if (likely(entry->read_tag == soft_tag(core, vaddr, (bits) / 8))) { \
			uintptr_t host = entry->delta + (uintptr_t)(vaddr);         \
			uint##bits##_t raw;                                         \
                                                                                    \
			if (!can_load(core, op, entry, vaddr, timed)) {             \
				return NULL;                                        \
			}                                                           \
			memcpy(&raw, (const void *)host, sizeof(raw));              \
			(value) = TO_GUEST_##bits##_##order(raw);                   \
		} else if (!mmu_load(core, op, vaddr, (bits) / 8, &(value))) {      \
			return NULL;                                                \
		}                                                                   \
	} while (0)

#define LOAD_OP_ORDER(id, bits, type, order, suffix, timed)                             \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op) \
	{                                                                               \
		uint64_t vaddr = ADDRESS;                                               \
		uint64_t value;                                                         \
                                                                                        \
		LOAD_VALUE(bits, order, timed, vaddr, value);                           \
		core->gpr[op->d] = (uint64_t)(int64_t)(type)value;                      \
		return next_after(core, op, timed);                                     \
	}

/* Both byte orders at both speeds. */
#define ORDERS(MACRO, ...)                    \
	MACRO(__VA_ARGS__, big, , false)      \
	MACRO(__VA_ARGS__, little, , false)   \
	MACRO(__VA_ARGS__, big, _timed, true) \
	MACRO(__VA_ARGS__, little, _timed, true)

ORDERS(LOAD_OP_ORDER, lb, 8, int8_t)
ORDERS(LOAD_OP_ORDER, lbu, 8, uint8_t)
ORDERS(LOAD_OP_ORDER, lh, 16, int16_t)
ORDERS(LOAD_OP_ORDER, lhu, 16, uint16_t)
ORDERS(LOAD_OP_ORDER, lw, 32, int32_t)
ORDERS(LOAD_OP_ORDER, lwu, 32, uint32_t)
ORDERS(LOAD_OP_ORDER, ld, 64, int64_t)

/* Load-linked: an ordinary load, then the line is remembered. */
#define LINK_LOAD_ORDER(id, bits, type, order, suffix, timed)                           \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op) \
	{                                                                               \
		uint64_t vaddr = ADDRESS;                                               \
		uint64_t value;                                                         \
                                                                                        \
		LOAD_VALUE(bits, order, timed, vaddr, value);                           \
		mmu_link(core, mmu_paddr(core, vaddr, CORE_LOAD));                      \
		core->gpr[op->d] = (uint64_t)(int64_t)(type)value;                      \
		return next_after(core, op, timed);                                     \
	}

ORDERS(LINK_LOAD_ORDER, ll, 32, int32_t)
ORDERS(LINK_LOAD_ORDER, lld, 64, int64_t)

/* What follows a store that took the slow path. */
static struct block *after_slow_store(struct core *core, const struct op *op, enum mmu_store result)
{
	if (result == MMU_STORE_EXCEPTION) {
		return NULL;
	}
	if (result == MMU_STORE_LEAVE || unlikely(core->cycles_left < 0)) {
		return exec_leave_after(core, op);
	}
	OP_NEXT();
}

#define STORE_OP_ORDER(id, bits, order, suffix, timed)                                            \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op)           \
	{                                                                                         \
		uint64_t vaddr = ADDRESS;                                                         \
		uint64_t value = core->gpr[op->t];                                                \
		const struct core_soft_data *entry = soft_entry(core, vaddr);                     \
                                                                                                  \
		if (likely(entry->write_tag == soft_tag(core, vaddr, (bits) / 8))) {              \
			uint##bits##_t raw = TO_GUEST_##bits##_##order((uint##bits##_t)value);    \
                                                                                                  \
			uintptr_t host = entry->delta + (uintptr_t)vaddr;                         \
                                                                                                  \
			if (!can_store(core, op, entry, vaddr, (bits) / 8, timed)) {              \
				return NULL;                                                      \
			}                                                                         \
			memcpy((void *)host, &raw, sizeof(raw));                                  \
			return next_after(core, op, timed);                                       \
		}                                                                                 \
		return after_slow_store(core, op, mmu_store(core, op, vaddr, (bits) / 8, value)); \
	}

ORDERS(STORE_OP_ORDER, sb, 8)
ORDERS(STORE_OP_ORDER, sh, 16)
ORDERS(STORE_OP_ORDER, sw, 32)
ORDERS(STORE_OP_ORDER, sd, 64)

/*
 * Store-conditional: its exceptions come first, whether or not the link holds (R4000 UM, SC). The
 * link stays: only ERET and others' stores break it.
 */
static struct block *store_conditional(struct core *core, const struct op *op, unsigned size)
{
	uint64_t vaddr = ADDRESS;
	enum mmu_store result = MMU_STORE_DONE;

	if (core->llbit) {
		uint64_t line =
			mmu_paddr(core, vaddr, CORE_STORE) & ~(uint64_t)(CORE_LINK_BYTES - 1);

		if (unlikely(core->hooks.warn != NULL) && line != core->link_paddr) {
			core_warn(core, "store-conditional elsewhere than the load-linked");
		}
		result = mmu_store(core, op, vaddr, size, core->gpr[op->t]);
		if (result == MMU_STORE_EXCEPTION) {
			return NULL;
		}
	} else if (!mmu_probe_store(core, op, vaddr, size)) {
		return NULL;
	}
	core->gpr[op->d] = core->llbit;
	return after_slow_store(core, op, result);
}

/* It takes the slow path, which asks the cache itself where there is one. */
#define CONDITIONAL_OP(id, size, order, suffix, timed)                                  \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op) \
	{                                                                               \
		return store_conditional(core, op, size);                               \
	}

ORDERS(CONDITIONAL_OP, sc, 4)
ORDERS(CONDITIONAL_OP, scd, 8)

/*
 * Unaligned loads and stores (R4000 UM A.3, LWL and its family). They work on the aligned unit
 * that holds the addressed byte; `byte` is that byte's number counted from the least significant
 * one, so one formula serves both byte orders.
 */
static unsigned byte_number(const struct core *core, uint64_t vaddr, unsigned unit)
{
	bool reverse = core->map == &core->map_off && (core->cp0.status & STATUS_RE) &&
		       core_get_mode(core) == CORE_USER;
	unsigned byte = (unsigned)vaddr & (unit - 1);

	return core->big_endian != reverse ? byte ^ (unit - 1) : byte;
}

static inline uint64_t low_bits(unsigned bits)
{
	return bits >= 64 ? ~0ULL : (1ULL << bits) - 1;
}

/* The aligned unit at vaddr, zero-extended; false after an exception. */
static inline bool load_unit(struct core *core, const struct op *op, uint64_t vaddr, unsigned unit,
			     uint64_t *value, bool timed)
{
	uint64_t aligned = vaddr & ~(uint64_t)(unit - 1);
	const struct core_soft_data *entry = soft_entry(core, vaddr);

	if (likely(entry->read_tag == soft_tag(core, aligned, unit))) {
		uintptr_t host = entry->delta + (uintptr_t)aligned;
		uint64_t raw = 0;

		if (!can_load(core, op, entry, vaddr, timed)) {
			return false;
		}
		memcpy(&raw, (const void *)host, unit);
		*value = core->big_endian ? __builtin_bswap64(raw) >> (64 - 8 * unit) : raw;
		return true;
	}
	return mmu_load_unit(core, op, vaddr, unit, value);
}

/* Bytes from the addressed one down to the unit's least significant: into the register's top. */
static inline struct block *load_left(struct core *core, const struct op *op, unsigned unit,
				      bool timed)
{
	uint64_t vaddr = ADDRESS;
	uint64_t memory;

	if (!load_unit(core, op, vaddr, unit, &memory, timed)) {
		return NULL;
	}
	unsigned shift = 8 * (unit - 1 - byte_number(core, vaddr, unit));
	uint64_t value = (memory << shift) | (core->gpr[op->t] & low_bits(shift));

	core->gpr[op->d] = unit == 4 ? (uint64_t)(int64_t)(int32_t)value : value;
	return next_after(core, op, timed);
}

/* Bytes from the unit's most significant down to the addressed one: into the register's bottom. */
static inline struct block *load_right(struct core *core, const struct op *op, unsigned unit,
				       bool timed)
{
	uint64_t vaddr = ADDRESS;
	uint64_t memory;

	if (!load_unit(core, op, vaddr, unit, &memory, timed)) {
		return NULL;
	}
	unsigned shift = 8 * byte_number(core, vaddr, unit);
	uint64_t kept = ~low_bits(8 * unit - shift);
	uint64_t value = (core->gpr[op->t] & kept) | (memory >> shift);

	/* A full word is sign-extended; a part leaves bits 63..32 as the merged word has them. */
	core->gpr[op->d] = unit == 4 ? (uint64_t)(int64_t)(int32_t)value : value;
	return next_after(core, op, timed);
}

/* Writes the bytes of `value` selected by `mask` into the aligned unit at vaddr. */
static inline struct block *store_unit(struct core *core, const struct op *op, uint64_t vaddr,
				       unsigned unit, uint64_t value, uint64_t mask, bool timed)
{
	uint64_t aligned = vaddr & ~(uint64_t)(unit - 1);
	const struct core_soft_data *entry = soft_entry(core, vaddr);

	if (likely(entry->write_tag == soft_tag(core, aligned, unit))) {
		uintptr_t host = entry->delta + (uintptr_t)aligned;
		uint64_t raw = 0;

		if (!can_store(core, op, entry, aligned, unit, timed)) {
			return NULL;
		}
		memcpy(&raw, (const void *)host, unit);
		if (core->big_endian) {
			value = __builtin_bswap64(value) >> (64 - 8 * unit);
			mask = __builtin_bswap64(mask) >> (64 - 8 * unit);
		}
		raw = (raw & ~mask) | (value & mask);
		memcpy((void *)host, &raw, unit);
		return next_after(core, op, timed);
	}
	return after_slow_store(core, op, mmu_store_unit(core, op, vaddr, unit, value, mask));
}

static inline struct block *store_left(struct core *core, const struct op *op, unsigned unit,
				       bool timed)
{
	uint64_t vaddr = ADDRESS;
	unsigned shift = 8 * (unit - 1 - byte_number(core, vaddr, unit));
	uint64_t value = core->gpr[op->t] & low_bits(8 * unit);

	return store_unit(core, op, vaddr, unit, value >> shift, low_bits(8 * unit - shift), timed);
}

static inline struct block *store_right(struct core *core, const struct op *op, unsigned unit,
					bool timed)
{
	uint64_t vaddr = ADDRESS;
	unsigned shift = 8 * byte_number(core, vaddr, unit);
	uint64_t all = low_bits(8 * unit);

	return store_unit(core, op, vaddr, unit, (core->gpr[op->t] << shift) & all,
			  (all << shift) & all, timed);
}

#define UNALIGNED_OP(id, function, unit, order, suffix, timed)                          \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op) \
	{                                                                               \
		return function(core, op, unit, timed);                                 \
	}

ORDERS(UNALIGNED_OP, lwl, load_left, 4)
ORDERS(UNALIGNED_OP, lwr, load_right, 4)
ORDERS(UNALIGNED_OP, ldl, load_left, 8)
ORDERS(UNALIGNED_OP, ldr, load_right, 8)
ORDERS(UNALIGNED_OP, swl, store_left, 4)
ORDERS(UNALIGNED_OP, swr, store_right, 4)
ORDERS(UNALIGNED_OP, sdl, store_left, 8)
ORDERS(UNALIGNED_OP, sdr, store_right, 8)

/* FPU loads and stores: `d` and `t` are indices into fpr.w or fpr.d, chosen by Status.FR. */
#define FP_CHECK()                                                \
	do {                                                      \
		if (unlikely(!(core->cp0.status & STATUS_CU1))) { \
			return exc_raise_unusable(core, op, 1);   \
		}                                                 \
	} while (0)

#define FP_LOAD_OP(id, bits, bank, order, suffix, timed)                                \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op) \
	{                                                                               \
		uint64_t vaddr = ADDRESS;                                               \
		uint64_t value;                                                         \
                                                                                        \
		FP_CHECK();                                                             \
		LOAD_VALUE(bits, order, timed, vaddr, value);                           \
		core->fpr.bank[op->d] = (uint##bits##_t)value;                          \
		return next_after(core, op, timed);                                     \
	}

ORDERS(FP_LOAD_OP, lwc1, 32, w)
ORDERS(FP_LOAD_OP, ldc1, 64, d)

#define FP_STORE_OP(id, bits, bank, order, suffix, timed)                                         \
	struct block *op_##id##_##order##suffix(struct core *core, const struct op *op)           \
	{                                                                                         \
		uint64_t vaddr = ADDRESS;                                                         \
		const struct core_soft_data *entry = soft_entry(core, vaddr);                     \
                                                                                                  \
		FP_CHECK();                                                                       \
		uint##bits##_t value = core->fpr.bank[op->t];                                     \
                                                                                                  \
		if (likely(entry->write_tag == soft_tag(core, vaddr, (bits) / 8))) {              \
			uint##bits##_t raw = TO_GUEST_##bits##_##order(value);                    \
                                                                                                  \
			uintptr_t host = entry->delta + (uintptr_t)vaddr;                         \
                                                                                                  \
			if (!can_store(core, op, entry, vaddr, (bits) / 8, timed)) {              \
				return NULL;                                                      \
			}                                                                         \
			memcpy((void *)host, &raw, sizeof(raw));                                  \
			return next_after(core, op, timed);                                       \
		}                                                                                 \
		return after_slow_store(core, op, mmu_store(core, op, vaddr, (bits) / 8, value)); \
	}

ORDERS(FP_STORE_OP, swc1, 32, w)
ORDERS(FP_STORE_OP, sdc1, 64, d)

/* CP2 does not exist on the R4000: unusable, or with CU2 set nothing there to execute. */
static struct block *no_coprocessor(struct core *core, const struct op *op)
{
	if (!(core->cp0.status & STATUS_CU2)) {
		return exc_raise_unusable(core, op, 2);
	}
	return exc_raise(core, op, EXC_RI);
}

#define COP2_OP(id)                                                   \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		return no_coprocessor(core, op);                      \
	}

COP2_OP(cop2)
COP2_OP(lwc2)
COP2_OP(ldc2)
COP2_OP(swc2)
COP2_OP(sdc2)
