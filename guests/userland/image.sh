# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2164
#
# image.sh - test programs, root tree and images of the userland; sourced by guests/userland/build.
#
# As with programs.sh, a build_X runs in a scratch folder with the folder for its result as $1.

# The image's size; what the parts need is about half of it.
image_megabytes=48
image_uuid=6d697272-6f72-6261-6c6c-000000000001
hash_seed=6d697272-6f72-6261-6c6c-000000000002

build_tests()
{
	local source name

	mkdir -p "$1/bin"
	for source in "$userland"/tests/*.c; do
		name=${source##*/}
		echo "$source ${name%.c}"
	done | xargs -P "$jobs" -L 1 sh -ec '"$0" -O2 -std=gnu11 -Wall -Wextra -Werror \
		-ffile-prefix-map="$2"=. -o "$4" "$3" -lpthread -lm
		"$1"strip "$4"' "$guest_cc" "$mips_prefix" "$userland" 
	mv ./* "$1/bin/"
}

# workloads_expected FOLDER: what the same programs on the host answer.
workloads_expected()
{
	local lib=$1 set orders

	for set in quick all; do
		mkdir "make.$set"
		ln -s "$out_cc65_host/share" "make.$set/share"
		(
			cd "make.$set"
			PATH=$out_cc65_host/bin:$PATH make -s -f "$lib/pmake.mk" -j "$jobs" "SET=$set"
			find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum >"$lib/pmake.$set"
		)
	done
	for orders in 400 4000; do
		{
			echo ".param set :orders $orders"
			cat "$lib/make.sql"
		} | sqlite3 -batch "db.$orders"
		sqlite3 -batch "db.$orders" <"$lib/queries.sql" >"$lib/answers.$orders"
	done
}

# guests/workloads: programs, scripts and what they read.
build_workloads()
{
	local source=$userland/../workloads common

	mkdir -p "$1/lib"
	common=(-O2 -std=gnu11 -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno -I "$userland/../.."
		"-ffile-prefix-map=$userland/..=." "$source/team.c")
	"$guest_cc" "${common[@]}" -o "$1/radix" "$source/radix.c" -lpthread
	"$guest_cc" "${common[@]}" -o "$1/raytrace" "$source"/{raytrace,scene,trace}.c -lpthread
	"$guest_cc" "${common[@]}" -o "$1/engineering" \
		"$source"/{engineering,netlist,logic,memsim}.c -lpthread
	"${mips_prefix}strip" "$1"/{radix,raytrace,engineering}
	cp "$source"/scripts/{pmake,database} "$1/"
	cp "$source/scripts/pmake.mk" "$source"/sql/*.sql "$1/lib/"
	cp -R "$source/scenes" "$1/"
	workloads_expected "$1/lib"
}

# image_links LIST TREE: busybox's names.
image_links()
{
	local path

	while read -r path; do
		mkdir -p "$2${path%/*}"
		[ -e "$2$path" ] || ln -s /bin/busybox "$2$path"
	done <"$1"
}

# image_expected TREE: what the compiler on the host makes of the self-check's sources, to be
# compared in the guest. The same Makefile runs, in the same folder as seen from the compiler.
image_expected()
{
	local check=$1/usr/lib/selfcheck/cc65 name

	for name in _scanf bsearch getopt gmtime mktime qsort strtok strtol; do
		cp "$out_cc65_host/share/src/common/$name.c" "$check/"
	done
	cp "$out_cc65_host"/share/src/common/_scanf.h "$check/"
	cp -R "$check" host
	(
		cd host
		ln -s "$out_cc65_host/share" share
		PATH=$out_cc65_host/bin:$PATH make -j "$jobs" all
	)
	mkdir "$check/expected"
	cp host/*.s host/*.o host/*.lib host/*.prg host/*.out "$check/expected/"
}

build_root()
{
	local tree=$1 part

	mkdir -p "$tree"/{bin,sbin,dev,proc,sys,tmp,run,root,mnt,etc,usr/bin,usr/lib/selfcheck,usr/share/cc65}
	cp -R "$userland"/rootfs/* "$tree/"
	echo "$image_time" >"$tree/etc/image_time"
	cp "$out_busybox/bin/busybox" "$tree/bin/"
	image_links "$out_busybox/links" "$tree"
	for part in "$out_sqlite" "$out_make" "$out_lua" "$out_cc65"; do
		cp "$part"/bin/* "$tree/usr/bin/"
	done
	cp "$out_tests"/bin/* "$tree/usr/lib/selfcheck/"
	cp -R "$out_cc65_host"/share/* "$tree/usr/share/cc65/"
	cp -RH "$out_workloads" "$tree/workloads"
	image_expected "$tree"
	"$userland/check_isa" "$tree"
	find "$tree" -type d -exec chmod 755 {} +
	find "$tree" -type f -exec chmod u=rwX,go=rX {} +
	chmod 1777 "$tree/tmp"
}

# image_ext2 TREE IMAGE: a file system with the tree, the same bytes whoever builds it: mke2fs takes
# owners and times of change from the host's files, so they are set afterwards.
image_ext2()
{
	local path

	export E2FSPROGS_FAKE_TIME=$image_time
	truncate -s "${image_megabytes}M" "$2"
	mke2fs -q -t ext2 -b 4096 -I 256 -N 4096 -m 0 -L root -U "$image_uuid" \
		-E "hash_seed=$hash_seed,root_owner=0:0,lazy_itable_init=0" -d "$1" "$2"
	(cd "$1" && find . -printf '/%P\n' | LC_ALL=C sort) | while read -r path; do
		echo "set_inode_field \"$path\" uid 0"
		echo "set_inode_field \"$path\" gid 0"
		for field in atime ctime mtime crtime; do
			echo "set_inode_field \"$path\" $field @$image_time"
		done
		for field in atime_extra ctime_extra mtime_extra crtime_extra; do
			echo "set_inode_field \"$path\" $field 0"
		done
	done >commands
	debugfs -w -f commands "$2"
	# debugfs ends with 0 whatever happens.
	e2fsck -fn "$2"
	debugfs -R 'stat /bin/busybox' "$2" | grep -q 'mtime: .*-- .* 1997'
}

# image_cpio TREE ARCHIVE: the tree as an initial RAM disk; owners, times and numbers are fixed.
image_cpio()
{
	find "$1" -exec touch -h -d "@$image_time" {} +
	(cd "$1" && find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z |
		cpio --null --create --format=newc --reproducible --owner=+0:+0 --quiet) >"$2"
}

# Both images: root.img with everything, and initramfs.cpio for a kernel that has no disk, with the
# shell, the self-checks and Lua.
build_image()
{
	local out=$1

	image_ext2 "$out_root" "$out/root.img"
	# -H: the folder may be a link, and what that leads to has to stay whole.
	cp -RH "$out_root" small
	rm -rf small/workloads small/usr/share/cc65 small/usr/lib/selfcheck/{cc65,data,programs/{cc65,make,sqlite}}
	rm -f small/usr/bin/{ar65,ca65,cc65,cl65,ld65,sim65,sqlite3,make}
	image_cpio small "$out/initramfs.cpio"
	(cd "$out" && sha256sum root.img initramfs.cpio >sums)
}

# guests/nfs: an archive to be unpacked from the disk.
build_nfs()
{
	mkdir tree
	"$guest_cc" -O2 -std=gnu11 -Wall -Wextra -Werror "-ffile-prefix-map=$userland/../nfs=." \
		-o tree/nfs "$userland/../nfs/nfs.c"
	"${mips_prefix}strip" tree/nfs
	cp "$userland"/../nfs/{serve,pmake_nfs} tree/
	chmod 755 tree tree/*
	image_cpio tree "$1/nfs.img"
	truncate -s %4096 "$1/nfs.img"
}
