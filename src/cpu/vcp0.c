/* SPDX-License-Identifier: MIT */
/* vcp0.c - the virtual CP0 registers (R4000 UM 4.3 and 5.3). */
#include "src/cpu/vcp0.h"

#include "machine/boot.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/timer.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/bits.h"
#include "src/include/cp0.h"

#define ENTRYLO_BITS    (ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G)
#define ENTRYHI_BITS    (ENTRYHI_R | ENTRYHI_VPN2 | ENTRYHI_ASID)
#define CONFIG_WRITABLE (CONFIG_K0 | CONFIG_CU | CONFIG_DB | CONFIG_IB)
#define CAUSE_KEPT      (CAUSE_BD | CAUSE_CE | CAUSE_EXCCODE | CAUSE_IP_SOFTWARE)

#ifdef __MIPSEB__
#define CONFIG_ORDER CONFIG_BE
#else
#define CONFIG_ORDER 0
#endif

#define ON_PAGE(field) offsetof(struct shared_page, field), sizeof(((struct shared_page *)0)->field)

/*
 * Registers that are memory: on the shared page, or (bytes = 0) in regs.cp0, sign-extended where
 * they have 32 bits. The others have effects of their own, or cannot be written.
 */
static const struct {
	uint8_t offset;
	uint8_t bytes;
	bool is_address;
	uint64_t writable;
	uint64_t readable;
} memory[32] = {
	[CP0_INDEX] = { ON_PAGE(index), false, INDEX_INDEX, INDEX_P | INDEX_INDEX },
	[CP0_ENTRYLO0] = { ON_PAGE(entrylo0), false, ENTRYLO_BITS, ENTRYLO_BITS },
	[CP0_ENTRYLO1] = { ON_PAGE(entrylo1), false, ENTRYLO_BITS, ENTRYLO_BITS },
	[CP0_CONTEXT] = { ON_PAGE(context), true, CONTEXT_PTEBASE, UINT64_MAX },
	[CP0_PAGEMASK] = { ON_PAGE(pagemask), false, PAGEMASK_MASK, PAGEMASK_MASK },
	[CP0_STATUS] = { ON_PAGE(status), false, VCP0_STATUS_BITS, VCP0_STATUS_BITS },
	[CP0_EPC] = { ON_PAGE(epc), true, UINT64_MAX, UINT64_MAX },
	[CP0_CONFIG] = { .writable = CONFIG_WRITABLE },
	[CP0_LLADDR] = { .writable = UINT32_MAX },
	[CP0_WATCHLO] = { .writable = WATCHLO_PADDR | WATCHLO_R | WATCHLO_W },
	[CP0_WATCHHI] = { .writable = WATCHHI_PADDR },
	[CP0_XCONTEXT] = { ON_PAGE(xcontext), false, XCONTEXT_PTEBASE, UINT64_MAX },
	[CP0_ECC] = { .writable = 0xff },
	[CP0_TAGLO] = { .writable = UINT32_MAX },
	[CP0_TAGHI] = { .writable = UINT32_MAX },
	[CP0_ERROREPC] = { ON_PAGE(errorepc), true, UINT64_MAX, UINT64_MAX },
};

uint32_t vcp0_status(const struct vcpu *vcpu)
{
	return vcpu->page->status & VCP0_STATUS_BITS;
}

uint32_t vcp0_cause(const struct vcpu *vcpu)
{
	return (uint32_t)vcpu->regs.cp0[CP0_CAUSE] | (atomic_load(&vcpu->lines) & CAUSE_IP);
}

uint64_t vcp0_address(const struct vcpu *vcpu, uint64_t value)
{
	bool is_narrow = (vcpu->vm->boot_flags & VM_BOOT_F_SHARED_PAGE) != 0 &&
			 (vcpu->page->status & STATUS_KX) == 0;

	return is_narrow ? bits_sign_extend(value) : value;
}

void vcp0_set_entryhi(struct vcpu *vcpu, uint64_t value)
{
	vcpu->regs.cp0[CP0_ENTRYHI] = value;
	vcpu->page->entryhi = value;
	asid_load(cpu_self(), vcpu);
}

