/* SPDX-License-Identifier: MIT */
/* window.h - a window of the host with a picture; by SDL2, where it was there to build with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct window;

/* NULL after an error. */
struct window *window_open(uint32_t width, uint32_t height, struct error *err);
void window_close(struct window *window);

/* Shows lines [first, first + count) of the pixels. */
void window_show(struct window *window, const uint32_t *pixel, uint32_t first, uint32_t count);

/* What the window shows: the pixels of its surface, read back. */
bool window_read(struct window *window, uint32_t *pixel);

/* Called with what a key types. */
typedef void window_key_fn(void *context, const void *bytes, size_t size);

/* Takes what has happened to the window. False: the user has closed it. */
bool window_poll(struct window *window, window_key_fn *fn, void *context);
