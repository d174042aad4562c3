/* SPDX-License-Identifier: MIT */
/*
 * encoding.h - short names that the rows of mips3.def use, and the fields that select its tables.
 * For decode.c and descs.c alone.
 */
#pragma once

#include "isa/isa.h"

#define F_X64    ISA_F_X64
#define F_DELAY  ISA_F_DELAY
#define F_LIKELY ISA_F_LIKELY
#define F_LINK   ISA_F_LINK
#define F_ENDS   ISA_F_ENDS
#define F_CP0    ISA_F_CP0
#define F_CP1    ISA_F_CP1
#define F_CP2    ISA_F_CP2

/* The selecting fields. */
#define OPCODE_SHIFT 26
#define OP_SPECIAL   0x00U
#define OP_REGIMM    0x01U
#define OP_COP0      0x10U
#define OP_COP1      0x11U
#define RS_CO        0x10U /* COP0: bit 25 */
#define CO_RFE       0x10U /* a function under it: of the R3000, not of the R4000 */
#define RS_BC        0x08U
#define FMT_SINGLE   0x10U
#define FMT_DOUBLE   0x11U
#define FMT_WORD     0x14U
#define FMT_LONG     0x15U
