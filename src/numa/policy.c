/* SPDX-License-Identifier: MIT */
/* policy.c - the decision tree of policy.h. No state, nothing but its arguments. */
#include "src/numa/policy.h"

#define BIT(node) ((uint64_t)1 << (node))

void policy_init(struct policy *policy)
{
	*policy = (struct policy){
		.trigger = 96,
		.sharing = 24,
		.write = 1,
		.moves_max = 2,
		.thrash = 16,
		.reserve = 32,
		.reset_log2 = 25,
	};
}

/* Misses by node, and what the decision carries of them. The nodes at `sharing`, but the hot one.
 */
static uint64_t add_up(const struct policy *policy, const struct policy_page *page, uint32_t hot,
		       struct policy_decision *decision)
{
	uint32_t by_node[MAP_NODES_MAX];
	uint64_t sharers = 0;

	for (uint32_t node = 0; node < page->node_count; node++) {
		by_node[node] = 0;
	}
	for (uint32_t cpu = 0; cpu < page->cpu_count; cpu++) {
		by_node[page->cpu_node[cpu]] +=
			(uint32_t)page->counts[cpu].reads + page->counts[cpu].writes;
		decision->writes += page->counts[cpu].writes;
	}
	for (uint32_t node = 0; node < page->node_count; node++) {
		if (node == hot) {
			decision->misses = by_node[node];
			continue;
		}
		decision->others += by_node[node];
		if (by_node[node] >= policy->sharing) {
			sharers |= BIT(node);
		}
	}
	return sharers;
}

static uint8_t migrate(const struct policy *policy, const struct policy_page *page, uint32_t hot,
		       struct policy_decision *decision)
{
	if (!policy->migrates) {
		return MOVEMENT_OFF;
	}
	if (page->free_pages[hot] == 0) {
		return MOVEMENT_NO_MEMORY;
	}
	decision->action = MOVEMENT_MIGRATE;
	decision->nodes = BIT(hot);
	return MOVEMENT_DOMINATED;
}

static uint8_t replicate(const struct policy *policy, const struct policy_page *page,
			 uint64_t nodes, struct policy_decision *decision)
{
	uint64_t missing = nodes & ~page->replicas & ~BIT(page->home);

	if (missing == 0) {
		return MOVEMENT_LOCAL;
	}
	if (!policy->replicates) {
		return MOVEMENT_OFF;
	}
	for (uint32_t node = 0; node < page->node_count; node++) {
		if (page->free_pages[node] <= policy->reserve) {
			missing &= ~BIT(node);
		}
	}
	if (missing == 0) {
		return MOVEMENT_PRESSURE;
	}
	decision->action = MOVEMENT_REPLICATE;
	decision->nodes = missing;
	return MOVEMENT_READ_SHARED;
}

/* The reason; the action, if there is one, in *decision. */
static uint8_t decide(const struct policy *policy, const struct policy_page *page,
		      struct policy_decision *decision)
{
	uint32_t hot = page->cpu_node[page->hot_cpu];
	uint64_t sharers = add_up(policy, page, hot, decision);

	if (decision->misses < policy->trigger) {
		return MOVEMENT_BELOW_TRIGGER;
	}
	if (sharers != 0 && decision->writes >= policy->write) {
		return MOVEMENT_WRITE_SHARED;
	}
	if (sharers == 0 && hot == page->home) {
		return MOVEMENT_LOCAL;
	}
	if (page->is_pinned) {
		return MOVEMENT_PINNED;
	}
	if (page->is_spread) {
		return MOVEMENT_SPREAD;
	}
	if (page->moves >= policy->thrash) {
		return MOVEMENT_THRASH;
	}
	if (page->interval_moves >= policy->moves_max) {
		return MOVEMENT_LIMIT;
	}
	if (sharers == 0 && !page->is_shared && page->replicas == 0) {
		return migrate(policy, page, hot, decision);
	}
	return replicate(policy, page, sharers | BIT(hot), decision);
}

void policy_decide(const struct policy *policy, const struct policy_page *page,
		   struct policy_decision *decision)
{
	*decision = (struct policy_decision){ .action = MOVEMENT_NONE };
	decision->reason = decide(policy, page, decision);
}
