-- Linux with two CPUs that writes files to a disk and reads them back, while a stream of bytes goes from
-- one network interface to the other; a checkpoint when both are under way. Tests name kernel and disks.
return {
	machine = {
		nodes = 2, memory_per_node = "16M",
		disks = { { image = "root.img", jitter = "50us" }, { image = "data.img", jitter = "50us" } },
		nics = { {}, {} },
	},
	program = "vmlinux",
	bootargs = "root=/dev/vda console=ttyS0 net=10.0.0.1/24 quiet",
	console = {
		{ wait = "# ", send = [[
PS1= PS2=; stty -echo
mount -t tmpfs none /root; cd /root
head -c 60000 /bin/busybox >all
mount /dev/vdb /mnt
disk() {
	for i in 1 2; do
		dd if=all of=/mnt/$i bs=16k conv=fsync 2>/dev/null
		sync
		echo 3 >/proc/sys/vm/drop_caches
		cmp all /mnt/$i && rm /mnt/$i && echo disk $i
	done
}
network() {
	for i in 1 2; do
		until nc 10.0.0.2 7 -e cat all; do usleep 1000; done
	done
}
apart eth1 10.0.0.2/24 sh -c 'for i in 1 2; do nc -l -p 7 </dev/null; done | md5sum >sum' &
ping -c 1 10.0.0.2 >/dev/null
disk & network &
echo und''erway
wait; cat sum; umount /mnt; poweroff -f
]] },
		{ wait = "underway", save = "underway.ckpt" },
	},
}
