/* SPDX-License-Identifier: MIT */
/*
 * generate.c - chooses what a program is about, where it lies and what it starts with.
 *
 * The counterpart of tests/conformance/generate.c for virtual machines: kernel and user mode, code
 * and data in the window, in the mapped part of kernel space or in user space.
 */
#include "tests/equivalence/generate.h"

#include "isa/cp0.h"
#include "tests/conformance/rules.h"
#include "tests/equivalence/guest/frame.h"

const char *const program_mode_names[MODES] = {
	[MODE_KERNEL32] = "kernel-32",
	[MODE_KERNEL64] = "kernel-64",
	[MODE_USER32] = "user-32",
	[MODE_USER64] = "user-64",
};

const char *const program_class_names[CLASSES] = {
	[CLASS_INTEGER] = "integer", [CLASS_MEMORY] = "memory", [CLASS_BRANCH] = "branch",
	[CLASS_TRAP] = "trap",       [CLASS_CP0] = "cp0",       [CLASS_TLB] = "tlb",
	[CLASS_SEGMENT] = "segment", [CLASS_FPU] = "fpu",       [CLASS_FPU_FLOW] = "fpu-flow",
	[CLASS_MIXED] = "mixed",
};

/* Where steps of tests/conformance leave other simulators out; nothing is left out here. */
const struct rule rules[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) \
	[RULE_##id] = { #id, simulator, SCOPE_##scope, TRAIT_BIT(trait), section, manual, theirs },
#include "tests/conformance/differences.def"
#undef RULE
};

static bool is_privileged_class(enum program_class class)
{
	return class == CLASS_CP0 || class == CLASS_TLB || class == CLASS_SEGMENT;
}

static bool is_asid_class(enum program_class class)
{
	return class == CLASS_CP0 || class == CLASS_TLB;
}

static enum program_mode choose_mode(struct gen *gen)
{
	static const enum program_mode any[] = { MODE_KERNEL32, MODE_KERNEL64, MODE_USER32,
						 MODE_USER64 };

	if (is_privileged_class(gen->program->class)) {
		return random_chance(&gen->random, 40) ? MODE_KERNEL32 : MODE_KERNEL64;
	}
	return any[gen->program->number / CLASSES % 4];
}

static uint64_t mode_status(struct gen *gen, enum program_mode mode)
{
	uint64_t others = random_chance(&gen->random, 60)
				  ? STATUS_KX | STATUS_SX | STATUS_UX
				  : random_next(&gen->random) & (STATUS_KX | STATUS_SX | STATUS_UX);
	uint64_t status = STATUS_CU1 | (random_chance(&gen->random, 50) ? STATUS_FR : 0);

	switch (mode) {
	case MODE_KERNEL32:
		return status | (others & ~(uint64_t)STATUS_KX);
	case MODE_KERNEL64:
		return status | others | STATUS_KX;
	case MODE_USER32:
		return status | (others & ~(uint64_t)STATUS_UX) | STATUS_KSU_USER;
	default:
		others |= gen->program->flags & PROGRAM_PATCHED ? STATUS_KX : 0;
		return status | others | STATUS_UX | STATUS_KSU_USER;
	}
}

static uint64_t entry_lo(uint64_t paddr, bool global, bool writable)
{
	return (paddr >> 12) << ENTRYLO_PFN_SHIFT | 3 << ENTRYLO_C_SHIFT | ENTRYLO_V |
	       (writable ? ENTRYLO_D : 0) | (global ? ENTRYLO_G : 0);
}

/*
 * Maps `bytes` at `vaddr` to `paddr`, both aligned to `bytes`, in pages of 4 KB << 2 * size: as
 * wired TLB entries, or by the refill handler's page table.
 */
static void map_range(struct gen *gen, uint64_t vaddr, uint64_t paddr, uint64_t bytes,
		      unsigned size, bool wired)
{
	struct program *program = gen->program;
	uint64_t page_bytes = UINT64_C(4096) << 2 * size;
	/* Steps of these classes change the ASID. */
	bool global = is_asid_class(program->class) || random_chance(&gen->random, 30);
	bool writable = paddr == DATA_BASE;

	for (uint64_t offset = 0; offset < bytes; offset += 2 * page_bytes) {
		/* A page as large as the range fills the even half only; the odd one repeats it. */
		uint64_t odd = bytes == page_bytes ? paddr : paddr + offset + page_bytes;
		const uint64_t page[PAGE_ENTRY_WORDS] = {
			((vaddr + offset) & (ENTRYHI_R | ENTRYHI_VPN2)) |
				(program->entryhi & ENTRYHI_ASID),
			page_mask(size),
			entry_lo(paddr + offset, global, writable),
			entry_lo(odd, global, writable),
		};
		uint64_t *to = program->pages[program->page_count];

		if (wired) {
			to = program->tlb[program->tlb_count];
			program->tlb_count++;
			*to++ = gen->tlb_next++;
		} else {
			program->page_count++;
		}
		for (unsigned i = 0; i < PAGE_ENTRY_WORDS; i++) {
			to[i] = page[i];
		}
	}
}

