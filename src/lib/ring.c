/* SPDX-License-Identifier: MIT */
/* ring.c - the last bytes of the console. */
#include "src/lib/ring.h"

static uint64_t oldest(const struct ring *ring, uint64_t written)
{
	return written < ring->size ? 0 : written - ring->size;
}

bool ring_init(struct ring *ring, char *data, uint32_t size)
{
	bool is_kept = ring->magic == RING_MAGIC && ring->size == size && ring->data == data;

	if (!is_kept) {
		ring->magic = RING_MAGIC;
		ring->size = size;
		ring->written = 0;
		ring->data = data;
	}
	return is_kept;
}

void ring_put(struct ring *ring, char c)
{
	ring->data[ring->written % ring->size] = c;
	/* The byte before the count: a reader on another CPU sees no byte that is not there. */
	__atomic_store_n(&ring->written, ring->written + 1, __ATOMIC_RELEASE);
}

size_t ring_read(const struct ring *ring, uint64_t *position, char *to, size_t bytes)
{
	uint64_t written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
	size_t count = 0;

	if (*position < oldest(ring, written) || *position > written) {
		*position = oldest(ring, written);
	}
	for (; count < bytes && *position < written; count++) {
		to[count] = ring->data[*position % ring->size];
		++*position;
	}
	return count;
}
