/* SPDX-License-Identifier: MIT */
/* emulate.h - privileged instructions of a guest kernel. */
#pragma once

struct vcpu;

/* Coprocessor unusable: gives the guest its FPU, emulates CP0, or passes the exception on. */
void emulate_coprocessor(struct vcpu *vcpu);
/* syscall: a monitor call of the kernel, or the guest's own. */
void emulate_syscall(struct vcpu *vcpu);
