-- The guest's self-checks on Linux, natively on 4 nodes with a CPU each: it boots in fast mode, then the
-- checks run in timing mode; where the time went and which nodes' memory was used is measured.
--
--   guests/build
--   mirrorball run experiments/selfcheck.lua --out results
--   mirrorball stats results                    where the time went, a map of misses from node to node
--   mirrorball stats results --plot results.svg
--
-- Other checks (default: those that take seconds): --set console[2].send="selfcheck; poweroff -f\n"
return {
	machine = {
		nodes = 4, cpus_per_node = 1, memory_per_node = "16M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/guests/vmlinux",
	bootargs = "root=/dev/vda console=ttyS0 quiet",
	statistics = { places = "on" },
	console = {
		{ wait = "# ", mode = "timing" },
		{ send = "selfcheck fork pipe thread lua kernel-log; poweroff -f\n" },
	},
}
