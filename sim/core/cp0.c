/* SPDX-License-Identifier: MIT */
/*
 * cp0.c - the system control coprocessor's registers (R4000 UM 4.3 and 5.3).
 *
 * Count, Random and the timer are functions of simulated time, computed when asked for.
 */
#include "sim/core/cp0.h"

#include "machine/boot.h"
#include "sim/core/exception.h"
#include "sim/core/mmu.h"
#include "sim/core/tlb.h"

#define STATUS_WRITABLE                                                                         \
	(STATUS_IE | STATUS_EXL | STATUS_ERL | STATUS_KSU | STATUS_UX | STATUS_SX | STATUS_KX | \
	 STATUS_IM | STATUS_DE | STATUS_CE | STATUS_CH | STATUS_SR | STATUS_BEV | STATUS_RE |   \
	 STATUS_FR | STATUS_RP | STATUS_CU0 | STATUS_CU1 | STATUS_CU2 | STATUS_CU3)
#define CONFIG_WRITABLE (CONFIG_K0 | CONFIG_CU | CONFIG_DB | CONFIG_IB)
/* PFN, C, D, V, G; the upper 34 bits read as zero. */
#define ENTRYLO_WRITABLE 0x3fffffffULL

static uint64_t sext32(uint32_t value)
{
	return (uint64_t)(int64_t)(int32_t)value;
}

/* Random counts instructions, not cycles (R4000 UM 4.3). */
static uint64_t executed_at(const struct core *core, uint64_t now)
{
	return now - core->idle_cycles - core->stall_cycles;
}

unsigned cp0_random(const struct core *core, uint64_t now)
{
	unsigned top = core->tlb.count - 1;
	unsigned wired = core->cp0.wired;

	if (wired > top) {
		return top; /* undefined in the manual: nothing is left to choose from */
	}
	return top -
	       (unsigned)((executed_at(core, now) - core->cp0.random_origin) % (top - wired + 1));
}

static uint32_t count_at(const struct core *core, uint64_t now)
{
	return (uint32_t)(now >> 1) + core->cp0.count_offset;
}

void cp0_set_timer(struct core *core, uint64_t now)
{
	uint32_t distance = core->cp0.compare - count_at(core, now);
	uint64_t ticks = distance != 0 ? distance : 1ULL << 32;

	core->timer_cycle = ((now >> 1) + ticks) << 1;
	core_kick(core); /* the slice may have to end earlier */
}

uint64_t cp0_read(const struct core *core, unsigned number, uint64_t now)
{
	const struct core_cp0 *cp0 = &core->cp0;

	switch (number) {
	case CP0_INDEX:
		return sext32(cp0->index);
	case CP0_RANDOM:
		return cp0_random(core, now);
	case CP0_ENTRYLO0:
		return cp0->entry_lo[0];
	case CP0_ENTRYLO1:
		return cp0->entry_lo[1];
	case CP0_CONTEXT:
		return cp0->context;
	case CP0_PAGEMASK:
		return cp0->page_mask;
	case CP0_WIRED:
		return cp0->wired;
	case CP0_BADVADDR:
		return cp0->bad_vaddr;
	case CP0_COUNT:
		return sext32(count_at(core, now));
	case CP0_ENTRYHI:
		return cp0->entry_hi;
	case CP0_COMPARE:
		return sext32(cp0->compare);
	case CP0_STATUS:
		return sext32(cp0->status);
	case CP0_CAUSE:
		return sext32(cp0->cause);
	case CP0_EPC:
		return cp0->epc;
	case CP0_PRID:
		return cp0->prid;
	case CP0_CONFIG:
		return sext32(cp0->config);
	case CP0_LLADDR:
		return sext32(cp0->ll_addr);
	case CP0_WATCHLO:
		return sext32(cp0->watch_lo);
	case CP0_WATCHHI:
		return cp0->watch_hi;
	case CP0_XCONTEXT:
		return cp0->xcontext;
	case CP0_ECC:
		return cp0->ecc;
	case CP0_CACHEERR:
		return sext32(cp0->cache_err);
	case CP0_TAGLO:
		return sext32(cp0->tag_lo);
	case CP0_TAGHI:
		return sext32(cp0->tag_hi);
	case CP0_ERROREPC:
		return cp0->error_epc;
	default: /* 7, 21-25, 31 are reserved */
		return 0;
	}
}

/* 4 KB to 16 MB by factors of 4: an even run of ones from bit 13 up (R4000 UM table 4-5). */
static bool is_legal_page_mask(uint32_t mask)
{
	uint32_t ones = (mask >> 13) + 1;

	return (ones & (ones - 1)) == 0 && (__builtin_ctz(ones) & 1) == 0;
}

static void write_status(struct core *core, uint32_t value)
{
	if ((value & STATUS_KSU) == STATUS_KSU) {
		core_warn(core, "Status.KSU is 3");
	}
	/* TS is read-only on the R4400 (R10000 UM 14.10 on the difference). */
	core->cp0.status = (core->cp0.status & ~(uint32_t)STATUS_WRITABLE) |
			   (value & (uint32_t)STATUS_WRITABLE);
	core_update_mode(core);
	core_update_irq(core);
}

static void write_wired(struct core *core, uint32_t value, uint64_t now)
{
	core->cp0.wired = value & INDEX_INDEX;
	/* Writing Wired sets Random to its upper bound, from the next instruction on. */
	core->cp0.random_origin = executed_at(core, now) + 1;
	if (core->cp0.wired >= core->tlb.count) {
		core_warn(core, "Wired beyond the TLB");
	}
}

