/* SPDX-License-Identifier: MIT */
/* asm.h - a function that assembly gives to C. Only #define. */
#pragma once

#define FUNCTION(name)         \
	.globl name;           \
	.type name, @function; \
	.ent name;             \
	name:
#define END(name)  \
	.end name; \
	.size name, .- name
