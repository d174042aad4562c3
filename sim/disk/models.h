/* SPDX-License-Identifier: MIT */
/* models.h - models of how long requests take that are more than a latency and a rate. */
#pragma once

#include "sim/disk/disk.h"

/* 1935 cylinders hold data, each 19 tracks of 72 sectors. */
#define HP97560_SECTORS 2647080U

/*
 * The HP 97560 of 1991: seek curve, rotation, skews, switch of heads, three regions with spare
 * cylinders between them, a buffer of 128 KB that reads ahead. NULL: no memory.
 */
struct disk_model *disk_model_hp97560(void);
