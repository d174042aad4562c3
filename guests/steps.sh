# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # packages_cache and step_common are the caller's
#
# steps.sh - builds the parts of the guests into the cache of tools/packages.sh, step by step.
#
# Sourced by guests/userland/build and guests/linux/malta/build after tools/packages.sh. A step has
# a key made of its inputs; its folder in the cache is there whole or not at all, because it is filled
# under another name and renamed. Runs that need the same step at once wait for the first.

# Both come from who sources this file.
: "${packages_cache:?}" "${step_common=}"
step_cache=$packages_cache/guests

# step_digest FOLDER PATH...: the sums of these files of the folder, and of the files in folders
# among them, with their names.
step_digest()
{
	local folder=$1
	shift
	(cd "$folder" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}

# step NAME INPUT...: sets out_NAME to the folder with the result of build_NAME, built if need be.
#
# build_NAME runs in an empty scratch folder with the folder for its result as $1, and ends at the
# first command that fails. The inputs are strings; they, $step_common and the function's text make
# the key.
step()
{
	local name=$1 key folder lock
	shift

	key=$({
		printf '%s\n' "$step_common" "$@"
		declare -f "build_$name"
	} | sha256sum | cut -c 1-16)
	folder=$step_cache/$name-$key
	printf -v "out_$name" '%s' "$folder"
	if [ -d "$folder" ]; then
		return 0
	fi
	mkdir -p "$step_cache"
	exec {lock}>"$step_cache/.lock.$name"
	flock "$lock"
	# Who had to wait finds the result.
	[ -d "$folder" ] || step_run "$name" "$folder" {lock}>&-
	exec {lock}>&-
}

# step_run NAME FOLDER: only with the step's lock, so an old scratch folder of its name is nobody's.
step_run()
{
	local name=$1 folder=$2 status
	local scratch=$step_cache/partial.$name log=$step_cache/$name.log

	packages_require_space "$step_cache" "${step_megabytes:-500}"
	echo "Building $name" >&2
	rm -rf "$scratch"
	mkdir -p "$scratch/out" "$scratch/work"
	# As a condition of if, the function would go on after an error.
	set +e
	(
		set -e
		# Without links, so that tools agree on the name of where they are.
		cd -P "$scratch/work"
		"build_$name" "$scratch/out"
	) >"$log" 2>&1
	status=$?
	set -e
	if [ $status -ne 0 ]; then
		tail -n 20 "$log" >&2
		rm -rf "$scratch"
		packages_fail 1 "cannot build $name; the end of its messages is above, all are in $log"
	fi
	mv -T "$scratch/out" "$folder"
	rm -rf "$scratch"
}
