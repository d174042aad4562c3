/* SPDX-License-Identifier: MIT */
/*
 * vdev.h - the devices that a VM sees at the addresses of machine/map.h (docs/machine/vm.md).
 *
 * An access traps, because no page of theirs is mapped but the clock's; vdev.c takes the load or
 * store apart and asks the device of the page. State is in struct vm, under its lock.
 */
#pragma once

#include "src/include/types.h"

struct vcpu;
struct vm;

#define VDEV_LOOP_BYTES 16

/* The 16550 of machine/uart.h. */
struct vdev_uart {
	uint8_t ier;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
	bool fifo;
	bool thre_pending;
	uint8_t loop_count; /* bytes sent in loop mode, to be received */
	uint8_t loop[VDEV_LOOP_BYTES];
};

/* The time of day of machine/clock.h, without what the machine's own keeps. */
struct vdev_rtc {
	uint64_t offset_ns; /* to the cycle counter, modulo 2^64 */
	uint64_t alarm_ns;
	uint32_t latched[64]; /* VM_VCPUS_MAX: high words for TIME_HI */
	uint32_t written[64];
	bool is_armed;
	bool is_enabled;
	bool has_fired;
};

/* The registers with which cpuctl starts a VCPU. */
struct vdev_start {
	uint64_t value[4]; /* PC, SP, GP, ARG in the order of their offsets */
};

/* A load or store of the guest at guest physical `gpa`, where it has no memory. */
void vdev_access(struct vcpu *vcpu, uint64_t gpa);

/*
 * The devices: an access of `bytes` at `offset` in the page; false is a bus error. A write's value
 * and a read's result are in the low bits.
 */
bool vdev_uart_read(struct vcpu *vcpu, uint32_t offset, uint64_t *value);
void vdev_uart_write(struct vcpu *vcpu, uint32_t offset, uint8_t byte);
bool vdev_intc_access(struct vcpu *vcpu, uint32_t offset, bool write, uint32_t *value);
bool vdev_cpuctl_access(struct vcpu *vcpu, uint32_t offset, unsigned bytes, bool write,
			uint64_t *value);
bool vdev_rtc_access(struct vcpu *vcpu, uint32_t offset, bool write, uint32_t *value);

/* The platform: a character waits for the VM's console, or no longer; from any CPU. */
void vdev_console_input(struct vm *vm);
/* VCPU 0's CPU looks whether the time of day has reached the alarm; returns counts to it, or
 * UINT64_MAX. */
uint64_t vdev_rtc_look(struct vm *vm);
/* State after a reset of the VM. */
void vdev_reset(struct vm *vm);
void vdev_rtc_reset(struct vm *vm);
