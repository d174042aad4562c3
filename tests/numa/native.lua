-- SPDX-License-Identifier: MIT
-- The same machine for the same program without a monitor.
return {
	program = "program.elf",
	machine = { nodes = 8, memory_per_node = "48M" },
	memory = { l2 = { size = "256K" } },
}
