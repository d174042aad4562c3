/* SPDX-License-Identifier: MIT */
/* rewrite.c - privileged instructions replaced at their first trap: rewrite.h says how. */
#include "src/cpu/rewrite.h"

#include "isa/encode.h"
#include "isa/isa.h"
#include "machine/inspect.h"

#include "src/cpu/cpu.h"
#include "src/cpu/memory_access.h"
#include "src/cpu/step.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/bits.h"
#include "src/include/memory.h"
#include "src/pmap/memmap.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"

#define AT               1
#define TRAMPOLINE_BYTES 32
#define TRAMPOLINES_MAX  (VM_TRAMPOLINE_BYTES / TRAMPOLINE_BYTES)
#define PER_PAGE         (PAGE_BYTES / TRAMPOLINE_BYTES)

/* Offsets in a trampoline. */
#define AFTER_STATUS 4
#define AT_TAKEN     12
#define AT_RETURN    20
#define AT_CALL      28

/*
 * Where a register is on the page, and which accesses to it may be a load or a store. A register
 * with bits that a move to it does not write keeps one of the two trapping, the rarer: the page
 * would give such bits back as they were stored.
 */
struct place {
	uint16_t offset; /* 0: nowhere */
	bool wide;
	bool may_load;
	bool may_store;
};

#define PLACE32(name, load, store) [CP0_##name] = { SHARED_PAGE_##name, false, load, store }
#define PLACE64(name, load, store) [CP0_##name] = { SHARED_PAGE_##name, true, load, store }
static const struct place places[32] = {
	PLACE32(INDEX, true, false),    PLACE64(ENTRYLO0, false, true),
	PLACE64(ENTRYLO1, false, true), PLACE64(CONTEXT, true, false),
	PLACE32(PAGEMASK, false, true), PLACE32(WIRED, true, false),
	PLACE64(BADVADDR, true, false), PLACE64(ENTRYHI, true, false),
	PLACE32(COMPARE, true, false),  PLACE32(STATUS, true, false),
	PLACE32(CAUSE, true, false),    PLACE64(EPC, true, true),
	PLACE32(PRID, true, false),     PLACE32(CONFIG, true, false),
	PLACE64(XCONTEXT, true, false), PLACE64(ERROREPC, true, true),
};

static int16_t low_page(uint32_t offset)
{
	return (int16_t)(VM_SHARED_PAGE_LOW + offset);
}

/* Of these the upper word has no meaning while KX is 0 (docs/machine/shared_page.md). */
static bool is_address(unsigned number)
{
	return number == CP0_EPC || number == CP0_ERROREPC || number == CP0_CONTEXT;
}

/* mfc0 and dmfc0. */
static bool replace_move_from(const struct vcpu *vcpu, uint32_t word, bool wide,
			      uint32_t *replacement)
{
	unsigned number = isa_rd(word);
	struct place place = places[number];
	unsigned rt = isa_rt(word);

	if (!place.may_load || (wide && is_address(number) && !(vcp0_status(vcpu) & STATUS_KX))) {
		return false;
	}
	if (wide && place.wide) {
		*replacement = isa_encode_ld_zero(rt, low_page(place.offset));
	} else {
		*replacement = isa_encode_lw_zero(
			rt, low_page(place.offset + (place.wide ? SHARED_PAGE_LOW_WORD : 0U)));
	}
	return true;
}

/* mtc0 and dmtc0 both move the whole register. */
static bool replace_move_to(uint32_t word, uint32_t *replacement)
{
	struct place place = places[isa_rd(word)];
	unsigned rt = isa_rt(word);

	if (!place.may_store) {
		return false;
	}
	*replacement = place.wide ? isa_encode_sd_zero(rt, low_page(place.offset))
				  : isa_encode_sw_zero(rt, low_page(place.offset));
	return true;
}

