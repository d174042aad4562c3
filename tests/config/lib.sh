#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# lib.sh - cases of tests/config: configurations and what the command says to them. To be sourced by
# a test with the arguments MIRRORBALL PROGRAM.
set -euo pipefail

mirrorball=$1
program=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
cases=0
cd "$scratch"
cp "$program" program.elf
printf 'a kernel' >kernel

# fail TEXT: the case has failed.
fail()
{
	echo "FAIL $1"
	failed=1
}

# run_config STATUS FILE OPTION...: runs it; stderr to $scratch/errors.
run_config()
{
	local wanted=$1 file=$2 status=0
	shift 2

	cases=$((cases + 1))
	timeout 60 "$mirrorball" run --quiet "$@" "$file" >output 2>errors || status=$?
	[ "$status" -eq "$wanted" ] || fail "$file $*: exit code $status, expected $wanted: $(<errors)"
}

# refused LUA REGEX OPTION...: the configuration is refused with one line that matches.
refused()
{
	local text=$1 regex=$2
	shift 2

	printf '%s\n' "$text" >bad.lua
	run_config 2 bad.lua "$@"
	if [ "$(wc -l <errors)" -ne 1 ] || ! grep -qE "^mirrorball: E2 $regex" errors; then
		fail "$text: said '$(<errors)', expected '$regex'"
	fi
}

# accepted LUA OPTION...: the configuration runs to its end.
accepted()
{
	printf '%s\n' "$1" >good.lua
	shift
	run_config 0 good.lua "$@"
}

finish()
{
	echo "$cases cases"
	exit "$failed"
}
