/* SPDX-License-Identifier: MIT */
/* config.c - defaults, checks and derived cycles of a memory system. */
#include "sim/memsys/config.h"

#include "machine/map.h"

void memsys_config_default(struct memsys_config *config, unsigned nodes, uint64_t frames_per_node)
{
	*config = (struct memsys_config){
		.nodes = nodes,
		.cpus_per_node = 1,
		.frames_per_node = frames_per_node,
		.layout = FRAME_BLOCK,
		.l1i = { 32768, 2, 32 },
		.l1d = { 32768, 2, 32 },
		.l2 = { 1048576, 2, 128 },
		.l2_hit_cycles = 20,
		.clock_mhz = 400,
		.quantum_cycles = 64,
		.local_ns = 300,
		.remote_ns = 900,
		.request_ns = 30,
		.home_ns = 30,
		.reply_ns = 160,
		.pass_ns = 20,
		.probe_ns = 150,
		.inv_ns = 50,
		.home_busy_ns = 100,
		.pass_busy_ns = 20,
		.light_busy_ns = 10,
		.bank_busy_ns = 140,
		.banks = 4,
		.link_mb_per_s = 800,
		.bus_mb_per_s = 3200,
		.header_bytes = 16,
		.topology = MEMSYS_MESH,
		.classify = true,
#ifdef MIRRORBALL_TORTURE
		.check = true,
#endif
	};
}

static bool is_power_of_2(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static unsigned cycles(const struct memsys_config *config, unsigned ns)
{
	return (unsigned)(((uint64_t)ns * config->clock_mhz + 500) / 1000);
}

static bool check_geometry(const struct memsys_geometry *g, const char *name, struct error *err)
{
	if (!is_power_of_2(g->line_bytes) || g->line_bytes < 16 || g->line_bytes > MAP_PAGE_BYTES) {
		return error_set(err, EXIT_USAGE,
				 "%s: a line of %u bytes; need a power of 2, 16 to %d", name,
				 g->line_bytes, MAP_PAGE_BYTES);
	}
	if (g->ways < 1 || g->ways > 16) {
		return error_set(err, EXIT_USAGE, "%s: %u ways; need 1 to 16", name, g->ways);
	}
	if (g->bytes > 1U << 30 || g->bytes % (g->ways * g->line_bytes) != 0 ||
	    !is_power_of_2(g->bytes / (g->ways * g->line_bytes))) {
		return error_set(err, EXIT_USAGE,
				 "%s: %u bytes in %u ways of %u-byte lines; bytes / (ways * line) "
				 "must be a power of 2, and no more than 1 GB",
				 name, g->bytes, g->ways, g->line_bytes);
	}
	return true;
}

static bool check_caches(const struct memsys_config *config, struct error *err)
{
	if (!check_geometry(&config->l1i, "L1 instruction cache", err) ||
	    !check_geometry(&config->l1d, "L1 data cache", err) ||
	    !check_geometry(&config->l2, "L2 cache", err)) {
		return false;
	}
	if (config->l1i.line_bytes > config->l2.line_bytes ||
	    config->l1d.line_bytes > config->l2.line_bytes) {
		return error_set(err, EXIT_USAGE,
				 "an L1 line is longer than an L2 line (%u bytes); L2 includes L1",
				 config->l2.line_bytes);
	}
	if (config->l1i.bytes > config->l2.bytes || config->l1d.bytes > config->l2.bytes) {
		return error_set(err, EXIT_USAGE,
				 "an L1 cache is larger than L2 (%u bytes); L2 includes L1",
				 config->l2.bytes);
	}
	return true;
}

static bool check_nodes(const struct memsys_config *config, struct error *err)
{
	if (config->nodes < 1 || config->nodes > MAP_NODES_MAX) {
		return error_set(err, EXIT_USAGE, "%u nodes; need 1 to %d", config->nodes,
				 MAP_NODES_MAX);
	}
	if (config->cpus_per_node < 1 || config->cpus_per_node > MAP_CPUS_MAX / config->nodes) {
		return error_set(err, EXIT_USAGE,
				 "%u nodes with %u CPUs each; need 1 to %d CPUs together",
				 config->nodes, config->cpus_per_node, MAP_CPUS_MAX);
	}
	if (config->frames_per_node < 1 ||
	    config->frames_per_node > FRAME_COUNT_MAX / config->nodes) {
		return error_set(err, EXIT_USAGE,
				 "%u nodes with %llu frames of 4 KB each; need 1 to %llu frames "
				 "together",
				 config->nodes, (unsigned long long)config->frames_per_node,
				 (unsigned long long)FRAME_COUNT_MAX);
	}
	if (config->layout != FRAME_BLOCK && config->layout != FRAME_ROUND_ROBIN) {
		return error_set(err, EXIT_USAGE, "layout %u is neither block nor round-robin",
				 (unsigned)config->layout);
	}
	if (config->topology > MEMSYS_HYPERCUBE) {
		return error_set(err, EXIT_USAGE, "topology %u is none of bus, mesh, hypercube",
				 (unsigned)config->topology);
	}
	if (config->topology == MEMSYS_HYPERCUBE && !is_power_of_2(config->nodes)) {
		return error_set(err, EXIT_USAGE, "a hypercube of %u nodes; need a power of 2",
				 config->nodes);
	}
	return true;
}

static bool check_rates(const struct memsys_config *config, struct error *err)
{
	if (config->clock_mhz < 1 || config->clock_mhz > 10000) {
		return error_set(err, EXIT_USAGE, "a clock of %u MHz; need 1 to 10000",
				 config->clock_mhz);
	}
	if (config->banks < 1 || config->banks > 64 || !is_power_of_2(config->banks)) {
		return error_set(err, EXIT_USAGE, "%u memory banks; need a power of 2, 1 to 64",
				 config->banks);
	}
	if (config->link_mb_per_s < 1 || config->bus_mb_per_s < 1 || config->header_bytes < 1 ||
	    config->header_bytes > MAP_PAGE_BYTES) {
		return error_set(err, EXIT_USAGE,
				 "links of %u MB/s or a bus of %u MB/s, with headers of %u bytes; "
				 "need at least 1 MB/s and 1 to %d bytes",
				 config->link_mb_per_s, config->bus_mb_per_s, config->header_bytes,
				 MAP_PAGE_BYTES);
	}
	if (config->jitter_cycles > 1000000 || config->l2_hit_cycles > 1000000) {
		return error_set(err, EXIT_USAGE, "a jitter or L2 hit of more than 10^6 cycles");
	}
	return true;
}

static bool check_latencies(const struct memsys_config *config, struct error *err)
{
	static const unsigned limit = 1000000;
	const unsigned all[] = { config->local_ns,     config->remote_ns,    config->request_ns,
				 config->home_ns,      config->reply_ns,     config->pass_ns,
				 config->probe_ns,     config->inv_ns,       config->hop_ns,
				 config->home_busy_ns, config->pass_busy_ns, config->light_busy_ns,
				 config->bank_busy_ns };
	unsigned local = cycles(config, config->local_ns);
	unsigned remote = cycles(config, config->remote_ns);
	unsigned reply = cycles(config, config->reply_ns);
	unsigned parts =
		cycles(config, config->request_ns) + cycles(config, config->home_ns) + reply;

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] > limit) {
			return error_set(err, EXIT_USAGE, "a latency of %u ns; need at most %u",
					 all[i], limit);
		}
	}
	if (local < parts) {
		return error_set(err, EXIT_USAGE,
				 "a local miss of %u cycles; request, home and reply alone take %u",
				 local, parts);
	}
	if (config->topology != MEMSYS_BUS &&
	    remote < local + 2 * cycles(config, config->pass_ns)) {
		return error_set(err, EXIT_USAGE,
				 "a remote miss of %u cycles; a local one and two passages through "
				 "the requester's node controller alone take %u",
				 remote, local + 2 * cycles(config, config->pass_ns));
	}
	if (reply < 1) {
		return error_set(
			err, EXIT_USAGE,
			"a reply of %u ns is less than half a cycle; need at least one: no "
			"CPU may see within a quantum what another does",
			config->reply_ns);
	}
	if (config->quantum_cycles < 1 || config->quantum_cycles > reply) {
		return error_set(err, EXIT_USAGE,
				 "a quantum of %u cycles; need 1 to %u, the cycles of a reply",
				 config->quantum_cycles, reply);
	}
	return true;
}

