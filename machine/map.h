/* SPDX-License-Identifier: MIT */
/*
 * map.h - the physical map: where RAM, each device and the miss counters lie.
 *
 * Only #define, so that assembly can include it. docs/machine/README.md draws the map. Frame f of
 * RAM is page f below the I/O window and page f + 0x1000 above it (frame.h): the window hides no
 * RAM. Every device has 4 KB pages of its own, so that a monitor can map one and not another.
 */
#pragma once

#define MAP_PAGE_BYTES 0x1000
#define MAP_PAGE_SHIFT 12

/* The I/O window, where MIPS boards have it. */
#define MAP_IO_BASE  0x1f000000
#define MAP_IO_BYTES 0x01000000
#define MAP_IO_END   0x20000000

/* Physical addresses have 36 bits; bit 35 names the same memory without the local alias (node.h).
 */
#define MAP_PADDR_BITS   36
#define MAP_NO_ALIAS_BIT 35
#define MAP_NODES_MAX    64
#define MAP_CPUS_MAX     64

/*
 * Below bit 35 lie RAM, the I/O window and the rows of the miss counters (misscount.h), so RAM is
 * at most 32 GiB - 2 GiB - 16 MiB.
 */
#define MAP_MISS_BASE     0x780000000
#define MAP_MISS_BYTES    0x080000000
#define MAP_RAM_BYTES_MAX 0x77f000000

/*
 * Pages of the I/O window. The first holds the console and the restart register at the places that
 * QEMU's Malta board gives them, so one program finds them on both.
 */
#define MAP_CONSOLE_BASE     0x1f000000 /* uart.h, power.h: UART, restart */
#define MAP_ANNOTATION_BASE  0x1f001000 /* annotation.h */
#define MAP_INTC_BASE        0x1f002000 /* intc.h: device interrupts and messages between CPUs */
#define MAP_CPUCTL_BASE      0x1f003000 /* cpuctl.h: CPU start, stop and NMI */
#define MAP_CLOCK_BASE       0x1f004000 /* clock.h: the cycle counter, nothing else */
#define MAP_RTC_BASE         0x1f005000 /* clock.h: time of day, frequency */
#define MAP_POWER_BASE       0x1f006000 /* power.h: power-save, power-off */
#define MAP_FRAMEBUFFER_BASE 0x1f007000 /* framebuffer.h: registers; the pixels are in RAM */
#define MAP_VIRTIO_BASE      0x1f010000 /* virtio.h: slot i has page i */
#define MAP_VIRTIO_COUNT     24
#define MAP_NODE_BASE        0x1f100000 /* node.h, misscount.h: MAP_NODE_STRIDE for each node */
#define MAP_NODE_STRIDE      0x00010000
#define MAP_BOOT_BASE        0x1fc00000 /* boot memory: behind the reset and BEV = 1 vectors */
#define MAP_BOOT_BYTES       0x00010000

/*
 * The testmips machine of `mirrorball exec`: RAM from 0 to at most here, GXemul's devices above
 * (testmips.h), the I/O window as above.
 */
#define TESTMIPS_RAM_MAX 0x10000000
