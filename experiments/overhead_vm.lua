-- What experiments/overhead_native.lua is, in a virtual machine with one VCPU and as much memory.
--
-- Others: --set vms[1].privileged=trap (with modules[1].file=VMLINUX without the patched HAL), or rewrite;
-- --set vms[1].policies.large-entries=true.
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
		{ wait = "# ", send = "exit\n" },
		{ wait = "pass 2.", mode = "timing" },
		{ wait = "pass 4.", save = "overhead_vm.ckpt", stop = "on" },
		{ wait = "pass 7.", stop = "on" },
	},
}
