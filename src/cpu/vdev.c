/* SPDX-License-Identifier: MIT */
/*
 * vdev.c - a guest's load or store where it has no memory: taken apart, given to the device of the
 * page, or answered with a bus error.
 */
#include "src/cpu/vdev.h"

#include "isa/cp0.h"
#include "isa/isa.h"
#include "machine/annotation.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "machine/uart.h"

#include "src/cpu/cpu.h"
#include "src/cpu/exception.h"
#include "src/cpu/moncall.h"
#include "src/cpu/platform.h"
#include "src/cpu/step.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/pmap/pmap.h"
#include "src/virtio/virtio.h"

/* A load or store instruction as an access: its bytes, and what else. 0: none that a device takes.
 */
#define ACCESS_BYTES  0x0f
#define ACCESS_WRITE  0x10
#define ACCESS_SIGNED 0x20

static const uint8_t accesses[] = {
	[ISA_lb] = 1 | ACCESS_SIGNED,
	[ISA_lbu] = 1,
	[ISA_lh] = 2 | ACCESS_SIGNED,
	[ISA_lhu] = 2,
	[ISA_lw] = 4 | ACCESS_SIGNED,
	[ISA_lwu] = 4,
	[ISA_ll] = 4 | ACCESS_SIGNED,
	[ISA_ld] = 8,
	[ISA_lld] = 8,
	[ISA_sb] = 1 | ACCESS_WRITE,
	[ISA_sh] = 2 | ACCESS_WRITE,
	[ISA_sw] = 4 | ACCESS_WRITE,
	[ISA_sd] = 8 | ACCESS_WRITE,
};

static bool console_page(struct vcpu *vcpu, uint32_t offset, bool write, uint64_t *value)
{
	if (offset >= UART_OFFSET && offset < UART_OFFSET + UART_BYTES) {
		if (write) {
			vdev_uart_write(vcpu, offset - UART_OFFSET, (uint8_t)*value);
			return true;
		}
		return vdev_uart_read(vcpu, offset - UART_OFFSET, value);
	}
	if (offset < POWER_RESTART_OFFSET || offset >= POWER_RESTART_OFFSET + POWER_RESTART_BYTES) {
		return false;
	}
	if (write && (uint8_t)*value == POWER_RESTART_GO) {
		vm_end(vcpu->vm, VM_OFF, 0, "off");
	}
	if (!write) {
		*value = 0;
	}
	return true;
}

static bool power_page(struct vcpu *vcpu, uint32_t offset, bool write, uint32_t *value)
{
	if (offset >= POWER_BYTES) {
		return false;
	}
	if (!write) {
		*value = 0;
	} else if (offset == POWER_SAVE) {
		moncall_idle(vcpu);
	} else if (*value == POWER_RESTART_GO) {
		vm_end(vcpu->vm, VM_OFF, 0, "off");
	}
	return true;
}

/* 64 bits, or a half of them: the high word is at the lower offset in both byte orders. */
static bool read_wide(uint64_t wide, uint32_t offset, unsigned bytes, uint64_t *value)
{
	*value = bytes == 8 ? wide : (offset & 4 ? (uint32_t)wide : wide >> 32);
	return bytes >= 4;
}

static bool clock_page(uint32_t offset, unsigned bytes, bool write, uint64_t *value)
{
	if (write) {
		return bytes >= 4;
	}
	return read_wide(offset < 8 ? platform_cycles() : 0, offset, bytes, value);
}

static bool annotation_page(struct vcpu *vcpu, uint32_t offset, unsigned bytes, bool write,
			    uint64_t *value)
{
	if (offset >= ANNOTATION_BYTES || bytes < 4) {
		return false;
	}
	if (!write) {
		switch (offset & ~7U) {
		case ANNOTATION_CYCLES:
			return read_wide(platform_cycles(), offset, bytes, value);
		case ANNOTATION_INSNS:
			return read_wide(vcpu->instructions + platform_instructions(), offset,
					 bytes, value);
		default:
			*value = offset == ANNOTATION_ID ? ANNOTATION_MAGIC : 0;
			return true;
		}
	}
	switch (offset) {
	case ANNOTATION_EXIT:
		vm_end(vcpu->vm, VM_OFF, (uint32_t)*value, "exit");
		return true;
	case ANNOTATION_PANIC:
		vm_end(vcpu->vm, VM_PANIC, (uint32_t)*value, "the guest's kernel has failed");
		return true;
	default:
		/* What is behind is for the monitor to say, or takes doublewords only. */
		if (offset <= ANNOTATION_CHECKPOINT) {
			platform_annotation(vcpu->vm, offset, (uint32_t)*value);
		}
		return true;
	}
}

