/* SPDX-License-Identifier: MIT */
/* console.h - bytes typed at a console, waiting for the guest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_INPUT_BYTES 256U

struct console_input {
	uint8_t byte[CONSOLE_INPUT_BYTES];
	unsigned first;
	unsigned count;
};

static inline bool console_waiting(const struct console_input *input)
{
	return input->count > 0;
}

static inline bool console_take(struct console_input *input, uint8_t *byte)
{
	if (input->count == 0) {
		return false;
	}
	*byte = input->byte[input->first];
	input->first = (input->first + 1) % CONSOLE_INPUT_BYTES;
	input->count--;
	return true;
}

static inline bool console_put(struct console_input *input, uint8_t byte)
{
	if (input->count == CONSOLE_INPUT_BYTES) {
		return false;
	}
	input->byte[(input->first + input->count) % CONSOLE_INPUT_BYTES] = byte;
	input->count++;
	return true;
}

static inline void console_clear(struct console_input *input)
{
	input->count = 0;
}
