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

#define INDEX_BITS        (INDEX_P | INDEX_INDEX)
#define ENTRYLO_BITS      (ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G)
#define ENTRYHI_BITS      (ENTRYHI_R | ENTRYHI_VPN2 | ENTRYHI_ASID)
#define CONFIG_WRITABLE   (CONFIG_K0 | CONFIG_CU | CONFIG_DB | CONFIG_IB)
#define CAUSE_KEPT        (CAUSE_BD | CAUSE_CE | CAUSE_EXCCODE | CAUSE_IP_SOFTWARE)
#define XCONTEXT_MONITORS (XCONTEXT_BADVPN2 | XCONTEXT_R)

#ifdef __MIPSEB__
#define CONFIG_ORDER CONFIG_BE
#else
#define CONFIG_ORDER 0
#endif

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
	const struct shared_page *page = vcpu->page;

	switch (number) {
	case CP0_INDEX:
		return bits_sign_extend(page->index & INDEX_BITS);
	case CP0_RANDOM:
		return vtlb_random(&vcpu->vtlb);
	case CP0_ENTRYLO0:
		return page->entrylo0 & ENTRYLO_BITS;
	case CP0_ENTRYLO1:
		return page->entrylo1 & ENTRYLO_BITS;
	case CP0_CONTEXT:
		return vcp0_address(vcpu, page->context);
	case CP0_PAGEMASK:
		return page->pagemask & PAGEMASK_MASK;
	case CP0_WIRED:
		return vcpu->vtlb.wired;
	case CP0_COUNT:
		return bits_sign_extend(timer_count(vcpu));
	case CP0_STATUS:
		return bits_sign_extend(vcp0_status(vcpu));
	case CP0_CAUSE:
		return bits_sign_extend(vcp0_cause(vcpu));
	case CP0_EPC:
		return vcp0_address(vcpu, page->epc);
	case CP0_XCONTEXT:
		return page->xcontext;
	case CP0_ERROREPC:
		return vcp0_address(vcpu, page->errorepc);
	default:
		/* Kept in full, sign-extended where 32 bits wide; reserved ones are 0. */
		return vcpu->regs.cp0[number];
	}
}

/* A register that only keeps what is written: the bits of `mask`. */
static void keep(struct vcpu *vcpu, unsigned number, uint64_t value, uint32_t mask)
{
	uint64_t *reg = &vcpu->regs.cp0[number];

	*reg = bits_sign_extend((*reg & ~(uint64_t)mask) | (value & mask));
}

/* Registers with effects of their own or not on the page; false: `number` is none. */
static bool write_special(struct vcpu *vcpu, unsigned number, uint64_t value)
{
	switch (number) {
	case CP0_WIRED:
		vtlb_set_wired(&vcpu->vtlb, value & INDEX_INDEX);
		vcpu->page->wired = vcpu->vtlb.wired;
		return true;
	case CP0_COUNT:
		timer_set_count(vcpu, (uint32_t)value);
		return true;
	case CP0_ENTRYHI:
		vcp0_set_entryhi(vcpu, value & ENTRYHI_BITS);
		return true;
	case CP0_COMPARE:
		timer_set_compare(vcpu, (uint32_t)value);
		return true;
	case CP0_CAUSE:
		vcp0_set_cause(
			vcpu, ((uint32_t)vcpu->regs.cp0[CP0_CAUSE] & ~(uint32_t)CAUSE_IP_SOFTWARE) |
				      (value & CAUSE_IP_SOFTWARE));
		return true;
	case CP0_CONFIG:
		keep(vcpu, number, value, CONFIG_WRITABLE);
		vcpu->page->config = (uint32_t)vcpu->regs.cp0[CP0_CONFIG];
		return true;
	case CP0_WATCHLO:
		keep(vcpu, number, value, WATCHLO_PADDR | WATCHLO_R | WATCHLO_W);
		vcpu->watch_deferred = false;
		vcpu->attention = true;
		return true;
	case CP0_WATCHHI:
		keep(vcpu, number, value, WATCHHI_PADDR);
		return true;
	case CP0_LLADDR:
	case CP0_TAGLO:
	case CP0_TAGHI:
		keep(vcpu, number, value, UINT32_MAX);
		return true;
	case CP0_ECC:
		keep(vcpu, number, value, 0xff);
		return true;
	default: /* Random, BadVAddr, PRId, CacheErr are read-only, the rest does not exist */
		return false;
	}
}

void vcp0_write(struct vcpu *vcpu, unsigned number, uint64_t value)
{
	struct shared_page *page = vcpu->page;

	switch (number) {
	case CP0_INDEX:
		page->index = (page->index & INDEX_P) | (value & INDEX_INDEX);
		break;
	case CP0_ENTRYLO0:
		page->entrylo0 = value & ENTRYLO_BITS;
		break;
	case CP0_ENTRYLO1:
		page->entrylo1 = value & ENTRYLO_BITS;
		break;
	case CP0_CONTEXT:
		page->context = (value & CONTEXT_PTEBASE) | (page->context & CONTEXT_BADVPN2);
		break;
	case CP0_PAGEMASK:
		page->pagemask = value & PAGEMASK_MASK;
		break;
	case CP0_STATUS:
		page->status = value & VCP0_STATUS_BITS;
		break;
	case CP0_EPC:
		page->epc = value;
		break;
	case CP0_XCONTEXT:
		page->xcontext = (value & XCONTEXT_PTEBASE) | (page->xcontext & XCONTEXT_MONITORS);
		break;
	case CP0_ERROREPC:
		page->errorepc = value;
		break;
	default:
		write_special(vcpu, number, value);
		break;
	}
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
