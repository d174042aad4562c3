/* SPDX-License-Identifier: MIT */
/* policy.c - the decision tree of policy.h. No state, nothing but its arguments. */
#include "src/numa/policy.h"

#define BIT(node) ((uint64_t)1 << (node))

void policy_init(struct policy *policy)
{
	*policy = (struct policy){
		.trigger = 128,
		.sharing = 32,
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
	decision->nodes = (sharers | BIT(hot)) & ~BIT(page->home);
	if (decision->nodes == 0) {
		return MOVEMENT_LOCAL;
	}
	if (page->is_pinned) {
		return MOVEMENT_PINNED;
	}
	if (!(sharers != 0 ? policy->replicates : policy->migrates)) {
		return MOVEMENT_OFF;
	}
	decision->action = sharers != 0 ? MOVEMENT_REPLICATE : MOVEMENT_MIGRATE;
	return sharers != 0 ? MOVEMENT_READ_SHARED : MOVEMENT_DOMINATED;
}

/* The same of what has been decided, at one of its nodes. */
static uint8_t allow(const struct policy *policy, const struct pmap_hot *state,
		     struct policy_decision *decision)
{
	if (state->is_spread) {
		return MOVEMENT_SPREAD;
	}
	if (state->moves >= policy->thrash) {
		return MOVEMENT_THRASH;
	}
	if (state->interval_moves >= policy->moves_max) {
		return MOVEMENT_LIMIT;
	}
	if (decision->action == MOVEMENT_MIGRATE && !state->is_shared && state->replicas == 0) {
		return state->free_pages != 0 ? MOVEMENT_DOMINATED : MOVEMENT_NO_MEMORY;
	}
	if (!(decision->nodes & ~state->replicas)) {
		return MOVEMENT_LOCAL;
	}
	if (!policy->replicates) {
		return MOVEMENT_OFF;
	}
	decision->action = MOVEMENT_REPLICATE;
	return state->free_pages > policy->reserve ? MOVEMENT_READ_SHARED : MOVEMENT_PRESSURE;
}

/* Without one of the reasons to do something nothing is done. */
static void settle(struct policy_decision *decision, uint8_t reason)
{
	decision->reason = reason;
	if (reason != MOVEMENT_DOMINATED && reason != MOVEMENT_READ_SHARED) {
		decision->action = MOVEMENT_NONE;
		decision->nodes = 0;
	}
}

void policy_decide(const struct policy *policy, const struct policy_page *page,
		   struct policy_decision *decision)
{
	*decision = (struct policy_decision){ .action = MOVEMENT_NONE };
	settle(decision, decide(policy, page, decision));
}

void policy_allow(const struct policy *policy, const struct pmap_hot *state,
		  struct policy_decision *decision)
{
	settle(decision, allow(policy, state, decision));
}