/* Devices whose registers are words. */
static bool word_page(struct vcpu *vcpu, uint64_t page, uint32_t offset, bool write,
		      uint64_t *value)
{
	uint32_t word = (uint32_t)*value;
	bool is_there = false;

	if (page == MAP_INTC_BASE) {
		is_there = vdev_intc_access(vcpu, offset, write, &word);
	} else if (page == MAP_RTC_BASE) {
		is_there = vdev_rtc_access(vcpu, offset, write, &word);
	} else if (page == MAP_POWER_BASE) {
		is_there = power_page(vcpu, offset, write, &word);
	}
	*value = word;
	return is_there;
}

static bool virtio_page(struct vcpu *vcpu, uint32_t slot, uint32_t offset, unsigned bytes,
			bool write, uint64_t *value)
{
	struct virtio *virtio = vcpu->vm->virtio[slot];
	struct pmap_caller caller = cpu_pmap_caller();

	return virtio_access(virtio, offset, bytes, write, value, &caller);
}

static bool access_device(struct vcpu *vcpu, uint64_t gpa, unsigned bytes, bool write,
			  uint64_t *value)
{
	uint32_t offset = (uint32_t)gpa & (PAGE_BYTES - 1);
	uint64_t page = gpa - offset;

	if (page - MAP_VIRTIO_BASE < MAP_VIRTIO_COUNT * MAP_PAGE_BYTES) {
		return virtio_page(vcpu, (uint32_t)((page - MAP_VIRTIO_BASE) >> PAGE_SHIFT), offset,
				   bytes, write, value);
	}
	switch (page) {
	case MAP_CONSOLE_BASE:
		return console_page(vcpu, offset, write, value);
	case MAP_ANNOTATION_BASE:
		return annotation_page(vcpu, offset, bytes, write, value);
	case MAP_CPUCTL_BASE:
		return vdev_cpuctl_access(vcpu, offset, bytes, write, value);
	case MAP_CLOCK_BASE:
		return clock_page(offset, bytes, write, value);
	default:
		return bytes == 4 && word_page(vcpu, page, offset, write, value);
	}
}

static uint64_t extend(uint64_t value, unsigned bytes, bool is_signed)
{
	unsigned shift = 64U - 8U * bytes;

	value <<= shift;
	return is_signed ? (uint64_t)((int64_t)value >> shift) : value >> shift;
}

/*
 * sc stores only while LLbit is set, and the trap of this access has cleared that: it fails.
 */
void vdev_access(struct vcpu *vcpu, uint64_t gpa)
{
	uint64_t value = 0;
	unsigned access = 0;
	unsigned bytes;
	bool write;
	enum isa_id id;
	uint64_t next;
	uint32_t word;

	cpu_self()->inspect.cause = INSPECT_CAUSE_DEVICE;
	if (!step_fetch(vcpu, &word) || !step_next(vcpu, &next)) {
		return;
	}
	vcpu->counters[VCPU_COUNT_device]++;
	id = isa_decode(word);
	if ((size_t)id < sizeof(accesses)) {
		access = accesses[id];
	}
	bytes = access & ACCESS_BYTES;
	write = (access & ACCESS_WRITE) != 0;
	if (id == ISA_sc || id == ISA_scd) {
		vcpu_set_gpr(vcpu, isa_rt(word), 0);
		vcpu->regs.pc = next;
		return;
	}
	if (write) {
		value = extend(*vcpu_gpr(vcpu, isa_rt(word)), bytes, false);
	}
	if (bytes == 0 || !access_device(vcpu, gpa, bytes, write, &value)) {
		exception_deliver(vcpu, EXC_DBE, 0);
		return;
	}
	if (!write) {
		vcpu_set_gpr(vcpu, isa_rt(word),
			     extend(value, bytes, (access & ACCESS_SIGNED) != 0));
	}
	vcpu->regs.pc = next;
}
