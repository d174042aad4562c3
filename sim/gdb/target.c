/* SPDX-License-Identifier: MIT */
/*
 * target.c - the registers as GDB numbers them, and the XML that tells it so.
 *
 * 0-31 general, 32 status, 33 lo, 34 hi, 35 badvaddr, 36 cause, 37 pc, 38-69 f0-f31, 70 fcsr,
 * 71 fir: GDB's own numbers for MIPS. From 72 on CP0 register n is 72 + n.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "isa/cp0.h"
#include "sim/gdb/gdb_priv.h"

#define GDB_STATUS   32
#define GDB_LO       33
#define GDB_HI       34
#define GDB_BADVADDR 35
#define GDB_CAUSE    36
#define GDB_PC       37
#define GDB_F0       38
#define GDB_FCSR     70
#define GDB_FIR      71
#define GDB_CP0      72

static const char *const cp0_names[32] = {
	[CP0_INDEX] = "index",       [CP0_RANDOM] = "random",     [CP0_ENTRYLO0] = "entrylo0",
	[CP0_ENTRYLO1] = "entrylo1", [CP0_CONTEXT] = "context",   [CP0_PAGEMASK] = "pagemask",
	[CP0_WIRED] = "wired",       [CP0_COUNT] = "count",       [CP0_ENTRYHI] = "entryhi",
	[CP0_COMPARE] = "compare",   [CP0_EPC] = "epc",           [CP0_PRID] = "prid",
	[CP0_CONFIG] = "config",     [CP0_LLADDR] = "lladdr",     [CP0_WATCHLO] = "watchlo",
	[CP0_WATCHHI] = "watchhi",   [CP0_XCONTEXT] = "xcontext", [CP0_ECC] = "ecc",
	[CP0_CACHEERR] = "cacheerr", [CP0_TAGLO] = "taglo",       [CP0_TAGHI] = "taghi",
	[CP0_ERROREPC] = "errorepc",
};

struct text {
	char *at;
	size_t length;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length =
		vsnprintf(text->at + text->length, TARGET_TEXT_MAX - text->length, format, args);

	va_end(args);
	if (length > 0 && (size_t)length < TARGET_TEXT_MAX - text->length) {
		text->length += (size_t)length;
	}
}

static void put_register(struct text *text, const char *name, unsigned number, const char *more)
{
	put(text, "<reg name=\"%s\" bitsize=\"%zu\" regnum=\"%u\"%s/>", name,
	    8 * target_register_bytes(number), number, more);
}

static void put_registers(struct text *text, char letter, unsigned first, const char *more)
{
	for (unsigned i = 0; i < 32; i++) {
		char name[8];

		snprintf(name, sizeof(name), "%c%u", letter, i);
		put_register(text, name, first + i, more);
	}
}

size_t target_description(char text[TARGET_TEXT_MAX])
{
	struct text out = { 0 };

	out.at = text;
	put(&out, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
		  "<target version=\"1.0\"><architecture>mips:4000</architecture>"
		  "<feature name=\"org.gnu.gdb.mips.cpu\">");
	put_registers(&out, 'r', 0, "");
	put_register(&out, "lo", GDB_LO, "");
	put_register(&out, "hi", GDB_HI, "");
	put_register(&out, "pc", GDB_PC, "");
	put(&out, "</feature><feature name=\"org.gnu.gdb.mips.cp0\">");
	put_register(&out, "status", GDB_STATUS, "");
	put_register(&out, "badvaddr", GDB_BADVADDR, "");
	put_register(&out, "cause", GDB_CAUSE, "");
	put(&out, "</feature><feature name=\"org.gnu.gdb.mips.fpu\">");
	put_registers(&out, 'f', GDB_F0, " type=\"ieee_double\"");
	put_register(&out, "fcsr", GDB_FCSR, " group=\"float\"");
	put_register(&out, "fir", GDB_FIR, " group=\"float\"");
	put(&out, "</feature><feature name=\"org.mirrorball.cp0\">");
	for (unsigned i = 0; i < 32; i++) {
		if (cp0_names[i] != NULL) {
			put_register(&out, cp0_names[i], GDB_CP0 + i, " group=\"system\"");
		}
	}
	put(&out, "</feature></target>");
	return out.length;
}

const char *target_cp0_name(unsigned number)
{
	return number < 32 ? cp0_names[number] : NULL;
}

size_t target_register_bytes(unsigned number)
{
	return number == GDB_FCSR || number == GDB_FIR ? 4 : 8;
}

/* The number that control.h gives the register. */
static unsigned control_number(unsigned number)
{
	if (number < GDB_STATUS) {
		return REG_GPR0 + number;
	}
	if (number >= GDB_F0 && number < GDB_FCSR) {
		return REG_FPR0 + number - GDB_F0;
	}
	if (number >= GDB_CP0 && number < GDB_CP0 + 32) {
		return REG_CP0 + number - GDB_CP0;
	}
	switch (number) {
	case GDB_STATUS:
		return REG_CP0 + CP0_STATUS;
	case GDB_LO:
		return REG_LO;
	case GDB_HI:
		return REG_HI;
	case GDB_BADVADDR:
		return REG_CP0 + CP0_BADVADDR;
	case GDB_CAUSE:
		return REG_CP0 + CP0_CAUSE;
	case GDB_PC:
		return REG_PC;
	case GDB_FCSR:
		return REG_FCR31;
	default:
		return REG_FCR0;
	}
}

static bool is_big_endian(const struct session *session)
{
	return machine_get_config(session->machine)->big_endian;
}

bool target_read(const struct session *session, unsigned number, uint8_t bytes[8])
{
	size_t size = target_register_bytes(number);
	uint64_t value;

	if (!thread_read(session, session->thread, control_number(number), &value)) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (is_big_endian(session) ? size - 1 - i : i);

		bytes[i] = (uint8_t)(value >> shift);
	}
	return true;
}

bool target_write(struct session *session, unsigned number, const uint8_t bytes[8])
{
	size_t size = target_register_bytes(number);
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (is_big_endian(session) ? size - 1 - i : i);

		value |= (uint64_t)bytes[i] << shift;
	}
	return thread_write(session, session->thread, control_number(number), value);
}
