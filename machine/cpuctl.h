/* SPDX-License-Identifier: MIT */
/*
 * cpuctl.h - starting, stopping and interrupting CPUs.
 *
 * Registers in the page at MAP_CPUCTL_BASE, a block for each CPU; 32 bits wide in CPU byte order,
 * those marked 64 take a doubleword too (docs/machine/README.md). Only #define. Manual page:
 * docs/machine/cpuctl.md.
 */
#pragma once

#include "machine/map.h"

#define CPUCTL_BYTES      0x1000
#define CPUCTL_CPU_STRIDE 0x40 /* CPU n has a block at n * CPUCTL_CPU_STRIDE */

/* What the CPU of the block is started with. Writing LO alone sign-extends it. */
#define CPUCTL_PC     0x00 /* 64: where */
#define CPUCTL_PC_HI  0x00
#define CPUCTL_PC_LO  0x04
#define CPUCTL_SP     0x08 /* 64: sp */
#define CPUCTL_SP_HI  0x08
#define CPUCTL_SP_LO  0x0c
#define CPUCTL_GP     0x10 /* 64: gp */
#define CPUCTL_GP_HI  0x10
#define CPUCTL_GP_LO  0x14
#define CPUCTL_ARG    0x18 /* 64: a1; a0 is the number of the CPU */
#define CPUCTL_ARG_HI 0x18
#define CPUCTL_ARG_LO 0x1c

#define CPUCTL_COMMAND 0x20 /* write: CPUCTL_START... for the CPU of the block */
#define CPUCTL_STATE   0x24 /* read: CPUCTL_STATE_* */
#define CPUCTL_SELF    0x28 /* read, any block: number of the CPU that reads */
#define CPUCTL_COUNT   0x2c /* read, any block: how many CPUs the machine has */

/* Commands; another value, or one that the CPU's state does not allow, has no effect. */
#define CPUCTL_START  1 /* a stopped CPU: enters PC in the state of docs/machine/boot.md */
#define CPUCTL_STOP   2 /* stops after the instruction it executes; keeps its registers */
#define CPUCTL_RESUME 3 /* a CPU stopped by STOP goes on */
#define CPUCTL_NMI    4 /* nonmaskable interrupt: the soft-reset exception, at the reset vector */
/* The pins Reset* and ColdReset* of this CPU alone. */
#define CPUCTL_SOFT_RESET 5 /* the same exception */
#define CPUCTL_COLD_RESET 6 /* the reset exception */

#define CPUCTL_STATE_STOPPED 0
#define CPUCTL_STATE_RUNNING 1
#define CPUCTL_STATE_SLEEPS  2 /* in a store to the power-save register (power.h) */
