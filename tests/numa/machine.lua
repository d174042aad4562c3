-- SPDX-License-Identifier: MIT
-- Movement of pages: one program on eight nodes, in a virtual machine that sees no nodes. --set changes
-- program, kernel, policies and topology.
return {
	program = "monitor.elf",
	machine = { nodes = 8, memory_per_node = "48M" },
	memory = { l2 = { size = "256K" } },
	modules = { { name = "kernel", file = "kernel.elf" } },
	vms = { { name = "numa", memory = "40M", vcpus = 8, kernel = "kernel",
		policies = { pinned = true } } },
}
