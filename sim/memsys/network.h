/* SPDX-License-Identifier: MIT */
/*
 * network.h - topologies, routes and the queues of their links.
 *
 * A message reserves the links of its route, in order, when it leaves. Its latency without
 * contention is not decided here (config.h): only waiting, and hops behind the first if they cost.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/memsys/config.h"

struct network;

struct network *network_create(const struct memsys_config *config);
void network_destroy(struct network *network);
/* All links are free. */
void network_reset(struct network *network);

/* Links between two nodes. */
unsigned network_hops(const struct network *network, unsigned from, unsigned to);
/*
 * When a message that leaves at `time` and keeps each link busy for `busy` cycles would be there if
 * the network itself took no time, apart from `hop` cycles for each hop behind the first.
 */
uint64_t network_send(struct network *network, unsigned from, unsigned to, uint64_t time,
		      unsigned busy, unsigned hop);
/* Cycles that messages have waited for links so far. */
uint64_t network_waited(const struct network *network);

/* For archives: the cycle from which on each link is free. */
uint64_t *network_links(struct network *network, unsigned *count);
void network_set_waited(struct network *network, uint64_t waited);
