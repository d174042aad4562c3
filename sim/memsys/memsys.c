/* SPDX-License-Identifier: MIT */
/* memsys.c - making, clearing and reading a memory system (memsys.h). */
#include "sim/memsys/memsys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/misscount.h"
#include "sim/memsys/memsys_priv.h"

void *memsys_resize(void *memory, size_t count, size_t size)
{
	void *resized =
		count > 0 && count <= SIZE_MAX / size ? realloc(memory, count * size) : NULL;

	if (!resized) {
		fputs("mirrorball: out of host memory\n", stderr);
		abort();
	}
	return resized;
}

void *memsys_allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory) {
		fputs("mirrorball: out of host memory\n", stderr);
		abort();
	}
	return memory;
}

static void create_parts(struct memsys *memsys)
{
	const struct memsys_config *config = &memsys->config;
	uint64_t row_bytes;

	memsys->l2_shift = (uint8_t)__builtin_ctz(config->l2.line_bytes);
	memsys->l2_ways = config->l2.ways;
	memsys->l2_set_mask = config->l2.bytes / config->l2.ways / config->l2.line_bytes - 1;
	memsys->frame_count = config->nodes * config->frames_per_node;
	row_bytes = memsys->frame_count * MISSCOUNT_ROW_BYTES + MAP_PAGE_BYTES - 1;
	memsys->page_count = memsys->frame_count + (row_bytes >> MAP_PAGE_SHIFT) +
			     (MAP_BOOT_BYTES >> MAP_PAGE_SHIFT);
	/* calloc() of this size takes host memory only where pages are touched. */
	memsys->pages = memsys_allocate(memsys->page_count, sizeof(*memsys->pages));
	memsys->cpus = memsys_allocate(memsys->cpu_count, sizeof(*memsys->cpus));
	memsys->nodes = memsys_allocate(config->nodes, sizeof(*memsys->nodes));
	for (unsigned i = 0; i < config->nodes; i++) {
		memsys->nodes[i].bank_free_at =
			memsys_allocate(config->banks, sizeof(*memsys->nodes[i].bank_free_at));
	}
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		cpu_create(memsys, i);
	}
	miss_counters_create(memsys);
	memsys->events = event_queue_create();
	memsys->network = network_create(config);
	if (!memsys->network) {
		fputs("mirrorball: out of host memory\n", stderr);
		abort();
	}
}

struct memsys *memsys_create(const struct memsys_config *config, const struct memsys_ops *ops,
			     void *context, struct error *err)
{
	struct memsys *memsys;

	if (!memsys_config_check(config, err)) {
		return NULL;
	}
	memsys = memsys_allocate(1, sizeof(*memsys));
	memsys->config = *config;
	memsys->ops = ops;
	memsys->context = context;
	memsys->protocol = config->protocol ? config->protocol : &protocol_standard;
	memsys->cpu_count = config->nodes * config->cpus_per_node;
	memsys->waiting_free = NO_INDEX;
	memsys_timing_derive(config, &memsys->timing);
	create_parts(memsys);
	memsys_reset(memsys);
	return memsys;
}

void memsys_reset(struct memsys *memsys)
{
	directory_clear(memsys);
	free(memsys->waiting);
	memsys->waiting = NULL;
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		cpu_clear(&memsys->cpus[i]);
	}
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		struct node *node = &memsys->nodes[i];

		node->controller_free_at = 0;
		memset(node->bank_free_at, 0, memsys->config.banks * sizeof(*node->bank_free_at));
	}
	for (uint32_t i = 0; i < memsys->port_count; i++) {
		memsys->ports[i].is_used = false;
	}
	memsys->ports_in_use = 0;
	memsys->posted = 0;
	event_queue_clear(memsys->events);
	network_reset(memsys->network);
	memsys->boundaries = 0;
	memsys->random = memsys->config.seed * 0x9e3779b97f4a7c15;
	if (memsys->random == 0) {
		memsys->random = 1; /* 0 is no state of the generator */
	}
	memsys->failure[0] = '\0';
}

void memsys_power_on(struct memsys *memsys)
{
	memsys_reset(memsys);
	miss_counters_reset(memsys);
	network_set_waited(memsys->network, 0);
	memsys->now = 0;
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		memset(&memsys->cpus[i].stats, 0, sizeof(memsys->cpus[i].stats));
	}
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		memset(&memsys->nodes[i].stats, 0, sizeof(memsys->nodes[i].stats));
	}
}

void memsys_destroy(struct memsys *memsys)
{
	if (!memsys) {
		return;
	}
	directory_clear(memsys);
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		cpu_destroy(&memsys->cpus[i]);
	}
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		free(memsys->nodes[i].bank_free_at);
	}
	event_queue_destroy(memsys->events);
	network_destroy(memsys->network);
	miss_counters_destroy(memsys);
	free(memsys->pages);
	free(memsys->cpus);
	free(memsys->nodes);
	free(memsys->waiting);
	free(memsys->ports);
	free(memsys);
}

struct memsys_cpu *memsys_cpu(struct memsys *memsys, unsigned cpu)
{
	return &memsys->cpus[cpu].hot;
}

uint64_t memsys_quantum(const struct memsys *memsys)
{
	return memsys->config.quantum_cycles;
}

unsigned memsys_latency_ns(const struct memsys *memsys, unsigned from, unsigned to)
{
	const struct memsys_config *config = &memsys->config;

	if (from == to || config->topology == MEMSYS_BUS) {
		return config->local_ns;
	}
	return config->remote_ns +
	       2 * config->hop_ns * (network_hops(memsys->network, from, to) - 1);
}

const struct memsys_miss *memsys_last_miss(const struct memsys *memsys, unsigned cpu)
{
	return &memsys->cpus[cpu].last_miss;
}

const struct memsys_cpu_stats *memsys_stats_cpu(const struct memsys *memsys, unsigned cpu)
{
	return &memsys->cpus[cpu].stats;
}

const struct memsys_node_stats *memsys_stats_node(const struct memsys *memsys, unsigned node)
{
	return &memsys->nodes[node].stats;
}

uint64_t memsys_stats_network_waited(const struct memsys *memsys)
{
	return network_waited(memsys->network);
}

uint64_t memsys_host_bytes(const struct memsys *memsys)
{
	return memsys->directory_bytes + memsys->row_bytes;
}
