/* SPDX-License-Identifier: MIT */
/* moncall.c - monitor calls: machine/moncall.h says what each does. */
#include "src/cpu/moncall.h"

#include "machine/moncall.h"

#include "src/cpu/cpu.h"
#include "src/cpu/memory_access.h"
#include "src/cpu/platform.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/sched.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/bits.h"
#include "src/lib/string.h"
#include "src/pmap/pmap.h"

#define V0 2
#define V1 3
#define A0 4

#define CONSOLE_BYTES_MAX 4096

static uint32_t argument(struct vcpu *vcpu, unsigned number)
{
	return (uint32_t)vcpu->regs.gpr[A0 + number];
}

/* Frames [first, first + count) exist: the last one before an overflow does not. */
static bool pages_exist(const struct vcpu *vcpu, uint32_t gpn, uint32_t count)
{
	uint32_t frame;

	if (count > MONCALL_PAGES_MAX) {
		return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!pmap_frame(vcpu->vm->pmap, gpn + i, &frame)) {
			return false;
		}
	}
	return true;
}

/* The page is gone; if it cannot go (pinned, being changed, in a large block), it stays: false. */
static bool release(struct vcpu *vcpu, uint32_t gpn)
{
	struct pmap_caller caller = cpu_pmap_caller();

	if (vcpu->vm->rewrite != NULL) {
		rewrite_release(vcpu, gpn);
	}

	return !pmap_is_large(vcpu->vm->pmap, gpn) &&
	       pmap_release(vcpu->vm->pmap, gpn, &caller) == OK;
}

/* The VM's own and writable: clearing it is cheaper than giving it up and getting another one. */
static bool is_private(const struct vcpu *vcpu, uint32_t gpn)
{
	return (~pmap_ready(vcpu->vm->pmap, gpn) & (ENTRYLO_V | ENTRYLO_D)) == 0;
}

/* A page without memory reads as zeroes: its next touch gives a new one. */
static int page_zero(struct vcpu *vcpu, uint32_t gpn, uint32_t count)
{
	uint32_t mpn;

	if (!pages_exist(vcpu, gpn, count)) {
		return MONCALL_ERR_ARGUMENT;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (is_private(vcpu, gpn + i) || !release(vcpu, gpn + i)) {
			void *page = memory_access_pin(vcpu, gpn + i, true, &mpn);

			if (page == NULL) {
				return MONCALL_ERR_MEMORY;
			}
			memset(page, 0, PAGE_BYTES);
			memmap_unpin(vcpu->vm->pmap->memmap, mpn);
		}
	}
	return MONCALL_OK;
}

static int page_free_hint(struct vcpu *vcpu, uint32_t gpn, uint32_t count)
{
	if (!pages_exist(vcpu, gpn, count)) {
		return MONCALL_ERR_ARGUMENT;
	}
	for (uint32_t i = 0; i < count; i++) {
		/* A hint: a page that cannot go keeps its contents. */
		(void)release(vcpu, gpn + i);
	}
	return MONCALL_OK;
}

static int copy_page(struct vcpu *vcpu, uint32_t to, uint32_t from)
{
	struct memmap *memmap = vcpu->vm->pmap->memmap;
	uint32_t to_mpn;
	uint32_t from_mpn;
	void *target = memory_access_pin(vcpu, to, true, &to_mpn);
	const void *source = memory_access_pin(vcpu, from, false, &from_mpn);

	if (source != NULL && target != NULL) {
		memcpy(target, source, PAGE_BYTES);
	}
	if (source != NULL) {
		memmap_unpin(memmap, from_mpn);
	}
	if (target != NULL) {
		memmap_unpin(memmap, to_mpn);
	}
	return source != NULL && target != NULL ? MONCALL_OK : MONCALL_ERR_MEMORY;
}

/* `to` becomes a copy of `from`: the same frame, copy-on-write, or by copying. */
static int remap_page(struct vcpu *vcpu, uint32_t to, uint32_t from)
{
	struct pmap *pmap = vcpu->vm->pmap;
	struct pmap_caller caller = cpu_pmap_caller();
	uint32_t mpn;

	if (pmap_is_empty(pmap, from)) {
		return page_zero(vcpu, to, 1);
	}
	if (vcpu->vm->rewrite != NULL) {
		rewrite_release(vcpu, from);
	}
	if (release(vcpu, to) && pmap_make_shared(pmap, from, &mpn, &caller) == OK) {
		enum status status = pmap_map_shared(pmap, to, mpn);

		memmap_unpin(pmap->memmap, mpn);
		if (status == OK) {
			return MONCALL_OK;
		}
	}
	return copy_page(vcpu, to, from);
}

