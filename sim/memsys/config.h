/* SPDX-License-Identifier: MIT */
/*
 * config.h - what a memory system is built from, its defaults, and the cycles that follow from it.
 *
 * Times are given in nanoseconds and rounded to cycles once, here. docs/memory-system.md derives
 * every latency from the parts below.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/frame.h"
#include "machine/node.h"
#include "sim/error.h"

struct protocol;

struct memsys_geometry {
	uint32_t bytes;
	uint32_t ways;
	uint32_t line_bytes;
};

enum memsys_topology {
	MEMSYS_BUS = NODE_TOPOLOGY_BUS, /* all latencies are local_ns */
	MEMSYS_MESH = NODE_TOPOLOGY_MESH,
	MEMSYS_HYPERCUBE = NODE_TOPOLOGY_HYPERCUBE
};

struct memsys_config {
	unsigned nodes;           /* 1..64 */
	unsigned cpus_per_node;   /* all together 1..64 */
	uint64_t frames_per_node; /* frame.h */
	enum frame_layout layout;
	struct memsys_geometry l1i, l1d, l2;
	unsigned l2_hit_cycles; /* stall of an L1 miss that hits the second level */
	unsigned clock_mhz;
	unsigned quantum_cycles; /* distance of boundaries; at most the reply's cycles */

	/* Whole latencies of a read miss to clean memory, from the load to the next instruction. */
	unsigned local_ns, remote_ns;
	/* Their parts; what local_ns leaves is the memory's, what remote_ns leaves the network's.
	 */
	unsigned request_ns; /* miss found, request on the node's bus */
	unsigned home_ns;    /* directory handler, before memory answers or a message leaves */
	unsigned reply_ns;   /* the line from the node controller to the CPU */
	unsigned pass_ns;    /* a node controller passing a message on, out of or into its node */
	unsigned probe_ns;   /* a cache giving up the data it owns */
	unsigned inv_ns;     /* a cache dropping a shared line */

	/* How long a request keeps what it uses from serving the next one. */
	unsigned home_busy_ns;  /* node controller: a request at the home */
	unsigned pass_busy_ns;  /* node controller: a message passing */
	unsigned light_busy_ns; /* node controller: DONE, acknowledgements, each further INV */
	unsigned bank_busy_ns;  /* memory bank: a line read or written */
	unsigned banks;         /* per node, consecutive lines in consecutive banks */
	unsigned link_mb_per_s; /* each link of the network, each direction */
	unsigned bus_mb_per_s;  /* instead, of a bus */
	unsigned header_bytes;  /* of every message; data messages carry a line more */

	enum memsys_topology topology;
	unsigned hop_ns; /* latency of each hop behind the first; 0: all distances alike */

	/* Perturbation: every message takes up to this much longer, by a generator of this seed. */
	unsigned jitter_cycles;
	uint64_t seed;

	bool check;                      /* versions at every hit, invariants at boundaries */
	bool classify;                   /* cold, capacity, true sharing, false sharing */
	const struct protocol *protocol; /* NULL: the standard one; tests plant errors */
};

/* The paper's machine: 400 MHz, 32 KB + 32 KB + 1 MB, 300 ns and 900 ns, a mesh. */
void memsys_config_default(struct memsys_config *config, unsigned nodes, uint64_t frames_per_node);

/* Integer cycles of a valid configuration. */
struct memsys_timing {
	unsigned request, home, memory, reply, pass, probe, inv;
	unsigned to_home;   /* network, requests and forwards */
	unsigned from_home; /* network, everything else */
	unsigned hop;
	unsigned home_busy, pass_busy, light_busy, bank_busy;
	unsigned link_header, link_data; /* occupancy of a link by a message without, with data */
	unsigned local_read, remote_read;
};

/* False, with the reason, for what cannot be built. */
bool memsys_config_check(const struct memsys_config *config, struct error *err);
/* Cycles for which a message of `bytes` occupies a link. */
unsigned memsys_link_cycles(const struct memsys_config *config, unsigned bytes);
/* Of a configuration that passed the check. */
void memsys_timing_derive(const struct memsys_config *config, struct memsys_timing *timing);
