/* SPDX-License-Identifier: MIT */
/* placement.h - what the device tree says of a VM's pages: where they lie, whether they move. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct fdt;
struct pmap;
struct policy;

/* The VM's node of the tree; false: a word or a number that means nothing. */
bool placement_read(const struct fdt *fdt, uint32_t node, struct pmap *pmap, struct policy *policy);
