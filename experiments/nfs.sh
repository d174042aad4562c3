# shellcheck shell=bash disable=SC2154 # top is the caller's
# SPDX-License-Identifier: MIT
#
# nfs.sh - the machines of tests/userland/nfs and experiments/remap: a VM serves its files by NFS, others
# mount and read them. To be sourced, with `top` set.

# nfs_files FOLDER: the programs there that are no names of busybox's: 3.3 MB, 808 pages.
nfs_files()
{
	printf "$1/usr/bin/%s " ar65 ca65 cc65 cl65 ld65 sim65 sqlite3 make lua
}

# nfs_machine MONITOR CLIENTS SERVER-MB CLIENT-MB NODES MB-of-a-node: prints the configuration; the kernel's
# file is left in `nfs_kernel`.
nfs_machine()
{
	local monitor=$1 clients=$2 server=$3 client=$4 nodes=$5 memory=$6
	local addresses serve use image tools i

	nfs_kernel=$("$top/guests/linux/build" vm)/vmlinux
	image=$("$top/guests/userland/build")
	tools=$("$top/guests/userland/build" nfs)/nfs.img
	addresses=$(for ((i = 1; i <= clients; i++)); do printf '10.0.0.%d ' $((i + 1)); done)
	serve="sum=\$(cat $(nfs_files "")| cksum) && echo sum \$sum && ./serve / $addresses"
	serve+="&& until [ \$(ls /root/done* 2>/dev/null | wc -l) = $clients ]; do sleep 1; done"
	# A machine that serves nobody yet refuses.
	use="until ./nfs mount 10.0.0.1 7 /mnt 8192; do n=\$((n + 1)); [ \$n -lt 60 ] || exit 1; sleep 1; done"
	use+="; echo reads; sum=\$(cat $(nfs_files /mnt)| cksum) && echo sum \$sum"
	use+=" && echo remapped \$(cat /sys/module/remap/parameters/pages) && touch /mnt/root/done"
	cat <<-END
		local function vm(number, memory, run)
			return { name = number == 0 and "server" or "client" .. number, memory = memory .. "M", kernel = "linux",
				privileged = "shared-page",
				disks = { { base = 0, persistent = "off" }, { base = 1, persistent = "off" } },
				nics = { { mac = string.format("02:00:00:00:00:%02x", number + 1), mtu = 9000 } },
				bootargs = string.format('root=/dev/vda console=ttyS0 quiet net=10.0.0.%d/24 ', number + 1)
					.. 'run="mkdir /run/nfs && cd /run/nfs && cpio -i </dev/vdb && ' .. run .. '"' }
		end
		local vms = { vm(0, $server, [[$serve]]) }
		for i = 1, $clients do
			vms[i + 1] = vm(i, $client, [[$use]] .. i)
		end
		return {
			machine = { nodes = $nodes, memory_per_node = "${memory}M",
				disks = { { image = "$image/root.img" }, { image = "$tools" } } },
			program = "$monitor", modules = { { name = "linux", file = "$nfs_kernel" } }, vms = vms,
		}
	END
}