static void write_page_mask(struct core *core, uint32_t value)
{
	core->cp0.page_mask = value & PAGEMASK_MASK;
	if (!is_legal_page_mask(core->cp0.page_mask)) {
		core_warn(core, "PageMask is none of the seven page sizes");
	}
}

static void write_compare(struct core *core, uint32_t value, uint64_t now)
{
	struct core_cp0 *cp0 = &core->cp0;

	cp0->compare = value;
	cp0->cause &= ~(uint32_t)CAUSE_IP_TIMER;
	cp0_set_timer(core, now);
	core_update_irq(core);
}

static void write_watch(struct core *core, uint32_t *reg, uint32_t value)
{
	*reg = value;
	mmu_flush(core); /* watched pages must take the slow path */
}

/* What was postponed is forgotten (R10000 UM 17.3). */
static void write_watch_lo(struct core *core, uint32_t value)
{
	core->cp0.watch_postponed = false;
	core_update_irq(core);
	write_watch(core, &core->cp0.watch_lo, value & (WATCHLO_PADDR | WATCHLO_R | WATCHLO_W));
}

void cp0_write(struct core *core, unsigned number, uint64_t value, uint64_t now)
{
	struct core_cp0 *cp0 = &core->cp0;
	uint32_t low = (uint32_t)value;

	switch (number) {
	case CP0_INDEX:
		cp0->index = (cp0->index & INDEX_P) | (low & INDEX_INDEX);
		break;
	case CP0_ENTRYLO0:
	case CP0_ENTRYLO1:
		cp0->entry_lo[number - CP0_ENTRYLO0] = value & ENTRYLO_WRITABLE;
		break;
	case CP0_CONTEXT:
		cp0->context = (value & CONTEXT_PTEBASE) | (cp0->context & CONTEXT_BADVPN2);
		break;
	case CP0_PAGEMASK:
		write_page_mask(core, low);
		break;
	case CP0_WIRED:
		write_wired(core, low, now);
		break;
	case CP0_COUNT:
		cp0->count_offset = low - (uint32_t)(now >> 1);
		cp0_set_timer(core, now);
		break;
	case CP0_ENTRYHI:
		cp0->entry_hi = value & (ENTRYHI_R | ENTRYHI_VPN2 | ENTRYHI_ASID);
		core_update_asid(core);
		break;
	case CP0_COMPARE:
		write_compare(core, low, now);
		break;
	case CP0_STATUS:
		write_status(core, low);
		break;
	case CP0_CAUSE:
		cp0->cause =
			(cp0->cause & ~(uint32_t)CAUSE_IP_SOFTWARE) | (low & CAUSE_IP_SOFTWARE);
		core_update_irq(core);
		break;
	case CP0_EPC:
		cp0->epc = value;
		break;
	case CP0_CONFIG:
		cp0->config = (cp0->config & ~(uint32_t)CONFIG_WRITABLE) | (low & CONFIG_WRITABLE);
		break;
	case CP0_LLADDR:
		cp0->ll_addr = low;
		break;
	case CP0_WATCHLO:
		write_watch_lo(core, low);
		break;
	case CP0_WATCHHI:
		write_watch(core, &cp0->watch_hi, low & WATCHHI_PADDR);
		break;
	case CP0_XCONTEXT:
		cp0->xcontext = (value & XCONTEXT_PTEBASE) |
				(cp0->xcontext & (XCONTEXT_BADVPN2 | XCONTEXT_R));
		break;
	case CP0_ECC:
		cp0->ecc = low & 0xff;
		break;
	case CP0_TAGLO:
		cp0->tag_lo = low;
		break;
	case CP0_TAGHI:
		cp0->tag_hi = low;
		break;
	case CP0_ERROREPC:
		cp0->error_epc = value;
		break;
	case CP0_RANDOM:
	case CP0_BADVADDR:
	case CP0_PRID:
	case CP0_CACHEERR: /* read-only */
		break;
	default:
		core_warn(core, "a reserved CP0 register is written");
		break;
	}
}

void cp0_force(struct core *core, unsigned number, uint64_t value, uint64_t now)
{
	struct core_cp0 *cp0 = &core->cp0;
	uint32_t low = (uint32_t)value;

	switch (number) {
	case CP0_INDEX:
		cp0->index = low & (INDEX_P | INDEX_INDEX);
		break;
	case CP0_CONTEXT:
		cp0->context = value & (CONTEXT_PTEBASE | CONTEXT_BADVPN2);
		break;
	case CP0_XCONTEXT:
		cp0->xcontext = value & (XCONTEXT_PTEBASE | XCONTEXT_R | XCONTEXT_BADVPN2);
		break;
	case CP0_BADVADDR:
		cp0->bad_vaddr = value;
		break;
	case CP0_CAUSE:
		cp0->cause = low & (CAUSE_BD | CAUSE_CE | CAUSE_IP | CAUSE_EXCCODE);
		core_update_irq(core);
		break;
	default:
		cp0_write(core, number, value, now);
		break;
	}
}

void cp0_reset(struct core *core)
{
	struct core_cp0 *cp0 = &core->cp0;
	uint64_t now = core_now(core);

	*cp0 = (struct core_cp0){
		.prid = PRID_R4400,
		.status = STATUS_ERL | STATUS_BEV,
		.config = BOOT_CONFIG | (core->big_endian ? CONFIG_BE : 0),
		.random_origin = executed_at(core, now),
		.cause = core->external_ip,
	};
	tlb_reset(&core->tlb, core->tlb.count);
	/* Count, undefined in the manual, is in step with the machine's time. */
	cp0_set_timer(core, now);
	mmu_flush(core);
}
