/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - block and network devices: virtio 1.2 over MMIO, version 2.
 *
 * Slot i has the page at MAP_VIRTIO_BASE + i * MAP_PAGE_BYTES and source LINES_SOURCE_VIRTIO + i.
 * Everything here is little-endian on both byte orders of the CPU. Section numbers are those of the
 * virtio 1.2 standard. Only #define. Manual page: docs/machine/virtio.md.
 */
#pragma once

#include "machine/lines.h"
#include "machine/map.h"

#define VIRTIO_BYTES 0x200

/* Registers (4.2.2), 32 bits wide. */
#define VIRTIO_MAGIC               0x000 /* read: VIRTIO_MAGIC_VALUE */
#define VIRTIO_VERSION             0x004 /* read: VIRTIO_VERSION_VALUE */
#define VIRTIO_DEVICE_ID           0x008 /* read: VIRTIO_ID_* */
#define VIRTIO_VENDOR_ID           0x00c /* read: VIRTIO_VENDOR_VALUE */
#define VIRTIO_DEVICE_FEATURES     0x010 /* read: the word that DEVICE_FEATURES_SEL selects */
#define VIRTIO_DEVICE_FEATURES_SEL 0x014 /* write: 0 = bits 0-31, 1 = bits 32-63 */
#define VIRTIO_DRIVER_FEATURES     0x020 /* write: the word that DRIVER_FEATURES_SEL selects */
#define VIRTIO_DRIVER_FEATURES_SEL 0x024 /* write */
#define VIRTIO_QUEUE_SEL           0x030 /* write: the queue that QUEUE_* means */
#define VIRTIO_QUEUE_NUM_MAX       0x034 /* read: VIRTIO_QUEUE_ENTRIES_MAX, 0 = no such queue */
#define VIRTIO_QUEUE_NUM           0x038 /* write: entries, a power of two */
#define VIRTIO_QUEUE_READY         0x044 /* 1 = in use */
#define VIRTIO_QUEUE_NOTIFY        0x050 /* write: number of a queue with new buffers */
#define VIRTIO_INTERRUPT_STATUS    0x060 /* read: VIRTIO_INTERRUPT_* */
#define VIRTIO_INTERRUPT_ACK       0x064 /* write: clears the bits that are 1 */
#define VIRTIO_STATUS              0x070 /* VIRTIO_STATUS_*; writing 0 resets the device */
#define VIRTIO_QUEUE_DESC_LO       0x080 /* write: physical address of the descriptors */
#define VIRTIO_QUEUE_DESC_HI       0x084
#define VIRTIO_QUEUE_DRIVER_LO     0x090 /* write: of the available ring */
#define VIRTIO_QUEUE_DRIVER_HI     0x094
#define VIRTIO_QUEUE_DEVICE_LO     0x0a0 /* write: of the used ring */
#define VIRTIO_QUEUE_DEVICE_HI     0x0a4
#define VIRTIO_CONFIG_GENERATION   0x0fc /* read: changes whenever CONFIG does */
#define VIRTIO_CONFIG              0x100 /* configuration space; accesses of 1, 2 and 4 bytes */

#define VIRTIO_MAGIC_VALUE       0x74726976 /* "virt" */
#define VIRTIO_VERSION_VALUE     2
#define VIRTIO_VENDOR_VALUE      0x4c4c424d /* "MBLL" */
#define VIRTIO_ID_NONE           0          /* the slot is empty */
#define VIRTIO_ID_NETWORK        1
#define VIRTIO_ID_BLOCK          2
#define VIRTIO_QUEUE_ENTRIES_MAX 256

#define VIRTIO_INTERRUPT_USED   0x1 /* a buffer has been used */
#define VIRTIO_INTERRUPT_CONFIG 0x2 /* the configuration has changed */

/* Status (2.1). */
#define VIRTIO_STATUS_ACKNOWLEDGE 0x01
#define VIRTIO_STATUS_DRIVER      0x02
#define VIRTIO_STATUS_DRIVER_OK   0x04
#define VIRTIO_STATUS_FEATURES_OK 0x08
#define VIRTIO_STATUS_NEEDS_RESET 0x40 /* the driver broke a ring's rules; told once in the log */
#define VIRTIO_STATUS_FAILED      0x80

/* Feature bits, by number (6); the manual page tells which device offers which. */
#define VIRTIO_F_INDIRECT_DESC 28
#define VIRTIO_F_EVENT_IDX     29
#define VIRTIO_F_VERSION_1     32

/* A descriptor (2.7.5). */
#define VIRTIO_DESC_BYTES      16
#define VIRTIO_DESC_ADDR       0x0 /* 64: physical address */
#define VIRTIO_DESC_LEN        0x8 /* 32: bytes */
#define VIRTIO_DESC_FLAGS      0xc /* 16: VIRTIO_DESC_F_* */
#define VIRTIO_DESC_NEXT       0xe /* 16: the next of the chain */
#define VIRTIO_DESC_F_NEXT     0x1
#define VIRTIO_DESC_F_WRITE    0x2 /* the device writes here */
#define VIRTIO_DESC_F_INDIRECT 0x4 /* a table of descriptors is here */

