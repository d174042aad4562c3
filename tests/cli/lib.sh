# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of the command share. Sourced with MIRRORBALL and MAKE_ELF as $1 and $2.
set -euo pipefail

mirrorball=$1
make_elf=$2
work=$(mktemp -d)
trap 'umount "$work/small" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
failures=0
cases=0

# make NAME [PROGRAM] [KEY=VALUE...]: a program of make_elf in the current directory.
make()
{
	"$make_elf" "$@"
}

complain()
{
	echo "FAIL: $1" >&2
	sed 's/^/    /' err >&2
	failures=$((failures + 1))
}

# ends CODE TEXT ARGUMENT...: exit code, and a last line on stderr that names the cause: for a code
# other than 0 it begins with "mirrorball: E<code> " and has TEXT (a regular expression).
ends()
{
	local code=$1 text=$2 result=0
	shift 2
	cases=$((cases + 1))
	timeout 60 "$mirrorball" "$@" >out 2>err </dev/null || result=$?
	if [ "$result" -ne "$code" ]; then
		complain "$*: exit code $result, expected $code"
	elif [ "$code" -ne 0 ] && ! tail -n 1 err | grep -Eq "^mirrorball: E$code .*$text"; then
		complain "$*: the last line does not say '$text'"
	fi
}

# refused CODE TEXT ARGUMENT...: like ends, and nothing else is said or left behind.
refused()
{
	local before
	before=$(find . | sort)
	ends "$@"
	if [ -s out ] || [ "$(wc -l <err)" -ne 1 ]; then
		complain "${*:3}: more output than the one line of the error"
	fi
	if [ "$(find . | sort)" != "$before" ]; then
		complain "${*:3}: files were left behind"
	fi
}

# patch FILE OFFSET BYTE...: overwrites bytes, given in hexadecimal.
patch()
{
	local bytes=''
	printf -v bytes '\\x%s' "${@:3}"
	# The bytes are the format.
	# shellcheck disable=SC2059
	printf "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# expect WHAT COMMAND...: the command must succeed.
expect()
{
	local what=$1
	shift
	cases=$((cases + 1))
	"$@" >/dev/null 2>&1 || complain "$what"
}

finish()
{
	echo "$cases cases, $failures failures"
	[ "$failures" -eq 0 ] && [ "$cases" -gt 0 ]
}

: >out
: >err
