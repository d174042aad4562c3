/* SPDX-License-Identifier: MIT */
/*
 * test_generated.c - every privileged instruction in the delay slot of every branch, taken and not,
 * with branch and slot on one page and on two, the translations known and not: code is put together
 * in the mapped segment and run.
 *
 * The slot's instruction must have been executed once, or not at all if it is nullified; the branch
 * must lead where it should.
 */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

#define CODE         0xffffffffd0001000 /* an odd page: the next one is in another pair */
#define PATTERN      0x5a5a1234
#define UNMATCHED    0xffffffff80000000
#define PROBE_HI     0x00345678000 /* a page that nobody maps */
#define INDEX        20
#define PAGEMASK_16K 0x6000
#define ASIDS        250
#define PRIVILEGED   9
#define SLOT_TLBWI   6
#define SLOT_TLBWR   7
#define SLOT_CACHE   8

/* What decides: a and b, or FCR31.C. */
struct branch {
	const char *name;
	int64_t taken_a;
	int64_t taken_b;
	int64_t other_a;
	int64_t other_b;
	bool likely;
	bool only; /* there is no other way */
};

extern const uint32_t generated_branches[];
extern const uint32_t generated_slots[];

static const struct branch branches[] = {
	{ "beq", 5, 5, 5, 6, false, false },         { "bne", 5, 6, 5, 5, false, false },
	{ "blez", -1, 0, 1, 0, false, false },       { "bgtz", 1, 0, 0, 0, false, false },
	{ "bltz", -1, 0, 0, 0, false, false },       { "bgez", 0, 0, -1, 0, false, false },
	{ "bltzal", -1, 0, 0, 0, false, false },     { "bgezal", 0, 0, -1, 0, false, false },
	{ "beql", 5, 5, 5, 6, true, false },         { "bnel", 5, 6, 5, 5, true, false },
	{ "blezl", -1, 0, 1, 0, true, false },       { "bgtzl", 1, 0, 0, 0, true, false },
	{ "bltzl", -1, 0, 0, 0, true, false },       { "bgezl", 0, 0, -1, 0, true, false },
	{ "bltzall", -1, 0, 0, 0, true, false },     { "bgezall", 0, 0, -1, 0, true, false },
	{ "bc1t", 0x800000, 0, 0, 0, false, false }, { "bc1f", 0, 0, 0x800000, 0, false, false },
	{ "bc1tl", 0x800000, 0, 0, 0, true, false }, { "bc1fl", 0, 0, 0x800000, 0, true, false },
	{ "jr", 0, 0, 0, 0, false, true },           { "jalr", 0, 0, 0, 0, false, true },
};

static uint32_t code[2048] __attribute__((aligned(8192)));
static uint64_t asid;
static uint32_t cases;

static void tlb_write(uint64_t hi, uint64_t lo0, unsigned index)
{
	cp0_write64(CP0_ENTRYHI, hi);
	cp0_write64(CP0_ENTRYLO0, lo0);
	cp0_write64(CP0_ENTRYLO1, 0);
	cp0_write(CP0_INDEX, index);
	__asm__ volatile("tlbwi\n\tnop\n\tnop\n\tnop\n\tnop");
}

/* Another page for each case. */
static uint64_t probe_hi(void)
{
	return (PROBE_HI + 0x2000 * (uint64_t)(cases + 1)) | asid;
}

/* A fresh ASID: nothing is known of the code's pages. */
static void forget(void)
{
	asid++;
	if (asid == ASIDS) {
		for (unsigned i = 0; i < VM_TLB_ENTRIES; i++) {
			tlb_write(UNMATCHED + i * 8192, 0, i);
		}
		asid = 1;
	}
}

/* Before: the state in which each instruction's effect can be told. */
static void prepare(void)
{
	/* With the current ASID, which tlbr loads: the code stays mapped. */
	cp0_write(CP0_PAGEMASK, PAGEMASK_16K);
	tlb_write((UNMATCHED + 0x100000) | asid, 0, INDEX);
	cp0_write(CP0_PAGEMASK, 0);
	cp0_write64(CP0_TAGLO, 0);
	cp0_write64(CP0_ENTRYLO0, 0x1000);
	cp0_write(CP0_INDEX, INDEX);
	cp0_write64(CP0_ENTRYHI, probe_hi());
}

