/* SPDX-License-Identifier: MIT */
/*
 * testmips.h - devices of the testmips machine of `mirrorball exec`, at the addresses and with the
 * meaning of GXemul's machine of that name, so that one program runs on both.
 *
 * Manual page: docs/machine/testmips.md. Registers take accesses of 1, 2, 4 or 8 bytes.
 */
#pragma once

/* Console: a write prints the low byte; a read takes a character, 0 if there is none. */
#define TESTMIPS_CONSOLE_BASE  0x10000000
#define TESTMIPS_CONSOLE_BYTES 0x20
#define TESTMIPS_CONSOLE_DATA  0x00
#define TESTMIPS_CONSOLE_HALT  0x10 /* write: the run ends with exit code 0 */

/* Multiprocessor device. A write to a PAUSE, STARTUPCPU or IPI register acts at once. */
#define TESTMIPS_MP_BASE	  0x11000000
#define TESTMIPS_MP_BYTES	  0x100
#define TESTMIPS_MP_WHOAMI	  0x00 /* read: number of the CPU that reads */
#define TESTMIPS_MP_NCPUS	  0x10 /* read: how many CPUs the machine has */
#define TESTMIPS_MP_STARTUPCPU	  0x20 /* write: starts this CPU at STARTUPADDR, sp = STARTUPSTACK */
#define TESTMIPS_MP_STARTUPADDR	  0x30 /* write: virtual address, sign-extended from 32 bits */
#define TESTMIPS_MP_PAUSE_ADDR	  0x40 /* write: accepted, without effect (as on GXemul) */
#define TESTMIPS_MP_PAUSE_CPU	  0x50 /* write: this CPU stops executing */
#define TESTMIPS_MP_UNPAUSE_CPU	  0x60 /* write: this CPU goes on */
#define TESTMIPS_MP_STARTUPSTACK  0x70 /* write: virtual address, sign-extended from 32 bits */
#define TESTMIPS_MP_HARDWARE_RANDOM 0x80 /* read: pseudo-random number of the run's seed */
#define TESTMIPS_MP_MEMORY	  0x90 /* read: bytes of RAM */
#define TESTMIPS_MP_IPI_ONE	  0xa0 /* write: IPI number << 16 | CPU */
#define TESTMIPS_MP_IPI_MANY	  0xb0 /* write: IPI number << 16, to all CPUs but the writer */
#define TESTMIPS_MP_IPI_READ	  0xc0 /* read: oldest pending IPI of this CPU, 0 if none */
#define TESTMIPS_MP_NCYCLES	  0xd0 /* read: CPU cycles executed by the reader */

/* A pending IPI drives this bit of Cause.IP. */
#define TESTMIPS_MP_IRQ 6
