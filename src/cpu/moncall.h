/* SPDX-License-Identifier: MIT */
/* moncall.h - monitor calls (machine/moncall.h). */
#pragma once

#include "src/include/types.h"

struct vcpu;

/* The call in v0; regs.pc is past it already. */
void moncall(struct vcpu *vcpu);

/*
 * For moncall.c and virtual devices: the VCPU waits until an interrupt that Status.IM lets through
 * is up, whatever IE is (docs/machine/power.md).
 */
void moncall_idle(struct vcpu *vcpu);
/* Starts VCPU `number`, which the caller's VM has; false: it is not OFF. */
bool moncall_start(struct vcpu *vcpu, uint32_t number, uint64_t pc, uint64_t sp, uint64_t gp,
		   uint64_t arg);
/* Stops the caller. */
void moncall_stop(struct vcpu *vcpu);
/* Sets message bits of VCPU `number`, as INTC_IPI_SET. */
void moncall_ipi(struct vcpu *vcpu, uint32_t number, uint32_t bits);