/* How many entries match the page that tlbwi and tlbwr would write, as far as tlbp can tell. */
static bool is_written(void)
{
	cp0_write64(CP0_ENTRYHI, probe_hi());
	__asm__ volatile("nop\n\tnop\n\tnop\n\ttlbp\n\tnop\n\tnop\n\tnop");
	return (int32_t)cp0_read(CP0_INDEX) >= 0;
}

/* Whether instruction `slot` has had its effect; `v0` is what it left in $2. */
static bool has_happened(unsigned slot, uint64_t v0)
{
	switch (slot) {
	case 0:
	case 1:
		return v0 == PRID_R4400;
	case 2:
	case 3:
		return cp0_read(CP0_TAGLO) == PATTERN;
	case 4:
		return (cp0_read(CP0_INDEX) & INDEX_INDEX) != INDEX;
	case 5:
		return cp0_read(CP0_PAGEMASK) == PAGEMASK_16K;
	default:
		return is_written();
	}
}

struct outcome {
	uint64_t v0;
	uint64_t through;
};

static struct outcome execute(uint64_t pc, uint64_t target, int64_t a, int64_t b)
{
	struct outcome outcome;

	__asm__ volatile(".set push\n\t.set noreorder\n\t"
			 "lui $8, 0x80\n\tand $8, $8, %4\n\tctc1 $8, $31\n\tmove $8, %4\n\tmove "
			 "$9, %5\n\tmove $12, %3\n\t"
			 "li $10, %6\n\tli $2, 0\n\tli $3, 0\n\tdla $25, 1f\n\t"
			 "jr %2\n\tnop\n\t1:\n\tmove %0, $2\n\tmove %1, $3\n\t.set pop"
			 : "=&r"(outcome.v0), "=&r"(outcome.through)
			 : "r"(pc), "r"(target), "r"(a), "r"(b), "i"(PATTERN)
			 : "$2", "$3", "$8", "$9", "$10", "$12", "$25", "$31", "memory");
	return outcome;
}

static void run_case(const struct branch *branch, unsigned number, unsigned slot, bool taken,
		     bool two_pages)
{
	unsigned at = two_pages ? 1023 : 16;
	uint64_t pc = CODE + 4 * at;
	struct outcome outcome;
	bool executed = taken || !branch->likely;

	code[at] = generated_branches[number];
	code[at + 1] = generated_slots[slot];
	code[at + 2] = 0x24030001; /* addiu v1, zero, 1 */
	code[at + 3] = 0x03200008; /* jr t9 */
	code[at + 4] = 0;
	prepare();
	outcome = execute(pc, pc + 12, taken ? branch->taken_a : branch->other_a,
			  taken ? branch->taken_b : branch->other_b);
	CHECK_EQUAL(branch->name, outcome.through, !taken);
	if (slot != SLOT_CACHE) {
		CHECK_EQUAL(branch->name, has_happened(slot, outcome.v0), executed);
	}
	cp0_write(CP0_PAGEMASK, 0);
	cases++;
}

void test_generated(void)
{
	/* The guest's own refills leave the entries alone that tell the effects. */
	cp0_write(CP0_WIRED, INDEX + 2);
	for (unsigned i = 0; i < 2; i++) {
		map_user(CODE + i * 4096, code + i * 1024, ENTRYLO_V);
	}
	for (unsigned b = 0; b < sizeof(branches) / sizeof(branches[0]); b++) {
		for (unsigned slot = 0; slot < PRIVILEGED; slot++) {
			for (unsigned way = 0; way < 8; way++) {
				bool taken = (way & 1) != 0;

				if (!taken && branches[b].only) {
					continue;
				}
				/*
				 * Refills change EntryHi, so a TLB write would enter the code's own
				 * page twice.
				 */
				if (way & 2) {
					if (slot == SLOT_TLBWI || slot == SLOT_TLBWR) {
						continue;
					}
					forget();
				}
				run_case(&branches[b], b, slot, taken, (way & 4) != 0);
			}
		}
	}
	cp0_write(CP0_WIRED, 0);
	CHECK_EQUAL("cases", cases, 20 * (7 * 8 + 2 * 4) + 2 * (7 * 4 + 2 * 2));
	__asm__ volatile("ctc1 $0, $31");
	cp0_write64(CP0_ENTRYHI, 0);
}
