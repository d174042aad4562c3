/* SPDX-License-Identifier: MIT */
/*
 * packet.h - framing of the remote protocol: $data#checksum, acknowledgements, escapes.
 *
 * Bytes from the peer go in one by one; nothing is assumed of them. No I/O here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_BYTES_MAX 16384U

enum packet_event {
	PACKET_NONE,      /* more bytes are needed */
	PACKET_READY,     /* `data` holds a packet */
	PACKET_BAD,       /* wrong checksum, or too long: to be refused with '-' */
	PACKET_INTERRUPT, /* the peer asks for a stop (0x03) */
	PACKET_REPEAT     /* the peer did not understand our last packet */
};

enum packet_state {
	PACKET_IDLE,
	PACKET_DATA,
	PACKET_ESCAPE,
	PACKET_SUM_HIGH,
	PACKET_SUM_LOW
};

struct packet_reader {
	enum packet_state state;
	uint8_t sum;      /* of the bytes as sent */
	uint8_t sent_sum; /* high digit of the peer's */
	bool too_long;
	bool bad_digit;
	size_t length;
	uint8_t data[PACKET_BYTES_MAX + 1]; /* unescaped; a NUL follows */
};

enum packet_event packet_take(struct packet_reader *reader, uint8_t byte);

/* Frames `length` bytes of `data` into `out`, which holds at least 2 * length + 4. Returns size. */
size_t packet_frame(const uint8_t *data, size_t length, uint8_t *out);

/* Hexadecimal digits. packet_hex_value() gives -1 for any other character. */
int packet_hex_value(uint8_t digit);
char packet_hex_digit(unsigned value);
