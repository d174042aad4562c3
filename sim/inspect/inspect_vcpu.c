/* SPDX-License-Identifier: MIT */
/* inspect_vcpu.c - a virtual CPU as it is now: its registers and its memory. */
#include <string.h>

#include "machine/frame.h"
#include "machine/shared_page.h"
#include "sim/control.h"
#include "sim/inspect/inspect_priv.h"

/* CP0 registers that lie on the shared page. */
static const struct {
	uint8_t number;
	uint8_t bytes;
	uint16_t offset;
} on_page[] = {
	{ CP0_INDEX, 4, SHARED_PAGE_INDEX },       { CP0_ENTRYLO0, 8, SHARED_PAGE_ENTRYLO0 },
	{ CP0_ENTRYLO1, 8, SHARED_PAGE_ENTRYLO1 }, { CP0_CONTEXT, 8, SHARED_PAGE_CONTEXT },
	{ CP0_PAGEMASK, 4, SHARED_PAGE_PAGEMASK }, { CP0_WIRED, 4, SHARED_PAGE_WIRED },
	{ CP0_BADVADDR, 8, SHARED_PAGE_BADVADDR }, { CP0_ENTRYHI, 8, SHARED_PAGE_ENTRYHI },
	{ CP0_COMPARE, 4, SHARED_PAGE_COMPARE },   { CP0_STATUS, 4, SHARED_PAGE_STATUS },
	{ CP0_CAUSE, 4, SHARED_PAGE_CAUSE },       { CP0_EPC, 8, SHARED_PAGE_EPC },
	{ CP0_PRID, 4, SHARED_PAGE_PRID },         { CP0_CONFIG, 4, SHARED_PAGE_CONFIG },
	{ CP0_XCONTEXT, 8, SHARED_PAGE_XCONTEXT }, { CP0_ERROREPC, 8, SHARED_PAGE_ERROREPC },
};

static bool has_shared_page(const struct inspect *view, const struct inspect_vcpu *vcpu,
			    uint8_t page[SHARED_PAGE_END])
{
	return vcpu->shared_page != 0 && vcpu->shared_page % MAP_PAGE_BYTES == 0 &&
	       machine_read_physical(view->machine, vcpu->shared_page, page, SHARED_PAGE_END) &&
	       machine_number(view->machine, page + SHARED_PAGE_ID, 4) == SHARED_PAGE_MAGIC;
}

static void read_shared_page(const struct inspect *view, struct inspect_vcpu *vcpu)
{
	uint8_t page[SHARED_PAGE_END];

	if (!has_shared_page(view, vcpu, page)) {
		return;
	}
	for (size_t i = 0; i < sizeof(on_page) / sizeof(on_page[0]); i++) {
		vcpu->cp0[on_page[i].number] =
			machine_number(view->machine, page + on_page[i].offset, on_page[i].bytes);
	}
}

static enum inspect_place place_of(const struct inspect *view, uint32_t index,
				   const struct inspect_vcpu *vcpu)
{
	struct inspect_cpu cpu;

	if (vcpu->state != INSPECT_VCPU_RUNNING || !inspect_cpu(view, vcpu->cpu, &cpu) ||
	    cpu.vcpu != index || cpu.cause != INSPECT_CAUSE_GUEST ||
	    vcpu->cpu >= machine_get_config(view->machine)->cpus) {
		return INSPECT_SAVED;
	}
	uint64_t status = control_read_register(view->machine, vcpu->cpu, REG_CP0 + CP0_STATUS);

	return (status & (STATUS_EXL | STATUS_ERL)) != 0 || (status & STATUS_KSU) == 0
		       ? INSPECT_IN_BETWEEN
		       : INSPECT_IN_CPU;
}

bool inspect_vcpu(const struct inspect *view, uint32_t index, struct inspect_vcpu *vcpu,
		  enum inspect_place *place)
{
	const struct machine *machine = view->machine;

	if (!inspect_vcpu_published(view, index, vcpu)) {
		return false;
	}
	read_shared_page(view, vcpu);
	*place = place_of(view, index, vcpu);
	if (*place != INSPECT_IN_CPU) {
		return true;
	}
	for (unsigned i = 0; i < 32; i++) {
		vcpu->gpr[i] = control_read_register(machine, vcpu->cpu, REG_GPR0 + i);
	}
	vcpu->hi = control_read_register(machine, vcpu->cpu, REG_HI);
	vcpu->lo = control_read_register(machine, vcpu->cpu, REG_LO);
	vcpu->pc = control_read_register(machine, vcpu->cpu, REG_PC);
	if ((control_read_register(machine, vcpu->cpu, REG_CP0 + CP0_STATUS) & STATUS_CU1) != 0) {
		for (unsigned i = 0; i < 32; i++) {
			vcpu->fpr[i] = control_read_register(machine, vcpu->cpu, REG_FPR0 + i);
		}
		vcpu->fcr31 = (uint32_t)control_read_register(machine, vcpu->cpu, REG_FCR31);
	}
	return true;
}

