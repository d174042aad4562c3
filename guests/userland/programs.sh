# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2164
#
# programs.sh - how each part of the userland is built; sourced by guests/userland/build.
#
# A function build_X runs in an empty scratch folder, with the folder for its result as $1, and
# ends at the first command that fails. $jobs, $userland (this folder), $guest_cc (the compiler
# wrapper) and the folders of earlier steps ($out_sysroot, ...) are set. Nothing of a scratch folder's
# name may get into a result: two builds give the same bytes.

# compile_all OPTION... -- FILE...: an object of each file, in the working folder.
compile_all()
{
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	# Names in messages of failed assertions must not depend on the cache's place.
	options+=("-ffile-prefix-map=${source:-$userland}=.")
	printf '%s\0' "$@" | xargs -0 -P "$jobs" -n 4 "$guest_cc" -c "${options[@]}"
}

# install_program FILE DIRECTORY: stripped.
install_program()
{
	mkdir -p "$2"
	"$mips_prefix"strip -o "$2/${1##*/}" "$1"
}

# The C library and, in place of libgcc, what gcc calls on a processor without the instructions.
# The kernel's headers come from Debian's package for the cross compiler.
build_sysroot()
{
	local out=$1 source

	source=$(packages_source "${musl_source[@]}")
	mkdir musl
	cd musl
	"$source/configure" --target=mips --prefix=/ --syslibdir=/lib --disable-shared \
		--disable-wrapper CROSS_COMPILE="$mips_prefix" LIBCC= CFLAGS="-O2 -g0" \
		CC="$mips_cc -EB -mips2 -mtune=r4000 -mabi=32 -mhard-float -mfp32 -mabicalls -mno-shared -fno-pic -ffile-prefix-map=$source=."
	make -j "$jobs"
	make DESTDIR="$out" install
	cp -R "$kernel_headers"/{linux,asm,asm-generic,mtd} "$out/include/"

	mkdir ../helpers
	cd ../helpers
	MIRRORBALL_SYSROOT=$out compile_all -O2 -ffreestanding -fno-builtin -std=gnu11 -Wall \
		-Wextra -Wconversion -Werror -- "$userland"/helpers/*.c "$userland/../lib/div64.c"
	"$mips_prefix"ar rcsD "$out/lib/libgcc.a" ./*.o
}

build_busybox()
{
	local out=$1 source line make

	source=$(packages_source "${busybox_source[@]}")
	make=(make -C "$source" O="$PWD" ARCH=mips CROSS_COMPILE="$mips_prefix" CC="$guest_cc")
	export KCONFIG_NOTIMESTAMP=1 SOURCE_DATE_EPOCH=$image_time
	"${make[@]}" defconfig
	while read -r line; do
		sed -i -e "/^CONFIG_${line%%=*}=/d" -e "/^# CONFIG_${line%%=*} is/d" .config
		case $line in
		*=n) echo "# CONFIG_${line%=n} is not set" ;;
		*) echo "CONFIG_$line" ;;
		esac >>.config
	done < <(sed -e 's/#.*//' -e '/^$/d' "$userland/busybox.config")
	# oldconfig asks about what the changes made visible; the defaults will do.
	"${make[@]}" oldconfig < <(yes '')
	"${make[@]}" -j "$jobs" busybox
	install_program busybox "$out/bin"
	"${make[@]}" busybox.links
	cp busybox.links "$out/links"
}

build_sqlite()
{
	local out=$1 source

	source=$(packages_source "${sqlite_source[@]}")
	cat >Makefile <<-EOF
		TOP = $source
		BCC = $host_cc -O1
		TCC = false
		NAWK = awk
		include \$(TOP)/main.mk
	EOF
	make sqlite3.c shell.c
	# At -O1: the file has 240,000 lines, and -O2 takes twice the time.
	"$guest_cc" -O1 -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_ENABLE_MATH_FUNCTIONS \
		-o sqlite3 shell.c sqlite3.c
	install_program sqlite3 "$out/bin"
}

build_make()
{
	local out=$1 source name files=()

	source=$(packages_source "${make_source[@]}")
	cp "$userland/make_config.h" config.h
	cp "$source/lib/glob.in.h" glob.h
	cp "$source/lib/fnmatch.in.h" fnmatch.h
	for name in ar arscan commands default dir expand file function getopt getopt1 guile hash \
		implicit job load loadapi main misc output posixos read remake remote-stub rule \
		signame strcache variable version vpath; do
		files+=("$source/src/$name.c")
	done
	compile_all -O2 -w -DHAVE_CONFIG_H -DLOCALEDIR='"/usr/share/locale"' -DLIBDIR='"/usr/lib"' \
		-DINCLUDEDIR='"/usr/include"' -I. -I"$source/src" -- \
		"${files[@]}" "$source/lib/glob.c" "$source/lib/fnmatch.c"
	"$guest_cc" -o make ./*.o
	install_program make "$out/bin"
}

build_lua()
{
	local out=$1 source files

	source=$(packages_source "${lua_source[@]}")
	mapfile -t files < <(find "$source/src" -name '*.c' ! -name luac.c | LC_ALL=C sort)
	compile_all -O2 -std=gnu99 -DLUA_USE_POSIX -- "${files[@]}"
	"$guest_cc" -o lua ./*.o
	install_program lua "$out/bin"
}

# cc65_programs COMPILER: its programs with that compiler, in bin/ of the working folder.
cc65_programs()
{
	local source

	source=$(packages_source "${cc65_source[@]}")
	cp -R "$source"/{src,libsrc,asminc,cfg,include} .
	make -C src -j "$jobs" CC="$1" PREFIX=/usr BUILD_ID=N/A \
		USER_CFLAGS="-O2 -w -DFIXED_TIME=$image_time -include $userland/fixed_time.h" \
		ar65 ca65 cc65 cl65 ld65 sim65
}

build_cc65()
{
	local program

	cc65_programs "$guest_cc"
	for program in bin/*; do
		install_program "$program" "$1/bin"
	done
}

# The same compiler for the host, and what both read in share/: headers and, made by the one on the
# host, the library of the simulated 6502, together with the sources of that library.
build_cc65_host()
{
	local out=$1

	cc65_programs "$host_cc"
	# Objects have the names of included files in them.
	make -C libsrc -j "$jobs" CC65_HOME=.. sim6502
	mkdir -p "$out/share/lib" "$out/share/src"
	cp -R bin "$out/"
	cp -R asminc include "$out/share/"
	mkdir "$out/share/cfg"
	cp cfg/sim6502.cfg "$out/share/cfg/"
	cp lib/sim6502.lib "$out/share/lib/"
	cp -R libsrc/{common,runtime,sim6502} "$out/share/src/"
}
