/* SPDX-License-Identifier: MIT */
/* misscount.h - page 1 of a node controller's block (machine/misscount.h), for node.c. */
#pragma once

#include "sim/dev/device.h"

/* Registers of node `number`; `offset` from MISSCOUNT_OFFSET. False: bus error. */
bool misscount_read(struct machine *machine, unsigned number, uint64_t offset, unsigned size,
		    uint64_t *value);
bool misscount_write(struct machine *machine, const struct core *core, unsigned number,
		     uint64_t offset, unsigned size, uint64_t value);
