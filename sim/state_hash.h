/* SPDX-License-Identifier: MIT */
/*
 * state_hash.h - hashing the architectural state, in a fixed order of fixed-width values.
 *
 * Values are fed as little-endian 64-bit numbers, so that padding, pointers and host layout can
 * never enter.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct state_hash;

struct state_hash *state_hash_create(void);
void state_hash_destroy(struct state_hash *hash);

void state_hash_u64(struct state_hash *hash, uint64_t value);
void state_hash_bytes(struct state_hash *hash, const void *data, size_t size);
uint64_t state_hash_result(const struct state_hash *hash);
