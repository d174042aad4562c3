-- Linux on the bare machine, to a shell.
--
--   guests/build                                     makes kernel and root file system, once
--   mirrorball run experiments/boot.lua              boots to the prompt, unattended, and ends there
--   mirrorball run experiments/boot.lua --console    the same, and then the shell is yours; Ctrl-A x quits
--
-- Another machine: --set machine.nodes=4 --set machine.cpus_per_node=2 --set machine.memory_per_node=64M
-- Another kernel or root: --set program=vmlinux --set initrd=root.cpio. Results and console: --out DIR.
-- A checkpoint to go on from: --set console[1].save=booted.ckpt, then mirrorball resume booted.ckpt.
return {
	machine = { nodes = 1, cpus_per_node = 1, memory_per_node = "64M" },
	program = "../build/guests/vmlinux",
	initrd = "../build/guests/initramfs.cpio",
	bootargs = "console=ttyS0 panic=0",
	console = {
		{ wait = "# ", timeout = "60s", stop = "on" },
	},
}
