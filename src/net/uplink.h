/* SPDX-License-Identifier: MIT */
/*
 * uplink.h - the subnet's way out: the machine's network card, if there is a gateway behind it, is
 * at the switch as one device more (docs/configuration.md, machine.network.gateway).
 *
 * What is for a group, or for an address that no VM has, goes to the card, copied; what the card
 * receives goes to the devices it is for. Frames are at most a page; they are lost when all buffers
 * are under way, as on an Ethernet.
 */
#pragma once

#include "src/net/subnet.h"
#include "src/platform/disk.h"

#ifndef MONITOR_GATEWAY
#define MONITOR_GATEWAY 0
#endif

#if MONITOR_GATEWAY

/* The card, set up; its queue to receive, behind which is the one to send. At boot only. */
void uplink_init(struct disk *card);
/* May a network card of the machine be used? One at most. */
bool uplink_wants_card(void);
/* A frame of the subnet that may be for somebody outside. */
void uplink_send(const struct nic *from);

#else

static inline void uplink_init(struct disk *card)
{
	(void)card;
}

static inline bool uplink_wants_card(void)
{
	return false;
}

static inline void uplink_send(const struct nic *from)
{
	(void)from;
}

#endif
