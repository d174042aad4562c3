/* SPDX-License-Identifier: MIT */
/*
 * gang.h - VMs whose VCPUs run at the same time (policy "gang").
 *
 * When the first VCPU of such a VM that wants to run gets its turn, a period of one slice begins:
 * until it ends the CPUs of the others prefer these. Outside of periods they run only where nobody
 * else wants to. Time in a period counts like any other, so the VM gets what its first VCPU is due.
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct vcpu;

/* A period of its VM is under way. */
bool gang_is_on(const struct vcpu *vcpu, uint64_t now);
/* The VCPU waits for a period that another one begins. */
bool gang_waits(const struct vcpu *vcpu, uint64_t now);
/* The VCPU gets its turn: a period begins if it is its VM's to begin one. Its end, or 0. */
uint64_t gang_begin(struct cpu *cpu, struct vcpu *vcpu, uint64_t now);
/* Another VCPU of its gang is on that CPU. */
bool gang_meets_on(const struct vcpu *vcpu, const struct cpu *cpu);
