-- Linux in one virtual machine on the monitor, to a shell: as boot.lua is on the bare machine.
--
--   guests/build                                   makes kernels and root file system, once
--   mirrorball run experiments/vm.lua              boots to the prompt, unattended, and ends there
--   mirrorball run experiments/vm.lua --console    the same, and then the shell is yours; Ctrl-A x quits
--
-- --set vms[1].vcpus=2 --set machine.nodes=2 for two CPUs. A kernel without the patched HAL
-- (guests/linux/build vm_plain) runs with --set vms[1].privileged=trap or rewrite.
return {
	machine = {
		nodes = 1, memory_per_node = "64M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/src/monitor.elf",
	modules = { { name = "linux", file = "../build/guests/vmlinux-vm" } },
	vms = {
		{
			name = "linux", memory = "40M", kernel = "linux", privileged = "shared-page",
			disks = { { base = 0, persistent = "off" } },
			bootargs = "root=/dev/vda console=ttyS0 quiet",
		},
	},
	console = {
		{ wait = "# ", timeout = "60s", stop = "on" },
	},
}
