/* SPDX-License-Identifier: MIT */
/*
 * coverage.h - from where to where kernel code in the unmapped segments went: what tests reached.
 *
 * Each transfer is recorded once, with how often it was made: the last instruction of a straight
 * run, and where execution went on. Which branch of a program that means, and which way, is for
 * whoever has its ELF file (tests/coverage/branches.c). Observes the cores; changes no result.
 */
#pragma once

#include <stdio.h>

struct coverage;
struct core_hooks;

/* Starts recording; NULL when the host is out of memory. */
struct coverage *coverage_begin(void);

/* Takes the profile's hook: one of both at a time. */
void coverage_add_hooks(struct coverage *coverage, struct core_hooks *hooks);

/* One line per transfer, by address: "from to count", addresses in hexadecimal. */
void coverage_write(struct coverage *coverage, FILE *stream);

void coverage_end(struct coverage *coverage);
