/* SPDX-License-Identifier: MIT */
/*
 * ethernet.h - the network inside the machine: one switch, a port for each network device.
 *
 * A frame leaves its device at the rate of its link, is in the switch for the latency, and leaves
 * by the port behind which its destination was seen last, after what waits there; by all others if
 * it was never seen. Each port keeps PORT_FRAMES frames; more are dropped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine.h"

/* The longest frame: header, an MTU of 65535. */
#define ETHERNET_HEADER_BYTES 14U
#define ETHERNET_FRAME_MAX    (ETHERNET_HEADER_BYTES + 65535U)
#define ETHERNET_MAC_BYTES    6U

struct ethernet;
struct state_hash;
struct state_io;

struct ethernet_frame {
	uint64_t due; /* cycle at which all of it is at the device */
	uint32_t bytes;
	uint8_t data[];
};

/* `wake` is called for a port that has got a frame. NULL: no memory. */
typedef void ethernet_wake_fn(void *context, unsigned port, uint64_t cycle);
struct ethernet *ethernet_create(const struct machine *machine, ethernet_wake_fn *wake,
				 void *context);
void ethernet_destroy(struct ethernet *ethernet);

/* Cycles that a frame is on a link, with preamble, checksum and gap. */
uint64_t ethernet_link_cycles(const struct ethernet *ethernet, uint32_t bytes);

/* A frame of at least a header has left the device at `port` by cycle `now`. */
void ethernet_send(struct ethernet *ethernet, unsigned port, const uint8_t *data, uint32_t bytes,
		   uint64_t now);

/* The oldest frame that waits at a port, due or not; NULL: none. */
const struct ethernet_frame *ethernet_first(const struct ethernet *ethernet, unsigned port);
void ethernet_take(struct ethernet *ethernet, unsigned port);

/* The device at `port` is reset: what waits for it is lost. */
void ethernet_flush(struct ethernet *ethernet, unsigned port);

void ethernet_hash(const struct ethernet *ethernet, struct state_hash *hash);
void ethernet_state(struct ethernet *ethernet, struct state_io *io);
