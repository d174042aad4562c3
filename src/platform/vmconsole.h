/* SPDX-License-Identifier: MIT */
/* vmconsole.h - the consoles of VMs on the machine's one UART. */
#pragma once

struct vm;

/* Before the VM runs and before memory_give_rest(). */
void vmconsole_init(struct vm *vm);
/* A line without end goes out. */
void vmconsole_flush(struct vm *vm);
