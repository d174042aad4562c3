/* SPDX-License-Identifier: MIT */
/*
 * devices.c - interrupt controller, messages, CPU control, clock, power-save, node controllers,
 * annotation port: all optional, found in the tree.
 *
 * A machine without one of them (QEMU's Malta has none but the UART) does with less: one CPU, time
 * from Count, sleeping by not sleeping.
 */
#include "src/platform/devices.h"

#include "machine/annotation.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/node.h"
#include "machine/power.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/include/memory.h"
#include "src/numa/movement.h"
#include "src/platform/boot.h"
#include "src/platform/console.h"
#include "src/platform/disk.h"
#include "src/platform/machine.h"
#include "src/platform/vms.h"

/* The only message: look at your requests. */
#define MESSAGE_KICK 0x1

#define NS_PER_SECOND 1000000000

/* The tree has been read. */
static bool is_ready;
/* Number + 1 of the CPU where the UART is masked because the console is full; 0 = none. */
static uint32_t uart_masked_on;
/* Where pages are told, if anybody wants to know; 0: nobody. */
static uint64_t own;

void devices_init(void)
{
	is_ready = true;
	if (machine.annotation != NO_DEVICE &&
	    device_read32(machine.annotation + ANNOTATION_OWN_ASKED) == 1) {
		own = machine.annotation + ANNOTATION_OWN;
	}
}

void devices_start_cpu(uint32_t number)
{
	if (machine.intc != NO_DEVICE) {
		device_write32(machine.intc + (uint64_t)number * INTC_CPU_STRIDE + INTC_MASK_SET,
			       UINT32_MAX);
	}
	if (machine.messages != NO_DEVICE) {
		(void)device_read32(machine.messages + number * INTC_IPI_STRIDE + INTC_IPI_TAKE);
	}
}

static void set_mask(uint32_t number, uint32_t sources, bool is_masked)
{
	device_write32(machine.intc + (uint64_t)number * INTC_CPU_STRIDE +
			       (is_masked ? INTC_MASK_SET : INTC_MASK_CLEAR),
		       sources);
}

static void set_uart_mask(uint32_t number, bool is_masked)
{
	set_mask(number, 1U << machine.uart_source, is_masked);
}

void devices_route(uint32_t number)
{
	if (machine.intc != NO_DEVICE) {
		set_mask(number, disks_sources(), false);
		set_uart_mask(number, false);
		console_enable_input();
	}
}

void devices_wait(uint32_t sources)
{
	if (machine.intc != NO_DEVICE) {
		set_mask(cpu_self()->number, sources, false);
		cp0_write(CP0_STATUS, STATUS_KX | platform_interrupt_mask());
		platform_sleep();
		cp0_write(CP0_STATUS, STATUS_KX);
		set_mask(cpu_self()->number, sources, true);
	}
}

void devices_input_taken(void)
{
	uint32_t number = atomic_swap(&uart_masked_on, 0);

	if (number != 0) {
		set_uart_mask(number - 1, false);
	}
}

void devices_start(uint32_t number, uint64_t pc, uint64_t sp, uint64_t argument)
{
	uint64_t block = machine.cpuctl + number * CPUCTL_CPU_STRIDE;

	device_write64(block + CPUCTL_PC, pc);
	device_write64(block + CPUCTL_SP, sp);
	device_write64(block + CPUCTL_GP, 0);
	device_write64(block + CPUCTL_ARG, argument);
	device_write32(block + CPUCTL_COMMAND, CPUCTL_START);
}

static void wait_for_ever(void)
{
	for (;;) {
		if (machine.power != NO_DEVICE) {
			/* Nothing unmasked can come: with all CPUs here the run ends. */
			cp0_write(CP0_STATUS, STATUS_KX);
			device_write32(machine.power + POWER_SAVE, 0);
		}
	}
}

void devices_off(uint32_t code)
{
	if (code != 0 && machine.annotation != NO_DEVICE) {
		device_write32(machine.annotation + ANNOTATION_EXIT, code);
	}
	if (machine.off != NO_DEVICE) {
		device_write32(machine.off, machine.off_value);
	}
	wait_for_ever();
	__builtin_unreachable();
}

void devices_fail(uint32_t kind, uint32_t who, uint64_t pc)
{
	if (is_ready && machine.annotation != NO_DEVICE) {
		device_write32(machine.annotation + ANNOTATION_PANIC_WHO, who);
		device_write64(machine.annotation + ANNOTATION_PANIC_PC, pc);
		device_write32(machine.annotation + ANNOTATION_PANIC, kind);
	}
	for (;;) {
	}
}

void devices_refuse(void)
{
	if (is_ready && machine.annotation == NO_DEVICE) {
		devices_off(0);
	}
	devices_fail(ANNOTATION_PANIC_REFUSED, 0, 0);
}

