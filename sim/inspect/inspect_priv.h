/* SPDX-License-Identifier: MIT */
/* inspect_priv.h - shared between the files of this folder. */
#pragma once

#include "isa/cp0.h"
#include "machine/map.h"
#include "machine/vm.h"
#include "sim/inspect/inspect.h"

/* A number of `size` bytes in the machine's byte order. */
uint64_t inspect_number(const struct machine *machine, const uint8_t *bytes, unsigned size);
/* The same number as bytes. */
void inspect_bytes(const struct machine *machine, uint64_t value, uint8_t *bytes, unsigned size);

/* Where struct inspect_vcpu is. */
bool inspect_vcpu_paddr(const struct inspect *view, uint32_t index, uint64_t *paddr);
