/* SPDX-License-Identifier: MIT */
/*
 * record.h - a test vector for the simulated CPU, with all that must come of it.
 *
 * Written by batch.c on the host in the guest's byte order, read by guest/main.c.
 */
#pragma once

#include <stdint.h>

#define RECORD_SIZE 56

/* What the instruction does. */
#define RECORD_COMPLETES 0 /* no exception */
#define RECORD_TRAPS     1 /* an enabled IEEE exception */
#define RECORD_COMPLETED 2 /* unimplemented; software completes it */
#define RECORD_SIGNALLED 3 /* unimplemented; software finds an enabled exception */
#define RECORD_OUTCOMES  4

/* Where the result is. */
#define RECORD_NO_RESULT 0 /* compare: FCR31.C */
#define RECORD_WORD      1
#define RECORD_DOUBLE    2

struct record {
	uint64_t a;
	uint64_t b;
	uint64_t sentinel;  /* destination before */
	uint64_t result;    /* destination in the end */
	uint32_t fcsr;      /* before */
	uint32_t fcsr_trap; /* as the handler finds it, if there is a trap */
	uint32_t fcsr_end;
	uint16_t insn; /* enum isa_id */
	uint8_t outcome;
	uint8_t size;
	uint32_t number; /* of the record, for messages */
	uint32_t class;  /* enum vector_class */
};
