-- Two Linux virtual machines on the monitor, on a ccNUMA machine of 4 nodes: ./demo runs this.
--
--   guests/build                              makes kernels and root file system, once
--   mirrorball run experiments/two_vms.lua    boots both, runs a part of the self-checks in each, ends
--
-- Both have the same disk, copy-on-write, and each writes what is its own. They boot in fast mode; the
-- machine changes to timing mode when the first program of one starts its script.
-- Other machines: --set machine.nodes=8 --set vms[1].vcpus=4 --set vms[1].privileged=rewrite
-- Another workload: --set 'vms[2].bootargs=root=/dev/vda console=ttyS0 quiet run="selfcheck"'
local vms = {}
for i, name in ipairs({ "one", "two" }) do
	vms[i] = {
		name = name, memory = "32M", vcpus = 2, kernel = "linux", privileged = "shared-page",
		disks = { { base = 0, persistent = "off" } },
		bootargs = 'root=/dev/vda console=ttyS0 quiet run="selfcheck cpu fork sqlite"',
	}
end
return {
	machine = {
		nodes = 4, cpus_per_node = 1, memory_per_node = "24M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/src/monitor.elf",
	modules = { { name = "linux", file = "../build/guests/vmlinux-vm" } },
	vms = vms,
	console = { { wait = "rcS'", mode = "timing" } },
}
