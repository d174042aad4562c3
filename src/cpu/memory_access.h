/* SPDX-License-Identifier: MIT */
/*
 * memory_access.h - guest memory as the monitor reads and writes it: by XKPHYS, one page at a time.
 */
#pragma once

#include "src/include/types.h"
#include "src/mips_tlb/vtlb.h"

struct vcpu;

/*
 * The word at the guest's virtual address `vaddr`, if the guest could read it now without an
 * exception. False: `result` says why; VTLB_MAPPED then means that the page is not there at this
 * moment.
 */
bool memory_access_word(struct vcpu *vcpu, uint64_t vaddr, uint32_t *word,
			enum vtlb_result *result);
/*
 * The guest physical page `gpn`, allocated if need be and the VM's own for `write`; NULL if the VM
 * has none there, or the machine no memory. It stays until memmap_unpin().
 */
void *memory_access_pin(struct vcpu *vcpu, uint32_t gpn, bool write, uint32_t *mpn);