/* A mapped address that the mode may use, aligned to 4 MB; `kernel` is the kernel's own part. */
static uint64_t choose_mapped(struct gen *gen, enum program_mode mode, unsigned which,
			      uint64_t kernel)
{
	/* 2 GB of user addresses in 64 MB pieces: 8 for code, 8 for data, the rest unmapped. */
	uint64_t low = (uint64_t)(which * 8 + 1 + random_below(&gen->random, 6)) << 26;
	uint64_t high = (uint64_t)(1 + random_below(&gen->random, 255)) << 32;

	/* Steps change the mode: everything lies where both can reach it. */
	if (gen->program->class == CLASS_SEGMENT) {
		return low;
	}
	if ((mode == MODE_KERNEL32 || mode == MODE_KERNEL64) && random_chance(&gen->random, 50)) {
		return kernel + (random_below(&gen->random, 16) << 22);
	}
	if (mode == MODE_KERNEL64 && random_chance(&gen->random, 30)) {
		return 0x4000000000000000 | high | low;
	}
	if ((mode == MODE_KERNEL64 || mode == MODE_USER64) &&
	    (gen->program->status & STATUS_UX) != 0 && random_chance(&gen->random, 50)) {
		return low | high;
	}
	return low;
}

static bool mode_is_kernel(enum program_mode mode)
{
	return mode == MODE_KERNEL32 || mode == MODE_KERNEL64;
}

static void place_code(struct gen *gen)
{
	struct program *program = gen->program;
	uint64_t paddr = program_code_paddr(program->number);
	uint64_t vaddr;
	bool wired;

	if (mode_is_kernel(program->mode) && program->class != CLASS_SEGMENT &&
	    random_chance(&gen->random, 60)) {
		program->code_vaddr = WINDOW(paddr);
		return;
	}
	vaddr = choose_mapped(gen, program->mode, 0, MAPPED_CODE);
	/* No miss while a step has set EXL and means its EPC. */
	wired = is_asid_class(program->class) || random_chance(&gen->random, 50);
	/* The slot is 32 KB: a pair of 16 KB pages, or 4 pairs of 4 KB. */
	map_range(gen, vaddr, paddr - PROGRAM_HEADER_BYTES, PROGRAM_SLOT_BYTES,
		  random_below(&gen->random, 2), wired);
	program->code_vaddr = vaddr + PROGRAM_HEADER_BYTES;
}

static void place_data(struct gen *gen)
{
	struct program *program = gen->program;
	bool wired = random_chance(&gen->random, 40);
	uint64_t vaddr;

	if (mode_is_kernel(program->mode) && random_chance(&gen->random, 40)) {
		program->data_vaddr = WINDOW(DATA_BASE);
		return;
	}
	vaddr = choose_mapped(gen, program->mode, 1, MAPPED_DATA);
	/* 64 KB: 8 pairs of 4 KB, 2 of 16 KB, or one page of 64 KB. */
	map_range(gen, vaddr, DATA_BASE, DATA_BYTES, random_below(&gen->random, 3), wired);
	program->data_vaddr = vaddr;
}

/* Registers: addresses in two of them, anything legal in the others. */
static void fill_registers(struct gen *gen)
{
	struct program *program = gen->program;
	bool wide = gen_is_wide(gen);

	gen->reserved = FIXED_REGISTERS;
	gen->sign_extended = FIXED_REGISTERS;
	for (unsigned i = 0; i < 2; i++) {
		gen->base[i] = choose_scratch(gen, 1U << 31);
		gen->reserved |= 1U << gen->base[i];
		gen->base_address[i] = program->data_vaddr + DATA_BYTES / 2;
		/* The second one may be another window on the same data. */
		if (i == 1 && mode_is_kernel(program->mode) && random_chance(&gen->random, 50)) {
			gen->base_address[i] = WINDOW(DATA_BASE + DATA_BYTES / 2);
		}
	}
	for (unsigned i = 1; i < 32; i++) {
		bool word = !wide || random_chance(&gen->random, 50);

		program->gpr[i] = word ? random_word(&gen->random) : random_value(&gen->random);
		if (i == 26 || i == 27) {
			continue; /* never written by free-running code, kept all the same */
		}
		if (i == REGISTER_RESUME) {
			program->gpr[i] = 0;
			continue;
		}
		if ((gen->reserved & 1U << i) != 0) {
			program->gpr[i] = gen->base_address[gen->base[0] == i ? 0 : 1];
			word = false;
		}
		set_sign_extended(gen, i, word);
	}
	program->hi = random_word(&gen->random);
	program->lo = random_word(&gen->random);
	gen->sign_extended |= HILO_BIT;
}

static void fill_fpu(struct gen *gen)
{
	for (unsigned i = 0; i < 32; i++) {
		gen->program->fpr[i] = random_value(&gen->random);
	}
	gen->program->fcr31 = random_below(&gen->random, 4);
}

static void step_mixed(struct gen *gen)
{
	switch (random_below(&gen->random, 4)) {
	case 0:
		step_exception(gen);
		break;
	case 1:
		step_fpu(gen);
		break;
	case 2:
		flow_fpu(gen);
		break;
	default:
		step_integer(gen);
		break;
	}
}

