# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# files.sh - which files the style checks look at. Sourced by them, in the tree's root.

# files PATTERN...: files that git knows and new ones; without a usable git tree (a tarball, or one
# that belongs to somebody else) all but the build's. A pattern is a shell pattern for the whole path.
files()
{
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard
	else
		find . \( -path ./build -o -path ./.git \) -prune -o -type f -print | sed 's|^\./||'
	fi | while IFS= read -r file; do
		# A file may be gone from the tree and not yet from git's index.
		if [ -f "$file" ]; then
			for pattern in "$@"; do
				# shellcheck disable=SC2254
				case $file in
				$pattern)
					printf '%s\n' "$file"
					break
					;;
				esac
			done
		fi
	done | sort
}

# c_files: the C sources and headers; headers that are assembly throughout are none.
c_files()
{
	files '*.c' '*.h' | while IFS= read -r file; do
		if ! grep -qE '^[[:space:]]*\.(macro|set)\b' "$file"; then
			printf '%s\n' "$file"
		fi
	done
}
