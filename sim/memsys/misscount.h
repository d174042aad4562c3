/* SPDX-License-Identifier: MIT */
/*
 * misscount.h - the miss counters of all nodes: registers, rows, hot-page queues.
 *
 * docs/machine/misscount.md is the manual page. Registers are read and written between quanta, or
 * by a machine without timing at any time; rows are read by a CPU that holds the row's line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct memsys;

/*
 * Registers of page 1 of node `number`'s block. `offset` is that of a 32-bit register
 * (MISSCOUNT_CONTROL ...); what does not exist reads as 0. `now` is the clock.
 */
uint32_t memsys_misscount_read(struct memsys *memsys, unsigned number, uint32_t offset);
void memsys_misscount_write(struct memsys *memsys, unsigned number, uint32_t offset, uint32_t value,
			    uint64_t now);
/* MISSCOUNT_QUEUE as a doubleword: the oldest entry, removed; 0 if there is none. */
uint64_t memsys_misscount_pop(struct memsys *memsys, unsigned number);

/*
 * The same for a device on a bus: `offset` in the page, any `size`. False for a bus error: another
 * width than the register's, or beyond the registers.
 */
bool memsys_misscount_load(struct memsys *memsys, unsigned number, uint64_t offset, unsigned size,
			   uint64_t *value);
bool memsys_misscount_store(struct memsys *memsys, unsigned number, uint64_t offset, unsigned size,
			    uint64_t value, uint64_t now);

/* Is there a row at this address (of a frame that exists)? Others raise a bus error. */
bool memsys_is_row(const struct memsys *memsys, uint64_t paddr);
/* `bytes` (1, 2, 4, 8, aligned) of a row, as a CPU of that byte order loads them. */
uint64_t memsys_row_read(const struct memsys *memsys, uint64_t paddr, unsigned bytes, bool is_big);
