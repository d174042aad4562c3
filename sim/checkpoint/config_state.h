/* SPDX-License-Identifier: MIT */
/* config_state.h - a machine's configuration in a checkpoint. */
#pragma once

#include "sim/machine.h"
#include "sim/state_io.h"

/* Whether it can be built is for machine_create() to judge. */
void config_state(struct machine_config *config, struct state_io *io);
