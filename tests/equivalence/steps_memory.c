/* SPDX-License-Identifier: MIT */
/*
 * steps_memory.c - one memory access in each mode, at the edges of every part of a virtual
 * machine's address space (docs/machine/vm.md).
 */
#include "isa/cp0.h"
#include "machine/vm.h"
#include "tests/equivalence/generate.h"
#include "tests/equivalence/guest/frame.h"

static const uint64_t wide_addresses[] = {
	0x0000000100000000, 0x000000fffffffff8, 0x0000010000000000, 0x0000800000000000,
	0x3ffffffffffffff8, 0x4000000000000000, 0x400000fffffffff8, 0x4000010000000000,
	0x7ffffffffffffff8, 0x8000000000000000, 0x9800000001000000, 0xc000000000000000,
	0xc00000ff7ffffff8, 0xc00000ff80000000, 0xc000010000000000, 0xffffffff7ffffff8,
	0x00000000c1000000, 0x00000000df000000, 0x0000000080000000, 0xfffffffe00000000,
};

static const uint64_t narrow_addresses[] = {
	0x0000000000001000, 0x0000000000006000, 0x0000000000007000, 0x000000007ffffff8,
	0xffffffff80000000, 0xffffffff81000000, 0xffffffff9ffffff8, 0xffffffffa1000000,
	0xffffffffbffffff8, 0xffffffffc1000000, 0xffffffffc100fff8, 0xffffffffd0000000,
	0xffffffffddfffff8, 0xffffffffde001000, 0xffffffffdefffff8, 0xffffffffe0000000,
	0xffffffffffffe000, 0xfffffffffffffff8, 0xffffffffcffeff00, 0xffffffffc3000000,
	0xffffffffc8000000, 0xffffffffcfff0000, 0xffffffffcffffff8, 0xffffffffdf800000,
};

#define LENGTH(array) (unsigned)(sizeof(array) / sizeof((array)[0]))

static bool is_wide(uint64_t status)
{
	return (status & (status & STATUS_KSU_USER ? STATUS_UX : STATUS_KX)) != 0;
}

/* Any load or store but LL, SC: what a monitor does in between would end the link. */
static enum isa_id choose_access(struct gen *gen, uint64_t status)
{
	bool wide = (status & STATUS_KSU_USER) == 0 || (status & STATUS_UX) != 0;

	for (;;) {
		enum isa_id id = choose_row_any(gen);
		unsigned class = isa_descs[id].class;

		if ((class == ISA_CLASS_LOAD || class == ISA_CLASS_STORE ||
		     class == ISA_CLASS_FPLOAD || class == ISA_CLASS_FPSTORE) &&
		    (wide || (isa_descs[id].flags & ISA_F_X64) == 0) && id != ISA_ll &&
		    id != ISA_lld && id != ISA_sc && id != ISA_scd) {
			return id;
		}
	}
}

void step_vm_segment(struct gen *gen)
{
	const uint64_t modes = STATUS_KSU | STATUS_KX | STATUS_SX | STATUS_UX;
	uint64_t before = gen->status;
	uint64_t status = (before & ~modes) |
			  (random_chance(&gen->random, 50) ? STATUS_KSU_USER : 0) |
			  (random_next(&gen->random) & (STATUS_KX | STATUS_SX | STATUS_UX));
	uint64_t address = narrow_addresses[random_below(&gen->random, LENGTH(narrow_addresses))];
	enum isa_id id = choose_access(gen, status);
	unsigned reg = choose_scratch(gen, 0);
	unsigned value = choose_scratch(gen, 1U << reg);
	bool fpu = (isa_descs[id].flags & ISA_F_CP1) != 0;

	if (is_wide(status) ? random_chance(&gen->random, 60) : random_chance(&gen->random, 15)) {
		address = wide_addresses[random_below(&gen->random, LENGTH(wide_addresses))];
	}
	if ((gen->program->flags & PROGRAM_PAGE) != 0 && (status & STATUS_KSU_USER) == 0 &&
	    (address - VM_SHARED_PAIR_LOW < 0x2000 ||
	     (address & UINT32_MAX) - VM_TRAMPOLINE_BASE < VM_TRAMPOLINE_BYTES)) {
		/* A kernel that is rewritten has the shared page and its trampolines there. */
		address = 0x9000;
	}
	(void)step_begin(gen, id, 0);
	emit_status(gen, (before & ~modes) | STATUS_KX | STATUS_UX);
	emit_constant(gen, reg, address);
	emit_constant(gen, value, random_word(&gen->random));
	emit_status(gen, status);
	emit_tested(gen, id, (struct operands){ .rs = reg, .rt = fpu ? choose_fpr(gen) : value });
	emit_status(gen, (before & ~modes) | STATUS_KX | STATUS_UX);
	emit_constant(gen, value, random_word(&gen->random));
	emit_constant(gen, reg, random_word(&gen->random));
	emit_status(gen, before);
	step_end(gen);
}
