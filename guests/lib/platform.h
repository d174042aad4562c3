/* SPDX-License-Identifier: MIT */
/*
 * platform.h - which machine is this, and where are its console and its off switch?
 *
 * The same program runs on Mirrorball (`mirrorball exec`), on GXemul (`-E testmips -C R4000`) and
 * on QEMU (`-M malta -cpu R4000`). README.md in this folder explains how they are told apart.
 */
#pragma once

#include <stdint.h>

enum platform {
	PLATFORM_MIRRORBALL,
	PLATFORM_TESTMIPS, /* GXemul */
	PLATFORM_MALTA     /* QEMU */
};

void platform_init(void);
enum platform platform_get(void);
const char *platform_name(void);

void platform_putc(char c);
int platform_getc(void);

/*
 * Ends the run. Only Mirrorball hands `code` to the host; elsewhere a code other than 0 is printed.
 */
void platform_exit(int code) __attribute__((noreturn));
