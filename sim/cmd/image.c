/* SPDX-License-Identifier: MIT */
/* image.c - `mirrorball image`: creates, inspects, commits and compacts overlays (docs/disks.md).
 */
#include "sim/disk/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/cmd.h"
#include "sim/cmd/image_report.h"
#include "sim/cmd/options.h"

struct action {
	const char *name;
	const char *usage; /* words behind the name, and what it does */
	const char *help;
	bool (*run)(const struct action *action, int argc, char **argv, struct error *err);
};

/* Help was asked for, and printed: no error, and nothing to do. */
struct parsed {
	const char *overlay;
	bool is_help;
};

/* Options of an action, and the one word that each needs; the last row is --help. */
static bool parse(const struct action *action, struct option *table, size_t rows, int argc,
		  char **argv, struct parsed *parsed, struct error *err)
{
	size_t words;

	*parsed = (struct parsed){ 0 };
	table[rows - 1] =
		(struct option){ "--help", OPTION_FLAG, &parsed->is_help, NULL, "print this", 0,
				 0,        NULL };
	if (!options_parse(table, rows, argc, argv, &parsed->overlay, 1, &words, err)) {
		return false;
	}
	if (parsed->is_help) {
		printf("usage: mirrorball image %s %s\n\n%s\n", action->name, action->usage,
		       action->help);
		options_print_help(table, rows);
		return true;
	}
	return words == 1 ||
	       error_set(err, EXIT_USAGE, "image %s needs an overlay: mirrorball image %s %s",
			 action->name, action->name, action->usage);
}

static bool run_create(const struct action *action, int argc, char **argv, struct error *err)
{
	const char *image = NULL;
	struct option table[] = {
		{ "--base", OPTION_TEXT, &image, "IMAGE",
		  "the raw image that it is for; it is only read", 0, 0, NULL },
		{ 0 },
	};
	struct parsed parsed;
	struct base base;
	char *name;
	bool good;

	if (!parse(action, table, 2, argc, argv, &parsed, err) || parsed.is_help) {
		return parsed.is_help;
	}
	if (image == NULL) {
		return error_set(err, EXIT_USAGE,
				 "image create needs the image that the overlay is for: --base "
				 "IMAGE");
	}
	if (!base_open(&base, image, false, err)) {
		return false;
	}
	name = realpath(image, NULL);
	good = name != NULL && strlen(name) < FORMAT_BASE_BYTES
		       ? overlay_create(parsed.overlay, &base, name, NULL, err)
		       : error_set(err, EXIT_USAGE, "the name of %s, with its folders, is too long",
				   image);
	free(name);
	base_close(&base);
	return good;
}

/* Opens the base: the one that is named, or the one that the overlay was made for. */
static bool open_base(struct overlay *overlay, const char *image, struct base *base,
		      struct error *err)
{
	return base_open(base, image != NULL ? image : overlay->root.base, false, err) &&
	       overlay_check_base(overlay, base, err);
}

static bool check_base(struct overlay *overlay, const char *image, struct error *err)
{
	struct base base;
	bool good;

	base_init(&base);
	good = open_base(overlay, image, &base, err) && base_check_all(&base, err);
	base_close(&base);
	return good;
}

static bool run_inspect(const struct action *action, int argc, char **argv, struct error *err)
{
	const char *image = NULL;
	bool is_json = false;
	bool is_checked = false;
	struct option table[] = {
		{ "--base", OPTION_TEXT, &image, "IMAGE", "its base, if it is not where it was", 0,
		  0, NULL },
		{ "--check", OPTION_FLAG, &is_checked, NULL,
		  "read all of it, and the base, and check the sums", 0, 0, NULL },
		{ "--json", OPTION_FLAG, &is_json, NULL, "one JSON document", 0, 0, NULL },
		{ 0 },
	};
	struct image_survey survey;
	struct overlay overlay;
	struct parsed parsed;
	bool good;

	if (!parse(action, table, 4, argc, argv, &parsed, err) || parsed.is_help) {
		return parsed.is_help;
	}
	good = overlay_open(&overlay, parsed.overlay, OVERLAY_READ, NULL, err) &&
	       image_survey(&overlay, is_checked, &survey, err) &&
	       (!is_checked || check_base(&overlay, image, err));
	if (good) {
		image_report_print(&overlay, &survey, is_json);
	}
	overlay_close(&overlay);
	return good;
}

