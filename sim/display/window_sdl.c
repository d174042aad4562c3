/* SPDX-License-Identifier: MIT */
/*
 * window_sdl.c - the window by SDL2, drawn without any accelerator: the dummy driver of SDL shows
 * the same.
 *
 * The library is loaded when a window is opened: it brings fifty others with it, which would be
 * half of the time that every run takes to start.
 */
#include <SDL.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "sim/display/window.h"

#define LIBRARY "libSDL2-2.0.so.0"

/* What is called, as members of struct sdl, without their SDL_. */
#define SDL_FUNCTIONS(X)              \
	X(SetHint)                    \
	X(Init)                       \
	X(Quit)                       \
	X(GetError)                   \
	X(CreateWindow)               \
	X(DestroyWindow)              \
	X(GetWindowSurface)           \
	X(UpdateWindowSurfaceRects)   \
	X(CreateRGBSurfaceWithFormat) \
	X(ConvertSurfaceFormat)       \
	X(UpperBlit)                  \
	X(FreeSurface)                \
	X(StartTextInput)             \
	X(PollEvent)

struct sdl {
#define FUNCTION(name) __typeof__(&SDL_##name) name;
	SDL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

struct window {
	struct sdl sdl;
	SDL_Window *window;
	SDL_Surface *surface; /* with our pixels, converted when they are shown */
	uint32_t width;
	uint32_t height;
};

/* The library stays loaded: what it has begun in the process outlives a window. */
static bool load(struct sdl *sdl)
{
	void *library = dlopen(LIBRARY, RTLD_NOW);
	bool is_whole = library != NULL;

#define FUNCTION(name)                                                             \
	if (is_whole) {                                                            \
		sdl->name = (__typeof__(&SDL_##name))dlsym(library, "SDL_" #name); \
		is_whole = sdl->name != NULL;                                      \
	}
	SDL_FUNCTIONS(FUNCTION)
#undef FUNCTION
	return is_whole;
}

/* The bytes that a terminal sends for a key; "" for one that types a character, or nothing. */
static const char *bytes_of(const SDL_Keysym *key)
{
	static const struct {
		SDL_Keycode code;
		const char *bytes;
	} keys[] = {
		{ SDLK_RETURN, "\r" },      { SDLK_KP_ENTER, "\r" },
		{ SDLK_BACKSPACE, "\x7f" }, { SDLK_TAB, "\t" },
		{ SDLK_ESCAPE, "\x1b" },    { SDLK_UP, "\x1b[A" },
		{ SDLK_DOWN, "\x1b[B" },    { SDLK_RIGHT, "\x1b[C" },
		{ SDLK_LEFT, "\x1b[D" },    { SDLK_HOME, "\x1b[H" },
		{ SDLK_END, "\x1b[F" },     { SDLK_DELETE, "\x1b[3~" },
		{ SDLK_PAGEUP, "\x1b[5~" }, { SDLK_PAGEDOWN, "\x1b[6~" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].code == key->sym) {
			return keys[i].bytes;
		}
	}
	return "";
}

static bool is_control(const SDL_Keysym *key, char *byte)
{
	if (!(key->mod & KMOD_CTRL) || key->sym < 'a' || key->sym > 'z') {
		return false;
	}
	*byte = (char)(key->sym - 'a' + 1);
	return true;
}

struct window *window_open(uint32_t width, uint32_t height, struct error *err)
{
	struct window *window = calloc(1, sizeof(*window));

	if (window == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	if (!load(&window->sdl)) {
		error_set(err, EXIT_USAGE, "--display: %s (install libsdl2-2.0-0)", dlerror());
		free(window);
		return NULL;
	}

	const struct sdl *sdl = &window->sdl;

	/* Signals and the screen saver are none of its business. */
	sdl->SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	sdl->SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
	window->width = width;
	window->height = height;
	if (sdl->Init(SDL_INIT_VIDEO) == 0) {
		window->window =
			sdl->CreateWindow("Mirrorball", SDL_WINDOWPOS_UNDEFINED,
					  SDL_WINDOWPOS_UNDEFINED, (int)width, (int)height, 0);
		window->surface = sdl->CreateRGBSurfaceWithFormat(0, (int)width, (int)height, 32,
								  SDL_PIXELFORMAT_RGB888);
	}
	if (window->window == NULL || window->surface == NULL) {
		error_set(err, EXIT_USAGE, "--display: SDL cannot open a window: %s",
			  sdl->GetError());
		window_close(window);
		return NULL;
	}
	sdl->StartTextInput();
	return window;
}

void window_close(struct window *window)
{
	if (window == NULL) {
		return;
	}
	window->sdl.FreeSurface(window->surface);
	if (window->window != NULL) {
		window->sdl.DestroyWindow(window->window);
	}
	window->sdl.Quit();
	free(window);
}

void window_show(struct window *window, const uint32_t *pixel, uint32_t first, uint32_t count)
{
	SDL_Surface *target = window->sdl.GetWindowSurface(window->window);
	SDL_Rect lines = { 0, (int)first, (int)window->width, (int)count };
	SDL_Rect place = lines;

	if (target == NULL || count == 0) {
		return;
	}
	for (uint32_t y = first; y < first + count; y++) {
		memcpy((uint8_t *)window->surface->pixels +
			       (size_t)y * (size_t)window->surface->pitch,
		       pixel + (size_t)y * window->width, window->width * sizeof(*pixel));
	}
	window->sdl.UpperBlit(window->surface, &lines, target, &place);
	window->sdl.UpdateWindowSurfaceRects(window->window, &lines, 1);
}

bool window_read(struct window *window, uint32_t *pixel)
{
	const struct sdl *sdl = &window->sdl;
	SDL_Surface *shown = sdl->GetWindowSurface(window->window);
	SDL_Surface *copy =
		shown != NULL ? sdl->ConvertSurfaceFormat(shown, SDL_PIXELFORMAT_RGB888, 0) : NULL;

	if (copy == NULL) {
		return false;
	}
	for (uint32_t y = 0; y < window->height; y++) {
		const uint32_t *line =
			(const uint32_t *)(const void *)((const uint8_t *)copy->pixels +
							 (size_t)y * (size_t)copy->pitch);

		for (uint32_t x = 0; x < window->width; x++) {
			pixel[(size_t)y * window->width + x] = line[x] & 0xffffff;
		}
	}
	sdl->FreeSurface(copy);
	return true;
}

static void take_key(const SDL_Keysym *key, window_key_fn *fn, void *context)
{
	const char *bytes = bytes_of(key);
	char byte;

	if (is_control(key, &byte)) {
		fn(context, &byte, 1);
	} else if (bytes[0] != '\0') {
		fn(context, bytes, strlen(bytes));
	}
}

bool window_poll(struct window *window, window_key_fn *fn, void *context)
{
	SDL_Event event;
	bool is_open = true;

	while (window->sdl.PollEvent(&event)) {
		if (event.type == SDL_QUIT) {
			is_open = false;
		} else if (event.type == SDL_KEYDOWN) {
			take_key(&event.key.keysym, fn, context);
		} else if (event.type == SDL_TEXTINPUT) {
			fn(context, event.text.text, strlen(event.text.text));
		}
	}
	return is_open;
}
