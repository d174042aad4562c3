-- The machine of tests/nodes; tests change it with --set and name the program.
return {
	machine = { nodes = 2, memory_per_node = "8M" },
	program = "none",
}