static bool write_output(const char *path, const char *image, const char *output, struct error *err)
{
	struct overlay overlay;
	struct base base;
	bool good;

	base_init(&base);
	good = overlay_open(&overlay, path, OVERLAY_READ, NULL, err) &&
	       open_base(&overlay, image, &base, err) &&
	       image_flatten(&overlay, &base, output, NULL, err);
	base_close(&base);
	overlay_close(&overlay);
	return good;
}

static bool run_commit(const struct action *action, int argc, char **argv, struct error *err)
{
	const char *image = NULL;
	const char *output = NULL;
	struct option table[] = {
		{ "--base", OPTION_TEXT, &image, "IMAGE", "its base, if it is not where it was", 0,
		  0, NULL },
		{ "--output", OPTION_TEXT, &output, "FILE",
		  "a new raw image with all of it; base and overlay stay as they are", 0, 0, NULL },
		{ 0 },
	};
	struct parsed parsed;

	if (!parse(action, table, 3, argc, argv, &parsed, err) || parsed.is_help) {
		return parsed.is_help;
	}
	return output != NULL ? write_output(parsed.overlay, image, output, err)
			      : image_commit(parsed.overlay, image, NULL, err);
}

static bool run_compact(const struct action *action, int argc, char **argv, struct error *err)
{
	struct option_list list = { .count = 0 };
	uint64_t generation[OPTION_LIST_MAX];
	struct image_forget forget = { .generation = generation };
	struct option table[] = {
		{ "--forget", OPTION_LIST, &list, "N",
		  "give up this generation and its checkpoints; repeatable", 0, 0, NULL },
		{ "--forget-all", OPTION_FLAG, &forget.all, NULL,
		  "give up all that are kept for checkpoints", 0, 0, NULL },
		{ 0 },
	};
	struct parsed parsed;

	if (!parse(action, table, 3, argc, argv, &parsed, err) || parsed.is_help) {
		return parsed.is_help;
	}
	for (; forget.count < list.count; forget.count++) {
		const char *text = list.value[forget.count];

		if (!options_parse_number(text, OPTION_NUMBER, &generation[forget.count])) {
			return error_set(err, EXIT_USAGE, "--forget: '%s' is not a generation",
					 text);
		}
	}
	return image_compact(parsed.overlay, &forget, NULL, err);
}

static const struct action actions[] = {
	{ "create", "OVERLAY --base IMAGE",
	  "Makes an overlay: a file that holds what differs from a raw image.\n", run_create },
	{ "inspect", "OVERLAY",
	  "Shows what an overlay holds, and the generations that checkpoints name. Its index is\n"
	  "checked in any case.\n",
	  run_inspect },
	{ "commit", "OVERLAY",
	  "Puts what the overlay holds into its base and empties it; both are replaced as a "
	  "whole.\nOther overlays of the base are of no use after that.\n",
	  run_commit },
	{ "compact", "OVERLAY",
	  "Writes the overlay anew without what no generation needs. Generations that are kept\n"
	  "for checkpoints stay, unless they are given up.\n",
	  run_compact },
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static const char *action_name(const void *context, size_t index)
{
	return ((const struct action *)context)[index].name;
}

static int print_help(void)
{
	puts("usage: mirrorball image ACTION ...\n");
	for (size_t i = 0; i < ACTIONS; i++) {
		printf("  image %s %s\n", actions[i].name, actions[i].usage);
	}
	puts("\nOverlays hold what a guest writes to a disk; the raw image below is only read.\n"
	     "mirrorball image ACTION --help tells the options, docs/disks.md the rest.");
	return cmd_flush();
}

int cmd_image(int argc, char **argv)
{
	struct error err;

	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		return print_help();
	}
	for (size_t i = 0; argc >= 2 && i < ACTIONS; i++) {
		if (strcmp(argv[1], actions[i].name) == 0) {
			return actions[i].run(&actions[i], argc - 1, argv + 1, &err)
				       ? cmd_flush()
				       : cmd_fail(&err);
		}
	}
	if (argc < 2) {
		error_set(&err, EXIT_USAGE,
			  "image needs an action: create, inspect, commit or compact");
		return cmd_fail(&err);
	}
	const char *nearest = options_nearest(argv[1], action_name, actions, ACTIONS);

	error_set(&err, EXIT_USAGE,
		  "unknown action '%s'%s%s%s; there are: create, inspect, commit, compact", argv[1],
		  nearest != NULL ? " (did you mean " : "", nearest != NULL ? nearest : "",
		  nearest != NULL ? "?)" : "");
	return cmd_fail(&err);
}