uint64_t inspect_register(const struct inspect_vcpu *vcpu, unsigned reg)
{
	if (reg < REG_HI) {
		return vcpu->gpr[reg];
	}
	if (reg >= REG_FPR0 && reg < REG_FPR0 + 32) {
		return vcpu->fpr[reg - REG_FPR0];
	}
	if (reg >= REG_CP0 && reg < REG_CP0 + 32) {
		return vcpu->cp0[reg - REG_CP0];
	}
	switch (reg) {
	case REG_HI:
		return vcpu->hi;
	case REG_LO:
		return vcpu->lo;
	case REG_PC:
		return vcpu->pc;
	case REG_FCR31:
		return vcpu->fcr31;
	default:
		return 0;
	}
}

static bool store(struct machine *machine, uint64_t paddr, uint64_t value, unsigned size)
{
	uint8_t bytes[sizeof(value)];

	inspect_bytes(machine, value, bytes, size);
	return machine_write_physical(machine, paddr, bytes, size);
}

static bool write_cp0(const struct inspect *view, struct machine *machine,
		      const struct inspect_vcpu *vcpu, uint64_t paddr, unsigned number,
		      uint64_t value)
{
	uint8_t page[SHARED_PAGE_END];

	for (size_t i = 0; i < sizeof(on_page) / sizeof(on_page[0]); i++) {
		if (on_page[i].number == number && has_shared_page(view, vcpu, page)) {
			return store(machine, vcpu->shared_page + on_page[i].offset, value,
				     on_page[i].bytes);
		}
	}
	return store(machine, paddr + offsetof(struct inspect_vcpu, cp0) + number * sizeof(value),
		     value, sizeof(value));
}

/* The offset in struct inspect_vcpu of a register that is neither CP0's nor FCR31; 0: none. */
static size_t offset_of(unsigned reg)
{
	if (reg > REG_GPR0 && reg < REG_HI) {
		return offsetof(struct inspect_vcpu, gpr) + reg * sizeof(uint64_t);
	}
	if (reg >= REG_FPR0 && reg < REG_FPR0 + 32) {
		return offsetof(struct inspect_vcpu, fpr) + (reg - REG_FPR0) * sizeof(uint64_t);
	}
	switch (reg) {
	case REG_HI:
		return offsetof(struct inspect_vcpu, hi);
	case REG_LO:
		return offsetof(struct inspect_vcpu, lo);
	case REG_PC:
		return offsetof(struct inspect_vcpu, pc);
	default:
		return 0;
	}
}

bool inspect_write_register(const struct inspect *view, struct machine *machine, uint32_t index,
			    unsigned reg, uint64_t value)
{
	enum inspect_place place;
	struct inspect_vcpu vcpu;
	uint64_t paddr;

	if (!inspect_vcpu(view, index, &vcpu, &place) || place == INSPECT_IN_BETWEEN ||
	    !inspect_vcpu_paddr(view, index, &paddr)) {
		return false;
	}
	if (reg >= REG_CP0 && reg < REG_CP0 + 32) {
		return write_cp0(view, machine, &vcpu, paddr, reg - REG_CP0, value);
	}
	if (place == INSPECT_IN_CPU) {
		control_write_register(machine, vcpu.cpu, reg, value);
		return true;
	}
	if (reg == REG_FCR31) {
		return store(machine, paddr + offsetof(struct inspect_vcpu, fcr31), value,
			     sizeof(vcpu.fcr31));
	}
	size_t offset = offset_of(reg);

	return offset != 0 && store(machine, paddr + offset, value, sizeof(value));
}

size_t inspect_read_physical(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpa,
			     void *data, size_t size)
{
	uint8_t *out = data;
	size_t done = 0;

	while (done < size) {
		size_t offset = (gpa + done) % MAP_PAGE_BYTES;
		size_t part = MAP_PAGE_BYTES - offset < size - done ? MAP_PAGE_BYTES - offset
								    : size - done;
		uint64_t frame;
		uint64_t paddr;

		if (!frame_of_paddr(gpa + done, vm->pages, &frame)) {
			break;
		}
		if (!inspect_guest_page(view, vm, (gpa + done) >> MAP_PAGE_SHIFT, &paddr)) {
			memset(out + done, 0, part);
		} else if (!machine_read_physical(view->machine, paddr + offset, out + done,
						  part)) {
			break;
		}
		done += part;
	}
	return done;
}

