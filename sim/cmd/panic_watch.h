/* SPDX-License-Identifier: MIT */
/*
 * panic_watch.h - noticing on the console that an operating system has given up.
 *
 * A kernel that panics may loop for ever, or restart the machine as if all were well. It gets a
 * little simulated time to print what it has to say, then the run ends. A kernel that writes to the
 * annotation port instead (machine/annotation.h) ends the run at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/elf/elf_load.h"
#include "sim/machine.h"

#define PANIC_LINE_BYTES 200U

struct panic_watch {
	const char *text; /* how the line begins; NULL: nobody watches */
	char line[PANIC_LINE_BYTES];
	size_t length;
	bool has_come;
	uint64_t due_cycle; /* when the run ends */
};

/* `setting` is the key `panic` of the configuration: "auto", "none" or a text. */
void panic_watch_begin(struct panic_watch *watch, const char *setting,
		       const struct elf_file *program);

/* A byte that the guest prints. */
void panic_watch_note(struct panic_watch *watch, struct machine *machine, uint8_t byte);
