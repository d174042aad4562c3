/* SPDX-License-Identifier: MIT */
/*
 * base.h - the raw image under a disk: opened read-only, locked against `image commit`, and checked
 * against sums of its content.
 *
 * A base that was changed would silently ruin the disk above it. Size and time of a file do not
 * prove that it is the same one, and hashing a large one costs seconds. So the overlay keeps a sum
 * of every 64 KB, and each is checked when it is first read. What is not read cannot do harm. Bases
 * of up to 256 MB are checked whole when they are opened, of larger ones the first and last chunk
 * and some between, so that nearly every mistake is told at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/disk/hostio.h"

struct base {
	struct host_file file;
	uint64_t sectors;
	uint64_t *sums;   /* NULL: it is not checked */
	uint8_t *is_good; /* a bit for each chunk whose sum was right */
};

void base_init(struct base *base);

/* Opens it; `is_exclusive` locks out everybody else. */
bool base_open(struct base *base, const char *path, bool is_exclusive, struct error *err);
void base_close(struct base *base);

/* The sums of all that the base holds now; free() them. NULL after an error. */
uint64_t *base_make_sums(const struct base *base, struct error *err);

/* From now on what is read must have these sums, which belong to `base` then. */
bool base_expect(struct base *base, uint64_t *sums, struct error *err);

/* Reads all of it and compares. */
bool base_check_all(struct base *base, struct error *err);

/* The block with this number; behind the end of the base there are zeroes. */
bool base_read_block(struct base *base, uint64_t block, uint8_t *bytes, struct error *err);
