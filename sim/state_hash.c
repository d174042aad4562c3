/* SPDX-License-Identifier: MIT */
/* state_hash.c - XXH3 (64 bits) behind state_hash.h. */
#include "sim/state_hash.h"

#include <stdlib.h>
#include <xxhash.h>

struct state_hash {
	XXH3_state_t *xxh;
};

struct state_hash *state_hash_create(void)
{
	struct state_hash *hash = malloc(sizeof(*hash));

	if (hash == NULL) {
		return NULL;
	}
	hash->xxh = XXH3_createState();
	if (hash->xxh == NULL) {
		free(hash);
		return NULL;
	}
	XXH3_64bits_reset(hash->xxh);
	return hash;
}

void state_hash_destroy(struct state_hash *hash)
{
	if (hash != NULL) {
		XXH3_freeState(hash->xxh);
		free(hash);
	}
}

void state_hash_bytes(struct state_hash *hash, const void *data, size_t size)
{
	XXH3_64bits_update(hash->xxh, data, size);
}

void state_hash_u64(struct state_hash *hash, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(value >> (8 * i));
	}
	XXH3_64bits_update(hash->xxh, bytes, sizeof(bytes));
}

uint64_t state_hash_result(const struct state_hash *hash)
{
	return XXH3_64bits_digest(hash->xxh);
}
