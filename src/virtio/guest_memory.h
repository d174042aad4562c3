/* SPDX-License-Identifier: MIT */
/*
 * guest_memory.h - guest physical memory as a device of the VM reads and writes it.
 *
 * Addresses and lengths come from the guest and are hostile: everything goes page by page through
 * the pmap, which knows what is the VM's, and every page is pinned while it is used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmap;
struct pmap_caller;

/*
 * The page of guest physical address `gpa` becomes present, for `write` the VM's own, and stays
 * where it is until memmap_unpin(*mpn). False: the VM has no memory there, or the machine has none.
 */
bool guest_memory_pin(struct pmap *pmap, uint64_t gpa, bool write, uint32_t *mpn,
		      const struct pmap_caller *caller);
/*
 * The page becomes copy on write, for others to have it too, and stays in use until
 * memmap_unpin(*mpn). False: that cannot be now, it must be copied.
 */
bool guest_memory_share(struct pmap *pmap, uint64_t gpa, uint32_t *mpn,
			const struct pmap_caller *caller);
/* The shared page of the machine `mpn` comes where whole page `gpa` is. False: it must be copied.
 */
bool guest_memory_map(struct pmap *pmap, uint64_t gpa, uint32_t mpn,
		      const struct pmap_caller *caller);
/* Copies `bytes`; false if some of them do not exist: then any number of them has been copied. */
bool guest_memory_read(struct pmap *pmap, void *to, uint64_t gpa, size_t bytes,
		       const struct pmap_caller *caller);
bool guest_memory_write(struct pmap *pmap, uint64_t gpa, const void *from, size_t bytes,
			const struct pmap_caller *caller);

/*
 * What the device code asks of src/cpu: the guest's page has rewritten instructions and is about to
 * be written or shared; puts them back (rewrite.h).
 */
void guest_memory_restore_text(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller);