static int page_remap(struct vcpu *vcpu, uint32_t to, uint32_t from, uint32_t count)
{
	int result = MONCALL_OK;

	if (!pages_exist(vcpu, to, count) || !pages_exist(vcpu, from, count) ||
	    (to < from + count && from < to + count && count != 0)) {
		return MONCALL_ERR_ARGUMENT;
	}
	for (uint32_t i = 0; i < count && result == MONCALL_OK; i++) {
		result = remap_page(vcpu, to + i, from + i);
	}
	return result;
}

static int console_write(struct vcpu *vcpu, uint32_t paddr, uint32_t bytes)
{
	uint32_t written = 0;
	uint32_t mpn;

	if (bytes > CONSOLE_BYTES_MAX) {
		return MONCALL_ERR_ARGUMENT;
	}
	if (bytes != 0 && (!pages_exist(vcpu, paddr >> PAGE_SHIFT, 1) ||
			   !pages_exist(vcpu, (paddr + bytes - 1) >> PAGE_SHIFT, 1))) {
		return MONCALL_ERR_ARGUMENT;
	}
	while (written < bytes) {
		uint32_t at = paddr + written;
		uint32_t offset = at & (PAGE_BYTES - 1);
		uint32_t part = PAGE_BYTES - offset;
		const char *page = memory_access_pin(vcpu, at >> PAGE_SHIFT, false, &mpn);

		if (page == NULL) {
			return MONCALL_ERR_MEMORY;
		}
		part = part < bytes - written ? part : bytes - written;
		platform_console_write(vcpu->vm, page + offset, part);
		memmap_unpin(vcpu->vm->pmap->memmap, mpn);
		written += part;
	}
	vcpu->regs.gpr[V1] = bits_sign_extend(written);
	return MONCALL_OK;
}

static int shutdown(struct vcpu *vcpu, uint32_t how, uint32_t code)
{
	static const struct {
		enum vm_end end;
		const char *reason;
	} ends[] = {
		[MONCALL_SHUTDOWN_OFF] = { VM_OFF, "off" },
		[MONCALL_SHUTDOWN_RESTART] = { VM_RESTART, "restart" },
		[MONCALL_SHUTDOWN_PANIC] = { VM_PANIC, "the guest's kernel has failed" },
	};

	if (how >= sizeof(ends) / sizeof(ends[0])) {
		return MONCALL_ERR_ARGUMENT;
	}
	vm_end(vcpu->vm, ends[how].end, how == MONCALL_SHUTDOWN_RESTART ? 0 : code,
	       ends[how].reason);
	return MONCALL_OK;
}

bool moncall_start(struct vcpu *vcpu, uint32_t number, uint64_t pc, uint64_t sp, uint64_t gp,
		   uint64_t arg)
{
	struct vm *vm = vcpu->vm;
	struct vcpu *target = vm->vcpus[number];
	bool is_off;

	lock_acquire(&vm->lock);
	is_off = target->regs.state == INSPECT_VCPU_OFF &&
		 !(atomic_load(&target->requests) & VCPU_REQUEST_START);
	if (is_off) {
		target->start_pc = pc;
		target->start_sp = sp;
		target->start_gp = gp;
		target->start_arg = arg;
		vcpu_request(target, VCPU_REQUEST_START);
	}
	lock_release(&vm->lock);
	return is_off;
}

static int vcpu_start(struct vcpu *vcpu)
{
	const uint64_t *gpr = vcpu->regs.gpr;
	uint32_t number = argument(vcpu, 0);

	if (number >= vcpu->vm->vcpu_count) {
		return MONCALL_ERR_ARGUMENT;
	}
	if (!moncall_start(vcpu, number, gpr[A0 + 1], gpr[A0 + 2], gpr[A0 + 3], 0)) {
		return MONCALL_ERR_STATE;
	}
	return MONCALL_OK;
}

void moncall_stop(struct vcpu *vcpu)
{
	(void)vcpu;
	sched_leave(cpu_self(), INSPECT_VCPU_OFF);
}

/* Not the last one: then nothing could ever start another. */
static int vcpu_stop(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	uint32_t others = 0;

	lock_acquire(&vm->lock);
	for (uint32_t i = 0; i < vm->vcpu_count; i++) {
		others += vm->vcpus[i] != vcpu && vm->vcpus[i]->regs.state != INSPECT_VCPU_OFF;
	}
	if (others != 0) {
		moncall_stop(vcpu);
	}
	lock_release(&vm->lock);
	return others != 0 ? MONCALL_OK : MONCALL_ERR_STATE;
}

