/* SPDX-License-Identifier: MIT */
/* packet.c - the state machine that takes packets apart, and putting them together. */
#include "sim/gdb/packet.h"

#define ESCAPE      '}'
#define ESCAPE_FLIP 0x20
#define INTERRUPT   0x03

int packet_hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	if (digit >= 'a' && digit <= 'f') {
		return digit - 'a' + 10;
	}
	if (digit >= 'A' && digit <= 'F') {
		return digit - 'A' + 10;
	}
	return -1;
}

char packet_hex_digit(unsigned value)
{
	return "0123456789abcdef"[value & 15];
}

static void begin(struct packet_reader *reader)
{
	reader->state = PACKET_DATA;
	reader->sum = 0;
	reader->length = 0;
	reader->too_long = false;
	reader->bad_digit = false;
}

static void add(struct packet_reader *reader, uint8_t byte)
{
	if (reader->length < PACKET_BYTES_MAX) {
		reader->data[reader->length++] = byte;
	} else {
		reader->too_long = true;
	}
}

static enum packet_event take_idle(struct packet_reader *reader, uint8_t byte)
{
	switch (byte) {
	case '$':
		begin(reader);
		return PACKET_NONE;
	case INTERRUPT:
		return PACKET_INTERRUPT;
	case '-':
		return PACKET_REPEAT;
	default: /* '+', and noise between packets */
		return PACKET_NONE;
	}
}

static void take_digit(struct packet_reader *reader, uint8_t byte)
{
	int value = packet_hex_value(byte);

	reader->bad_digit |= value < 0;
	reader->sent_sum = (uint8_t)((reader->sent_sum << 4) | (value & 15));
}

enum packet_event packet_take(struct packet_reader *reader, uint8_t byte)
{
	switch (reader->state) {
	case PACKET_IDLE:
		return take_idle(reader, byte);
	case PACKET_DATA:
		if (byte == '#') {
			reader->state = PACKET_SUM_HIGH;
		} else if (byte == '$') {
			begin(reader); /* the rest of the last one was lost */
		} else {
			reader->sum = (uint8_t)(reader->sum + byte);
			if (byte == ESCAPE) {
				reader->state = PACKET_ESCAPE;
			} else {
				add(reader, byte);
			}
		}
		return PACKET_NONE;
	case PACKET_ESCAPE:
		reader->sum = (uint8_t)(reader->sum + byte);
		add(reader, byte ^ ESCAPE_FLIP);
		reader->state = PACKET_DATA;
		return PACKET_NONE;
	case PACKET_SUM_HIGH:
		reader->sent_sum = 0;
		take_digit(reader, byte);
		reader->state = PACKET_SUM_LOW;
		return PACKET_NONE;
	default:
		take_digit(reader, byte);
		reader->state = PACKET_IDLE;
		reader->data[reader->length] = '\0';
		return reader->bad_digit || reader->too_long || reader->sum != reader->sent_sum
			       ? PACKET_BAD
			       : PACKET_READY;
	}
}

size_t packet_frame(const uint8_t *data, size_t length, uint8_t *out)
{
	uint8_t sum = 0;
	size_t used = 0;

	out[used++] = '$';
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = data[i];

		if (byte == '$' || byte == '#' || byte == ESCAPE || byte == '*') {
			out[used++] = ESCAPE;
			sum = (uint8_t)(sum + ESCAPE);
			byte ^= ESCAPE_FLIP;
		}
		out[used++] = byte;
		sum = (uint8_t)(sum + byte);
	}
	out[used++] = '#';
	out[used++] = (uint8_t)packet_hex_digit(sum >> 4);
	out[used++] = (uint8_t)packet_hex_digit(sum);
	return used;
}
