/* SPDX-License-Identifier: MIT */
/*
 * test_slots.c - a privileged instruction in the delay slot of every branch, taken or not: it is
 * executed (unless nullified), and the branch goes where it should.
 */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

struct slot_result {
	uint64_t slot;    /* what mfc0 PRId in the slot left; 1 before */
	uint64_t through; /* 1 if the branch fell through */
	uint64_t link;
};

/* One branch with operand a in $8 and b in $9. */
#define SLOT(name, text)                                                                   \
	static struct slot_result slot_##name(int64_t a, int64_t b)                        \
	{                                                                                  \
		struct slot_result r;                                                      \
		__asm__ volatile(".set push\n\t.set noreorder\n\t"                         \
				 "move $8, %3\n\tmove $9, %4\n\tli $10, 1\n\t"             \
				 "li $11, 0\n\tli $31, 0\n\t" text "\n\tmfc0 $10, $15\n\t" \
				 "li $11, 1\n1:\tmove %0, $10\n\tmove %1, $11\n\t"         \
				 "move %2, $31\n\t.set pop"                                \
				 : "=&r"(r.slot), "=&r"(r.through), "=&r"(r.link)          \
				 : "r"(a), "r"(b)                                          \
				 : "$8", "$9", "$10", "$11", "$12", "$31");                \
		return r;                                                                  \
	}

SLOT(beq, "beq $8, $9, 1f")
SLOT(bne, "bne $8, $9, 1f")
SLOT(blez, "blez $8, 1f")
SLOT(bgtz, "bgtz $8, 1f")
SLOT(bltz, "bltz $8, 1f")
SLOT(bgez, "bgez $8, 1f")
SLOT(bltzal, "bltzal $8, 1f")
SLOT(bgezal, "bgezal $8, 1f")
SLOT(beql, "beql $8, $9, 1f")
SLOT(bnel, "bnel $8, $9, 1f")
SLOT(blezl, "blezl $8, 1f")
SLOT(bgtzl, "bgtzl $8, 1f")
SLOT(bltzl, "bltzl $8, 1f")
SLOT(bgezl, "bgezl $8, 1f")
SLOT(bltzall, "bltzall $8, 1f")
SLOT(bgezall, "bgezall $8, 1f")
SLOT(bc1t, "c.eq.d $f2, $f2\n\tnop\n\tbc1t 1f")
SLOT(bc1f, "c.eq.d $f2, $f2\n\tnop\n\tbc1f 1f")
SLOT(bc1tl, "c.eq.d $f2, $f2\n\tnop\n\tbc1tl 1f")
SLOT(bc1fl, "c.eq.d $f2, $f2\n\tnop\n\tbc1fl 1f")
SLOT(j, "j 1f")
SLOT(jal, "jal 1f")
SLOT(jr, "dla $12, 1f\n\tjr $12")
SLOT(jalr, "dla $12, 1f\n\tjalr $12")

struct slot_case {
	const char *name;
	struct slot_result (*run)(int64_t a, int64_t b);
	int64_t a;
	int64_t b;
	bool taken;
	bool likely;
	bool link;
};

#define NEAR_ZERO 0x100000000 /* positive in 64 bits only */

static const struct slot_case cases[] = {
	{ "beq", slot_beq, 5, 5, true, false, false },
	{ "beq", slot_beq, 5, 5 + NEAR_ZERO, false, false, false },
	{ "bne", slot_bne, 5, 5 + NEAR_ZERO, true, false, false },
	{ "bne", slot_bne, 5, 5, false, false, false },
	{ "blez", slot_blez, 0, 0, true, false, false },
	{ "blez", slot_blez, NEAR_ZERO, 0, false, false, false },
	{ "bgtz", slot_bgtz, NEAR_ZERO, 0, true, false, false },
	{ "bgtz", slot_bgtz, 0, 0, false, false, false },
	{ "bltz", slot_bltz, -NEAR_ZERO, 0, true, false, false },
	{ "bltz", slot_bltz, 0, 0, false, false, false },
	{ "bgez", slot_bgez, 0, 0, true, false, false },
	{ "bgez", slot_bgez, -1, 0, false, false, false },
	{ "bltzal", slot_bltzal, -1, 0, true, false, true },
	{ "bltzal", slot_bltzal, 1, 0, false, false, true },
	{ "bgezal", slot_bgezal, 1, 0, true, false, true },
	{ "bgezal", slot_bgezal, -1, 0, false, false, true },
	{ "beql", slot_beql, 5, 5, true, true, false },
	{ "beql", slot_beql, 5, 6, false, true, false },
	{ "bnel", slot_bnel, 5, 6, true, true, false },
	{ "bnel", slot_bnel, 5, 5, false, true, false },
	{ "blezl", slot_blezl, 0, 0, true, true, false },
	{ "blezl", slot_blezl, 1, 0, false, true, false },
	{ "bgtzl", slot_bgtzl, 1, 0, true, true, false },
	{ "bgtzl", slot_bgtzl, 0, 0, false, true, false },
	{ "bltzl", slot_bltzl, -1, 0, true, true, false },
	{ "bltzl", slot_bltzl, 0, 0, false, true, false },
	{ "bgezl", slot_bgezl, 0, 0, true, true, false },
	{ "bgezl", slot_bgezl, -1, 0, false, true, false },
	{ "bltzall", slot_bltzall, -1, 0, true, true, true },
	{ "bltzall", slot_bltzall, 0, 0, false, true, true },
	{ "bgezall", slot_bgezall, 0, 0, true, true, true },
	{ "bgezall", slot_bgezall, -1, 0, false, true, true },
	{ "bc1t", slot_bc1t, 0, 0, true, false, false },
	{ "bc1f", slot_bc1f, 0, 0, false, false, false },
	{ "bc1tl", slot_bc1tl, 0, 0, true, true, false },
	{ "bc1fl", slot_bc1fl, 0, 0, false, true, false },
	{ "j", slot_j, 0, 0, true, false, false },
	{ "jal", slot_jal, 0, 0, true, false, true },
	{ "jr", slot_jr, 0, 0, true, false, false },
	{ "jalr", slot_jalr, 0, 0, true, false, true },
};

void test_slots(void)
{
	__asm__ volatile("dmtc1 $0, $f2");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct slot_case *c = &cases[i];
		struct slot_result result = c->run(c->a, c->b);

		CHECK_EQUAL(c->name, result.slot, c->likely && !c->taken ? 1 : PRID_R4400);
		CHECK_EQUAL(c->name, result.through, !c->taken);
		CHECK_EQUAL(c->name, result.link != 0, c->link);
	}
}
