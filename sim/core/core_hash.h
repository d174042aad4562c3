/* SPDX-License-Identifier: MIT */
/* core_hash.h - a core's part of the machine's state hash. */
#pragma once

#include "sim/core/core.h"
#include "sim/state_hash.h"

/* Adds everything that a program on this core could ever see. */
void core_hash(const struct core *core, struct state_hash *hash);
