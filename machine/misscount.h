/* SPDX-License-Identifier: MIT */
/*
 * misscount.h - the miss counters of each frame and CPU, as FLASH had them, and the hot-page queue.
 *
 * Registers in page 1 of a node's block (node.h), 32 bits wide in CPU byte order; QUEUE takes a
 * doubleword too (docs/machine/README.md). The counters themselves are memory at MAP_MISS_BASE that
 * the frame's home node writes. Only #define. Manual page: docs/machine/misscount.md.
 */
#pragma once

#include "machine/map.h"

#define MISSCOUNT_OFFSET 0x1000 /* of this page in the node's block */
#define MISSCOUNT_BYTES  0x28

#define MISSCOUNT_CONTROL   0x00 /* MISSCOUNT_CONTROL_*; 0 after power-on */
#define MISSCOUNT_THRESHOLD 0x04 /* one CPU's sum at which a frame is hot; 0 = never */
#define MISSCOUNT_SAMPLE    0x08 /* one event in this many is counted; 0 counts as 1 */
#define MISSCOUNT_DECAY     0x0c /* n: all counters are halved every 2^n cycles; 0 = never */
#define MISSCOUNT_ROUTE     0x10 /* CPU that gets LINES_IP_NODE; the node's first after power-on */
#define MISSCOUNT_STATUS    0x14 /* read: MISSCOUNT_STATUS_*; write 1 to OVERFLOW clears it */
#define MISSCOUNT_CLEAR     0x18 /* write: frame number: its counters and its trigger */
#define MISSCOUNT_QUEUE     0x20 /* 64, read: the oldest entry, and removes it; 0 = empty */
#define MISSCOUNT_QUEUE_HI  0x20 /* read: its high word; removes nothing */
#define MISSCOUNT_QUEUE_LO  0x24 /* read: its low word, and removes it */

#define MISSCOUNT_CONTROL_COUNT 0x1 /* counts */
#define MISSCOUNT_CONTROL_IRQ   0x2 /* interrupts while the queue holds an entry */

#define MISSCOUNT_STATUS_ENTRIES  0x0000ffff /* in the queue */
#define MISSCOUNT_STATUS_OVERFLOW 0x80000000 /* a hot frame found the queue full; sticky */

#define MISSCOUNT_THRESHOLD_MAX 0x1fffe
#define MISSCOUNT_DECAY_MAX     63
#define MISSCOUNT_QUEUE_ENTRIES 256

/* The high word of an entry; the low word is the time in units of 2^TIME_SHIFT cycles. */
#define MISSCOUNT_ENTRY_VALID      0x80000000
#define MISSCOUNT_ENTRY_WRITE      0x40000000 /* class of the last event: write or upgrade */
#define MISSCOUNT_ENTRY_CPU        0x3f000000 /* whose sum reached the threshold */
#define MISSCOUNT_ENTRY_CPU_SHIFT  24
#define MISSCOUNT_ENTRY_FRAME      0x00ffffff
#define MISSCOUNT_ENTRY_TIME_SHIFT 6

/* Frame f has the row at MAP_MISS_BASE + f * ROW_BYTES; CPU c the word at c * 4 in it. */
#define MISSCOUNT_ROW_BYTES 0x100
#define MISSCOUNT_ROW_SHIFT 8
#define MISSCOUNT_READS     0x0    /* halfword: read and fetch misses */
#define MISSCOUNT_WRITES    0x2    /* halfword: write misses and upgrades */
#define MISSCOUNT_MAX       0xffff /* where a counter stays */
