/* SPDX-License-Identifier: MIT */
/*
 * lines.h - interrupts: the Cause.IP bit of each line into a CPU, the number of each device's
 * source.
 *
 * The same assignment holds on both machine types and in a virtual machine. Every line is a level.
 * Only #define. Manual page: docs/machine/lines.md.
 */
#pragma once

/* Bits of Cause.IP, 0 to 7 (R4000 UM 5.3). 0 and 1 are the software interrupts. */
#define LINES_IP_TESTMIPS_CONSOLE 2 /* testmips only: a character waits (testmips.h) */
#define LINES_IP_DEVICE           3 /* interrupt controller: an unmasked source (intc.h) */
#define LINES_IP_IPI              4 /* interrupt controller: a message from a CPU (intc.h) */
#define LINES_IP_NODE             5 /* node controller: the hot-page queue (misscount.h) */
#define LINES_IP_TESTMIPS_MP      6 /* testmips only: an IPI of the mp device (testmips.h) */
#define LINES_IP_TIMER            7 /* Count has reached Compare */

/* Sources of the interrupt controller, bits of its registers. */
#define LINES_SOURCE_UART   0
#define LINES_SOURCE_RTC    1
#define LINES_SOURCE_VIRTIO 8 /* of virtio slot 0; slot i has LINES_SOURCE_VIRTIO + i */
#define LINES_SOURCE_COUNT  32
