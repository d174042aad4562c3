/* SPDX-License-Identifier: MIT */
/*
 * limits.h - sizes of the structures that only make a core fast. Results depend on none of them.
 *
 * The torture build makes them so small that every refill, conflict, overflow and reclamation
 * happens all the time, and checks the invariants of core.h and ram.h between blocks (check.c).
 */
#pragma once

#if MIRRORBALL_TORTURE
#define CORE_CHECKED     1
#define CORE_SOFT_DATA   2
#define CORE_SOFT_FETCH  2
#define BLOCK_INSNS_MAX  5U
#define CODE_CHUNK_BYTES (1U << 15)
#define CODE_CHUNKS_MAX  3U
#else
#define CORE_CHECKED     0
#define CORE_SOFT_DATA   256
#define CORE_SOFT_FETCH  64
#define BLOCK_INSNS_MAX  64U
#define CODE_CHUNK_BYTES (1U << 20)
#define CODE_CHUNKS_MAX  96U
#endif
