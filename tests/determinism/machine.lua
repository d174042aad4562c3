-- The machine of the test determinism/run; the test names the program.
return {
	machine = { nodes = 4, cpus_per_node = 2, memory_per_node = "8M", seed = 5 },
	program = "none",
	modules = { { name = "kernel", file = "machine.lua" } },
	vms = { { name = "vm", kernel = "kernel", vcpus = 3 } },
}