uint32_t vcp0_update_pending(struct vcpu *vcpu)
{
	uint32_t cause = vcp0_cause(vcpu);

	vcpu->page->cause = cause;
	vcpu->page->pending = cause & CAUSE_IP;
	return cause & CAUSE_IP;
}

void vcp0_set_cause(struct vcpu *vcpu, uint32_t value)
{
	vcpu->regs.cp0[CP0_CAUSE] = value & CAUSE_KEPT;
	vcp0_update_pending(vcpu);
}

uint64_t vcp0_read(struct vcpu *vcpu, unsigned number)
{
	const char *at = (const char *)vcpu->page + memory[number].offset;
	uint64_t value;

	switch (number) {
	case CP0_RANDOM:
		return vtlb_random(&vcpu->vtlb);
	case CP0_WIRED:
		return vcpu->vtlb.wired;
	case CP0_COUNT:
		return bits_sign_extend(timer_count(vcpu));
	case CP0_CAUSE:
		return bits_sign_extend(vcp0_cause(vcpu));
	default:
		break;
	}
	switch (memory[number].bytes) {
	case sizeof(uint32_t):
		return bits_sign_extend(*(const uint32_t *)(const void *)at &
					memory[number].readable);
	case sizeof(uint64_t):
		value = *(const uint64_t *)(const void *)at & memory[number].readable;
		return memory[number].is_address ? vcp0_address(vcpu, value) : value;
	default:
		/* Reserved ones are 0. */
		return vcpu->regs.cp0[number];
	}
}

/* Registers with effects of their own: Random, BadVAddr, PRId, CacheErr are read-only. */
static void write_special(struct vcpu *vcpu, unsigned number, uint64_t value)
{
	switch (number) {
	case CP0_WIRED:
		vtlb_set_wired(&vcpu->vtlb, value & INDEX_INDEX);
		vcpu->page->wired = vcpu->vtlb.wired;
		break;
	case CP0_COUNT:
		timer_set_count(vcpu, (uint32_t)value);
		break;
	case CP0_ENTRYHI:
		vcp0_set_entryhi(vcpu, value & ENTRYHI_BITS);
		break;
	case CP0_COMPARE:
		timer_set_compare(vcpu, (uint32_t)value);
		break;
	case CP0_CAUSE:
		vcp0_set_cause(
			vcpu, ((uint32_t)vcpu->regs.cp0[CP0_CAUSE] & ~(uint32_t)CAUSE_IP_SOFTWARE) |
				      (value & CAUSE_IP_SOFTWARE));
		break;
	case CP0_CONFIG:
		vcpu->page->config = (uint32_t)vcpu->regs.cp0[CP0_CONFIG];
		break;
	case CP0_WATCHLO:
		vcpu->watch_deferred = false;
		vcpu->attention = true;
		break;
	default:
		break;
	}
}

void vcp0_write(struct vcpu *vcpu, unsigned number, uint64_t value)
{
	void *at = (char *)vcpu->page + memory[number].offset;
	uint64_t mask = memory[number].writable;
	uint64_t *reg = memory[number].bytes == sizeof(uint64_t) ? at : &vcpu->regs.cp0[number];

	if (memory[number].bytes == sizeof(uint32_t)) {
		uint32_t *word = at;

		*word = (uint32_t)((*word & ~mask) | (value & mask));
	} else if (mask != 0) {
		value = (*reg & ~mask) | (value & mask);
		*reg = memory[number].bytes == 0 ? bits_sign_extend(value) : value;
	}
	write_special(vcpu, number, value);
}

void vcp0_reset(struct vcpu *vcpu)
{
	struct shared_page *page = vcpu->page;

	for (unsigned i = 0; i < 32; i++) {
		vcpu->regs.cp0[i] = 0;
	}
	vcpu->regs.cp0[CP0_PRID] = PRID_R4400;
	vcpu->regs.cp0[CP0_CONFIG] = BOOT_CONFIG | CONFIG_ORDER;
	*page = (struct shared_page){
		.id = SHARED_PAGE_MAGIC,
		.id_version = SHARED_PAGE_VERSION,
		.vm = vcpu->vm->number,
		.vcpu = vcpu->regs.number,
		.config = BOOT_CONFIG | CONFIG_ORDER,
		.prid = PRID_R4400,
		.status = BOOT_STATUS_FR0,
	};
}
