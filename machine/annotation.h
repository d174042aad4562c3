/* SPDX-License-Identifier: MIT */
/*
 * annotation.h - the annotation port: what a program tells the simulator about itself.
 *
 * Registers are 32 bits wide in CPU byte order, in the page at MAP_ANNOTATION_BASE. Writing one
 * takes as long as any store and changes nothing that the program can see, except EXIT, which ends
 * the run. Manual page: docs/machine/annotation.md.
 */
#pragma once

#include "machine/map.h"

#define ANNOTATION_BYTES 0x100

#define ANNOTATION_ID	     0x00 /* read: ANNOTATION_MAGIC; tells this machine from others */
#define ANNOTATION_EXIT	     0x04 /* write: the run ends with this exit code of the program */
#define ANNOTATION_PUTC	     0x08 /* write: prints the low byte on console 1, the annotations' */
#define ANNOTATION_ROI_BEGIN 0x0c /* write: a region of interest with this number begins */
#define ANNOTATION_ROI_END   0x10 /* write: it ends */
#define ANNOTATION_CYCLES_HI 0x14 /* read: simulated cycle, high word, latched by reading LO */
#define ANNOTATION_CYCLES_LO 0x18 /* read: low word; latches the high word of the same cycle */

#define ANNOTATION_MAGIC 0x4d424c31 /* "MBL1" */
