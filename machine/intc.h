/* SPDX-License-Identifier: MIT */
/*
 * intc.h - the interrupt controller: which CPU hears a device, and messages between CPUs.
 *
 * Registers are 32 bits wide in CPU byte order, in the page at MAP_INTC_BASE. The mask part of
 * each CPU is laid out as in Broadcom's bcm7038-l1, for which Linux has a driver. Only #define.
 * Manual page: docs/machine/intc.md.
 */
#pragma once

#include "machine/lines.h"
#include "machine/map.h"

#define INTC_BYTES 0xc00

/* Sources, bits LINES_SOURCE_*: CPU n has a block at n * INTC_CPU_STRIDE. */
#define INTC_CPU_STRIDE  0x10
#define INTC_STATUS      0x00 /* read: level of each source, masked or not */
#define INTC_MASK_STATUS 0x04 /* read: 1 = the source is masked for this CPU */
#define INTC_MASK_SET    0x08 /* write: masks the sources whose bits are 1 */
#define INTC_MASK_CLEAR  0x0c /* write: unmasks the sources whose bits are 1 */

/* Messages: CPU n has a block at INTC_IPI_BASE + n * INTC_IPI_STRIDE, 32 bits that stay. */
#define INTC_IPI_BASE    0x800
#define INTC_IPI_STRIDE  0x10
#define INTC_IPI_SET     0x00 /* write: sets the bits that are 1 */
#define INTC_IPI_PENDING 0x04 /* read: the bits that are set */
#define INTC_IPI_TAKE    0x08 /* read: the same, and clears them */
#define INTC_IPI_CLEAR   0x0c /* write: clears the bits that are 1 */