/* The rings (2.7.6, 2.7.8): flags, index, then entries, then the event index of the other side. */
#define VIRTIO_RING_FLAGS       0x0
#define VIRTIO_RING_INDEX       0x2
#define VIRTIO_RING_ENTRIES     0x4
#define VIRTIO_AVAIL_BYTES      2 /* of an entry: head of a chain */
#define VIRTIO_USED_BYTES       8 /* of an entry: head (32), bytes written (32) */
#define VIRTIO_AVAIL_F_NO_IRQ   0x1
#define VIRTIO_USED_F_NO_NOTIFY 0x1

/* Block device (5.2): one queue. Feature numbers, configuration, requests. */
#define VIRTIO_BLOCK_F_SIZE_MAX     1
#define VIRTIO_BLOCK_F_SEG_MAX      2
#define VIRTIO_BLOCK_F_GEOMETRY     4
#define VIRTIO_BLOCK_F_RO           5
#define VIRTIO_BLOCK_F_BLK_SIZE     6
#define VIRTIO_BLOCK_F_FLUSH        9
#define VIRTIO_BLOCK_F_TOPOLOGY     10
#define VIRTIO_BLOCK_F_DISCARD      13
#define VIRTIO_BLOCK_F_WRITE_ZEROES 14

#define VIRTIO_BLOCK_CAPACITY          0x00 /* 64: sectors of 512 bytes */
#define VIRTIO_BLOCK_SIZE_MAX          0x08 /* 32 */
#define VIRTIO_BLOCK_SEG_MAX           0x0c /* 32 */
#define VIRTIO_BLOCK_CYLINDERS         0x10 /* 16 */
#define VIRTIO_BLOCK_HEADS             0x12 /* 8 */
#define VIRTIO_BLOCK_SECTORS           0x13 /* 8 */
#define VIRTIO_BLOCK_BLK_SIZE          0x14 /* 32 */
#define VIRTIO_BLOCK_PHYSICAL_EXP      0x18 /* 8 */
#define VIRTIO_BLOCK_ALIGNMENT         0x19 /* 8 */
#define VIRTIO_BLOCK_MIN_IO            0x1a /* 16 */
#define VIRTIO_BLOCK_OPT_IO            0x1c /* 32 */
#define VIRTIO_BLOCK_MAX_DISCARD       0x24 /* 32: sectors */
#define VIRTIO_BLOCK_MAX_DISCARD_SEG   0x28 /* 32 */
#define VIRTIO_BLOCK_DISCARD_ALIGNMENT 0x2c /* 32: sectors */
#define VIRTIO_BLOCK_MAX_ZEROES        0x30 /* 32: sectors */
#define VIRTIO_BLOCK_MAX_ZEROES_SEG    0x34 /* 32 */
#define VIRTIO_BLOCK_ZEROES_MAY_UNMAP  0x38 /* 8 */

#define VIRTIO_BLOCK_SECTOR_BYTES   512
#define VIRTIO_BLOCK_HEADER_BYTES   16 /* type (32), 0 (32), sector (64); the data; status (8) */
#define VIRTIO_BLOCK_T_IN           0
#define VIRTIO_BLOCK_T_OUT          1
#define VIRTIO_BLOCK_T_FLUSH        4
#define VIRTIO_BLOCK_T_GET_ID       8
#define VIRTIO_BLOCK_T_DISCARD      11
#define VIRTIO_BLOCK_T_WRITE_ZEROES 13
#define VIRTIO_BLOCK_S_OK           0
#define VIRTIO_BLOCK_S_IOERR        1
#define VIRTIO_BLOCK_S_UNSUPP       2
#define VIRTIO_BLOCK_ID_BYTES       20

/* Network device (5.1): queue 0 receives, queue 1 sends. */
#define VIRTIO_NETWORK_F_CSUM         0
#define VIRTIO_NETWORK_F_GUEST_CSUM   1
#define VIRTIO_NETWORK_F_MTU          3
#define VIRTIO_NETWORK_F_HEADER_SPLIT 4 /* not of the standard: the monitor's */
#define VIRTIO_NETWORK_F_MAC          5
#define VIRTIO_NETWORK_F_MRG_RXBUF    15
#define VIRTIO_NETWORK_F_STATUS       16

#define VIRTIO_NETWORK_MAC       0x0 /* 6 bytes */
#define VIRTIO_NETWORK_STATUS    0x6 /* 16: VIRTIO_NETWORK_S_* */
#define VIRTIO_NETWORK_MTU       0xa /* 16 */
#define VIRTIO_NETWORK_S_LINK_UP 0x1

#define VIRTIO_NETWORK_QUEUE_RECEIVE  0
#define VIRTIO_NETWORK_QUEUE_SEND     1
#define VIRTIO_NETWORK_HEADER_BYTES   12  /* before each frame; the last two: buffers used */
#define VIRTIO_NETWORK_HEADER_FLAGS   0x0 /* 8 */
#define VIRTIO_NETWORK_HEADER_SPLIT   0x2 /* 16: bytes in front of the whole pages, 0 = not split */
#define VIRTIO_NETWORK_HEADER_CSUM    0x6 /* 16, 16: from where to sum, and where the sum goes */
#define VIRTIO_NETWORK_HEADER_BUFFERS 0xa /* 16 */
#define VIRTIO_NETWORK_NEEDS_CSUM     0x1 /* flag: the sum is still to be made */