/* Through one entry of the virtual TLB (UM chapter 4). */
static bool translate_by(const struct inspect_tlb_entry *entry, uint64_t asid, uint64_t vaddr,
			 uint64_t *gpa)
{
	uint64_t pair = (entry->pagemask & PAGEMASK_MASK) | (2 * MAP_PAGE_BYTES - 1);
	uint64_t page = pair >> 1;
	bool is_global = (entry->entrylo0 & entry->entrylo1 & ENTRYLO_G) != 0;

	if (((vaddr ^ entry->entryhi) & (ENTRYHI_R | ENTRYHI_VPN2) & ~pair) != 0 ||
	    (!is_global && (entry->entryhi & ENTRYHI_ASID) != asid)) {
		return false;
	}
	uint32_t lo = (vaddr & (page + 1)) != 0 ? entry->entrylo1 : entry->entrylo0;
	uint64_t base = (uint64_t)(lo & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT << MAP_PAGE_SHIFT;

	*gpa = (base & ~page) | (vaddr & page);
	return (lo & ENTRYLO_V) != 0;
}

bool inspect_translate(const struct inspect *view, const struct inspect_vcpu *vcpu, uint64_t vaddr,
		       uint64_t *gpa)
{
	uint32_t low = (uint32_t)vaddr;

	/* From 0x80000000 on, addresses of 32 bits have segments of their own. */
	if (vaddr >= 0xffffffff80000000) {
		if (low - VM_WINDOW_BASE < VM_WINDOW_BYTES - VM_TRAMPOLINE_BYTES) {
			*gpa = low - VM_WINDOW_BASE;
			return true;
		}
		if (low >= VM_DEVICES_BASE && low - VM_DEVICES_BASE < VM_DEVICES_BYTES) {
			*gpa = MAP_IO_BASE + (low - VM_DEVICES_BASE);
			return true;
		}
		if (low - VM_MAPPED_BASE >= VM_MAPPED_BYTES) {
			return false;
		}
	}
	for (uint32_t i = 0; i < vcpu->tlb_entries; i++) {
		struct inspect_tlb_entry entry;

		if (inspect_tlb(view, vcpu, i, &entry) &&
		    translate_by(&entry, vcpu->cp0[CP0_ENTRYHI] & ENTRYHI_ASID, vaddr, gpa)) {
			return true;
		}
	}
	return false;
}

size_t inspect_read_virtual(const struct inspect *view, const struct inspect_vcpu *vcpu,
			    uint64_t vaddr, void *data, size_t size)
{
	struct inspect_vm vm;
	size_t done = 0;

	if (!inspect_vm(view, vcpu->vm, &vm)) {
		return 0;
	}
	while (done < size) {
		size_t left = MAP_PAGE_BYTES - (vaddr + done) % MAP_PAGE_BYTES;
		size_t part = left < size - done ? left : size - done;
		uint64_t gpa;

		if (!inspect_translate(view, vcpu, vaddr + done, &gpa)) {
			break;
		}
		size_t got = inspect_read_physical(view, &vm, gpa, (uint8_t *)data + done, part);

		done += got;
		if (got < part) {
			break;
		}
	}
	return done;
}

size_t inspect_write_virtual(const struct inspect *view, struct machine *machine,
			     const struct inspect_vcpu *vcpu, uint64_t vaddr, const void *data,
			     size_t size)
{
	struct inspect_vm vm;
	size_t done = 0;

	if (!inspect_vm(view, vcpu->vm, &vm)) {
		return 0;
	}
	while (done < size) {
		size_t offset = (vaddr + done) % MAP_PAGE_BYTES;
		size_t left = MAP_PAGE_BYTES - offset;
		size_t part = left < size - done ? left : size - done;
		uint64_t gpa;
		uint64_t paddr;

		if (!inspect_translate(view, vcpu, vaddr + done, &gpa) ||
		    !inspect_own_page(view, &vm, gpa >> MAP_PAGE_SHIFT, &paddr) ||
		    !machine_write_physical(machine, paddr + offset, (const uint8_t *)data + done,
					    part)) {
			break;
		}
		done += part;
	}
	return done;
}
