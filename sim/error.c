/* SPDX-License-Identifier: MIT */
/* error.c - filling a struct error. */
#include "sim/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

bool error_set(struct error *err, enum exit_code code, const char *format, ...)
{
	if (err != NULL) {
		va_list args;

		va_start(args, format);
		err->code = code;
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
	}
	return false;
}
