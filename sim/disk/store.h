/* SPDX-License-Identifier: MIT */
/*
 * store.h - the content of a disk: a base image, what differs from it in an overlay file or in
 * memory.
 */
#pragma once

#include "sim/disk/disk.h"
#include "sim/disk/hostio.h"

/* The store that `config` describes; its model is NULL. NULL after an error. */
struct disk *store_open(const struct disk_config *config, struct host_watch *watch,
			struct error *err);
