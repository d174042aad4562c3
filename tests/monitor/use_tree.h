/* SPDX-License-Identifier: MIT */
/* use_tree.h - everything that the reader of device trees can do, on any bytes. */
#pragma once

#include <stddef.h>

/* 0 if fdt_open() refuses the blob; otherwise something that depends on all that was read. */
unsigned use_tree(const void *blob, size_t bytes);
