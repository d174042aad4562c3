# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of plans share. Sourced with MIRRORBALL and PROGRAMS as $1 and $2.
set -euo pipefail

mirrorball=$(realpath "$1")
programs=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

die()
{
	echo "FAIL: $*" >&2
	sed 's/^/    /' err >&2 || true
	exit 1
}

# ends CODE TEXT ARGUMENT...: exit code and last line of stderr of the command.
ends()
{
	local code=$1 text=$2 result=0
	shift 2
	timeout 100 "$mirrorball" "$@" >out 2>err </dev/null || result=$?
	[ "$result" -eq "$code" ] || die "$*: exit code $result, expected $code"
	[ "$code" -eq 0 ] || tail -n 1 err | grep -Eq "^mirrorball: E$code .*$text" ||
		die "$*: the last line does not say '$text'"
}

# ran: how many runs the last command did.
ran()
{
	grep -c ' done in ' err || true
}

# query TEXT: asks the store.
query()
{
	sqlite3 dir/results.db "$1"
}

# The bare machine under a plan.
cat >machine.lua <<EOF
return { machine = { memory_per_node = "8M" }, program = "$programs/campaign_answer.elf" }
EOF
