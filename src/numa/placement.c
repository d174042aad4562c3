/* SPDX-License-Identifier: MIT */
/* placement.c - reads a VM's placement and policy from the device tree. */
#include "src/numa/placement.h"

#include <stddef.h>

#include "machine/devtree.h"

#include "src/lib/string.h"
#include "src/numa/policy.h"
#include "src/numa/random.h"
#include "src/numa/refills.h"
#include "src/platform/fdt.h"
#include "src/pmap/pmap.h"

/* Thresholds: a property each, absent as policy_init() says. */
static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{ DEVTREE_VM_MOVEMENT_TRIGGER, offsetof(struct policy, trigger) },
	{ DEVTREE_VM_MOVEMENT_SHARING, offsetof(struct policy, sharing) },
	{ DEVTREE_VM_MOVEMENT_WRITE, offsetof(struct policy, write) },
	{ DEVTREE_VM_MOVEMENT_MOVES, offsetof(struct policy, moves_max) },
	{ DEVTREE_VM_MOVEMENT_THRASH, offsetof(struct policy, thrash) },
	{ DEVTREE_VM_MOVEMENT_RESERVE, offsetof(struct policy, reserve) },
	{ DEVTREE_VM_MOVEMENT_INTERVAL, offsetof(struct policy, reset_log2) },
};

/* Words, by their numbers; the first is what an absent property means. */
static const char *const places[] = { DEVTREE_VM_PLACEMENT_FIRST_TOUCH,
				      DEVTREE_VM_PLACEMENT_ROUND_ROBIN, DEVTREE_VM_PLACEMENT_FIXED,
				      NULL };
/* Bit 0: migrates; bit 1: replicates; bit 2: at random. */
static const char *const movements[] = { DEVTREE_VM_MOVEMENT_OFF,
					 DEVTREE_VM_MOVEMENT_MIGRATE,
					 DEVTREE_VM_MOVEMENT_REPLICATE,
					 DEVTREE_VM_MOVEMENT_BOTH,
#if MONITOR_RANDOM
					 DEVTREE_VM_MOVEMENT_RANDOM,
#endif
					 NULL };
static const char *const triggers[] = { DEVTREE_VM_MOVEMENT_BY_CACHE,
#if MONITOR_TLB
					DEVTREE_VM_MOVEMENT_BY_TLB,
#endif
					NULL };

/* Which of the words the property has; the number of words if it is none of them. */
static size_t read_word(const struct fdt *fdt, uint32_t node, const char *name,
			const char *const *words)
{
	const char *text = fdt_string(fdt, node, name, 0);
	size_t i = 0;

	while (text != NULL && words[i] != NULL && !string_equal(text, words[i])) {
		i++;
	}
	return i;
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
	size_t place = read_word(fdt, node, DEVTREE_VM_PLACEMENT, places);
	size_t movement = read_word(fdt, node, DEVTREE_VM_MOVEMENT, movements);
	size_t trigger = read_word(fdt, node, DEVTREE_VM_MOVEMENT_BY, triggers);
	uint16_t place_node = 0;
	bool is_good = read_number(fdt, node, DEVTREE_VM_PLACEMENT_NODE, &place_node);

	policy_init(policy);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		is_good &= read_number(fdt, node, numbers[i].name,
				       (uint16_t *)(void *)((char *)policy + numbers[i].offset));
	}
	policy->migrates = movement & 1;
	policy->replicates = movement & 2;
	policy->is_random = movement & 4;
	policy->by_tlb = trigger != 0;
	pmap->placement = (uint8_t)place;
	pmap->placement_node = (uint8_t)place_node;
	return is_good && places[place] != NULL && movements[movement] != NULL &&
	       triggers[trigger] != NULL && policy->trigger != 0 && policy->reset_log2 >= 16 &&
	       policy->reset_log2 <= 32 && place_node < MAP_NODES_MAX;
}
