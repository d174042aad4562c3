# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# source.sh - Debian's Linux sources with patches, and how a kernel is made of them.
#
# Sourced by guests/linux/build and guests/linux/malta/build after tools/packages.sh and
# guests/steps.sh. The functions run inside of steps: in an empty folder, ending at the first error.

linux_prefix=mips-linux-gnu-
linux_cc=${MIPS_CC:-${linux_prefix}gcc}
linux_host_cc=${CC:-cc}
linux_jobs=${MIRRORBALL_JOBS:-2}

# Sets linux_deb to the package with the sources, and what makes a kernel besides its own folder.
linux_prepare()
{
	local tool

	for tool in "$linux_cc" "$linux_host_cc" "${linux_prefix}ld" make flex bison bc patch xz \
		dpkg-deb; do
		command -v "$tool" >/dev/null ||
			packages_fail 1 "no $tool; tools/packages/guests.list has the packages that the guests need"
	done
	linux_deb=$(packages_deb linux-source-6.1 6.1.192-2 \
		ae95fe63d4c553f8d0e6c86cb1ab566f3894a43743eb19ab585cd97d82f26514)
	linux_inputs=$("${linux_prefix}gcc" --version | head -n 1
		"${linux_prefix}ld" --version | head -n 1
		echo "${linux_deb##*/}"
		declare -f linux_unpack linux_make linux_configure linux_install)
}

# linux_unpack PATCH...: the sources, with these patches in their order.
linux_unpack()
{
	local patch

	# Nearly half of the sources are graphics and sound, which no guest has.
	dpkg-deb --fsys-tarfile "$linux_deb" | tar -xO ./usr/src/linux-source-6.1.tar.xz |
		tar -xJ --strip-components=1 --exclude='linux-source-6.1/Documentation/*/*' \
			--exclude='linux-source-6.1/drivers/gpu/drm/*/*.[ch]' \
			--exclude='linux-source-6.1/sound/*.[ch]'
	for patch in "$@"; do
		echo "${patch##*/}"
		patch -p1 --fuzz=0 --no-backup-if-mismatch <"$patch"
	done
}

# linux_make ARGUMENT...: make with everything fixed that would tell one build from another.
linux_make()
{
	make ARCH=mips CROSS_COMPILE="$linux_prefix" CC="$linux_cc" HOSTCC="$linux_host_cc" \
		KBUILD_BUILD_TIMESTAMP='Sun Oct  5 00:00:00 UTC 1997' KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_USER=mirrorball KBUILD_BUILD_HOST=mirrorball "$@"
}

# linux_configure FILE...: all options off, but for those of the files.
linux_configure()
{
	local line lost=0

	cat "$@" >wanted
	linux_make KCONFIG_ALLCONFIG=wanted allnoconfig
	while IFS= read -r line; do
		if [[ $line == CONFIG_* ]] && ! grep -qxF "$line" .config; then
			echo "the configuration does not come to $line"
			lost=1
		fi
	done <wanted
	return $lost
}

# linux_install OUT: the kernel with its symbols, but without what only the linker needs.
linux_install()
{
	local status=0

	# What the build ids of the kernel and of what it maps into programs are made of. 1: not found.
	grep -F -e "$PWD" -e "$(pwd -P)" vmlinux arch/mips/vdso/*.dbg.raw || status=$?
	if [ $status -ne 1 ]; then
		echo "the kernel would not be the same if it were built in another folder"
		return 1
	fi
	"${linux_prefix}strip" --strip-debug -o "$1/vmlinux" vmlinux
	cp .config "$1/config"
	cp System.map "$1/"
}
