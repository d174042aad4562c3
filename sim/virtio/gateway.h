/* SPDX-License-Identifier: MIT */
/*
 * gateway.h - a way out of the machine's network: a port of its switch behind which libslirp
 * translates IPv4 to connections of the host's user (machine.network.gateway). The bus calls it.
 *
 * The guests' network is 10.0.2.0/24 with the gateway, which is the host itself, at 10.0.2.2, a
 * name server at 10.0.2.3, and DHCP from 10.0.2.15 on. Nothing can be reached from outside. What
 * comes from the host comes when the host has it: such a run is not deterministic, and has no
 * checkpoints.
 */
#pragma once

#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"

#define GATEWAY_FRAME_MAX 1514U /* longer ones are dropped */

struct ethernet;
struct gateway;

/* At port `port` of the switch. NULL, with the reason: not built in, or no memory. */
struct gateway *gateway_create(const struct machine *machine, struct ethernet *ethernet,
			       unsigned port, struct error *err);
void gateway_destroy(struct gateway *gateway);

/* A frame comes to it at this cycle. */
void gateway_wake(struct gateway *gateway, uint64_t cycle);
/* When it wants to be stepped; UINT64_MAX: there is nothing to do. */
uint64_t gateway_due(const struct gateway *gateway);
/* Takes what has come, looks at the host, sends what is there. Waits for the host up to 1 ms. */
void gateway_step(struct gateway *gateway, uint64_t now);
