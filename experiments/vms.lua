-- Linux in one or more virtual machines, measured in timing mode from the first "begin" of a workload on: the
-- machine of experiments/reproduce/fig7.lua, which sets the rest.
return {
	machine = { nodes = 1, memory_per_node = "96M", disks = { { image = "../build/guests/root.img" } } },
	program = "../build/src/monitor.elf",
	modules = { { name = "linux", file = "../build/guests/vmlinux-vm" } },
	vms = {
		{
			name = "vm1", memory = "64M", kernel = "linux", privileged = "shared-page",
			disks = { { base = 0, persistent = "off" } },
			bootargs = 'root=/dev/vda console=ttyS0 quiet run="/workloads/pmake quick"',
		},
	},
	console = { { wait = ": begin", timeout = "1h", mode = "timing" } },
}
