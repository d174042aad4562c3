/* SPDX-License-Identifier: MIT */
/*
 * map.h - the physical map of the machine: where RAM and each device lie.
 *
 * Only #define, so that assembly can include it. docs/machine/README.md draws it. Frame f of RAM
 * is at f below the I/O window and at f + 0x1000 above it (frame.h): the window hides nothing.
 * Every device has a 4 KB page of its own, so that a monitor can map one and not another.
 */
#pragma once

#define MAP_PAGE_BYTES 0x1000
#define MAP_PAGE_SHIFT 12

/* The I/O window, where MIPS boards have it. */
#define MAP_IO_BASE  0x1f000000
#define MAP_IO_BYTES 0x01000000
#define MAP_IO_END   0x20000000

/* Physical addresses have 36 bits; bit 35 names the same memory without the local alias. */
#define MAP_PADDR_BITS	   36
#define MAP_NO_ALIAS_BIT   35
#define MAP_RAM_BYTES_MAX  0x800000000
#define MAP_NODES_MAX	   64
#define MAP_CPUS_MAX	   64

/*
 * Pages of the I/O window. The first holds the console and the restart register at the places that
 * QEMU's Malta board gives them, so one program finds them on both.
 */
#define MAP_CONSOLE_BASE    0x1f000000 /* uart.h, power.h: UART, restart */
#define MAP_ANNOTATION_BASE 0x1f001000 /* annotation.h */
#define MAP_INTC_BASE	    0x1f002000 /* intc.h: inter-processor and device interrupts */
#define MAP_CPUCTL_BASE	    0x1f003000 /* cpuctl.h: CPU start and stop */
#define MAP_CLOCK_BASE	    0x1f004000 /* clock.h: the cycle counter, nothing else */
#define MAP_RTC_BASE	    0x1f005000 /* clock.h: time of day */
#define MAP_POWER_BASE	    0x1f006000 /* power.h: power-save */
#define MAP_FRAMEBUFFER_BASE 0x1f007000 /* framebuffer.h: controls; the pixels are in RAM */
#define MAP_VIRTIO_BASE	    0x1f010000 /* virtio.h: one page each */
#define MAP_VIRTIO_COUNT    32
#define MAP_NODE_BASE	    0x1f100000 /* node.h: one 64 KB block for each node */
#define MAP_NODE_STRIDE	    0x00010000
#define MAP_BOOT_ROM_BASE   0x1fc00000 /* reset vector; empty unless a program is loaded there */

/* The testmips machine of `mirrorball exec`: RAM from 0, GXemul's devices above it (testmips.h). */
#define TESTMIPS_RAM_MAX 0x10000000
