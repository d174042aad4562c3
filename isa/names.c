/* SPDX-License-Identifier: MIT */
/* names.c - the tables of names.h. A number or code given twice breaks the build (-Woverride-init).
 */
#include "isa/names.h"

#include "isa/cp0.h"

#define CP0REG(number, id, name, width, reset, writable, description) \
	_Static_assert(CP0_##id == (number), "cp0.def and cp0.h differ: " name);
#include "isa/cp0.def"
#undef CP0REG
#define EXC(code, id, name, description) \
	_Static_assert(EXC_##id == (code), "exc.def and cp0.h differ: " name);
#include "isa/exc.def"
#undef EXC

#define CP0REG(number, id, name, width, reset, writable, description) \
	[number] = { name, description, reset, writable, width },
const struct isa_cp0_register isa_cp0_registers[32] = {
#include "isa/cp0.def"
};
#undef CP0REG

#define EXC(code, id, name, description) [code] = { name, description },
const struct isa_exception isa_exceptions[32] = {
#include "isa/exc.def"
};
#undef EXC
