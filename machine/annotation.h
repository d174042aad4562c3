/* SPDX-License-Identifier: MIT */
/*
 * annotation.h - the annotation port: what a program tells the simulator about itself.
 *
 * Registers in the page at MAP_ANNOTATION_BASE, 32 bits wide in CPU byte order; those marked 64
 * take a doubleword, or two words with the high one at the lower offset (docs/machine/README.md).
 * A write takes as long as any uncached store and changes nothing that the program can see, except
 * EXIT and PANIC, which end the run, and MODE. Only #define. Manual page:
 * docs/machine/annotation.md.
 */
#pragma once

#include "machine/map.h"

#define ANNOTATION_BYTES 0x100

#define ANNOTATION_ID         0x00 /* read: ANNOTATION_MAGIC; tells this machine from others */
#define ANNOTATION_EXIT       0x04 /* write: the run ends with this code of the program */
#define ANNOTATION_PUTC       0x08 /* write: prints the low byte on console 1, the annotations' */
#define ANNOTATION_ROI_BEGIN  0x0c /* write: a region of interest with this number begins */
#define ANNOTATION_ROI_END    0x10 /* write: it ends */
#define ANNOTATION_MARK       0x14 /* write: an event with this number, for traces and series */
#define ANNOTATION_MODE       0x18 /* write: ANNOTATION_MODE_*, from the end of the quantum on */
#define ANNOTATION_CHECKPOINT 0x1c /* write: asks for a checkpoint with this number */
#define ANNOTATION_PANIC_WHO  0x20 /* write: VM << 16 | VCPU, for the next PANIC */
#define ANNOTATION_PANIC      0x24 /* write: ANNOTATION_PANIC_*: the run ends in failure */
#define ANNOTATION_PANIC_PC   0x28 /* 64, write: where, for the next PANIC */
#define ANNOTATION_OWN        0x30 /* 64, write, one doubleword only: who may map a page */
#define ANNOTATION_OWN_ASKED  0x30 /* read: 1 if somebody keeps the list */
#define ANNOTATION_OWN_RUN    0x38 /* write: VCPU << 16 | VM that this CPU now runs, or NOBODY */
#define ANNOTATION_CYCLES     0x40 /* 64, read: simulated cycle of the reading CPU */
#define ANNOTATION_CYCLES_HI  0x40 /* read: its high word, as latched by reading the low one */
#define ANNOTATION_CYCLES_LO  0x44 /* read: its low word; latches the high one for this CPU */
#define ANNOTATION_INSNS      0x48 /* 64, read: instructions executed by the reading CPU */
#define ANNOTATION_INSNS_HI   0x48 /* read: as ANNOTATION_CYCLES_HI */
#define ANNOTATION_INSNS_LO   0x4c /* read: as ANNOTATION_CYCLES_LO */
#define ANNOTATION_FRAME      0x50 /* 64, write, one doubleword only: a network frame was sent */

#define ANNOTATION_MAGIC 0x4d424c31 /* "MBL1" */

#define ANNOTATION_MODE_FAST   0
#define ANNOTATION_MODE_TIMING 1

/* Who failed. */
#define ANNOTATION_PANIC_GUEST   0 /* an operating system: exit code 3 */
#define ANNOTATION_PANIC_MONITOR 1 /* the monitor, or an invariant of it: exit code 4 */
#define ANNOTATION_PANIC_REFUSED 2 /* what a monitor was asked for cannot be: exit code 2 */

/* Fields of ANNOTATION_OWN: physical page, what happens to it, and to which VM. */
#define ANNOTATION_OWN_PAGE    0x00ffffff
#define ANNOTATION_OWN_OP      0xf0000000
#define ANNOTATION_OWN_RELEASE 0x00000000 /* the VM has the page at one guest page less */
#define ANNOTATION_OWN_READ    0x10000000 /* at one more, read-only; or no longer writable */
#define ANNOTATION_OWN_WRITE   0x20000000 /* at one, writable, and nobody else has the page */
#define ANNOTATION_OWN_ZEROED  0x30000000 /* the same, and the page is zero */
/* These of no VM. */
#define ANNOTATION_OWN_TAKE  0x40000000 /* the page is the monitor's own, and devices' */
#define ANNOTATION_OWN_FREE  0x50000000 /* it is nobody's */
#define ANNOTATION_OWN_PIN   0x60000000 /* one more has pinned it */
#define ANNOTATION_OWN_UNPIN 0x70000000 /* one less; the last ends what DEVICE_* allowed */
/* While it is pinned, for the VM. */
#define ANNOTATION_OWN_DEVICE_READ  0x80000000 /* devices may read it */
#define ANNOTATION_OWN_DEVICE_WRITE 0x90000000 /* and write it */
#define ANNOTATION_OWN_VM_SHIFT     32
#define ANNOTATION_OWN_VM_MAX       0xffff
#define ANNOTATION_OWN_NOBODY       0xffffffff /* OWN_RUN: the monitor itself */

/*
 * FRAME: physical address of the frame's description, for captures: number of its parts (32) and
 * bytes (32); then of each part its physical address (64) and bytes (32).
 */
#define ANNOTATION_FRAME_PARTS      8
#define ANNOTATION_FRAME_PART_BYTES 16
#define ANNOTATION_FRAME_PARTS_MAX  255
