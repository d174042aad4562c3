/* SPDX-License-Identifier: MIT */
/*
 * memory_access.h - guest memory as the monitor reads and writes it: by XKPHYS, one page at a time.
 */
#pragma once

#include "src/include/types.h"
#include "src/mips_tlb/vtlb.h"

struct vcpu;

/*
 * Where the guest's virtual address `vaddr` is in machine memory, for reading, if the guest could
 * read it now without an exception. NULL: `result` says why; VTLB_MAPPED then means that the page
 * is not there at this moment.
 */
const void *memory_access_find(struct vcpu *vcpu, uint64_t vaddr, enum vtlb_result *result);
/*
 * The guest physical page `gpn`, allocated if need be and the VM's own for `write`; NULL if the VM
 * has none there, or the machine no memory.
 */
void *memory_access_page(struct vcpu *vcpu, uint32_t gpn, bool write);
