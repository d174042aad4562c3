/* SPDX-License-Identifier: MIT */
/* libos.h - what the parts of the library OS tell one another. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the loader or the monitor says: the device tree (tree.c). */
struct libos_boot {
	const char *arguments; /* the kernel's command line */
	uint32_t memory_top;   /* physical: the end of what a program may use */
	uint32_t clock;        /* Hz, of the CPUs */
	const char *archive;   /* the initrd: files in cpio's format "newc"; or NULL */
	const char *archive_end;
};

/* False: there is no tree. */
bool libos_read_tree(struct libos_boot *boot, uint32_t a0, const char *tree);

/* How such an archive begins. */
#define LIBOS_ARCHIVE_MAGIC "070701"

/* Without an initrd: the archive on the first disk, if there is one (disk.c). */
void libos_read_disk(struct libos_boot *boot);

/* From where to where memory may be given out; once. */
void libos_memory_start(uint32_t from, uint32_t to);
void libos_clock_start(uint32_t hz);
void libos_files_start(const struct libos_boot *boot);

/* The program; its name for main() in the sources that are compiled for the library OS. */
int libos_program(int argc, char **argv);
