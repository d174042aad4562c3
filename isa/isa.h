/* SPDX-License-Identifier: MIT */
/*
 * isa.h - the instruction set: ids, tables, fields, decode, disassembly.
 *
 * Freestanding, no state, no I/O: used by the simulator, the monitor's emulator and the tests.
 * Everything comes from mips3.def; nobody else takes an instruction word apart.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every instruction, ISA_<id>. ISA_reserved is a word that no row describes. */
enum isa_id {
	ISA_reserved,
#define INSN(table, code, id, text, operands, class, flags) ISA_##id,
#include "mips3.def"
#undef INSN
	ISA_COUNT
};

/* Operands in the order the assembler writes them. */
enum isa_operands {
	ISA_OPD_NONE,
	ISA_OPD_RD_RS_RT,   /* addu rd, rs, rt */
	ISA_OPD_RD_RT_SA,   /* sll rd, rt, sa */
	ISA_OPD_RD_RT_RS,   /* sllv rd, rt, rs */
	ISA_OPD_RT_RS_SIMM, /* addiu rt, rs, signed */
	ISA_OPD_RT_RS_UIMM, /* ori rt, rs, unsigned */
	ISA_OPD_RT_UIMM,    /* lui rt, unsigned */
	ISA_OPD_RS_RT,      /* mult rs, rt */
	ISA_OPD_RS_RT_CODE, /* teq rs, rt, code */
	ISA_OPD_RS_SIMM,    /* teqi rs, signed */
	ISA_OPD_RD,         /* mfhi rd */
	ISA_OPD_RS,         /* jr rs */
	ISA_OPD_RD_RS,      /* jalr rd, rs */
	ISA_OPD_TARGET,     /* j target */
	ISA_OPD_RS_RT_OFF,  /* beq rs, rt, offset */
	ISA_OPD_RS_OFF,     /* bltz rs, offset */
	ISA_OPD_OFF,        /* bc1t offset */
	ISA_OPD_RT_MEM,     /* lw rt, offset(base) */
	ISA_OPD_FT_MEM,     /* lwc1 ft, offset(base) */
	ISA_OPD_C2_MEM,     /* lwc2 rt, offset(base) */
	ISA_OPD_CACHE_MEM,  /* cache op, offset(base) */
	ISA_OPD_CODE20,     /* syscall code */
	ISA_OPD_RT_C0,      /* mfc0 rt, c0 register */
	ISA_OPD_RT_FS,      /* mfc1 rt, fs */
	ISA_OPD_RT_C1,      /* cfc1 rt, c1 control register */
	ISA_OPD_FD_FS_FT,   /* add.s fd, fs, ft */
	ISA_OPD_FD_FS,      /* sqrt.s fd, fs */
	ISA_OPD_FS_FT,      /* c.eq.s fs, ft */
	ISA_OPD_COFUN,      /* c2 cofun */
	ISA_OPD_COUNT
};

enum isa_class {
	ISA_CLASS_ALU,
	ISA_CLASS_MULDIV,
	ISA_CLASS_LOAD,
	ISA_CLASS_STORE,
	ISA_CLASS_BRANCH,
	ISA_CLASS_JUMP,
	ISA_CLASS_TRAP,
	ISA_CLASS_SYNC,
	ISA_CLASS_CACHE,
	ISA_CLASS_CP0,
	ISA_CLASS_TLB,
	ISA_CLASS_FPU,
	ISA_CLASS_FPMOVE,
	ISA_CLASS_FPLOAD,
	ISA_CLASS_FPSTORE,
	ISA_CLASS_COP2,
	ISA_CLASS_COUNT
};

#define ISA_F_X64    0x01 /* 64-bit operation: reserved in 32-bit user and supervisor mode */
#define ISA_F_DELAY  0x02 /* has a delay slot */
#define ISA_F_LIKELY 0x04 /* slot nullified when not taken */
#define ISA_F_LINK   0x08 /* writes a return address */
#define ISA_F_ENDS   0x10 /* may change mode, mapping or pc: ends a predecoded block */
#define ISA_F_CP0    0x20 /* needs CP0 usable */
#define ISA_F_CP1    0x40 /* needs CP1 usable */
#define ISA_F_CP2    0x80 /* needs CP2 usable */

/* What one row of mips3.def says. `match` under `mask` recognises the word. */
struct isa_desc {
	const char *text;
	uint32_t match;
	uint32_t mask;
	uint8_t operands; /* enum isa_operands */
	uint8_t class;    /* enum isa_class */
	uint8_t flags;    /* ISA_F_* */
};

extern const struct isa_desc isa_descs[ISA_COUNT];

/* The same without text and encoding: small enough for the monitor. */
struct isa_traits {
	uint8_t operands; /* enum isa_operands */
	uint8_t class;    /* enum isa_class */
	uint8_t flags;    /* ISA_F_* */
};

extern const struct isa_traits isa_traits[ISA_COUNT];

/*
 * The instruction in `word`, ISA_reserved if there is none. Fields that the manual writes as zero
 * do not matter. Undefined operations and formats of the FPU are ISA_cop1_undefined: the FPU, not
 * the decoder, refuses them (R4000 UM 7.4).
 */
enum isa_id isa_decode(uint32_t word);

/* What the R4000 does with a word of ISA_reserved (keys of R4000 UM figures A-2 and B-3). */
enum isa_reserved_kind {
	ISA_RESERVED_ALWAYS,      /* Reserved Instruction, at once */
	ISA_RESERVED_COPROCESSOR, /* Coprocessor Unusable; if usable, Reserved Instruction */
	ISA_RESERVED_IGNORED      /* Coprocessor Unusable; if usable, nothing happens (phi) */
};

/* Of a word for which isa_decode() answers ISA_reserved; the unit is isa_coprocessor(word). */
enum isa_reserved_kind isa_reserved_kind(uint32_t word);

/*
 * Writes the assembler text of `word` at virtual address `pc`, NUL-terminated, at most `size`
 * bytes, in the syntax of `objdump -M no-aliases` with ABI register names (n64: a0-a7, t0-t3, as
 * binutils prints for the file's ABI when `n64` is set; o32 otherwise). Returns the length.
 */
size_t isa_disasm(uint32_t word, uint64_t pc, bool n64, char *text, size_t size);

/* The unit of a coprocessor instruction (COP0 to COP3), 4 for every other word. */
static inline unsigned isa_coprocessor(uint32_t word)
{
	return (word >> 28) == 4 ? (word >> 26) & 3 : 4;
}

static inline unsigned isa_rs(uint32_t word)
{
	return (word >> 21) & 31;
}

static inline unsigned isa_rt(uint32_t word)
{
	return (word >> 16) & 31;
}

static inline unsigned isa_rd(uint32_t word)
{
	return (word >> 11) & 31;
}

static inline unsigned isa_sa(uint32_t word)
{
	return (word >> 6) & 31;
}

/* FPU fields: fs is rd, ft is rt, fd is sa. */
static inline unsigned isa_fs(uint32_t word)
{
	return isa_rd(word);
}

static inline unsigned isa_ft(uint32_t word)
{
	return isa_rt(word);
}

static inline unsigned isa_fd(uint32_t word)
{
	return isa_sa(word);
}

static inline int32_t isa_simm(uint32_t word)
{
	return (int16_t)(word & 0xffff);
}

static inline uint32_t isa_uimm(uint32_t word)
{
	return word & 0xffff;
}

static inline uint32_t isa_target(uint32_t word)
{
	return word & 0x03ffffff;
}
