/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - the user's terminal while the guest has it: every key goes to the guest.
 *
 * However the command ends but by SIGKILL, the terminal is what it was.
 */
#pragma once

#include <stdbool.h>

#include "sim/error.h"

/* Takes standard input's terminal; nothing to do where it is none. */
bool terminal_take(struct error *err);

/* Gives it back. Harmless at any time, in a signal handler too. */
void terminal_release(void);
