-- Linux on the bare machine with one CPU, as experiments/overhead measures it: it boots and warms up in
-- fast mode, then caches in timing mode, and leaves a checkpoint. From there the measured part runs.
--
--   mirrorball run experiments/overhead_native.lua --set 'console[1].send=PROGRAM' --set console[3].save=F
--   mirrorball resume F --out DIR
--
-- The program prints "pass N." behind each of equal pieces of work.
return {
	machine = {
		nodes = 1, memory_per_node = "40M",
		disks = { { image = "../build/guests/root.img" } },
	},
	program = "../build/guests/vmlinux",
	bootargs = "root=/dev/vda console=ttyS0 quiet",
	console = {
		{ wait = "# ", send = "exit\n" },
		{ wait = "pass 2.", mode = "timing" },
		{ wait = "pass 4.", save = "overhead_native.ckpt", stop = "on" },
		{ wait = "pass 7.", stop = "on" },
	},
}
