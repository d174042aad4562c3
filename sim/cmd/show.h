/* SPDX-License-Identifier: MIT */
/*
 * show.h - the frame buffer of a run: its window (--display), its pictures as files (--frames).
 *
 * The picture is looked at when the guest says that it is complete and some 30 times in a second of
 * the host; neither changes anything of the run.
 */
#pragma once

#include <stdbool.h>

#include "sim/cmd/keyboard.h"
#include "sim/cmd/output.h"
#include "sim/display/picture.h"
#include "sim/display/window.h"

/* Pictures that are kept at most, beside the last. */
#define SHOW_FRAMES_MAX 32U

struct show {
	bool is_on;
	struct picture picture;
	struct window *window;      /* or NULL */
	struct output_set *outputs; /* of --frames, or NULL */
	struct keyboard *keyboard;  /* who gets the window's keys */
	uint32_t *shown;            /* what is read back from the window */
	unsigned frames;            /* kept so far */
	bool has_failed;
	struct error error;
};

/* Begins as far as it is asked for. */
bool show_begin(struct show *show, struct machine *machine, bool in_window,
		struct output_set *frames, struct keyboard *keyboard, struct error *err);

/* Shows what has changed, takes keys. */
void show_tick(struct show *show);

/* Keeps the last picture, which is the guest's at the end of the run. */
bool show_finish(struct show *show, struct error *err);
void show_release(struct show *show);
