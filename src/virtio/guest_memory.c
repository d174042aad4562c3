/* SPDX-License-Identifier: MIT */
/* guest_memory.c - guest physical memory, page by page. */
#include "src/virtio/guest_memory.h"

#include "src/include/types.h"
#include "src/lib/string.h"
#include "src/mips_tlb/shootdown.h"
#include "src/pmap/pmap.h"
#include "src/pmap/swap.h"

bool guest_memory_pin(struct pmap *pmap, uint64_t gpa, bool write, uint32_t *mpn,
		      const struct pmap_caller *caller)
{
	uint64_t gpn = gpa >> PAGE_SHIFT;

	if (gpn >= PAGE_NONE) {
		return false;
	}
	for (;;) {
		switch (pmap_pin(pmap, (uint32_t)gpn, write, mpn, caller)) {
		case PMAP_TOUCH_OK:
			return true;
		case PMAP_TOUCH_BUSY:
			shootdown_serve(caller->self);
			break;
		case PMAP_TOUCH_TRAPPED:
			guest_memory_restore_text(pmap, (uint32_t)gpn, caller);
			break;
		case PMAP_TOUCH_NO_MEMORY:
			if (!swap_make_room(pmap, (uint32_t)gpn, caller)) {
				return false;
			}
			break;
		default:
			return false;
		}
	}
}

bool guest_memory_share(struct pmap *pmap, uint64_t gpa, uint32_t *mpn,
			const struct pmap_caller *caller)
{
	if (!guest_memory_pin(pmap, gpa, false, mpn, caller)) {
		return false;
	}
	memmap_unpin(pmap->memmap, *mpn);
	guest_memory_restore_text(pmap, (uint32_t)(gpa >> PAGE_SHIFT), caller);
	return !pmap_is_large(pmap, (uint32_t)(gpa >> PAGE_SHIFT)) &&
	       pmap_make_shared(pmap, (uint32_t)(gpa >> PAGE_SHIFT), mpn, caller) == OK;
}

bool guest_memory_map(struct pmap *pmap, uint64_t gpa, uint32_t mpn,
		      const struct pmap_caller *caller)
{
	struct pmap_replacement item = { .gpn = (uint32_t)(gpa >> PAGE_SHIFT), .mpn = mpn };

	if (gpa >> PAGE_SHIFT >= PAGE_NONE) {
		return false;
	}
	pmap_replace_shared(pmap, &item, 1, caller);
	return item.is_done;
}

/* At most the rest of the page. */
static size_t part_of(uint64_t gpa, size_t bytes)
{
	size_t rest = PAGE_BYTES - (gpa & (PAGE_BYTES - 1));

	return bytes < rest ? bytes : rest;
}

static uint8_t *byte_at(uint32_t mpn, uint64_t gpa)
{
	return (uint8_t *)machine_page(mpn) + (gpa & (PAGE_BYTES - 1));
}

/* Between guest memory and `local`. */
static bool copy(struct pmap *pmap, uint64_t gpa, uint8_t *local, size_t bytes, bool write,
		 const struct pmap_caller *caller)
{
	uint32_t mpn;

	while (bytes != 0) {
		size_t part = part_of(gpa, bytes);
		uint8_t *at;

		if (!guest_memory_pin(pmap, gpa, write, &mpn, caller)) {
			return false;
		}
		at = byte_at(mpn, gpa);
		memcpy(write ? at : local, write ? local : at, part);
		memmap_unpin(pmap->memmap, mpn);
		local += part;
		gpa += part;
		bytes -= part;
	}
	return true;
}

bool guest_memory_read(struct pmap *pmap, void *to, uint64_t gpa, size_t bytes,
		       const struct pmap_caller *caller)
{
	return copy(pmap, gpa, to, bytes, false, caller);
}

bool guest_memory_write(struct pmap *pmap, uint64_t gpa, const void *from, size_t bytes,
			const struct pmap_caller *caller)
{
	return copy(pmap, gpa, (uint8_t *)(uintptr_t)from, bytes, true, caller);
}
