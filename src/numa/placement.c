/* SPDX-License-Identifier: MIT */
/* placement.c - reads a VM's placement and policy from the device tree. */
#include "src/numa/placement.h"

#include "machine/devtree.h"

#include "src/lib/string.h"
#include "src/numa/policy.h"
#include "src/platform/fdt.h"
#include "src/pmap/pmap.h"

/* Which of `count` words the property has, the first if it is absent; false: none of them. */
static bool read_word(const struct fdt *fdt, uint32_t node, const char *name,
		      const char *const *words, unsigned count, unsigned *which)
{
	const char *text = fdt_string(fdt, node, name, 0);

	*which = 0;
	for (unsigned i = 0; text != NULL && i < count; i++) {
		if (string_equal(text, words[i])) {
			*which = i;
			return true;
		}
	}
	return text == NULL;
}

static bool read_number(const struct fdt *fdt, uint32_t node, const char *name, uint16_t *number)
{
	uint32_t value = *number;

	(void)fdt_u32(fdt, node, name, &value);
	*number = (uint16_t)value;
	return value <= UINT16_MAX;
}

bool placement_read(const struct fdt *fdt, uint32_t node, struct pmap *pmap, struct policy *policy)
{
	static const char *const places[] = { DEVTREE_VM_PLACEMENT_FIRST_TOUCH,
					      DEVTREE_VM_PLACEMENT_ROUND_ROBIN,
					      DEVTREE_VM_PLACEMENT_FIXED };
	/* Bit 0: migrates; bit 1: replicates; bit 2: at random. */
	static const char *const movements[] = {
		DEVTREE_VM_MOVEMENT_OFF, DEVTREE_VM_MOVEMENT_MIGRATE, DEVTREE_VM_MOVEMENT_REPLICATE,
		DEVTREE_VM_MOVEMENT_BOTH, DEVTREE_VM_MOVEMENT_RANDOM
	};
	uint16_t place_node = 0;
	uint16_t interval;
	unsigned place;
	unsigned movement;

	policy_init(policy);
	interval = policy->reset_log2;
	if (!read_word(fdt, node, DEVTREE_VM_PLACEMENT, places, 3, &place) ||
	    !read_word(fdt, node, DEVTREE_VM_MOVEMENT, movements, 5, &movement) ||
	    !read_number(fdt, node, DEVTREE_VM_PLACEMENT_NODE, &place_node) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_TRIGGER, &policy->trigger) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_SHARING, &policy->sharing) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_WRITE, &policy->write) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_MOVES, &policy->moves_max) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_THRASH, &policy->thrash) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_RESERVE, &policy->reserve) ||
	    !read_number(fdt, node, DEVTREE_VM_MOVEMENT_INTERVAL, &interval) ||
	    policy->trigger == 0 || interval < 16 || interval > 32 || place_node >= MAP_NODES_MAX) {
		return false;
	}
	policy->reset_log2 = (uint8_t)interval;
	policy->migrates = movement & 1;
	policy->replicates = movement & 2;
	policy->is_random = movement & 4;
	pmap->placement = (uint8_t)place;
	pmap->placement_node = (uint8_t)place_node;
	return true;
}
