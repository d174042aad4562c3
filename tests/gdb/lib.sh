# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# lib.sh - a program under the simulator and gdb on it. The script that sources it sets $gdb and
# $mirrorball.
: "${gdb:?}" "${mirrorball:?}"
work=$(mktemp -d)
pid=
port=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT

fail()
{
	echo "FAIL: $1" >&2
	for file in "$work"/gdb.txt "$work"/run.txt; do
		[ ! -f "$file" ] || sed 's/^/    /' "$file" >&2
	done
	exit 1
}

# start SUBCOMMAND PROGRAM [OPTION...]: runs it with a debugger's port, any free one, into $port.
start()
{
	local command=$1 program=$2
	shift 2
	rm -f "$work/run.txt" # it has the port of the run before
	"$mirrorball" "$command" --gdb 127.0.0.1:0 "$@" "$program" >"$work/run.txt" 2>&1 &
	pid=$!
	port=
	for _ in $(seq 100); do
		[ ! -f "$work/run.txt" ] ||
			port=$(sed -n 's/.*gdb may connect to port \([0-9]*\).*/\1/p' "$work/run.txt")
		[ -z "$port" ] || return 0
		sleep 0.05
	done
	fail "no port was announced"
}

# debug [extended-]remote PROGRAM: the commands on standard input, after the connection.
debug()
{
	{
		printf 'set pagination off\nset confirm off\nset width 0\n'
		printf 'target %s 127.0.0.1:%s\n' "$1" "$port"
		cat
	} >"$work/commands"
	timeout 60 "$gdb" -q -nx -batch -x "$work/commands" "$2" >"$work/gdb.txt" 2>&1 ||
		fail "gdb ended with code $?"
}

# finish CODE: the program must end with it.
finish()
{
	local code=0
	wait "$pid" || code=$?
	pid=
	[ "$code" -eq "$1" ] || fail "exit code $code, expected $1"
}

# shows TEXT...: each must be in what gdb printed.
shows()
{
	for text in "$@"; do
		grep -qF -- "$text" "$work/gdb.txt" || fail "gdb did not show: $text"
	done
}
