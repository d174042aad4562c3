# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# packages.sh - Debian packages and Debian source packages for the scripts of this tree.
#
# Sourced by ./check, ./demo and scripts that need a source package. Package lists lie in
# tools/packages/<purpose>.list. Downloads go to a cache outside the tree; an entry of the cache is
# complete or absent, because it is filled under another name and renamed.

packages_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages_cache=${MIRRORBALL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mirrorball}

# Prints the message and ends the script with the given exit code.
packages_fail()
{
	local code=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$code"
}

# packages_list PURPOSE...: the packages, one a line.
packages_list()
{
	local purpose

	for purpose in "$@"; do
		sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$packages_root/tools/packages/$purpose.list"
	done
}

# packages_missing PURPOSE...: those of them that are not installed.
packages_missing()
{
	local package status

	for package in $(packages_list "$@"); do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=absent
		# Several architectures of one package give the word once each.
		case $status in
		installed*) ;;
		*) echo "$package" ;;
		esac
	done
}

# packages_require_space DIRECTORY MEGABYTES: fails before a full disk does.
packages_require_space()
{
	local free

	free=$(df --output=avail -m "$1" | tail -n 1)
	if [ "$free" -lt "$2" ]; then
		packages_fail 7 "$2 MB of free space needed in $1, there are $((free)) MB"
	fi
}

# packages_ensure PURPOSE...: installs what is missing; quick when nothing is.
packages_ensure()
{
	local missing as_root=()

	if ! command -v dpkg-query >/dev/null; then
		packages_fail 1 "this is not Debian; install the equivalents of: $(packages_list "$@" |
			tr '\n' ' ')and pass --no-install"
	fi
	missing=$(packages_missing "$@" | tr '\n' ' ')
	if [ -z "$missing" ]; then
		return 0
	fi
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			packages_fail 1 "not root, and no sudo; as root, run: apt-get install $missing"
		fi
		as_root=(sudo)
	fi
	echo "Installing with apt: $missing"
	packages_require_space /var/cache/apt 1500
	# shellcheck disable=SC2086
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
		apt-get update -q && apt-get install -q -y --no-install-recommends "$@"' sh $missing >&2 ||
		packages_fail 1 "apt could not install: $missing(its messages are above; --no-install skips this)"
	missing=$(packages_missing "$@" | tr '\n' ' ')
	if [ -n "$missing" ]; then
		packages_fail 1 "still not installed after apt: $missing"
	fi
}

# Apt with a configuration of its own: the system's sources and proxy settings, source packages
# switched on, all state in the cache. So neither root nor a change of the system is needed.
packages_apt_source()
{
	local state=$packages_cache/apt file

	mkdir -p "$state/sources.list.d" "$state/lists/partial" "$state/archives/partial"
	rm -f "$state/sources.list" "$state"/sources.list.d/*
	if [ -f /etc/apt/sources.list ]; then
		sed -nE '/^deb .*debian\.org|^deb .*\/debian/{p;s/^deb /deb-src /p}' \
			/etc/apt/sources.list >"$state/sources.list"
	fi
	for file in /etc/apt/sources.list.d/*.sources; do
		if [ -f "$file" ] && grep -Eqi '^URIs:.*debian' "$file"; then
			sed -E 's/^Types:.*/Types: deb deb-src/' "$file" \
				>"$state/sources.list.d/${file##*/}"
		fi
	done
	apt-get -q \
		-o Dir::Etc::sourcelist="$state/sources.list" \
		-o Dir::Etc::sourceparts="$state/sources.list.d" \
		-o Dir::State::lists="$state/lists" \
		-o Dir::Cache="$state" \
		-o Dir::Cache::archives="$state/archives" \
		-o APT::Sandbox::User="$(id -un)" \
		"$@"
}

# packages_source NAME SHA256 FILE [PATH...]
#
# Prints a directory that holds FILE (the upstream tarball of Debian source package NAME) unpacked,
# or only those PATHs of it (wildcards as tar has them). Downloads once, checks the sum, keeps the
# result. The upstream tarball stays the same through Debian's security updates, so its sum is all
# the version that a caller needs to fix.
packages_source()
{
	local name=$1 sum=$2 file=$3
	shift 3
	local key tarball=$packages_cache/sources/$sum/$file tree partial lock

	key=$(printf '%s\n' "$sum" "$@" | sha256sum | cut -c 1-16)
	tree=$packages_cache/trees/$name-$key
	if [ -d "$tree" ]; then
		echo "$tree"
		return 0
	fi
	mkdir -p "$packages_cache/sources" "$packages_cache/trees"
	packages_require_space "$packages_cache" 1000
	# One download at a time; who had to wait finds the file.
	exec {lock}>"$packages_cache/sources/.lock"
	flock "$lock"
	if [ ! -f "$tarball" ]; then
		partial=$(mktemp -d "$packages_cache/sources/partial.XXXXXX")
		echo "Downloading $file (source of Debian's $name)" >&2
		if ! packages_apt_source update >&2 ||
			! (cd "$partial" && packages_apt_source source --download-only --tar-only \
				"$name" >&2); then
			rm -rf "$partial"
			packages_fail 1 "apt could not download the source of $name"
		fi
		if ! echo "$sum  $partial/$file" | sha256sum --check --status 2>/dev/null; then
			rm -rf "$partial"
			packages_fail 1 "the source of $name has no $file with SHA-256 $sum"
		fi
		mv -T "$partial" "${tarball%/*}"
	fi
	exec {lock}>&-
	partial=$(mktemp -d "$packages_cache/trees/partial.XXXXXX")
	if ! tar -C "$partial" --strip-components=1 --wildcards -xf "$tarball" "$@"; then
		rm -rf "$partial"
		packages_fail 1 "cannot unpack $tarball"
	fi
	# A second run of this function may have been faster; its tree is the same.
	mv -T "$partial" "$tree" 2>/dev/null || rm -rf "$partial"
	echo "$tree"
}

# packages_deb NAME VERSION SHA256
#
# Prints the path of that package's file, which is only downloaded, not installed. Debian's archive
# drops old versions with security updates: if this one is gone, the newest one serves, and says so.
packages_deb()
{
	local name=$1 version=$2 sum=$3 pinned newest partial lock file

	pinned=$packages_cache/sources/$sum
	newest=$packages_cache/sources/$name-newest
	mkdir -p "$packages_cache/sources"
	# One download at a time; who had to wait finds the file.
	exec {lock}>"$packages_cache/sources/.lock"
	flock "$lock"
	if [ ! -d "$pinned" ] && [ ! -d "$newest" ]; then
		packages_require_space "$packages_cache" 1000
		partial=$(mktemp -d "$packages_cache/sources/partial.XXXXXX")
		echo "Downloading Debian's $name" >&2
		packages_apt_source update >&2 || true
		if (cd "$partial" && packages_apt_source download "$name=$version" >&2) &&
			echo "$sum  $(echo "$partial"/*.deb)" | sha256sum --check --status; then
			mv -T "$partial" "$pinned"
		elif rm -f "$partial"/*.deb &&
			(cd "$partial" && packages_apt_source download "$name" >&2); then
			mv -T "$partial" "$newest"
		else
			rm -rf "$partial"
			packages_fail 1 "apt could not download $name (its messages are above)"
		fi
	fi
	exec {lock}>&-
	if [ -d "$pinned" ]; then
		file=$(echo "$pinned"/*.deb)
	else
		file=$(echo "$newest"/*.deb)
		echo "${0##*/}: Debian has no $name $version any more; taking ${file##*/}" >&2
	fi
	echo "$file"
}
