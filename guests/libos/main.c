/* SPDX-License-Identifier: MIT */
/*
 * main.c - what comes between the runtime's start and the program: finds memory, files and
 * arguments.
 *
 * The program runs in kernel mode and without a TLB entry of its own, in the unmapped segment or,
 * in a virtual machine, in the window: page faults are the monitor's affair.
 */
#include <stdlib.h>
#include <string.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/libos/libos.h"

#define ARGUMENTS_MAX   16
#define ARGUMENTS_BYTES 256U

extern const uint32_t libos_entry[2]; /* start.S: a0 and a1 */
extern char program_end[];            /* the linker script */

static int split(char *text, char **argv)
{
	int argc = 1;

	while (argc < ARGUMENTS_MAX) {
		while (*text == ' ') {
			*text++ = '\0';
		}
		if (*text == '\0') {
			break;
		}
		argv[argc++] = text;
		text += strcspn(text, " ");
	}
	return argc;
}

int main(void)
{
	static char arguments[ARGUMENTS_BYTES];
	static char *argv[ARGUMENTS_MAX + 1];
	static char name[] = "program";
	struct libos_boot boot;
	size_t length;

	if (!libos_read_tree(&boot, libos_entry[0], (const char *)(uintptr_t)libos_entry[1])) {
		printf("libos: no device tree: the machine type is not mirrorball\n");
		return 2;
	}
	length = strlen(boot.arguments);
	if (length >= sizeof(arguments)) {
		printf("libos: the command line is too long\n");
		return 2;
	}
	memcpy(arguments, boot.arguments, length);
	libos_memory_start(cpu_physical(program_end), boot.memory_top);
	libos_read_disk(&boot);
	libos_files_start(&boot);
	libos_clock_start(boot.clock);
	argv[0] = name;
	return libos_program(split(arguments, argv), argv);
}
