-- A workload on Linux on the bare machine: boots and comes to its steady state in fast mode, is measured in
-- timing mode until its end (docs/workloads.md). Without more, pmake in its quick size on one CPU.
--
--   guests/build                                            makes kernel and root file system, once
--   mirrorball run experiments/workload.lua --out results   results/stats.json has the counters of the timing mode
--   mirrorball stats results
--
-- Another workload or size: --set 'bootargs=root=/dev/vda console=ttyS0 quiet run="/workloads/radix multi"'
-- Another machine: --set machine.nodes=8 --set machine.memory_per_node=32M
-- In two steps: --set console[1].save=steady.ckpt --set console[1].mode=same, then from there as often as wanted
-- mirrorball resume steady.ckpt --mode timing --out results. In fast mode to the end: --set console[1].mode=same.
return {
	machine = {
		nodes = 1, cpus_per_node = 1, memory_per_node = "64M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/guests/vmlinux",
	bootargs = 'root=/dev/vda console=ttyS0 quiet run="/workloads/pmake quick"',
	console = {
		{ wait = ": begin", timeout = "1h", mode = "timing" },
		{ wait = ": end", timeout = "1h", mode = "fast" },
		{ wait = ", right", timeout = "1h" },
	},
}
