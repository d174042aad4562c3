/* SPDX-License-Identifier: MIT */
/*
 * testmips.h - devices of the testmips machine of `mirrorball exec`, at the addresses and with the
 * meaning of GXemul's machine of that name, so that one program runs on both.
 *
 * Registers take aligned accesses of 1, 2, 4 or 8 bytes at the offset given. Manual page:
 * docs/machine/testmips.md, which also lists where GXemul differs. Only #define.
 */
#pragma once

#include "machine/lines.h"

/* Console. LINES_IP_TESTMIPS_CONSOLE is up in CPU 0 while a character waits. */
#define TESTMIPS_CONSOLE_BASE  0x10000000
#define TESTMIPS_CONSOLE_BYTES 0x20
#define TESTMIPS_CONSOLE_DATA  0x00 /* write: prints each byte but 0; read: a character, or 0 */
#define TESTMIPS_CONSOLE_HALT  0x10 /* write: the run ends with exit code 0 */

/* Multiprocessor device. */
#define TESTMIPS_MP_BASE            0x11000000
#define TESTMIPS_MP_BYTES           0x100
#define TESTMIPS_MP_WHOAMI          0x00 /* read: number of the CPU that reads */
#define TESTMIPS_MP_NCPUS           0x10 /* read: how many CPUs the machine has */
#define TESTMIPS_MP_STARTUPCPU      0x20 /* write: starts this CPU */
#define TESTMIPS_MP_STARTUPADDR     0x30 /* write: its pc; 4 bytes are sign-extended */
#define TESTMIPS_MP_PAUSE_ADDR      0x40 /* write: accepted, without effect */
#define TESTMIPS_MP_PAUSE_CPU       0x50 /* write: stops all CPUs but this one */
#define TESTMIPS_MP_UNPAUSE_CPU     0x60 /* write: this CPU goes on */
#define TESTMIPS_MP_STARTUPSTACK    0x70 /* write: its sp; 4 bytes are sign-extended */
#define TESTMIPS_MP_HARDWARE_RANDOM 0x80 /* read: 64 pseudo-random bits of the run's seed */
#define TESTMIPS_MP_MEMORY          0x90 /* read: bytes of RAM */
#define TESTMIPS_MP_IPI_ONE         0xa0 /* write: IPI << 16 | CPU: to that CPU */
#define TESTMIPS_MP_IPI_MANY        0xb0 /* write: IPI << 16 | CPU: to all CPUs but that one */
#define TESTMIPS_MP_IPI_READ        0xc0 /* read: takes this CPU's oldest; write: discards all */
#define TESTMIPS_MP_NCYCLES         0xd0 /* read: cycles this CPU has executed */

/* IPIs that wait for one CPU; one more is lost, with a warning. GXemul's queue has no bound. */
#define TESTMIPS_MP_IPI_PENDING_MAX 256

/* The Cause.IP bit of a CPU for which IPIs wait. */
#define TESTMIPS_MP_IRQ LINES_IP_TESTMIPS_MP
