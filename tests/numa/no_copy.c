/* SPDX-License-Identifier: MIT */
/* no_copy.c - an error for tests/numa/without: pages move, what is in them does not. */
#include "src/pmap/pmap.h"

void __wrap_machine_page_copy(uint32_t to, uint32_t from, uint32_t offset, uint32_t bytes);

void __wrap_machine_page_copy(uint32_t to, uint32_t from, uint32_t offset, uint32_t bytes)
{
	(void)to;
	(void)from;
	(void)offset;
	(void)bytes;
}
