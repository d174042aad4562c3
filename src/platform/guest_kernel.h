/* SPDX-License-Identifier: MIT */
/* guest_kernel.h - puts a VM's kernel and device tree into its memory. */
#pragma once

#include "src/include/types.h"

struct vm;

/*
 * From the boot modules that `tree_node` of the machine's tree names. Sets entry, tree and
 * boot_flags of the VM. What is wrong with a kernel that cannot be run, or NULL.
 */
const char *guest_kernel_load(struct vm *vm, uint32_t tree_node);
/* The same module once more, into memory that has been cleared; false: no memory. */
bool guest_kernel_reload(struct vm *vm, uint32_t tree_node);
