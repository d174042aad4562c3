/* SPDX-License-Identifier: MIT */
/*
 * exception.h - taking exceptions (R4000 UM chapter 5).
 *
 * The raise functions take the operation that caused the exception, or NULL where the instruction
 * at core->pc could not even be fetched; registers are as before that instruction. They leave the
 * core at the vector and return NULL, the "no next block" of a handler.
 */
#pragma once

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

/* Takes the pending interrupt before the instruction at core->pc. */
void exc_interrupt(struct core *core);

/* Loads the mode, addressing width and soft TLB that Status and EntryHi now ask for. */
void core_update_mode(struct core *core);

/* Recomputes irq_ready from Status and Cause; kicks the core if an interrupt became ready. */
void core_update_irq(struct core *core);

/* Current mode (R4000 UM table 4-2). */
enum core_mode core_get_mode(const struct core *core);

/* 64-bit addressing in the current mode. */
bool core_is_x64(const struct core *core);
