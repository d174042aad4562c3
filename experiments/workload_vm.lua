-- A workload on Linux in a virtual machine on the monitor; otherwise as workload.lua.
--
--   guests/build
--   mirrorball run experiments/workload_vm.lua --out results
--
-- Another workload: --set 'vms[1].bootargs=root=/dev/vda console=ttyS0 quiet run="/workloads/radix multi"'
-- Another machine: --set machine.nodes=8 --set machine.memory_per_node=40M --set vms[1].vcpus=8 --set vms[1].memory=256M
return {
	machine = {
		nodes = 1, cpus_per_node = 1, memory_per_node = "96M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/src/monitor.elf",
	modules = { { name = "linux", file = "../build/guests/vmlinux-vm" } },
	vms = {
		{
			name = "linux", memory = "64M", kernel = "linux", privileged = "shared-page",
			disks = { { base = 0, persistent = "off" } },
			bootargs = 'root=/dev/vda console=ttyS0 quiet run="/workloads/pmake quick"',
		},
	},
	console = {
		{ wait = ": begin", timeout = "1h", mode = "timing" },
		{ wait = ": end", timeout = "1h", mode = "fast" },
		{ wait = ", right", timeout = "1h" },
	},
}
