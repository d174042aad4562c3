/* SPDX-License-Identifier: MIT */
/* show.c - pictures from the machine to window and files. */
#include "sim/cmd/show.h"

#include <inttypes.h>
#include <stdlib.h>

#define LAST_NAME "frame-last.ppm"

/* Brings picture and window up to date. */
static void update(struct show *show)
{
	struct picture_change change = picture_update(&show->picture);

	if (show->window != NULL && change.count != 0) {
		window_show(show->window, show->picture.pixel, change.first, change.count);
	}
}

/* Keeps what the window shows, or would. */
static bool keep(struct show *show, const char *name, struct error *err)
{
	const struct machine_picture *shape = &show->picture.shape;
	const uint32_t *pixel = show->picture.pixel;
	FILE *stream = output_add(show->outputs, name, err);

	if (stream == NULL) {
		return false;
	}
	if (show->window != NULL) {
		if (!window_read(show->window, show->shown)) {
			return error_set(err, EXIT_HOST_IO, "--frames: the window has no picture");
		}
		pixel = show->shown;
	}
	picture_write(pixel, shape->width, shape->height, stream);
	return true;
}

/* A machine_present_fn: the guest says that its picture is complete. */
static void present(void *context, uint32_t number)
{
	struct show *show = context;
	char name[32];

	update(show);
	if (show->outputs != NULL && !show->has_failed && show->frames < SHOW_FRAMES_MAX) {
		snprintf(name, sizeof(name), "frame-%" PRIu32 ".ppm", number);
		show->frames++;
		show->has_failed = !keep(show, name, &show->error);
	}
}

bool show_begin(struct show *show, struct machine *machine, bool in_window,
		struct output_set *frames, struct keyboard *keyboard, struct error *err)
{
	if (!in_window && frames == NULL) {
		return true;
	}
	if (!picture_create(&show->picture, machine, err)) {
		return false;
	}
	const struct machine_picture *shape = &show->picture.shape;

	show->is_on = true;
	show->outputs = frames;
	show->keyboard = keyboard;
	if (in_window) {
		show->shown = calloc((size_t)shape->width * shape->height, sizeof(*show->shown));
		if (show->shown == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		show->window = window_open(shape->width, shape->height, err);
		if (show->window == NULL) {
			return false;
		}
	}
	update(show);
	machine_set_present(machine, present, show);
	return true;
}

static void type(void *context, const void *bytes, size_t size)
{
	keyboard_type(context, bytes, size);
}

void show_tick(struct show *show)
{
	if (!show->is_on) {
		return;
	}
	update(show);
	/* Closing the window is quitting, at the next point where keys are looked at. */
	if (show->window != NULL && !window_poll(show->window, type, show->keyboard)) {
		show->keyboard->quits = true;
	}
}

bool show_finish(struct show *show, struct error *err)
{
	if (!show->is_on || show->outputs == NULL) {
		return true;
	}
	if (show->has_failed) {
		*err = show->error;
		return false;
	}
	update(show);
	return keep(show, LAST_NAME, err);
}

void show_release(struct show *show)
{
	window_close(show->window);
	picture_release(&show->picture);
	free(show->shown);
	*show = (struct show){ 0 };
}
