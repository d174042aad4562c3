/* SPDX-License-Identifier: MIT */
/*
 * emulate.c - privileged instructions of a guest kernel (R4000 UM appendix A).
 *
 * The kernel runs in supervisor mode with Status.CU0 clear, so each of them, CACHE included, raises
 * Coprocessor Unusable. Virtual CU0 gives applications nothing (docs/machine/shared_page.md).
 */
#include "src/cpu/emulate.h"

#include "isa/isa.h"
#include "machine/moncall.h"

#include "src/cpu/cpu.h"
#include "src/cpu/exception.h"
#include "src/cpu/fault.h"
#include "src/cpu/fpu.h"
#include "src/cpu/moncall.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/step.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/bits.h"

static void move_from(struct vcpu *vcpu, uint32_t word, bool wide)
{
	uint64_t value = vcp0_read(vcpu, isa_rd(word));

	vcpu->counters[VCPU_COUNT_mfc0]++;
	vcpu_set_gpr(vcpu, isa_rt(word), wide ? value : bits_sign_extend(value));
}

static void move_to(struct vcpu *vcpu, uint32_t word)
{
	vcpu->counters[VCPU_COUNT_mtc0]++;
	vcp0_write(vcpu, isa_rd(word), *vcpu_gpr(vcpu, isa_rt(word)));
}

static void tlb_read(struct vcpu *vcpu)
{
	struct shared_page *page = vcpu->page;
	struct vtlb_registers registers = vtlb_read(&vcpu->vtlb, page->index & INDEX_INDEX);

	page->pagemask = registers.pagemask;
	page->entrylo0 = registers.entrylo0;
	page->entrylo1 = registers.entrylo1;
	vcp0_set_entryhi(vcpu, registers.entryhi);
}

/* An EntryHi that no sign-extended 32-bit address has. */
static bool is_wide(uint64_t entryhi)
{
	uint64_t high = entryhi & ((ENTRYHI_R | ENTRYHI_VPN2) & ~(uint64_t)INT32_MAX);

	return high != 0 && high != ((ENTRYHI_R | ENTRYHI_VPN2) & ~(uint64_t)INT32_MAX);
}

static void tlb_instruction(struct vcpu *vcpu, enum isa_id id)
{
	struct shared_page *page = vcpu->page;
	struct vtlb_registers registers = {
		.entryhi = vcpu->regs.cp0[CP0_ENTRYHI],
		/* As the guest may have stored them: vtlb.c takes the bits that exist. */
		.pagemask = page->pagemask,
		.entrylo0 = (uint32_t)page->entrylo0,
		.entrylo1 = (uint32_t)page->entrylo1,
	};

	cpu_self()->inspect.cause = INSPECT_CAUSE_TLB_WRITE;
	if (id == ISA_tlbwr || id == ISA_tlbwi) {
		vcpu->counters[VCPU_COUNT_tlb_write]++;
		if (is_wide(registers.entryhi)) {
			vcpu->wide_used = true;
			vcpu->attention = true;
		}
	} else {
		vcpu->counters[VCPU_COUNT_tlb_other]++;
	}
	switch (id) {
	case ISA_tlbwr:
		vtlb_write_random(&vcpu->vtlb, &registers);
		break;
	case ISA_tlbwi:
		vtlb_write_indexed(&vcpu->vtlb, page->index & INDEX_INDEX, &registers);
		break;
	case ISA_tlbr:
		tlb_read(vcpu);
		break;
	default:
		page->index = vtlb_probe(&vcpu->vtlb, registers.entryhi);
		break;
	}
}

/*
 * CACHE: coherent caches need none; Index_Load_Tag reads an invalid line (docs/machine/cpu.md). The
 * address is translated, with its exceptions (R4000 UM appendix A): false, one has been delivered.
 */
static bool cache(struct vcpu *vcpu, uint32_t word)
{
	if (isa_rt(word) >> 2 == 1) {
		vcpu->regs.cp0[CP0_TAGLO] = 0;
		vcpu->regs.cp0[CP0_TAGHI] = 0;
		vcpu->regs.cp0[CP0_ECC] = 0;
	}
	return fault_probe(vcpu, *vcpu_gpr(vcpu, isa_rs(word)) +
					 (uint64_t)(int64_t)(int16_t)(uint16_t)word);
}

