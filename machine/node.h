/* SPDX-License-Identifier: MIT */
/*
 * node.h - the node controllers: topology readout and the local alias.
 *
 * Node i has a block of MAP_NODE_STRIDE bytes at MAP_NODE_BASE + i * MAP_NODE_STRIDE; its page 0 is
 * described here, page 1 in misscount.h. Any CPU may access any node's. Registers are 32 bits wide
 * in CPU byte order; ALIAS_BASE takes a doubleword too (docs/machine/README.md). Only #define.
 * Manual page: docs/machine/node.md.
 */
#pragma once

#include "machine/map.h"

#define NODE_BYTES 0x200

/* Read-only. */
#define NODE_NUMBER    0x00  /* of this node */
#define NODE_COUNT     0x04  /* nodes in the machine */
#define NODE_SELF      0x08  /* node of the CPU that reads */
#define NODE_CPU_FIRST 0x0c  /* lowest CPU number of this node */
#define NODE_CPU_COUNT 0x10  /* CPUs of this node, consecutive */
#define NODE_FRAMES    0x14  /* frames of RAM whose home this node is */
#define NODE_LAYOUT    0x18  /* NODE_LAYOUT_* */
#define NODE_TOPOLOGY  0x1c  /* NODE_TOPOLOGY_* */
#define NODE_LATENCY   0x100 /* + 4 * j: ns of a read miss from here to node j, no contention */

/* How consecutive frames are dealt to nodes (frame.h). */
#define NODE_LAYOUT_BLOCK       0
#define NODE_LAYOUT_ROUND_ROBIN 1

#define NODE_TOPOLOGY_BUS       0 /* the UMA machine */
#define NODE_TOPOLOGY_MESH      1
#define NODE_TOPOLOGY_HYPERCUBE 2

/* The local alias: this node's CPUs see [ALIAS_BASE, + ALIAS_SIZE) at [0, ALIAS_SIZE). */
#define NODE_ALIAS_SIZE    0x20 /* bytes, a multiple of 4096; 0 = off, as after power-on */
#define NODE_ALIAS_STATE   0x24 /* read: NODE_ALIAS_* */
#define NODE_ALIAS_BASE    0x28 /* 64: physical address, a multiple of 4096 */
#define NODE_ALIAS_BASE_HI 0x28
#define NODE_ALIAS_BASE_LO 0x2c

#define NODE_ALIAS_OFF     0
#define NODE_ALIAS_ON      1
#define NODE_ALIAS_REFUSED 2 /* the last write asked for a range that is not RAM; alias off */
