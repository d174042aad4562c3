/* SPDX-License-Identifier: MIT */
/*
 * undefined.h - finds instructions whose operands make their result undefined (R4000 UM appendix
 * A).
 *
 * The machine gives every such instruction a fixed result; a program that depends on it would not
 * run on silicon. Watches single steps; changes no result.
 */
#pragma once

#include <stdint.h>

struct core;
struct core_hooks;
struct undefined_checker;

/* Reports through the hooks' warn function, each place once. NULL: the host is out of memory. */
struct undefined_checker *undefined_begin(void);
void undefined_add_hooks(struct undefined_checker *checker, struct core_hooks *hooks);
void undefined_end(struct undefined_checker *checker);
