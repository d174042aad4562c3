/* SPDX-License-Identifier: MIT */
/* check.h - the invariants of core.h, block.h and ram.h, tested. */
#pragma once

struct core;

/* Aborts, naming the invariant, if one does not hold. Between blocks only. */
void core_check(const struct core *core);
