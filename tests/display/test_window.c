/* SPDX-License-Identifier: MIT */
/* test_window.c - what keys type, and that a window shows what it is given (SDL's dummy driver). */
#include <SDL.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/display/window.h"
#include "tests/suite.h"

#define WIDTH  16U
#define HEIGHT 8U

struct typed {
	char bytes[64];
	size_t size;
};

static void take(void *context, const void *bytes, size_t size)
{
	struct typed *typed = context;

	ck_assert_uint_le(typed->size + size, sizeof(typed->bytes));
	memcpy(typed->bytes + typed->size, bytes, size);
	typed->size += size;
}

static struct window *open_window(void)
{
	struct error err;

	setenv("SDL_VIDEODRIVER", "dummy", 1);
	struct window *window = window_open(WIDTH, HEIGHT, &err);

	ck_assert_msg(window != NULL, "%s", err.text);
	return window;
}

static void press(SDL_Keycode code, Uint16 modifiers)
{
	SDL_Event event = { .type = SDL_KEYDOWN };

	event.key.keysym.sym = code;
	event.key.keysym.mod = modifiers;
	ck_assert_int_eq(SDL_PushEvent(&event), 1);
}

START_TEST(keys_type_what_a_terminal_sends)
{
	static const char expected[] = "\r\x03\x1b[A\x7fx\xc3\xa4";
	struct window *window = open_window();
	SDL_Event text = { .type = SDL_TEXTINPUT };
	struct typed typed = { 0 };

	press(SDLK_RETURN, 0);
	press(SDLK_c, KMOD_LCTRL);
	press(SDLK_UP, 0);
	press(SDLK_BACKSPACE, 0);
	press(SDLK_x, 0); /* types by its text */
	press(SDLK_LSHIFT, KMOD_LSHIFT);
	strcpy(text.text.text, "x\xc3\xa4");
	ck_assert_int_eq(SDL_PushEvent(&text), 1);
	ck_assert(window_poll(window, take, &typed));
	ck_assert_uint_eq(typed.size, sizeof(expected) - 1);
	ck_assert_mem_eq(typed.bytes, expected, sizeof(expected) - 1);
	window_close(window);
}
END_TEST

START_TEST(closing_is_told)
{
	struct window *window = open_window();
	SDL_Event event = { .type = SDL_QUIT };
	struct typed typed = { 0 };

	ck_assert(window_poll(window, take, &typed));
	ck_assert_int_eq(SDL_PushEvent(&event), 1);
	ck_assert(!window_poll(window, take, &typed));
	ck_assert_uint_eq(typed.size, 0);
	window_close(window);
}
END_TEST

START_TEST(only_changed_lines_are_shown)
{
	struct window *window = open_window();
	uint32_t pixel[WIDTH * HEIGHT];
	uint32_t shown[WIDTH * HEIGHT];

	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
		pixel[i] = i * 0x010305;
	}
	window_show(window, pixel, 0, HEIGHT);
	ck_assert(window_read(window, shown));
	ck_assert_mem_eq(shown, pixel, sizeof(pixel));
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
		pixel[i] ^= 0xffffff;
	}
	window_show(window, pixel, 3, 2);
	ck_assert(window_read(window, shown));
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
		uint32_t y = i / WIDTH;

		ck_assert_uint_eq(shown[i], y == 3 || y == 4 ? pixel[i] : pixel[i] ^ 0xffffff);
	}
	window_close(window);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("window");
	TCase *tests = tcase_create("window");

	tcase_add_test(tests, keys_type_what_a_terminal_sends);
	tcase_add_test(tests, closing_is_told);
	tcase_add_test(tests, only_changed_lines_are_shown);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
