/* SPDX-License-Identifier: MIT */
/* vdev_intc.c - a VM's interrupt controller and its cpuctl (machine/intc.h, machine/cpuctl.h). */
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/lines.h"

#include "src/cpu/cpu.h"
#include "src/cpu/moncall.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/bits.h"

#define LINE_DEVICE (1U << (CAUSE_IP_SHIFT + LINES_IP_DEVICE))
#define LINE_IPI    (1U << (CAUSE_IP_SHIFT + LINES_IP_IPI))

#define START_REGISTERS 4

static void drive(struct vcpu *vcpu, uint32_t line, bool is_up)
{
	if (is_up) {
		vcpu_raise(vcpu, line);
	} else {
		vcpu_lower(vcpu, line);
	}
}

static void drive_device(struct vm *vm, uint32_t number)
{
	drive(vm->vcpus[number], LINE_DEVICE, (vm->source_level & ~vm->source_mask[number]) != 0);
}

/* The lock is held. */
void vm_set_source(struct vm *vm, unsigned source, bool is_up)
{
	uint32_t bit = 1U << source;

	if (((vm->source_level & bit) != 0) == is_up) {
		return;
	}
	vm->source_level ^= bit;
	for (uint32_t i = 0; i < vm->vcpu_count; i++) {
		drive_device(vm, i);
	}
}

/* Message bits of a VCPU; the lock is held, so that the line is what they say. */
static uint32_t change_messages(struct vcpu *vcpu, uint32_t set, uint32_t clear)
{
	uint32_t before = vcpu->messages;

	vcpu->messages = (before | set) & ~clear;
	drive(vcpu, LINE_IPI, vcpu->messages != 0);
	return before;
}

void moncall_ipi(struct vcpu *vcpu, uint32_t number, uint32_t bits)
{
	struct vm *vm = vcpu->vm;

	if (number < vm->vcpu_count) {
		lock_acquire(&vm->lock);
		change_messages(vm->vcpus[number], bits, 0);
		lock_release(&vm->lock);
	}
}

static void messages(struct vm *vm, uint32_t number, uint32_t reg, bool write, uint32_t *value)
{
	struct vcpu *vcpu = vm->vcpus[number];
	uint32_t set = write && reg == INTC_IPI_SET ? *value : 0;
	uint32_t clear = write && reg == INTC_IPI_CLEAR ? *value : 0;

	if (!write && reg == INTC_IPI_TAKE) {
		clear = UINT32_MAX;
	}
	*value = change_messages(vcpu, set, clear);
	if (!write && reg != INTC_IPI_TAKE && reg != INTC_IPI_PENDING) {
		*value = 0;
	}
}

static void sources(struct vm *vm, uint32_t number, uint32_t reg, bool write, uint32_t *value)
{
	uint32_t *mask = &vm->source_mask[number];

	if (write) {
		*mask |= reg == INTC_MASK_SET ? *value : 0;
		*mask &= ~(reg == INTC_MASK_CLEAR ? *value : 0);
		drive_device(vm, number);
	} else if (reg == INTC_STATUS) {
		*value = vm->source_level;
	} else {
		*value = reg == INTC_MASK_STATUS ? *mask : 0;
	}
}

bool vdev_intc_access(struct vcpu *vcpu, uint32_t offset, bool write, uint32_t *value)
{
	struct vm *vm = vcpu->vm;
	bool is_message = offset >= INTC_IPI_BASE;
	uint32_t number = offset / INTC_CPU_STRIDE;

	_Static_assert(INTC_CPU_STRIDE == INTC_IPI_STRIDE, "one division");
	if (offset >= INTC_BYTES) {
		return false;
	}
	if (is_message) {
		number -= INTC_IPI_BASE / INTC_IPI_STRIDE;
	}
	if (number >= vm->vcpu_count) {
		*value = 0;
		return true;
	}
	lock_acquire(&vm->lock);
	if (is_message) {
		messages(vm, number, offset % INTC_IPI_STRIDE, write, value);
	} else {
		sources(vm, number, offset % INTC_CPU_STRIDE, write, value);
	}
	lock_release(&vm->lock);
	return true;
}

static void command(struct vcpu *vcpu, uint32_t number, uint32_t value)
{
	struct vm *vm = vcpu->vm;
	const uint64_t *start = vm->start[number].value;

	switch (value) {
	case CPUCTL_START:
		(void)moncall_start(vcpu, number, start[0], start[1], start[2], start[3]);
		break;
	case CPUCTL_STOP:
		vcpu_request(vm->vcpus[number], VCPU_REQUEST_STOP);
		break;
	case CPUCTL_RESUME:
		vcpu_request(vm->vcpus[number], VCPU_REQUEST_RESUME);
		break;
	case CPUCTL_NMI:
	case CPUCTL_SOFT_RESET:
	case CPUCTL_COLD_RESET:
		vcpu_request(vm->vcpus[number], VCPU_REQUEST_NMI);
		break;
	default:
		break;
	}
}

static uint32_t state_of(const struct vcpu *vcpu)
{
	switch (vcpu->regs.state) {
	case INSPECT_VCPU_OFF:
		return CPUCTL_STATE_STOPPED;
	case INSPECT_VCPU_IDLE:
		return CPUCTL_STATE_SLEEPS;
	default:
		return CPUCTL_STATE_RUNNING;
	}
}

/* PC, SP, GP, ARG: a word or both; writing the low one extends its sign. */
static void start_register(uint64_t *reg, uint32_t offset, unsigned bytes, bool write,
			   uint64_t *value)
{
	bool is_low = (offset & 4) != 0;

	if (!write) {
		*value = bytes == 8 ? *reg : (is_low ? (uint32_t)*reg : *reg >> 32);
	} else if (bytes == 8) {
		*reg = *value;
	} else {
		*reg = is_low ? bits_sign_extend(*value) : *value << 32 | (uint32_t)*reg;
	}
}

bool vdev_cpuctl_access(struct vcpu *vcpu, uint32_t offset, unsigned bytes, bool write,
			uint64_t *value)
{
	struct vm *vm = vcpu->vm;
	uint32_t number = offset / CPUCTL_CPU_STRIDE;
	uint32_t reg = offset % CPUCTL_CPU_STRIDE;
	bool is_there = number < vm->vcpu_count;
	bool is_start = reg < START_REGISTERS * 8;

	if (bytes != 4 && !(bytes == 8 && is_start)) {
		return false;
	}
	if (is_there && is_start) {
		start_register(&vm->start[number].value[reg / 8], reg, bytes, write, value);
	} else if (write) {
		if (is_there && reg == CPUCTL_COMMAND) {
			command(vcpu, number, (uint32_t)*value);
		}
	} else if (reg == CPUCTL_SELF) {
		*value = vcpu->regs.number;
	} else if (reg == CPUCTL_COUNT) {
		*value = vm->vcpu_count;
	} else {
		*value = is_there && reg == CPUCTL_STATE ? state_of(vm->vcpus[number]) : 0;
	}
	return true;
}

void vdev_reset(struct vm *vm)
{
	vm->uart = (struct vdev_uart){ .ier = 0 };
	vdev_rtc_reset(vm);
	vm->source_level = 0;
	vm->source_mask[0] = 0;
	for (uint32_t i = 1; i < VM_VCPUS_MAX; i++) {
		vm->source_mask[i] = UINT32_MAX;
	}
}