/* False: not an instruction that CP0 has. */
static bool privileged(struct vcpu *vcpu, uint32_t word, enum isa_id id)
{
	switch (id) {
	case ISA_mfc0:
	case ISA_dmfc0:
		move_from(vcpu, word, id == ISA_dmfc0);
		if (vcpu->vm->rewrite != NULL) {
			rewrite_consider(vcpu, word, true);
		}
		return true;
	case ISA_mtc0:
	case ISA_dmtc0:
		move_to(vcpu, word);
		if (vcpu->vm->rewrite != NULL) {
			rewrite_consider(vcpu, word, false);
		}
		return true;
	case ISA_tlbr:
	case ISA_tlbwi:
	case ISA_tlbwr:
	case ISA_tlbp:
		tlb_instruction(vcpu, id);
		return true;
	default:
		return isa_reserved_kind(word) == ISA_RESERVED_IGNORED;
	}
}

/*
 * Handlers of TLB misses end in a write, perhaps nops for its hazard, and eret: the return is made
 * with the write, which saves a trap for each miss.
 */
#define NOPS_MAX   4
#define WORD_TLBWI 0x42000002
#define WORD_TLBWR 0x42000006
#define WORD_TLBP  0x42000008
#define WORD_ERET  0x42000018

static bool is_at_return(const struct vcpu *vcpu)
{
	const uint32_t *word = step_find_in_window(vcpu->regs.pc);

	if (word == NULL || (vcpu->regs.pc & (PAGE_BYTES - 1)) > PAGE_BYTES - 4 * (NOPS_MAX + 1)) {
		return false;
	}
	for (unsigned i = 0; i < NOPS_MAX && *word == 0; i++) {
		word++;
	}
	return *word == WORD_ERET;
}

static void emulate_return(struct vcpu *vcpu)
{
	vcpu->counters[VCPU_COUNT_eret]++;
	exception_return(vcpu);
}

/* An instruction on the TLB has been made: is a return next? */
static void pass_tlb_instruction(struct vcpu *vcpu, enum isa_id id, uint64_t next)
{
	vcpu->regs.pc = next;
	if ((id == ISA_tlbwr || id == ISA_tlbwi) && is_at_return(vcpu)) {
		emulate_return(vcpu);
	}
}

bool emulate_tlb(struct vcpu *vcpu, uint32_t word)
{
	enum isa_id id = ISA_tlbp;

	if (word == WORD_TLBWR) {
		id = ISA_tlbwr;
	} else if (word == WORD_TLBWI) {
		id = ISA_tlbwi;
	} else if (word != WORD_TLBP) {
		return false;
	}
	vcpu->counters[VCPU_COUNT_privileged]++;
	tlb_instruction(vcpu, id);
	pass_tlb_instruction(vcpu, id, vcpu->regs.pc + 4);
	return true;
}

static void emulate_privileged(struct vcpu *vcpu)
{
	enum isa_id id;
	uint64_t next;
	uint32_t word;

	if (!step_fetch(vcpu, &word) || !step_next(vcpu, &next)) {
		return;
	}
	vcpu->counters[VCPU_COUNT_privileged]++;
	id = isa_decode(word);
	if (id == ISA_eret) {
		emulate_return(vcpu);
	} else if (id == ISA_cache) {
		if (cache(vcpu, word)) {
			vcpu->regs.pc = next;
		}
	} else if (privileged(vcpu, word, id)) {
		pass_tlb_instruction(vcpu, id, next);
	} else if (isa_coprocessor(word) == 0) {
		exception_deliver(vcpu, EXC_RI, 0);
	}
	/* Otherwise another CPU has stored there since: whatever is there now is executed. */
}

void emulate_coprocessor(struct vcpu *vcpu)
{
	unsigned unit = (vcpu->trap_cause & CAUSE_CE) >> CAUSE_CE_SHIFT;

	if (unit == 0 && vcpu->mode == VCPU_KERNEL) {
		emulate_privileged(vcpu);
	} else if (unit == 1 && (vcp0_status(vcpu) & STATUS_CU1)) {
		fpu_give(vcpu);
	} else {
		exception_deliver(vcpu, EXC_CPU, unit);
	}
}

static uint32_t code_of(uint32_t word)
{
	return word >> 6 & 0xfffff;
}

void emulate_syscall(struct vcpu *vcpu)
{
	uint32_t word;

	if (vcpu->mode != VCPU_KERNEL) {
		exception_deliver(vcpu, EXC_SYS, 0);
	} else if (!step_fetch(vcpu, &word)) {
		return;
	} else if (code_of(word) == REWRITE_CODE && rewrite_is_call(vcpu)) {
		rewrite_settle(vcpu);
	} else if (code_of(word) != MONCALL_CODE) {
		exception_deliver(vcpu, EXC_SYS, 0);
	} else if (vcpu->trap_cause & CAUSE_BD) {
		exception_deliver(vcpu, EXC_RI, 0);
	} else {
		vcpu->counters[VCPU_COUNT_call]++;
		cpu_self()->inspect.cause = INSPECT_CAUSE_CALL;
		vcpu->regs.pc += 4;
		moncall(vcpu);
	}
}
