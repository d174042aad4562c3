/* SPDX-License-Identifier: MIT */
/* footprint.h - whose the machine's pages are, as a monitor publishes it (machine/inspect.h). */
#pragma once

#include <jansson.h>

#include "sim/elf/elf_load.h"
#include "sim/machine.h"

/*
 * The machine's pages by what they hold; for each virtual machine its pages by the same, and how
 * many of the machine's it has alone. null where no monitor has published anything. What the
 * monitor says is checked: `unmatched` counts what does not fit together.
 */
json_t *footprint_report(const struct machine *machine, const struct elf_file *monitor);
