/* SPDX-License-Identifier: MIT */
/* figure.h - a plot of a plan as SVG for the inside of a page, drawn by gnuplot. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "sim/error.h"

/*
 * Appends the plot to `page`. `id` is unique in the page. Black in it is the class of the page's
 * text (style.h of the page), so that it is seen on a dark ground too.
 */
bool figure_draw(FILE *page, const json_t *plot, const char *id, struct error *err);
