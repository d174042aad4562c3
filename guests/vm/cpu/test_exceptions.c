/* SPDX-License-Identifier: MIT */
/* test_exceptions.c - exceptions of the kernel itself: code, EPC, BadVAddr, BD, nesting. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

/* Executes `text`, in which the instruction at label 1 raises an exception. */
#define CATCH(text)                                                                   \
	({                                                                            \
		uint64_t where_;                                                      \
		caught.count = 0;                                                     \
		is_catching = true;                                                   \
		__asm__ volatile(".set push\n\t.set noreorder\n\tdla %0, 1f\n\t" text \
				 "\n\tnop\n\t.set pop"                                \
				 : "=&r"(where_)                                      \
				 :                                                    \
				 : "$8", "$9", "memory");                             \
		is_catching = false;                                                  \
		where_;                                                               \
	})

static void expect(const char *name, uint64_t where, unsigned code)
{
	CHECK_EQUAL(name, caught.count, 1);
	CHECK_EQUAL(name, caught.epc, where);
	CHECK_EQUAL(name, (caught.cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT, code);
	CHECK_EQUAL(name, caught.cause & CAUSE_BD, 0);
	CHECK_EQUAL(name, caught.status & STATUS_EXL, STATUS_EXL);
}

static void expect_address(const char *name, uint64_t where, unsigned code, uint64_t vaddr)
{
	expect(name, where, code);
	CHECK_EQUAL(name, caught.badvaddr, vaddr);
}

static void test_plain(void)
{
	expect("syscall", CATCH("1: syscall 0"), EXC_SYS);
	expect("syscall", CATCH("1: syscall 0x4d43"), EXC_SYS);
	expect("break", CATCH("1: break 7"), EXC_BP);
	expect("teq", CATCH("1: teq $0, $0"), EXC_TR);
	expect("overflow", CATCH("lui $8, 0x7fff\n\tori $8, 0xffff\n\t1: addi $8, $8, 1"), EXC_OV);
	expect("reserved", CATCH("1: .word 0x7000003f"), EXC_RI);
#if !GUEST_QEMU
	expect("cop2", CATCH("1: .word 0x48000000"), EXC_CPU);
	CHECK_EQUAL("cop2", (caught.cause & CAUSE_CE) >> CAUSE_CE_SHIFT, 2);
#endif
}

static void test_addresses(void)
{
	expect_address("unaligned", CATCH("lui $8, 0xc000\n\t1: lw $9, 2($8)"), EXC_ADEL,
		       0xffffffffc0000002);
	expect_address("KSEG0", CATCH("lui $8, 0x8000\n\t1: lw $9, 0($8)"), EXC_ADEL,
		       0xffffffff80000000);
	expect_address("KSEG1", CATCH("lui $8, 0xa000\n\t1: sw $9, 4($8)"), EXC_ADES,
		       0xffffffffa0000004);
	expect_address("KSEG3", CATCH("lui $8, 0xe000\n\t1: lw $9, 0($8)"), EXC_ADEL,
		       0xffffffffe0000000);
	expect_address("per-CPU page", CATCH("1: sw $0, -0x2000($0)"), EXC_ADES,
		       0xffffffffffffe000);
	expect_address("monitor area", CATCH("lui $8, 0xde00\n\t1: lw $9, 0x1000($8)"), EXC_ADEL,
		       0xffffffffde001000);
	/* Virtual KX is 0: 64-bit addresses are errors. */
	expect_address("xsuseg", CATCH("lui $8, 1\n\tdsll32 $8, $8, 0\n\t1: lw $9, 0($8)"),
		       EXC_ADEL, 0x1000000000000);
	expect_address("xsuseg", CATCH("lui $8, 1\n\tdsll $8, $8, 17\n\t1: sw $9, 8($8)"), EXC_ADES,
		       0x200000008);
	expect_address("xkphys", CATCH("lui $8, 0x9000\n\tdsll32 $8, $8, 0\n\t1: ld $9, 0($8)"),
		       EXC_ADEL, 0x9000000000000000);
	expect("no memory", CATCH("lui $8, 0xcf00\n\t1: lw $9, 0($8)"), EXC_DBE);
	expect("no device", CATCH("lui $8, 0xdf80\n\t1: lw $9, 0($8)"), EXC_DBE);
}

/* In a delay slot: EPC is the branch. */
static void test_slot(void)
{
	uint64_t branch;

	caught.count = 0;
	is_catching = true;
	__asm__ volatile(".set push\n\t.set noreorder\n\tdla %0, 1f\n\tdla $8, 2f\n\t"
			 "sd $8, 0(%1)\n\t1: b 2f\n\tsyscall\n\t2: .set pop"
			 : "=&r"(branch)
			 : "r"(&catch_resume)
			 : "$8", "memory");
	is_catching = false;
	catch_resume = 0;
	CHECK_EQUAL("BD", caught.count, 1);
	CHECK_EQUAL("BD", caught.cause & CAUSE_BD, CAUSE_BD);
	CHECK_EQUAL("BD", caught.epc, branch);
}

/* With EXL set EPC and BD stay as they were, and the general vector is used for a refill, too. */
static void test_nested(void)
{
	uint32_t status = cp0_read(CP0_STATUS);
	uint32_t refills = refill_count;

	caught.count = 0;
	is_catching = true;
	__asm__ volatile(".set push\n\t.set noreorder\n\t"
			 "dla $8, 2f\n\tsd $8, 0(%1)\n\t"
			 "dli $9, 0x1234\n\tdmtc0 $9, $14\n\t"
			 "ori $8, %0, 2\n\tmtc0 $8, $12\n\tnop\n\tnop\n\tnop\n\tnop\n\t"
			 "dla $9, 2f\n\tdmtc0 $9, $14\n\t"
			 "lui $8, 0x1000\n\tlw $9, 0($8)\n\t"
			 "2: .set pop"
			 :
			 : "r"(status), "r"(&catch_resume)
			 : "$8", "$9", "memory");
	is_catching = false;
	CHECK_EQUAL("nested", caught.count, 1);
	CHECK_EQUAL("nested", caught.epc, catch_resume);
	CHECK_EQUAL("nested", caught.badvaddr, 0x10000000);
	CHECK_EQUAL("nested", (caught.cause & CAUSE_EXCCODE) >> 2, EXC_TLBL);
	CHECK_EQUAL("nested", refill_count, refills);
	catch_resume = 0;
	cp0_write(CP0_STATUS, status);
}

/* A trap between ll and sc clears LLbit. */
static void test_linked(void)
{
	static uint32_t word;
	uint32_t done;

	__asm__ volatile("1: ll %0, 0(%1)\n\taddiu %0, 1\n\tsc %0, 0(%1)\n\tbeqz %0, 1b"
			 : "=&r"(done)
			 : "r"(&word)
			 : "memory");
	CHECK_EQUAL("ll", word, 1);
	__asm__ volatile(".set push\n\t.set noreorder\n\tll %0, 0(%1)\n\tmfc0 $8, $15\n\t"
			 "addiu %0, 1\n\tsc %0, 0(%1)\n\t.set pop"
			 : "=&r"(done)
			 : "r"(&word)
			 : "$8", "memory");
	CHECK_EQUAL("sc", done, 0);
	CHECK_EQUAL("sc", word, 1);
}

void test_exceptions(void)
{
	test_plain();
	test_addresses();
	test_slot();
	test_nested();
	test_linked();
}