bool memsys_config_check(const struct memsys_config *config, struct error *err)
{
	return check_nodes(config, err) && check_caches(config, err) && check_rates(config, err) &&
	       check_latencies(config, err);
}

unsigned memsys_link_cycles(const struct memsys_config *config, unsigned bytes)
{
	uint64_t scaled = (uint64_t)bytes * config->clock_mhz;
	unsigned rate =
		config->topology == MEMSYS_BUS ? config->bus_mb_per_s : config->link_mb_per_s;

	return (unsigned)((scaled + rate - 1) / rate);
}

void memsys_timing_derive(const struct memsys_config *config, struct memsys_timing *timing)
{
	bool is_bus = config->topology == MEMSYS_BUS;
	unsigned network;

	*timing = (struct memsys_timing){
		.request = cycles(config, config->request_ns),
		.home = cycles(config, config->home_ns),
		.reply = cycles(config, config->reply_ns),
		.pass = is_bus ? 0 : cycles(config, config->pass_ns),
		.probe = cycles(config, config->probe_ns),
		.inv = cycles(config, config->inv_ns),
		.hop = cycles(config, config->hop_ns),
		.home_busy = cycles(config, config->home_busy_ns),
		.pass_busy = is_bus ? 0 : cycles(config, config->pass_busy_ns),
		.light_busy = cycles(config, config->light_busy_ns),
		.bank_busy = cycles(config, config->bank_busy_ns),
		.link_header = memsys_link_cycles(config, config->header_bytes),
		.link_data =
			memsys_link_cycles(config, config->header_bytes + config->l2.line_bytes),
		.local_read = cycles(config, config->local_ns),
	};
	timing->remote_read = is_bus ? timing->local_read : cycles(config, config->remote_ns);
	timing->memory = timing->local_read - timing->request - timing->home - timing->reply;
	network = timing->remote_read - timing->local_read - 2 * timing->pass;
	timing->to_home = network / 2;
	timing->from_home = network - timing->to_home;
}
