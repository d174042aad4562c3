/* SPDX-License-Identifier: MIT */
/*
 * registers.h - the hash of all registers that every record of the log carries.
 *
 * The exclusive or of one term for each register, so that the host can say what the hash must be
 * when one register is known to differ. Shared by runtime (guest/handler.c) and host (explain.c).
 */
#pragma once

#include <stdint.h>

#define REGISTER_HI 32
#define REGISTER_LO 33

static inline uint64_t register_term(unsigned number, uint64_t value)
{
	uint64_t z = (value ^ (number * 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;

	z = (z ^ z >> 29) * 0x94d049bb133111eb;
	return z ^ z >> 32;
}
