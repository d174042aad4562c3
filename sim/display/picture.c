/* SPDX-License-Identifier: MIT */
/* picture.c - from the guest's pages to pixels. */
#include "sim/display/picture.h"

#include <stdlib.h>
#include <string.h>

#include "machine/framebuffer.h"
#include "machine/map.h"

bool picture_create(struct picture *picture, const struct machine *machine, struct error *err)
{
	const struct machine_config *config = machine_get_config(machine);
	const struct machine_picture *shape = &config->picture;

	if (shape->width == 0) {
		return error_set(
			err, EXIT_USAGE,
			"the machine has no frame buffer; --set framebuffer.width=640 gives "
			"it one");
	}
	*picture = (struct picture){
		.machine = machine,
		.shape = *shape,
		.stride = machine_picture_stride(shape),
		.is_big = config->big_endian,
		.is_new = true,
		.seen = calloc(1, machine_picture_bytes(shape)),
		.pixel = calloc((size_t)shape->width * shape->height, sizeof(uint32_t)),
	};
	return (picture->seen != NULL && picture->pixel != NULL) ||
	       error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

void picture_release(struct picture *picture)
{
	free(picture->seen);
	free(picture->pixel);
	*picture = (struct picture){ 0 };
}

/* A number of 16 or 32 bits in the guest's byte order. */
static uint32_t number(const struct picture *picture, const uint8_t *at, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++) {
		value = value << 8 | at[picture->is_big ? i : bytes - 1 - i];
	}
	return value;
}

/* Five or six bits as eight: 0 stays 0, all ones stay all ones. */
static uint32_t widen(uint32_t value, unsigned bits)
{
	return value << (8 - bits) | value >> (2 * bits - 8);
}

static uint32_t convert(const struct picture *picture, const uint8_t *at)
{
	if (picture->shape.format == FRAMEBUFFER_FORMAT_X8R8G8B8) {
		return number(picture, at, 4) & 0xffffff;
	}
	uint32_t value = number(picture, at, 2);

	return widen(value >> 11, 5) << 16 | widen(value >> 5 & 0x3f, 6) << 8 |
	       widen(value & 0x1f, 5);
}

static void convert_line(struct picture *picture, uint32_t y)
{
	unsigned bytes = picture->stride / picture->shape.width;
	uint32_t *line = picture->pixel + (size_t)y * picture->shape.width;

	for (uint32_t x = 0; x < picture->shape.width; x++) {
		const uint8_t *at = picture->seen + (size_t)y * picture->stride + (size_t)x * bytes;

		line[x] = picture->was_on ? convert(picture, at) : 0;
	}
}

/* Copies a page if it has changed since. */
static bool take_page(struct picture *picture, uint64_t offset)
{
	uint8_t page[MAP_PAGE_BYTES];

	/* The machine has made sure that all of the picture is RAM. */
	if (!machine_read_physical(picture->machine, picture->shape.paddr + offset, page,
				   sizeof(page)) ||
	    memcmp(page, picture->seen + offset, sizeof(page)) == 0) {
		return false;
	}
	memcpy(picture->seen + offset, page, sizeof(page));
	picture->updates++;
	return true;
}

struct picture_change picture_update(struct picture *picture)
{
	uint64_t bytes = machine_picture_bytes(&picture->shape);
	bool is_on = machine_picture_is_on(picture->machine);
	bool has_all_changed = picture->is_new || is_on != picture->was_on;
	uint64_t first = UINT64_MAX;
	uint64_t end = 0;

	for (uint64_t offset = 0; offset < bytes; offset += MAP_PAGE_BYTES) {
		if (take_page(picture, offset)) {
			first = offset < first ? offset : first;
			end = offset + MAP_PAGE_BYTES;
		}
	}
	picture->is_new = false;
	picture->was_on = is_on;
	if (has_all_changed) {
		first = 0;
		end = bytes;
	}
	if (first >= end) {
		return (struct picture_change){ 0 };
	}
	uint32_t line = (uint32_t)(first / picture->stride);
	uint32_t last = (uint32_t)((end - 1) / picture->stride);

	last = last < picture->shape.height ? last : picture->shape.height - 1;
	for (uint32_t y = line; y <= last; y++) {
		convert_line(picture, y);
	}
	return (struct picture_change){ line, last - line + 1 };
}

void picture_write(const uint32_t *pixel, uint32_t width, uint32_t height, FILE *stream)
{
	fprintf(stream, "P6\n%u %u\n255\n", width, height);
	for (size_t i = 0; i < (size_t)width * height; i++) {
		putc((int)(pixel[i] >> 16 & 0xff), stream);
		putc((int)(pixel[i] >> 8 & 0xff), stream);
		putc((int)(pixel[i] & 0xff), stream);
	}
}
