/* SPDX-License-Identifier: MIT */
/* check.h - what no single row of the schema can tell. */
#pragma once

#include "sim/config/config.h"

/* Checks what belongs together: sizes of the machine, names of modules and virtual machines. */
bool check_config(const struct config *config, struct error *err);

/* Checks the steps of the scripted console alone. */
bool check_console(const struct config *config, struct error *err);
