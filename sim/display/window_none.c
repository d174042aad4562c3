/* SPDX-License-Identifier: MIT */
/* window_none.c - where SDL2 was not there to build with. */
#include "sim/display/window.h"

struct window *window_open(uint32_t width, uint32_t height, struct error *err)
{
	(void)width;
	(void)height;
	error_set(
		err, EXIT_USAGE,
		"--display: this mirrorball was built without SDL2; install libsdl2-dev and build "
		"it again");
	return NULL;
}

void window_close(struct window *window)
{
	(void)window;
}

void window_show(struct window *window, const uint32_t *pixel, uint32_t first, uint32_t count)
{
	(void)window;
	(void)pixel;
	(void)first;
	(void)count;
}

bool window_read(struct window *window, uint32_t *pixel)
{
	(void)window;
	(void)pixel;
	return false;
}

bool window_poll(struct window *window, window_key_fn *fn, void *context)
{
	(void)window;
	(void)fn;
	(void)context;
	return true;
}
