/* SPDX-License-Identifier: MIT */
/* image_report.c - see image_report.h. */
#include "sim/cmd/image_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "sim/disk/disk.h"

#define ID_TEXT_BYTES (2 * FORMAT_ID_BYTES + 1)

static void id_text(const struct format_root *root, char text[ID_TEXT_BYTES])
{
	for (size_t i = 0; i < FORMAT_ID_BYTES; i++) {
		snprintf(text + 2 * i, 3, "%02x", root->id[i]);
	}
}

/* A name may hold anything. */
static void print_name(const char *label, const char *name)
{
	printf("%-12s ", label);
	for (; *name != '\0'; name++) {
		putchar((unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name);
	}
	putchar('\n');
}

static void print_text(const struct overlay *overlay, const struct image_survey *survey)
{
	const struct format_root *root = &overlay->root;
	char id[ID_TEXT_BYTES];

	id_text(root, id);
	print_name("overlay", overlay->file.path);
	printf("%-12s %s\n", "id", id);
	print_name("base", root->base);
	printf("%-12s %" PRIu64 " bytes, id %016" PRIx64 "\n", "disk",
	       root->sectors * DISK_SECTOR_BYTES, root->base_id);
	printf("%-12s %" PRIu64 "\n", "generation", root->generation);
	printf("%-12s", "kept");
	for (uint64_t i = 0; i < root->kept_count; i++) {
		printf(" %" PRIu64, overlay->kept[i].generation);
	}
	printf("%s\n", root->kept_count == 0 ? " none" : "");
	printf("%-12s %" PRIu64 " blocks of content, %" PRIu64 " of zeroes, of 4096 bytes\n",
	       "differs by", survey->blocks, survey->zeroes);
	printf("%-12s %" PRIu64 " bytes used, %" PRIu64 " to spare\n", "file", survey->used_bytes,
	       survey->spare_bytes);
	if (overlay->damaged_roots > 0) {
		printf("%-12s one copy is old or damaged; the next commit writes both\n", "root");
	}
	if (root->replaced_by != 0) {
		printf("%-12s was interrupted, or is at work\n", "commit");
	}
}

static void print_json(const struct overlay *overlay, const struct image_survey *survey)
{
	const struct format_root *root = &overlay->root;
	json_t *kept = json_array();
	char id[ID_TEXT_BYTES];
	char base_id[17];
	json_t *base = json_string(root->base);

	id_text(root, id);
	snprintf(base_id, sizeof(base_id), "%016" PRIx64, root->base_id);
	for (uint64_t i = 0; i < root->kept_count; i++) {
		json_array_append_new(kept, json_integer((json_int_t)overlay->kept[i].generation));
	}
	/* A name that is no UTF-8 has no place in JSON. */
	json_t *document = json_pack(
		"{s:i, s:s, s:o, s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:b}", "version", 1, "id",
		id, "base", base != NULL ? base : json_null(), "base_id", base_id, "bytes",
		(json_int_t)root->sectors * (json_int_t)DISK_SECTOR_BYTES, "generation",
		(json_int_t)root->generation, "kept", kept, "blocks", (json_int_t)survey->blocks,
		"zero_blocks", (json_int_t)survey->zeroes, "used_bytes",
		(json_int_t)survey->used_bytes, "spare_bytes", (json_int_t)survey->spare_bytes,
		"root_is_whole", overlay->damaged_roots == 0);

	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(document);
}

void image_report_print(const struct overlay *overlay, const struct image_survey *survey,
			bool is_json)
{
	if (is_json) {
		print_json(overlay, survey);
	} else {
		print_text(overlay, survey);
	}
}
