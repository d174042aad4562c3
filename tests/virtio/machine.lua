-- The machine of tests/virtio; tests change it with --set and name the program.
return {
	machine = {
		memory_per_node = "16M",
		disks = { { image = "root.img" }, { image = "root.img", read_only = "on" } },
	},
	program = "none",
}
