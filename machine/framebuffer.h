/* SPDX-License-Identifier: MIT */
/*
 * framebuffer.h - the frame buffer: pixels in RAM, a few registers beside them.
 *
 * Registers in the page at MAP_FRAMEBUFFER_BASE, 32 bits wide in CPU byte order; BASE takes a
 * doubleword too (docs/machine/README.md). Only #define. Manual page: docs/machine/framebuffer.md.
 */
#pragma once

#include "machine/map.h"

#define FRAMEBUFFER_BYTES 0x20

/* Read-only but for ENABLE and PRESENT; all 0 on a machine without a frame buffer. */
#define FRAMEBUFFER_BASE    0x00 /* 64: physical address of the first pixel, a page boundary */
#define FRAMEBUFFER_BASE_HI 0x00
#define FRAMEBUFFER_BASE_LO 0x04
#define FRAMEBUFFER_WIDTH   0x08 /* pixels */
#define FRAMEBUFFER_HEIGHT  0x0c /* lines */
#define FRAMEBUFFER_STRIDE  0x10 /* bytes from a line to the next */
#define FRAMEBUFFER_FORMAT  0x14 /* FRAMEBUFFER_FORMAT_* */
#define FRAMEBUFFER_ENABLE  0x18 /* 1 = the picture is shown; 1 after power-on */
#define FRAMEBUFFER_PRESENT 0x1c /* write: the picture is complete, with this number */

/* A pixel is a number in CPU byte order. */
#define FRAMEBUFFER_FORMAT_NONE     0
#define FRAMEBUFFER_FORMAT_R5G6B5   1 /* 16 bits */
#define FRAMEBUFFER_FORMAT_X8R8G8B8 2 /* 32 bits */
