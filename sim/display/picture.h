/* SPDX-License-Identifier: MIT */
/*
 * picture.h - the frame buffer's picture as the host sees it: pixels of 32 bits, X8R8G8B8.
 *
 * The guest's pages are compared with what they held the last time: only lines of pages that have
 * changed are converted and shown anew. Reading them costs the guest nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/machine.h"

struct picture {
	const struct machine *machine;
	struct machine_picture shape;
	uint32_t stride;  /* bytes of a line of the guest */
	bool is_big;      /* the guest's byte order */
	bool was_on;      /* when it was looked at last */
	bool is_new;      /* it never was */
	uint8_t *seen;    /* the guest's bytes then */
	uint32_t *pixel;  /* width * height */
	uint64_t updates; /* pages that had changed, all in all */
};

/* Lines [first, first + count) have changed. */
struct picture_change {
	uint32_t first;
	uint32_t count;
};

/* False with an error if the machine has no frame buffer. */
bool picture_create(struct picture *picture, const struct machine *machine, struct error *err);
void picture_release(struct picture *picture);

/* Looks at the guest's pages. Nothing has changed if change.count is 0. */
struct picture_change picture_update(struct picture *picture);

/* Writes pixels as a PPM file (P6). */
void picture_write(const uint32_t *pixel, uint32_t width, uint32_t height, FILE *stream);
