/* SPDX-License-Identifier: MIT */
/*
 * disasm.c - the assembler text of one word, as `objdump -d -M no-aliases -m mips:4000` prints it.
 *
 * The text of a row is its mnemonic and the operands of its kind; bits that no operand and no
 * table uses must be zero, else the word is printed as data, although the processor ignores them.
 * Freestanding: no printf.
 */
#include "isa/branch.h"
#include "isa/cp0.h"
#include "isa/isa.h"
#include "isa/names.h"

/* Where text goes; characters beyond the end are counted and dropped. */
struct text {
	char *at;
	size_t size;
	size_t length;
};

static void put_char(struct text *text, char c)
{
	if (text->length + 1 < text->size) {
		text->at[text->length] = c;
	}
	text->length++;
}

static void put(struct text *text, const char *string)
{
	while (*string != '\0') {
		put_char(text, *string++);
	}
}

static void put_hex(struct text *text, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	unsigned shift = 60;

	put(text, "0x");
	while (shift > 0 && (value >> shift) == 0) {
		shift -= 4;
	}
	for (;; shift -= 4) {
		put_char(text, digits[(value >> shift) & 15]);
		if (shift == 0) {
			return;
		}
	}
}

static void put_decimal(struct text *text, int64_t value)
{
	char digits[20];
	unsigned count = 0;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	if (value < 0) {
		put_char(text, '-');
	}
	do {
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	while (count > 0) {
		put_char(text, digits[--count]);
	}
}

static void put_gpr(struct text *text, unsigned reg, bool n64)
{
	static const char *const names[32] = {
		"zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2",
		"t3",   "t4", "t5", "t6", "t7", "s0", "s1", "s2", "s3", "s4", "s5",
		"s6",   "s7", "t8", "t9", "k0", "k1", "gp", "sp", "s8", "ra",
	};
	/* n32 and n64 pass eight arguments in registers. */
	static const char *const names_8_to_15[8] = {
		"a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3"
	};

	put(text, n64 && reg >= 8 && reg < 16 ? names_8_to_15[reg - 8] : names[reg]);
}

static void put_numbered(struct text *text, const char *prefix, unsigned reg)
{
	put(text, prefix);
	put_decimal(text, reg);
}

/* objdump's names are the manual's in lower case, but for Status. */
static void put_cp0(struct text *text, unsigned reg)
{
	const char *name = isa_cp0_registers[reg].name;

	if (name == NULL) {
		put_numbered(text, "$", reg);
		return;
	}
	put(text, "c0_");
	if (reg == CP0_STATUS) {
		put(text, "sr");
		return;
	}
	for (; *name != '\0'; name++) {
		put_char(text, (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name));
	}
}

static void put_fp_control(struct text *text, unsigned reg)
{
	if (reg == FCR_REVISION) {
		put(text, "c1_fir");
	} else if (reg == FCR_CSR) {
		put(text, "c1_fcsr");
	} else {
		put_numbered(text, "$", reg);
	}
}

/* One operand by its letter; see `operand_letters`. */
static void put_operand(struct text *text, char letter, uint32_t word, uint64_t pc, bool n64)
{
	switch (letter) {
	case 's':
		put_gpr(text, isa_rs(word), n64);
		break;
	case 't':
		put_gpr(text, isa_rt(word), n64);
		break;
	case 'd':
		put_gpr(text, isa_rd(word), n64);
		break;
	case '<':
		put_hex(text, isa_sa(word));
		break;
	case 'j':
		put_decimal(text, isa_simm(word));
		break;
	case 'i':
		put_hex(text, isa_uimm(word));
		break;
	case 'p':
		put_hex(text, isa_branch_target(word, pc));
		break;
	case 'a':
		put_hex(text, isa_jump_target(word, pc));
		break;
	case 'o':
		put_decimal(text, isa_simm(word));
		put_char(text, '(');
		put_gpr(text, isa_rs(word), n64);
		put_char(text, ')');
		break;
	case 'k':
		put_hex(text, isa_rt(word));
		break;
	case 'D':
		put_numbered(text, "$f", isa_fd(word));
		break;
	case 'S':
		put_numbered(text, "$f", isa_fs(word));
		break;
	case 'T':
		put_numbered(text, "$f", isa_ft(word));
		break;
	case 'E':
		put_numbered(text, "$", isa_rt(word));
		break;
	case 'G':
		put_cp0(text, isa_rd(word));
		break;
	case 'F':
		put_fp_control(text, isa_rd(word));
		break;
	case 'C':
		put_hex(text, word & 0x01ffffff);
		break;
	default:
		break;
	}
}

/* The bits of the word that an operand letter shows. */
static uint32_t operand_bits(char letter)
{
	switch (letter) {
	case 's':
		return 0x03e00000;
	case 't':
	case 'T':
	case 'E':
	case 'k':
		return 0x001f0000;
	case 'd':
	case 'S':
	case 'G':
	case 'F':
		return 0x0000f800;
	case '<':
	case 'D':
		return 0x000007c0;
	case 'j':
	case 'i':
	case 'p':
		return 0x0000ffff;
	case 'o':
		return 0x03e0ffff;
	case 'a':
	case 'C':
		return 0x03ffffff;
	default:
		return 0;
	}
}

/* Operands in the order of the text. Codes of traps, syscall and break are printed apart. */
static const char *const operand_letters[ISA_OPD_COUNT] = {
	[ISA_OPD_NONE] = "",        [ISA_OPD_RD_RS_RT] = "dst",   [ISA_OPD_RD_RT_SA] = "dt<",
	[ISA_OPD_RD_RT_RS] = "dts", [ISA_OPD_RT_RS_SIMM] = "tsj", [ISA_OPD_RT_RS_UIMM] = "tsi",
	[ISA_OPD_RT_UIMM] = "ti",   [ISA_OPD_RS_RT] = "st",       [ISA_OPD_RS_RT_CODE] = "st",
	[ISA_OPD_RS_SIMM] = "sj",   [ISA_OPD_RD] = "d",           [ISA_OPD_RS] = "s",
	[ISA_OPD_RD_RS] = "ds",     [ISA_OPD_TARGET] = "a",       [ISA_OPD_RS_RT_OFF] = "stp",
	[ISA_OPD_RS_OFF] = "sp",    [ISA_OPD_OFF] = "p",          [ISA_OPD_RT_MEM] = "to",
	[ISA_OPD_FT_MEM] = "To",    [ISA_OPD_C2_MEM] = "Eo",      [ISA_OPD_CACHE_MEM] = "ko",
	[ISA_OPD_CODE20] = "",      [ISA_OPD_RT_C0] = "tG",       [ISA_OPD_RT_FS] = "tS",
	[ISA_OPD_RT_C1] = "tF",     [ISA_OPD_FD_FS_FT] = "DST",   [ISA_OPD_FD_FS] = "DS",
	[ISA_OPD_FS_FT] = "ST",     [ISA_OPD_COFUN] = "C",
};

static uint32_t bits_used(enum isa_id id)
{
	const char *letters = operand_letters[isa_descs[id].operands];
	uint32_t bits = isa_descs[id].mask;

	while (*letters != '\0') {
		bits |= operand_bits(*letters++);
	}
	if (isa_descs[id].operands == ISA_OPD_RS_RT_CODE) {
		bits |= 0x0000ffc0;
	} else if (isa_descs[id].operands == ISA_OPD_CODE20) {
		bits |= 0x03ffffc0;
	}
	return bits;
}

static void put_operands(struct text *text, const char *letters, uint32_t word, uint64_t pc,
			 bool n64)
{
	const char *separator = "\t";

	for (; *letters != '\0'; letters++) {
		put(text, separator);
		put_operand(text, *letters, word, pc, n64);
		separator = ",";
	}
}

/* The code of syscall (20 bits), break (two halves) and the traps (10 bits); nothing if zero. */
static void put_code(struct text *text, enum isa_id id, uint32_t word)
{
	uint32_t code = (word >> 6) & 0xfffff;

	if (id == ISA_break) {
		if (code != 0) {
			put(text, "\t");
			put_hex(text, code >> 10);
			if ((code & 0x3ff) != 0) {
				put(text, ",");
				put_hex(text, code & 0x3ff);
			}
		}
	} else if (id == ISA_syscall) {
		if (code != 0) {
			put(text, "\t");
			put_hex(text, code);
		}
	} else if (isa_descs[id].operands == ISA_OPD_RS_RT_CODE && (code & 0x3ff) != 0) {
		put(text, ",");
		put_hex(text, code & 0x3ff);
	}
}

/*
 * Names that objdump gives even without aliases: subtraction from $0, an immediate or-ed into $0,
 * division with the destination that only the assembler's macro looks at.
 */
static bool put_special(struct text *text, enum isa_id id, uint32_t word, bool n64)
{
	static const struct {
		enum isa_id id;
		const char *name;
	} negations[] = {
		{ ISA_sub, "neg" },
		{ ISA_subu, "negu" },
		{ ISA_dsub, "dneg" },
		{ ISA_dsubu, "dnegu" },
	};

	for (size_t i = 0; i < sizeof(negations) / sizeof(negations[0]); i++) {
		if (id == negations[i].id && isa_rs(word) == 0) {
			put(text, negations[i].name);
			put_operands(text, "dt", word, 0, n64);
			return true;
		}
	}
	if (id == ISA_ori && isa_rs(word) == 0) {
		put(text, "dli");
		put_operands(text, "ti", word, 0, n64);
		return true;
	}
	if (id == ISA_div || id == ISA_divu || id == ISA_ddiv || id == ISA_ddivu) {
		put(text, isa_descs[id].text);
		put_operands(text, "dst", word, 0, n64);
		return true;
	}
	if (id == ISA_jalr && isa_rd(word) == 31) {
		put(text, "jalr");
		put_operands(text, "s", word, 0, n64);
		return true;
	}
	return false;
}

/*
 * Words that are not quite an instruction: an operation of a coprocessor has a name whatever its
 * bits (c0, c1, c2), the rest is data.
 */
static void put_other(struct text *text, uint32_t word)
{
	static const char *const operations[4] = { "c0", "c1", "c2", ".word" };
	unsigned unit = isa_coprocessor(word);
	const char *name = unit < 3 && (isa_rs(word) & 0x10) ? operations[unit] : ".word";

	put(text, name);
	put_char(text, '\t');
	put_hex(text, name[0] == 'c' ? word & 0x01ffffff : word);
}

static void put_instruction(struct text *text, uint32_t word, uint64_t pc, bool n64)
{
	enum isa_id id = isa_decode(word);
	bool is_whole = (word & ~bits_used(id)) == 0;

	if (id == ISA_reserved || id == ISA_cop1_undefined || !is_whole ||
	    (id == ISA_cop2 && !(isa_rs(word) & 0x10))) {
		put_other(text, word);
	} else if (!put_special(text, id, word, n64)) {
		put(text, isa_descs[id].text);
		put_operands(text, operand_letters[isa_descs[id].operands], word, pc, n64);
		put_code(text, id, word);
	}
}

size_t isa_disasm(uint32_t word, uint64_t pc, bool n64, char *text, size_t size)
{
	struct text out = { text, size, 0 };

	put_instruction(&out, word, pc, n64);
	if (size > 0) {
		text[out.length < size ? out.length : size - 1] = '\0';
	}
	return out.length;
}
