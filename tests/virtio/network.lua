-- Three network devices at the machine's switch.
return {
	machine = { memory_per_node = "16M", nics = { {}, {}, { mac = "02:4D:42:00:00:02" } } },
	program = "none",
}
