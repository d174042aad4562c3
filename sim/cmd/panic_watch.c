/* SPDX-License-Identifier: MIT */
/* panic_watch.c - lines of the console, one by one. */
#include "sim/cmd/panic_watch.h"

#include <string.h>

#include "sim/control.h"

#define LINUX_TEXT "Kernel panic - not syncing"
/* What only Linux has among its symbols. */
#define LINUX_SYMBOL "linux_banner"

/* Time to print registers and stack: 100 ms of simulated time. */
#define GRACE_PER_SECOND 10U

void panic_watch_begin(struct panic_watch *watch, const char *setting,
		       const struct elf_file *program)
{
	bool is_linux = program != NULL && elf_find_name(program, LINUX_SYMBOL) != NULL;

	watch->text = setting;
	if (setting == NULL || strcmp(setting, "auto") == 0) {
		watch->text = is_linux ? LINUX_TEXT : NULL;
	} else if (strcmp(setting, "none") == 0 || setting[0] == '\0') {
		watch->text = NULL;
	}
}

/* Does the line begin with the text, behind the kernel's "[    1.234567] " if there is one? */
static bool is_panic(const struct panic_watch *watch)
{
	const char *line = watch->line;
	const char *behind = line[0] == '[' ? strstr(line, "] ") : NULL;

	return strncmp(behind != NULL ? behind + 2 : line, watch->text, strlen(watch->text)) == 0;
}

void panic_watch_note(struct panic_watch *watch, struct machine *machine, uint8_t byte)
{
	if (watch->text == NULL || watch->has_come) {
		return;
	}
	if (byte != '\n') {
		if (byte != '\r' && watch->length < PANIC_LINE_BYTES - 1) {
			watch->line[watch->length++] = (char)byte;
		}
		return;
	}
	watch->line[watch->length] = '\0';
	watch->length = 0;
	if (is_panic(watch)) {
		watch->has_come = true;
		watch->due_cycle = machine_cycles(machine) +
				   machine_get_config(machine)->clock_hz / GRACE_PER_SECOND;
		control_interrupt(machine); /* the run has another limit from now on */
	}
}
