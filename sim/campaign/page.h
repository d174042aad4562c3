/* SPDX-License-Identifier: MIT */
/* page.h - the report as one HTML file that needs no other: SVG inside, light and dark. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "sim/error.h"

bool page_write(FILE *page, const json_t *report, struct error *err);
