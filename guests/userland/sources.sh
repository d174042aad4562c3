# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
#
# sources.sh - the Debian source packages of the userland: name, SHA-256 and upstream tarball.
# Upstream tarballs stay the same through Debian's updates; see packages_source in tools/packages.sh.

musl_source=(musl
	7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4
	musl_1.2.3.orig.tar.gz)
busybox_source=(busybox
	faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694
	busybox_1.35.0.orig.tar.bz2)
sqlite_source=(sqlite3
	aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655
	sqlite3_3.40.1.orig.tar.xz)
make_source=(make-dfsg
	be4c17542578824e745f83bcd2a9ba264206187247cb6a5f5df99b0a9d1f9047
	make-dfsg_4.3.orig.tar.gz)
lua_source=(lua5.4
	164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61
	lua5.4_5.4.4.orig.tar.gz)
cc65_source=(cc65
	157b8051aed7f534e5093471e734e7a95e509c577324099c3c81324ed9d0de77
	cc65_2.19.orig.tar.gz)