/* The longest step is that of TLBWR (tests/conformance/steps_tlb.c). */
#define STEP_WORDS 900

/* A step as the class has it. */
static void make_step(struct gen *gen)
{
	switch (gen->program->class) {
	case CLASS_TRAP:
		if (random_chance(&gen->random, 60)) {
			step_exception(gen);
		} else {
			step_any_mode(gen);
		}
		break;
	case CLASS_CP0:
		if (random_chance(&gen->random, 35)) {
			step_cp0(gen);
		} else {
			step_privileged(gen);
		}
		break;
	case CLASS_SEGMENT:
		step_vm_segment(gen);
		break;
	case CLASS_TLB:
		step_tlb(gen);
		break;
	case CLASS_FPU_FLOW:
		flow_fpu(gen);
		break;
	case CLASS_FPU:
		step_fpu(gen);
		break;
	case CLASS_MIXED:
		step_mixed(gen);
		break;
	default:
		if (random_chance(&gen->random, 30)) {
			step_code(gen);
		} else {
			step_integer(gen);
		}
		break;
	}
}

/* Free-running code with steps of the class in between. */
static void fill_code(struct gen *gen)
{
	unsigned elements = 40 + random_below(&gen->random, 80);

	step_begin(gen, ISA_reserved, 0);
	while (elements > 0) {
		unsigned count = 1 + random_below(&gen->random, 8);

		count = count < elements ? count : elements;
		flow_code(gen, count, 0);
		elements -= count;
		for (unsigned i = random_below(&gen->random, 4); i > 0; i--) {
			if (emit_has_room(gen, STEP_WORDS)) {
				make_step(gen);
			}
		}
	}
	emit_call(gen, CALL_END, 0);
	/* A likely branch or an exception may prefetch behind the end. */
	emit_nops(gen, 2);
}

/*
 * Under pressure: few entries for many pages, refilled by tlbwr. The monitor's second level then
 * knows pages that the guest's slots have lost, so which refills come is not compared.
 */
static void press(struct gen *gen)
{
	struct program *program = gen->program;

	if (!is_privileged_class(program->class) && program->page_count > 0 &&
	    random_chance(&gen->random, 30)) {
		program->flags |= PROGRAM_RANDOM;
		program->wired = TLB_ENTRIES - 6 - random_below(&gen->random, 8);
	}
}

/* The timer interrupts programs that do not look at CP0, anywhere. */
static void tick(struct gen *gen)
{
	struct program *program = gen->program;

	if (!is_privileged_class(program->class) && program->class != CLASS_TRAP &&
	    random_chance(&gen->random, 40)) {
		program->flags |= PROGRAM_TICKS;
		program->status |= STATUS_IE | CAUSE_IP_TIMER;
		gen->status = program->status;
	}
}

/* All but the code. */
static void begin_program(struct gen *gen, uint64_t seed, unsigned number, unsigned flags)
{
	struct program *program = gen->program;

	random_start(&gen->random, seed, number);
	gen->in_vm = true;
	gen->narrow_registers = (flags & PROGRAM_PATCHED) != 0;
	program->number = number;
	program->flags = flags;
	program->platforms = PLATFORM_MIRRORBALL;
	program->mode = choose_mode(gen);
	program->status = mode_status(gen, program->mode);
	gen->status = program->status;
	gen->tlb_next = 1; /* entry 0 is the runtime's */
	program->entryhi = random_below(&gen->random, 256);
	place_code(gen);
	place_data(gen);
	program->wired = gen->tlb_next;
	/* TLB indices from 16 on belong to steps (tests/conformance/steps_tlb.c). */
	program->refill_first = gen->tlb_next;
	program->refill_last = gen->tlb_next + 2 + random_below(&gen->random, 14 - gen->tlb_next);
	press(gen);
	tick(gen);
	program->data_seed = random_next(&gen->random);
	gen->fpu_row = random_below(&gen->random, ISA_COUNT);
	gen->unusable_row = random_below(&gen->random, ISA_COUNT);
	fill_registers(gen);
	fill_fpu(gen);
	gen->since_hilo_read = 2;
}

void equivalence_generate(struct program *program, uint64_t seed, unsigned number, unsigned flags)
{
	struct gen gen = { .program = program };

	program->class = number % CLASSES;
	begin_program(&gen, seed, number, flags);
	fill_code(&gen);
}

unsigned equivalence_generate_slots(struct program *program, uint64_t seed, unsigned number,
				    unsigned flags, unsigned *next)
{
	struct gen gen = { .program = program };
	unsigned cases = 0;

	program->class = CLASS_CP0;
	begin_program(&gen, seed, number, flags);
	step_begin(&gen, ISA_reserved, 0);
	while (*next < SLOT_CASES && emit_has_room(&gen, 1400)) {
		cases += step_slot_case(&gen, *next);
		(*next)++;
	}
	emit_call(&gen, CALL_END, 0);
	emit_nops(&gen, 2);
	return cases;
}
