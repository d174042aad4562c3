/* SPDX-License-Identifier: MIT */
/* inspect_priv.h - shared between the files of this folder. */
#pragma once

#include "isa/cp0.h"
#include "machine/map.h"
#include "machine/vm.h"
#include "sim/inspect/inspect.h"

/* A number of `size` bytes in the machine's byte order. */
uint64_t inspect_number(const struct machine *machine, const uint8_t *bytes, unsigned size);
