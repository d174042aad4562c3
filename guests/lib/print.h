/* SPDX-License-Identifier: MIT */
/*
 * print.h - a small printf on the platform's console.
 */
#pragma once

#include <stdarg.h>

int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vprintf(const char *format, va_list args);
int puts(const char *text);
