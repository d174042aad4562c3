/* SPDX-License-Identifier: MIT */
/*
 * target.c - the registers as GDB numbers them, and the XML that tells it so.
 *
 * 0-31 general, 32 status, 33 lo, 34 hi, 35 badvaddr, 36 cause, 37 pc, 38-69 f0-f31, 70 fcsr,
 * 71 fir: GDB's own numbers for MIPS. From 72 on CP0 register n is 72 + n.
 */
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

#define REG(name, number) "<reg name=\"" name "\" bitsize=\"64\" regnum=\"" number "\"/>"
#define FREG(name, number) \
	"<reg name=\"" name "\" bitsize=\"64\" type=\"ieee_double\" regnum=\"" number "\"/>"
#define REG32(name, number) \
	"<reg name=\"" name "\" bitsize=\"32\" regnum=\"" number "\" group=\"float\"/>"
#define CP0(name, number) \
	"<reg name=\"" name "\" bitsize=\"64\" regnum=\"" number "\" group=\"system\"/>"

static const char description[] =
	"<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
	"<target version=\"1.0\"><architecture>mips:4000</architecture>"
	"<feature name=\"org.gnu.gdb.mips.cpu\">" REG("r0", "0") REG("r1", "1") REG("r2", "2")
		REG("r3", "3") REG("r4", "4") REG("r5", "5") REG("r6", "6") REG("r7", "7") REG(
			"r8", "8") REG("r9", "9") REG("r10", "10") REG("r11", "11") REG("r12", "12")
			REG("r13", "13") REG("r14", "14") REG("r15", "15") REG("r16", "16")
				REG("r17", "17") REG("r18", "18") REG("r19", "19") REG("r20", "20")
					REG("r21", "21") REG("r22", "22") REG("r23", "23")
						REG("r24", "24") REG("r25", "25")
							REG("r26", "26")
								REG("r27", "27")
									REG("r28", "28")
										REG("r29", "29")
											REG("r30",
											    "30")
												REG(
													"r31", "31") REG("lo", "33") REG("hi", "34") REG("pc", "37") "</feature><feature name=\"org.gnu.gdb.mips.cp0\">" REG("status", "32") REG("badvaddr", "35") REG("cause", "36") "</feature><feature name=\"org.gnu.gdb.mips.fpu\">" FREG("f0",
																																									       "38") FREG("f1",
																																											  "39") FREG("f2", "40") FREG("f3",
																																														      "41") FREG("f4", "42") FREG("f5", "43") FREG("f6", "44") FREG("f7", "45") FREG("f8", "46") FREG("f9", "47") FREG("f10",
																																																												       "48") FREG("f11", "49") FREG("f12", "50") FREG("f13",
																																																																		      "51") FREG("f14",
																																																																				 "52") FREG("f15",
																																																																					    "53") FREG("f16",
																																																																						       "54") FREG("f17",
																																																																								  "55") FREG("f18",
																																																																									     "56") FREG("f19", "57") FREG("f20", "58") FREG("f21", "59") FREG("f22", "60") FREG("f23", "61") FREG("f24",
																																																																																						  "62") FREG("f25", "63") FREG("f26", "64") FREG("f27", "65") FREG("f28",
																																																																																														   "66") FREG("f29",
																																																																																															      "67") FREG("f30", "68") FREG("f31",
																																																																																																			   "69") REG32("fcsr",
																																																																																																				       "70") REG32("fir", "71") "</feature><feature name=\"org.mirrorball.cp0\">" CP0("index",
																																																																																																														      "72") CP0("random", "73") CP0("entrylo0",
																																																																																																																		    "74") CP0("entrylo1",
																																																																																																																			      "75") CP0("context",
																																																																																																																					"76") CP0("pagemask", "77") CP0("wired",
																																																																																																																									"78") CP0("count", "81") CP0("entryhi",
																																																																																																																												     "82") CP0("compare",
																																																																																																																													       "83") CP0("epc",
																																																																																																																															 "86") CP0("prid",
																																																																																																																																   "87") CP0("config",
																																																																																																																																	     "88") CP0("lladdr",
																																																																																																																																		       "89") CP0("watchlo",
																																																																																																																																				 "90")
													CP0("watchhi", "91") CP0("xcontext", "92") CP0(
														"ecc",
														"98") CP0("cacheerr",
															  "99")
														CP0("taglo",
														    "100") CP0("taghi",
															       "101")
															CP0("errorepc",
															    "102") "</feature></target>";

const char *target_description(void)
{
	return description;
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

void target_read(struct session *session, unsigned number, uint8_t bytes[8])
{
	uint64_t value =
		control_read_register(session->machine, session->cpu, control_number(number));
	size_t size = target_register_bytes(number);

	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (is_big_endian(session) ? size - 1 - i : i);

		bytes[i] = (uint8_t)(value >> shift);
	}
}

void target_write(struct session *session, unsigned number, const uint8_t bytes[8])
{
	size_t size = target_register_bytes(number);
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (is_big_endian(session) ? size - 1 - i : i);

		value |= (uint64_t)bytes[i] << shift;
	}
	control_write_register(session->machine, session->cpu, control_number(number), value);
}
