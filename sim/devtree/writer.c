/* SPDX-License-Identifier: MIT */
/* writer.c - libfdt behind writer.h. */
#include "sim/devtree/writer.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/boot.h"

#define NAME_BYTES_MAX 128U

/* Remembers the first failure. */
static void note(struct devtree_writer *writer, int status)
{
	if (writer->status == 0) {
		writer->status = status;
	}
}

void writer_begin(struct devtree_writer *writer, uint64_t reserved, uint64_t bytes)
{
	*writer = (struct devtree_writer){ .blob = calloc(1, BOOT_TREE_BYTES_MAX) };
	if (writer->blob == NULL) {
		writer->status = -FDT_ERR_INTERNAL;
		return;
	}
	note(writer, fdt_create(writer->blob, BOOT_TREE_BYTES_MAX));
	if (bytes != 0 && writer->status == 0) {
		note(writer, fdt_add_reservemap_entry(writer->blob, reserved, bytes));
	}
	if (writer->status == 0) {
		note(writer, fdt_finish_reservemap(writer->blob));
	}
	writer_enter(writer, "");
}

void writer_enter(struct devtree_writer *writer, const char *name)
{
	if (writer->status == 0) {
		note(writer, fdt_begin_node(writer->blob, name));
	}
}

void writer_enter_at(struct devtree_writer *writer, const char *name, uint64_t unit)
{
	char text[NAME_BYTES_MAX];

	snprintf(text, sizeof(text), "%s@%" PRIx64, name, unit);
	writer_enter(writer, text);
}

void writer_leave(struct devtree_writer *writer)
{
	if (writer->status == 0) {
		note(writer, fdt_end_node(writer->blob));
	}
}

void writer_bytes(struct devtree_writer *writer, const char *property, const void *bytes,
		  size_t size)
{
	if (writer->status == 0) {
		note(writer, fdt_property(writer->blob, property, bytes, (int)size));
	}
}

void writer_empty(struct devtree_writer *writer, const char *property)
{
	writer_bytes(writer, property, NULL, 0);
}

void writer_text(struct devtree_writer *writer, const char *property, const char *text)
{
	writer_bytes(writer, property, text, strlen(text) + 1);
}

void writer_u32(struct devtree_writer *writer, const char *property, uint32_t value)
{
	writer_u32_list(writer, property, &value, 1);
}

void writer_u64(struct devtree_writer *writer, const char *property, uint64_t value)
{
	writer_u64_list(writer, property, &value, 1);
}

void writer_u32_list(struct devtree_writer *writer, const char *property, const uint32_t *values,
		     size_t count)
{
	void *cells = NULL;

	if (writer->status == 0) {
		note(writer, fdt_property_placeholder(writer->blob, property,
						      (int)(count * sizeof(*values)), &cells));
	}
	for (size_t i = 0; writer->status == 0 && i < count; i++) {
		fdt32_st((uint8_t *)cells + i * sizeof(*values), values[i]);
	}
}

void writer_u64_list(struct devtree_writer *writer, const char *property, const uint64_t *values,
		     size_t count)
{
	void *cells = NULL;

	if (writer->status == 0) {
		note(writer, fdt_property_placeholder(writer->blob, property,
						      (int)(count * sizeof(*values)), &cells));
	}
	for (size_t i = 0; writer->status == 0 && i < count; i++) {
		fdt64_st((uint8_t *)cells + i * sizeof(*values), values[i]);
	}
}

void writer_reg(struct devtree_writer *writer, uint64_t base, uint64_t bytes)
{
	const uint64_t range[] = { base, bytes };

	writer_u64_list(writer, "reg", range, 2);
}

void writer_cells(struct devtree_writer *writer, uint32_t address, uint32_t size)
{
	writer_u32(writer, "#address-cells", address);
	writer_u32(writer, "#size-cells", size);
}

uint8_t *writer_end(struct devtree_writer *writer, size_t *size, struct error *err)
{
	writer_leave(writer);
	if (writer->status == 0) {
		note(writer, fdt_finish(writer->blob));
	}
	if (writer->status == -FDT_ERR_NOSPACE) {
		error_set(err, EXIT_USAGE,
			  "the device tree would have more than %u bytes: shorten bootargs",
			  BOOT_TREE_BYTES_MAX);
	} else if (writer->status != 0) {
		error_set(err, EXIT_HOST_IO, "the device tree cannot be made: %s",
			  fdt_strerror(writer->status));
	}
	if (writer->status != 0) {
		free(writer->blob);
		writer->blob = NULL;
		return NULL;
	}
	*size = fdt_totalsize(writer->blob);
	return writer->blob;
}