bool devices_alias(uint32_t node, uint64_t base, uint64_t bytes)
{
	uint64_t controller = machine.node_controller[node];

	if (controller == NO_DEVICE) {
		return false;
	}
	device_write64(controller + NODE_ALIAS_BASE, base);
	device_write32(controller + NODE_ALIAS_SIZE, (uint32_t)bytes);
	return device_read32(controller + NODE_ALIAS_STATE) == NODE_ALIAS_ON;
}

/* src/cpu/platform.h */

/* Of the UART VM 0 is told. A full console stays masked until that has read (devices_input). */
static void device_interrupt(const struct cpu *cpu)
{
	uint32_t sources =
		device_read32(machine.intc + cpu->number * INTC_CPU_STRIDE + INTC_STATUS);

	if (sources & disks_sources()) {
		disks_interrupt();
	}
	if (!(sources & 1U << machine.uart_source)) {
		return;
	}
	if (!console_receive()) {
		set_uart_mask(cpu->number, true);
		atomic_store(&uart_masked_on, cpu->number + 1);
	}
	if (vms_count() != 0) {
		vdev_console_input(vms_get(0));
	}
}

void platform_interrupt(struct cpu *cpu, uint32_t ip)
{
	if (ip & 1U << (CAUSE_IP_SHIFT + LINES_IP_DEVICE)) {
		device_interrupt(cpu);
	}
	if (ip & 1U << (CAUSE_IP_SHIFT + LINES_IP_IPI)) {
		/* Taken first, then looked at: a request made after this raises the line again. */
		(void)device_read32(machine.messages + cpu->number * INTC_IPI_STRIDE +
				    INTC_IPI_TAKE);
	}
	if (ip & 1U << (CAUSE_IP_SHIFT + LINES_IP_NODE)) {
		movement_interrupt(cpu);
	}
}

uint32_t platform_interrupt_mask(void)
{
	uint32_t mask = 0;

	if (machine.intc != NO_DEVICE) {
		mask |= 1U << (STATUS_IM_SHIFT + LINES_IP_DEVICE);
	}
	if (machine.messages != NO_DEVICE) {
		mask |= 1U << (STATUS_IM_SHIFT + LINES_IP_IPI);
	}
	if (movement_is_on()) {
		mask |= 1U << (STATUS_IM_SHIFT + LINES_IP_NODE);
	}
	return mask;
}

void platform_kick(uint32_t number)
{
	if (machine.messages != NO_DEVICE) {
		device_write32(machine.messages + number * INTC_IPI_STRIDE + INTC_IPI_SET,
			       MESSAGE_KICK);
	}
}

void ipi_shootdown(uint32_t cpu)
{
	platform_kick(cpu);
}

void platform_sleep(void)
{
	if (machine.power != NO_DEVICE) {
		device_write32(machine.power + POWER_SAVE, 0);
	}
}

uint64_t platform_cycles(void)
{
	if (machine.clock != NO_DEVICE) {
		return device_read64(machine.clock + CLOCK_CYCLES);
	}
	/* Count goes at half the clock. At boot there is no struct cpu to extend it to 64 bits. */
	return 2 * (boot_is_done() ? cpu_time(cpu_self()) : cp0_read(CP0_COUNT));
}

uint32_t platform_frequency(void)
{
	return machine.clock_hz;
}

uint64_t platform_instructions(void)
{
	return machine.annotation == NO_DEVICE
		       ? 0
		       : device_read64(machine.annotation + ANNOTATION_INSNS);
}

/* The high word is latched for this CPU by reading the low one (docs/machine/clock.md). */
uint64_t platform_time_ns(void)
{
	uint64_t low;

	if (machine.rtc == NO_DEVICE) {
		uint64_t cycles = platform_cycles();
		uint64_t hz = machine.clock_hz;

		/* Time since boot; in two parts, or it would overflow after 18 seconds. */
		return cycles / hz * NS_PER_SECOND + cycles % hz * NS_PER_SECOND / hz;
	}
	low = device_read32(machine.rtc + RTC_TIME_LO);
	return (uint64_t)device_read32(machine.rtc + RTC_TIME_HI) << 32 | low;
}

void platform_annotation(struct vm *vm, uint32_t offset, uint32_t value)
{
	(void)vm;
	if (machine.annotation != NO_DEVICE) {
		device_write32(machine.annotation + offset, value);
	}
}

void page_own(uint32_t op, uint32_t vm, uint32_t mpn)
{
	if (own != 0) {
		device_write64(own, (uint64_t)vm << ANNOTATION_OWN_VM_SHIFT | op | mpn);
	}
}

__attribute__((noinline)) void platform_runs(const struct vcpu *vcpu)
{
	if (own != 0) {
		device_write32(machine.annotation + ANNOTATION_OWN_RUN,
			       vcpu != NULL ? vcpu->regs.number << 16 | vcpu->vm->number
					    : ANNOTATION_OWN_NOBODY);
	}
}

void platform_frame(const struct nic_frame *frame)
{
	if (machine.annotation != NO_DEVICE) {
		device_write64(machine.annotation + ANNOTATION_FRAME, memory_paddr(frame));
	}
}