static int ipi(struct vcpu *vcpu)
{
	uint64_t set = (uint64_t)argument(vcpu, 1) << 32 | argument(vcpu, 0);

	for (uint32_t i = 0; i < VM_VCPUS_MAX; i++) {
		if (set >> i & 1) {
			moncall_ipi(vcpu, i, argument(vcpu, 2));
		}
	}
	return MONCALL_OK;
}

void moncall_idle(struct vcpu *vcpu)
{
	if (!(vcp0_cause(vcpu) & vcp0_status(vcpu) & CAUSE_IP)) {
		sched_leave(cpu_self(), INSPECT_VCPU_IDLE);
	}
}

static int yield(struct vcpu *vcpu, uint32_t number)
{
	struct vcpu *first = NULL;

	if (number < vcpu->vm->vcpu_count) {
		first = vcpu->vm->vcpus[number];
	} else if (number != VM_VCPUS_MAX) {
		return MONCALL_ERR_ARGUMENT;
	}
	sched_yield(cpu_self(), first);
	return MONCALL_OK;
}

static void give_time(struct vcpu *vcpu, uint64_t cycles)
{
	vcpu->regs.gpr[V1] = bits_sign_extend(cycles);
	vcpu->regs.gpr[A0] = bits_sign_extend(cycles >> 32);
}

static int stolen(struct vcpu *vcpu, uint32_t number)
{
	if (number >= vcpu->vm->vcpu_count) {
		return MONCALL_ERR_ARGUMENT;
	}
	give_time(vcpu, vcpu->vm->vcpus[number]->page->stolen_cycles);
	return MONCALL_OK;
}

static int version(struct vcpu *vcpu)
{
	const struct vm *vm = vcpu->vm;
	uint32_t features = 0;

	features |= vm->shared_page ? MONCALL_FEATURE_SHARED : 0;
	features |= vm->privileged == VM_REWRITE ? MONCALL_FEATURE_REWRITE : 0;
	vcpu->regs.gpr[V1] = MONCALL_VERSION_VALUE;
	vcpu->regs.gpr[A0] = features;
	return MONCALL_OK;
}

/* Calls that have to do with memory; the arguments are read once. */
static int memory_call(struct vcpu *vcpu, uint32_t number)
{
	uint32_t a0 = argument(vcpu, 0);
	uint32_t a1 = argument(vcpu, 1);

	switch (number) {
	case MONCALL_PAGE_ZERO:
		return page_zero(vcpu, a0, a1);
	case MONCALL_PAGE_FREE:
		return page_free_hint(vcpu, a0, a1);
	case MONCALL_PAGE_REMAP:
		return page_remap(vcpu, a0, a1, argument(vcpu, 2));
	case MONCALL_CONSOLE_WRITE:
		return console_write(vcpu, a0, a1);
	default:
		return MONCALL_ERR_NUMBER;
	}
}

static int call(struct vcpu *vcpu, uint32_t number)
{
	switch (number) {
	case MONCALL_VERSION:
		return version(vcpu);
	case MONCALL_IDLE:
		moncall_idle(vcpu);
		return MONCALL_OK;
	case MONCALL_DELIVER: /* the way back to the guest does it */
		return MONCALL_OK;
	case MONCALL_YIELD:
		return yield(vcpu, argument(vcpu, 0));
	case MONCALL_CONSOLE_READ:
		vcpu->regs.gpr[V1] = (uint64_t)(int64_t)platform_console_read(vcpu->vm);
		return MONCALL_OK;
	case MONCALL_SHUTDOWN:
		return shutdown(vcpu, argument(vcpu, 0), argument(vcpu, 1));
	case MONCALL_VCPU_START:
		return vcpu_start(vcpu);
	case MONCALL_VCPU_STOP:
		return vcpu_stop(vcpu);
	case MONCALL_IPI:
		return ipi(vcpu);
	case MONCALL_TIME:
		give_time(vcpu, platform_cycles());
		return MONCALL_OK;
	case MONCALL_STOLEN:
		return stolen(vcpu, argument(vcpu, 0));
	default:
		return memory_call(vcpu, number);
	}
}

void moncall(struct vcpu *vcpu)
{
	int result = call(vcpu, (uint32_t)vcpu->regs.gpr[V0]);

	vcpu->regs.gpr[V0] = (uint64_t)(int64_t)result;
}
