/* SPDX-License-Identifier: MIT */
/*
 * elf_core.h - an ELF core of processors and memory as Linux for MIPS writes them, for GDB.
 *
 * The layouts are those of elf_gregset_t, struct elf_prstatus and elf_prpsinfo of Linux, arch/mips,
 * for each of its ABIs; o32 and n32 are files of 32 bits, but n32 has registers of 64.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"

enum elf_core_abi {
	ELF_CORE_O32,
	ELF_CORE_N32,
	ELF_CORE_N64
};

/* One thread of the core. */
struct elf_core_thread {
	uint32_t number; /* from 1 */
	uint64_t gpr[32];
	uint64_t hi;
	uint64_t lo;
	uint64_t pc;
	uint64_t badvaddr;
	uint64_t status;
	uint64_t cause;
	uint64_t fpr[32];
	uint32_t fcr31;
};

/* Memory at `vaddr`; the reader of the core gets it from `source`, whatever that means. */
struct elf_core_segment {
	uint64_t vaddr;
	uint64_t source;
	uint64_t bytes;
};

#define ELF_CORE_SEGMENTS_MAX 60000U

/* Copies `size` bytes of a segment, from `source` on. */
typedef bool elf_core_read_fn(const void *context, uint64_t source, void *data, size_t size);

struct elf_core {
	enum elf_core_abi abi;
	bool big_endian;
	const char *name; /* of the program: at most 15 bytes are kept */
	const struct elf_core_thread *thread;
	uint32_t threads;
	const struct elf_core_segment *segment;
	uint32_t segments;
	elf_core_read_fn *read;
	const void *context;
};

/* Writes it to an empty file; `path` is for messages. */
bool elf_core_write(const struct elf_core *core, FILE *stream, const char *path, struct error *err);
