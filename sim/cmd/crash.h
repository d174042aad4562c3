/* SPDX-License-Identifier: MIT */
/*
 * crash.h - what is known of a guest that panicked or hung: where every CPU is, and the end of its
 * console with the names of the addresses in it.
 */
#pragma once

#include <stdio.h>

struct session;

/* Writes it, for people. */
void crash_write(const struct session *session, FILE *stream);
