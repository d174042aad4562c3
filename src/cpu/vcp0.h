/* SPDX-License-Identifier: MIT */
/*
 * vcp0.h - the virtual CP0 registers: what mfc0 and mtc0 of a guest do (docs/machine/vm.md).
 *
 * Registers that the guest may write are on the shared page alone, and checked whenever they are
 * read from there. Of those that it may only read there, the true value is in regs.cp0 and the page
 * has a copy.
 */
#pragma once

#include <stdint.h>

struct vcpu;

/* Bits of Status that a VM has; RE is checked apart. */
#define VCP0_STATUS_BITS                                                                        \
	(STATUS_IE | STATUS_EXL | STATUS_ERL | STATUS_KSU | STATUS_UX | STATUS_SX | STATUS_KX | \
	 STATUS_IM | STATUS_DE | STATUS_CE | STATUS_CH | STATUS_BEV | STATUS_RE | STATUS_FR |   \
	 STATUS_RP | STATUS_CU0 | STATUS_CU1 | STATUS_CU2 | STATUS_CU3)

/* Virtual Status, without bits that do not exist. */
uint32_t vcp0_status(const struct vcpu *vcpu);
/* Virtual Cause, with the lines as they are now. */
uint32_t vcp0_cause(const struct vcpu *vcpu);
/* An address register of the page: of a kernel that uses it, the low word alone while KX is 0. */
uint64_t vcp0_address(const struct vcpu *vcpu, uint64_t value);

/* What dmfc0 gives; mfc0 gives the low word of it. */
uint64_t vcp0_read(struct vcpu *vcpu, unsigned number);
/* mtc0 and dmtc0: both move the whole register (R4000 UM appendix A). */
void vcp0_write(struct vcpu *vcpu, unsigned number, uint64_t value);

/* The monitor's registers of the page. */
void vcp0_set_entryhi(struct vcpu *vcpu, uint64_t value);
void vcp0_set_cause(struct vcpu *vcpu, uint32_t value);
/* Brings the interrupt bits of the page up to date; returns them. */
uint32_t vcp0_update_pending(struct vcpu *vcpu);

/* Registers as after a reset of the VM's kind: machine/boot.h. */
void vcp0_reset(struct vcpu *vcpu);
