/* SPDX-License-Identifier: MIT */
/* string.h - the runtime's functions, and one more. */
#pragma once

#include "guests/lib/string.h"

/* How many bytes of `text` come before the first that is in `stop`. */
size_t strcspn(const char *text, const char *stop);
