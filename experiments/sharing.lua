-- Linux in virtual machines that share a disk: the machine of experiments/reproduce/fig6.lua, which sets the rest.
--
--   guests/build
--   mirrorball run experiments/sharing.lua --out results --set 'vms[1].bootargs=root=/dev/vda console=ttyS0 quiet run="ls"'
--   mirrorball stats results                    what the machines have, what the machine needs for it
return {
	machine = {
		nodes = 1, memory_per_node = "64M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/src/monitor.elf",
	modules = { { name = "linux", file = "../build/guests/vmlinux-vm" } },
	vms = {
		{
			name = "vm1", memory = "40M", kernel = "linux", privileged = "shared-page",
			disks = { { base = 0, persistent = "off" } },
			bootargs = "root=/dev/vda console=ttyS0 quiet",
		},
	},
}
