/* SPDX-License-Identifier: MIT */
/*
 * draw.c - draws on the frame buffer: a picture, a changed one, and none; ends with what is wrong.
 *
 * Picture 1: a blue frame, a red diagonal, a green box. Picture 2: the box has become white, by a
 * change of one page. Picture 3: the frame buffer is off. The last one is on again.
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "machine/framebuffer.h"

#define BLACK 0x000000U
#define RED   0xff0000U
#define GREEN 0x00ff00U
#define BLUE  0x0000ffU
#define WHITE 0xffffffU
#define GREY  0x848684U /* the same in both formats */

static uint32_t width;
static uint32_t height;
static uint32_t stride;
static uint32_t format;
static uint8_t *pixels;

static volatile uint32_t *port(uint32_t offset)
{
	return (volatile uint32_t *)cpu_kseg1(MAP_FRAMEBUFFER_BASE + offset);
}

static void draw(uint32_t x, uint32_t y, uint32_t color)
{
	uint8_t *line = pixels + y * stride;

	if (format == FRAMEBUFFER_FORMAT_R5G6B5) {
		((uint16_t *)(void *)line)[x] =
			(uint16_t)((color >> 19 & 0x1f) << 11 | (color >> 10 & 0x3f) << 5 |
				   (color >> 3 & 0x1f));
	} else {
		((uint32_t *)(void *)line)[x] = color;
	}
}

static void draw_box(uint32_t color)
{
	for (uint32_t y = 4; y < 9; y++) {
		for (uint32_t x = 20; x < 30; x++) {
			draw(x, y, color);
		}
	}
}

static void draw_picture(void)
{
	for (uint32_t y = 0; y < height; y++) {
		for (uint32_t x = 0; x < width; x++) {
			bool is_frame = x == 0 || y == 0 || x == width - 1 || y == height - 1;

			draw(x, y, is_frame ? BLUE : x == y ? RED : x + y == 50 ? GREY : BLACK);
		}
	}
	draw_box(GREEN);
}

int main(void)
{
	uint32_t base = *port(FRAMEBUFFER_BASE_LO);

	width = *port(FRAMEBUFFER_WIDTH);
	height = *port(FRAMEBUFFER_HEIGHT);
	stride = *port(FRAMEBUFFER_STRIDE);
	format = *port(FRAMEBUFFER_FORMAT);
	printf("%u by %u, stride %u, format %u, on %u\n", width, height, stride, format,
	       *port(FRAMEBUFFER_ENABLE));
	if (width == 0) {
		*port(FRAMEBUFFER_ENABLE) = 1;
		*port(FRAMEBUFFER_PRESENT) = 1;
		return *port(FRAMEBUFFER_ENABLE) != 0 || base != 0;
	}
	if (*port(FRAMEBUFFER_BASE_HI) != 0 || base % MAP_PAGE_BYTES != 0 ||
	    *port(FRAMEBUFFER_PRESENT) != 0) {
		return 2;
	}
	pixels = cpu_kseg0(base);
	draw_picture();
	*port(FRAMEBUFFER_PRESENT) = 1;
	draw_box(WHITE);
	*port(FRAMEBUFFER_PRESENT) = 2;
	*port(FRAMEBUFFER_ENABLE) = 0;
	*port(FRAMEBUFFER_PRESENT) = 3;
	*port(FRAMEBUFFER_ENABLE) = 1;
	return *port(FRAMEBUFFER_ENABLE) != 1;
}
