/* SPDX-License-Identifier: MIT */
/* image_report.h - what `mirrorball image inspect` prints. */
#pragma once

#include <stdbool.h>

#include "sim/disk/image.h"

void image_report_print(const struct overlay *overlay, const struct image_survey *survey,
			bool is_json);
