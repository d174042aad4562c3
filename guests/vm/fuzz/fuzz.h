/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - a hostile kernel: what its parts share. See main.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* VCPUs that take part; others are started on nonsense and do not come back. */
#define FUZZ_VCPUS 2

/* Guest physical memory that nothing but attack_pages() uses on purpose: pages with tags. */
#define FUZZ_TAGGED_FIRST 0x400
#define FUZZ_TAGGED_COUNT 0x100
/* The upper half of a tag; the lower is drawn by each VM. Other VMs' must never be seen. */
#define FUZZ_TAG      0x5ec20000U
#define FUZZ_TAG_MASK 0xffff0000U

/* One VCPU's side of it. */
struct fuzz {
	uint64_t random;
	uint32_t batches;
	uint32_t vcpu;
};

/* Memory for code and data of attacks, apart from the generator's own. */
extern uint32_t fuzz_scratch[65536];
#define FUZZ_SCRATCH_WORDS 65536U
/* Where in it all VCPUs have their rings: one changes what another's device reads. */
#define FUZZ_RINGS 8192U

/* What ends a batch at the latest, if it is code: break. */
#define FUZZ_BREAK 0x0000000d

/* This VM's. */
extern uint32_t fuzz_tag;

uint32_t fuzz_random(struct fuzz *fuzz);
/* 0 to count - 1. */
uint32_t fuzz_below(struct fuzz *fuzz, uint32_t count);
/* A number that hurts where registers, descriptors or arguments of calls have it. */
uint64_t fuzz_value(struct fuzz *fuzz);
/* An address within the scratch memory, a multiple of 4. */
uint32_t *fuzz_place(struct fuzz *fuzz);

/* A batch of random instructions with random registers; never returns. */
void fuzz_random_code(struct fuzz *fuzz);

/* Of this batch: what it does needs many accesses to devices. */
void fuzz_take_time(void);

/* One of the attacks that are made on purpose; a random exception may end it. */
void fuzz_attack(struct fuzz *fuzz);
void fuzz_attack_registers(struct fuzz *fuzz);
void fuzz_attack_frames(struct fuzz *fuzz);

/* Makes a monitor call: v0 and the arguments, back comes v0. */
uint64_t fuzz_call(uint64_t number, const uint64_t arguments[4]);

/* In entry.S. */
__attribute__((noreturn)) void fuzz_run(const uint64_t registers[32], const void *code);
/* The same in virtual user mode, at a virtual address. */
__attribute__((noreturn)) void fuzz_run_user(const uint64_t registers[32], uint64_t pc);
void fuzz_second(void);
uint32_t fuzz_load_linked(volatile uint32_t *where, uint32_t value);
