-- A parallel program on the library OS in one virtual machine, over all its VCPUs: radix, measured in timing mode
-- between the lines "begin" and "end" (docs/libos.md).
--
--   ninja -C build guests                                makes it (a part of every build)
--   mirrorball run experiments/libos.lua --out results
--
-- The ray tracer: --set modules[1].file=build/guests/libos/libos_raytrace.elf
-- Another size: --set vms[1].bootargs=multi; fewer threads than VCPUs: --set 'vms[1].bootargs=multi 4'
-- Another machine: --set machine.nodes=8 --set machine.memory_per_node=32M --set vms[1].vcpus=8
-- Without a monitor: --set program=build/guests/libos/libos_native_radix.elf --set bootargs=uni
return {
	machine = { nodes = 4, cpus_per_node = 1, memory_per_node = "16M" },
	program = "../build/src/monitor.elf",
	modules = { { name = "libos", file = "../build/guests/libos/libos_radix.elf" } },
	vms = { { name = "libos", memory = "40M", vcpus = 4, kernel = "libos", bootargs = "uni" } },
	console = {
		{ wait = ": begin", timeout = "1h", mode = "timing" },
		{ wait = ": end", timeout = "1h", mode = "fast" },
		{ wait = ", right", timeout = "1h" },
	},
}