/* A new trampoline for the site at `vaddr`, which stores `rt` in Status; its address, or 0. */
static uint64_t make_trampoline(struct vcpu *vcpu, uint64_t vaddr, unsigned rt)
{
	struct rewrite *rewrite = vcpu->vm->rewrite;
	struct pmap *pmap = vcpu->vm->pmap;
	uint32_t number = rewrite->trampoline_count;
	uint32_t page = number / PER_PAGE;
	uint32_t ready = pmap_ready(pmap, (VM_TRAMPOLINE_PADDR >> PAGE_SHIFT) + page);
	uint32_t mpn = (ready & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;
	uint32_t *code;

	if (number == TRAMPOLINES_MAX) {
		return 0;
	}
	if (!(ready & ENTRYLO_V)) {
		if (memmap_take(pmap->memmap, cpu_self()->node, PAGE_ALLOC_NO_HINT,
				INSPECT_FRAME_MONITOR, &mpn) != OK) {
			return 0;
		}
		machine_page_zero(mpn);
		pmap_set_trampoline(pmap, page, mpn);
	}
	code = (uint32_t *)machine_page(mpn) + number % PER_PAGE * (TRAMPOLINE_BYTES / 4);
	code[0] = isa_encode_sw_zero(rt, low_page(SHARED_PAGE_STATUS));
	code[1] = isa_encode_sd_zero(AT, low_page(REWRITE_SAVE));
	code[2] = isa_encode_lw_zero(AT, low_page(SHARED_PAGE_PENDING));
	code[3] = isa_encode_bnez(AT, 2);
	code[4] = isa_encode_ld_zero(AT, low_page(REWRITE_SAVE));
	code[5] = isa_encode_j(vaddr + 8);
	code[6] = ISA_ENCODE_NOP;
	code[7] = isa_encode_syscall(REWRITE_CODE);
	memory_barrier();
	rewrite->trampoline_count++;
	return bits_sign_extend(VM_TRAMPOLINE_BASE) + number * TRAMPOLINE_BYTES;
}

/* may_jump() has said yes; the word behind may have changed since. */
static bool replace_status(struct vcpu *vcpu, uint32_t word, const uint32_t *site,
			   uint32_t *replacement)
{
	uint64_t trampoline;

	if (site[1] != ISA_ENCODE_NOP) {
		return false;
	}
	trampoline = make_trampoline(vcpu, step_pc(vcpu), isa_rt(word));
	*replacement = isa_encode_j(trampoline);
	return trampoline != 0;
}

static bool replace(struct vcpu *vcpu, uint32_t word, const uint32_t *site, uint32_t *replacement)
{
	switch (isa_decode(word)) {
	case ISA_mfc0:
		return replace_move_from(vcpu, word, false, replacement);
	case ISA_dmfc0:
		return replace_move_from(vcpu, word, true, replacement);
	case ISA_mtc0:
	case ISA_dmtc0:
		if (isa_rd(word) == CP0_STATUS) {
			return replace_status(vcpu, word, site, replacement);
		}
		return replace_move_to(word, replacement);
	default:
		return false;
	}
}

static void enter(struct rewrite *rewrite, struct shootdown_target *self)
{
	while (__atomic_exchange_n(&rewrite->lock.word, 1, __ATOMIC_ACQUIRE) != 0) {
		shootdown_serve(self);
	}
}

static bool has_sites(const struct rewrite *rewrite, uint32_t gpn)
{
	for (uint32_t i = 0; i < rewrite->site_count; i++) {
		if (rewrite->site[i].gpa >> PAGE_SHIFT == gpn) {
			return true;
		}
	}
	return false;
}

static bool is_left(const struct rewrite *rewrite, uint32_t gpn)
{
	for (uint32_t i = 0; i < rewrite->left_count; i++) {
		if (rewrite->left_gpn[i] == gpn) {
			return true;
		}
	}
	return rewrite->left_count == REWRITE_PAGES_MAX;
}

/*
 * The page is kept from stores before the word changes, so that no store of the guest is lost; the
 * word is looked at again after that.
 */
static void rewrite_pinned(struct vcpu *vcpu, uint32_t gpa, uint32_t word, uint32_t *page,
			   bool is_kept)
{
	struct rewrite *rewrite = vcpu->vm->rewrite;
	struct pmap_caller caller = cpu_pmap_caller();
	uint32_t *site = page + (gpa & (PAGE_BYTES - 1)) / 4;
	uint32_t gpn = gpa >> PAGE_SHIFT;
	uint32_t replacement;

	if (*site != word || !replace(vcpu, word, site, &replacement)) {
		return;
	}
	if (!is_kept && pmap_protect(vcpu->vm->pmap, gpn, PMAP_S_TEXT, &caller) != OK) {
		return;
	}
	if (*site != word) {
		return;
	}
	rewrite->site[rewrite->site_count] =
		(struct rewrite_site){ .gpa = gpa, .original = word, .replacement = replacement };
	rewrite->site_count++;
	__atomic_store_n(site, replacement, __ATOMIC_RELEASE);
	vcpu->counters[VCPU_COUNT_rewritten]++;
	/* Copies on other nodes have the old word. Busy: whoever executes it comes here again. */
	(void)!pmap_collapse(vcpu->vm->pmap, gpn, &caller);
}

static void rewrite_site(struct vcpu *vcpu, uint32_t gpa, uint32_t word)
{
	struct rewrite *rewrite = vcpu->vm->rewrite;
	uint32_t gpn = gpa >> PAGE_SHIFT;
	bool is_kept = has_sites(rewrite, gpn);
	uint32_t mpn;
	uint32_t *page;

	if (rewrite->site_count == REWRITE_SITES_MAX || is_left(rewrite, gpn)) {
		return;
	}
	page = memory_access_pin(vcpu, gpn, !is_kept, &mpn);
	if (page != NULL) {
		rewrite_pinned(vcpu, gpa, word, page, is_kept);
		memmap_unpin(vcpu->vm->pmap->memmap, mpn);
	}
}

/* A jump takes the place of mtc0 Status: what follows must do nothing, whatever comes first. */
static bool may_jump(const struct vcpu *vcpu)
{
	uint64_t vaddr = step_pc(vcpu);
	const uint32_t *site = step_find_in_window(vaddr);

	return !(vcpu->trap_cause & CAUSE_BD) && (vaddr & (PAGE_BYTES - 1)) != PAGE_BYTES - 4 &&
	       site != NULL && site[1] == ISA_ENCODE_NOP;
}

/* Quick, for instructions that keep trapping: could it be replaced at all? */
static bool may_replace(const struct vcpu *vcpu, uint32_t word, bool is_read)
{
	struct place place = places[isa_rd(word)];
	uint32_t ignored;

	if (is_read) {
		/* The field rs tells dmfc0 from mfc0. */
		return replace_move_from(vcpu, word, isa_rs(word) != 0, &ignored);
	}
	return place.may_store || (isa_rd(word) == CP0_STATUS && may_jump(vcpu));
}

void rewrite_consider(struct vcpu *vcpu, uint32_t word, bool is_read)
{
	struct rewrite *rewrite = vcpu->vm->rewrite;
	uint64_t offset;

	if (!may_replace(vcpu, word, is_read)) {
		return;
	}
	offset = step_pc(vcpu) - bits_sign_extend(VM_WINDOW_BASE);
	if (offset >= VM_TRAMPOLINE_PADDR) {
		return;
	}
	enter(rewrite, &vcpu->vtlb.target);
	rewrite_site(vcpu, (uint32_t)offset, word);
	lock_release(&rewrite->lock);
}

/*
 * A site whose word is not our own any more has lost its page since (released, remapped): there is
 * nothing to put back.
 */
static void undo(struct vm *vm, uint32_t gpn, const struct pmap_caller *caller)
{
	struct rewrite *rewrite = vm->rewrite;
	uint32_t *page;
	uint32_t kept = 0;
	uint32_t mpn;

	if (!guest_memory_pin(vm->pmap, (uint64_t)gpn << PAGE_SHIFT, false, &mpn, caller)) {
		return;
	}
	page = machine_page(mpn);
	enter(rewrite, caller->self);
	for (uint32_t i = 0; i < rewrite->site_count; i++) {
		struct rewrite_site site = rewrite->site[i];

		if (site.gpa >> PAGE_SHIFT != gpn) {
			rewrite->site[kept] = site;
			kept++;
		} else if (page[(site.gpa & (PAGE_BYTES - 1)) / 4] == site.replacement) {
			page[(site.gpa & (PAGE_BYTES - 1)) / 4] = site.original;
		}
	}
	rewrite->site_count = kept;
	if (!is_left(rewrite, gpn)) {
		rewrite->left_gpn[rewrite->left_count] = gpn;
		rewrite->left_count++;
	}
	memory_barrier();
	if (pmap_protect(vm->pmap, gpn, 0, caller) != OK) {
		/* Busy: the guest's store traps again. */
		shootdown_serve(caller->self);
	}
	lock_release(&rewrite->lock);
	memmap_unpin(vm->pmap->memmap, mpn);
}

void rewrite_release(struct vcpu *vcpu, uint32_t gpn)
{
	struct pmap_caller caller = cpu_pmap_caller();
	bool is_kept;

	enter(vcpu->vm->rewrite, caller.self);
	is_kept = has_sites(vcpu->vm->rewrite, gpn);
	lock_release(&vcpu->vm->rewrite->lock);
	if (is_kept) {
		undo(vcpu->vm, gpn, &caller);
	}
}

void guest_memory_restore_text(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	struct vtlb *vtlb = CONTAINER_OF(pmap->target[0], struct vtlb, target);
	struct vm *vm = CONTAINER_OF(vtlb, struct vcpu, vtlb)->vm;

	if (vm->rewrite != NULL) {
		undo(vm, gpn, caller);
	}
}

/* Offset of regs.pc in its trampoline, or TRAMPOLINE_BYTES. */
static uint32_t offset_in_trampoline(const struct vcpu *vcpu)
{
	uint64_t offset = vcpu->regs.pc - bits_sign_extend(VM_TRAMPOLINE_BASE);

	return offset < VM_TRAMPOLINE_BYTES ? (uint32_t)offset % TRAMPOLINE_BYTES
					    : TRAMPOLINE_BYTES;
}

bool rewrite_is_call(const struct vcpu *vcpu)
{
	return offset_in_trampoline(vcpu) == AT_CALL;
}

void rewrite_settle(struct vcpu *vcpu)
{
	uint32_t offset = offset_in_trampoline(vcpu);
	enum vtlb_result result;
	uint32_t jump;

	if (offset < AFTER_STATUS || offset >= TRAMPOLINE_BYTES) {
		return;
	}
	if (!memory_access_word(vcpu, vcpu->regs.pc - offset + AT_RETURN, &jump, &result)) {
		return;
	}
	if (offset == AT_TAKEN || offset == AT_TAKEN + 4) {
		vcpu->regs.gpr[AT] = *(const uint64_t *)((const char *)vcpu->page + REWRITE_SAVE);
	}
	vcpu->regs.pc = bits_sign_extend(VM_WINDOW_BASE) | (uint64_t)isa_target(jump) << 2;
}
