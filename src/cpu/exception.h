/* SPDX-License-Identifier: MIT */
/*
 * exception.h - exceptions delivered to a guest (R4000 UM chapter 5; docs/machine/vm.md).
 *
 * Each takes the trap that brought the guest here for granted: EPC is regs.pc, BD as in trap_cause.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/* `code` (EXC_*), at the general vector; Cause.CE becomes `unit`. */
void exception_deliver(struct vcpu *vcpu, unsigned code, unsigned unit);
/* An address error at `vaddr`. */
void exception_deliver_address(struct vcpu *vcpu, unsigned code, uint64_t vaddr);
/* A TLB exception; `is_refill` selects the refill vectors while EXL is 0. */
void exception_deliver_tlb(struct vcpu *vcpu, unsigned code, uint64_t vaddr, bool is_refill);
/* Between two instructions: regs.pc is where the guest would go on. */
void exception_deliver_interrupt(struct vcpu *vcpu);
/* NMI and the resets: their vector is in boot memory, which no VM has. */
void exception_reset(struct vcpu *vcpu);
/* eret. */
void exception_return(struct vcpu *vcpu);
