/* SPDX-License-Identifier: MIT */
/*
 * mix.c - what ordinary integer programs do, in the manner of Dhrystone and CoreMark (own code):
 * a linked list searched, reversed and sorted; small matrices multiplied; text taken apart by a
 * state machine; strings copied and compared; a CRC over the results.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/cpu/bench.h"
#include "guests/lib/smp.h"
#include "guests/lib/string.h"

#define NODES  48
#define MATRIX 8

struct node {
	struct node *next;
	int32_t key;
	int32_t value;
};

enum state {
	STATE_START,
	STATE_SIGN,
	STATE_DIGITS,
	STATE_FRACTION,
	STATE_WORD,
	STATE_COUNT
};

/* One run's data: all of it is rebuilt or rewritten in each round. */
struct mix {
	struct node nodes[NODES];
	int32_t a[MATRIX][MATRIX];
	int32_t b[MATRIX][MATRIX];
	int32_t c[MATRIX][MATRIX];
	uint32_t tokens[STATE_COUNT];
	uint32_t seed;
	char text[96];
} __attribute__((aligned(128)));

/* For each CPU its own, on lines of its own (bench/machine runs it on all of them). */
static struct mix mixes[SMP_CPUS_MAX] __attribute__((aligned(128)));

static __attribute__((noinline)) uint32_t mix_random(struct mix *self)
{
	self->seed = self->seed * 1664525U + 1013904223U;
	return self->seed >> 8;
}

static __attribute__((noinline)) uint16_t mix_crc16(uint16_t crc, uint32_t value)
{
	for (int i = 0; i < 16; i++) {
		bool carry = ((crc ^ value) & 1) != 0;

		crc = (uint16_t)(crc >> 1);
		if (carry) {
			crc ^= 0xa001;
		}
		value >>= 1;
	}
	return crc;
}

static __attribute__((noinline)) struct node *list_build(struct mix *self)
{
	struct node *head = NULL;

	for (size_t i = 0; i < NODES; i++) {
		struct node *node = &self->nodes[i];

		node->key = (int32_t)(mix_random(self) & 0x3ff);
		node->value = (int32_t)i;
		node->next = head;
		head = node;
	}
	return head;
}

static __attribute__((noinline)) struct node *list_reverse(struct node *head)
{
	struct node *done = NULL;

	while (head != NULL) {
		struct node *next = head->next;

		head->next = done;
		done = head;
		head = next;
	}
	return done;
}

static __attribute__((noinline)) const struct node *list_find(const struct node *head, int32_t key)
{
	while (head != NULL && head->key < key) {
		head = head->next;
	}
	return head;
}

/* Bottom-up merge sort by key; stable. */
static __attribute__((noinline)) struct node *list_sort(struct node *head)
{
	for (int width = 1;; width *= 2) {
		struct node *left = head;
		struct node **tail = &head;
		int merges = 0;

		while (left != NULL) {
			struct node *right = left;
			int left_size = 0;
			int right_size = width;

			merges++;
			while (left_size < width && right != NULL) {
				left_size++;
				right = right->next;
			}
			while (left_size > 0 || (right_size > 0 && right != NULL)) {
				if (left_size > 0 &&
				    (right_size == 0 || right == NULL || left->key <= right->key)) {
					*tail = left;
					left = left->next;
					left_size--;
				} else {
					*tail = right;
					right = right->next;
					right_size--;
				}
				tail = &(*tail)->next;
			}
			left = right;
		}
		*tail = NULL;
		if (merges <= 1) {
			return head;
		}
	}
}

static __attribute__((noinline)) uint32_t mix_lists(struct mix *self)
{
	struct node *head = list_sort(list_reverse(list_build(self)));
	uint32_t sum = 0;

	for (int i = 0; i < 8; i++) {
		const struct node *found = list_find(head, (int32_t)(mix_random(self) & 0x3ff));

		sum = sum * 31 + (found != NULL ? (uint32_t)(found->key + found->value) : 7U);
	}
	return sum;
}

static __attribute__((noinline)) uint32_t mix_matrices(struct mix *self)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < MATRIX; i++) {
		for (size_t j = 0; j < MATRIX; j++) {
			self->a[i][j] = (int32_t)(mix_random(self) & 0xfff) - 2048;
			self->b[j][i] = (int32_t)(i * 3 + j) - 12;
		}
	}
	for (size_t i = 0; i < MATRIX; i++) {
		for (size_t j = 0; j < MATRIX; j++) {
			int32_t dot = 0;

			for (size_t k = 0; k < MATRIX; k++) {
				dot += self->a[i][k] * self->b[k][j];
			}
			self->c[i][j] = dot;
			sum += (uint32_t)dot ^ (uint32_t)(i << 4 | j);
		}
	}
	return sum;
}

/* The next state after `c`; counts each token that ends. */
static __attribute__((noinline)) enum state mix_scan(enum state state, char c, uint32_t *tokens)
{
	bool is_digit = c >= '0' && c <= '9';

	switch (state) {
	case STATE_START:
		if (is_digit) {
			return STATE_DIGITS;
		}
		if (c == '+' || c == '-') {
			return STATE_SIGN;
		}
		return c == ' ' ? STATE_START : STATE_WORD;
	case STATE_SIGN:
		return is_digit ? STATE_DIGITS : STATE_WORD;
	case STATE_DIGITS:
		if (is_digit) {
			return STATE_DIGITS;
		}
		if (c == '.') {
			return STATE_FRACTION;
		}
		break;
	case STATE_FRACTION:
		if (is_digit) {
			return STATE_FRACTION;
		}
		break;
	default:
		if (c != ' ') {
			return STATE_WORD;
		}
	}
	tokens[state]++;
	return c == ' ' ? STATE_START : STATE_WORD;
}

static __attribute__((noinline)) uint32_t mix_text(struct mix *self)
{
	static const char source[] =
		"12 -7.25 disco +3 r4000 99.5x 1024 mirror -0 ball 3.14159 end ";
	enum state state = STATE_START;
	char *at = self->text;

	memcpy(self->text, source, sizeof(source));
	self->text[mix_random(self) % (sizeof(source) - 1)] = ' ';
	for (; *at != '\0'; at++) {
		state = mix_scan(state, *at, self->tokens);
	}
	return self->tokens[STATE_DIGITS] + 3 * self->tokens[STATE_FRACTION] +
	       7 * self->tokens[STATE_WORD] + (uint32_t)(strcmp(self->text, source) != 0) +
	       (uint32_t)strlen(self->text);
}

uint64_t bench_run(uint32_t rounds)
{
	struct mix *mix = &mixes[smp_cpu()];
	uint64_t checksum = 0;
	uint16_t crc = 0xffff;

	mix->seed = 1;
	for (uint32_t i = 0; i < rounds; i++) {
		crc = mix_crc16(crc, mix_lists(mix));
		crc = mix_crc16(crc, mix_matrices(mix));
		crc = mix_crc16(crc, mix_text(mix));
		checksum = bench_mix(checksum, crc);
	}
	return checksum;
}
