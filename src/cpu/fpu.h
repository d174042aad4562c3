/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - the FPU, given to a VCPU when it first uses it and taken when another one does.
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct vcpu;

/* Coprocessor 1 unusable, and virtual CU1 is set: the VCPU gets the FPU. */
void fpu_give(struct vcpu *vcpu);
/* The FPU's registers are no VCPU's any more; saves them. */
void fpu_take(struct cpu *cpu);
/* FCR31.C, wherever it is. */
bool fpu_condition(const struct vcpu *vcpu);

/* fpu.S: all 32 registers at 64 bits and FCR31, to and from 32 doublewords. */
uint32_t fpu_save(uint64_t *registers);
void fpu_restore(const uint64_t *registers, uint32_t fcr31);
uint32_t fpu_read_fcr31(void);
