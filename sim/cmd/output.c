/* SPDX-License-Identifier: MIT */
/* output.c - temporary files that become results together. */
#include "sim/cmd/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (128U << 10)

/* Every file that a run may leave in its directory: what --force replaces. */
static const char *const result_names[] = {
	"config.json",   "stats.json", "series.csv",  "state-hash",     "console-0.txt",
	"console-1.txt", "trace.txt",  "profile.txt", "profile.folded", "trace.movement.csv",
};

const char *output_console_name(unsigned console)
{
	static const char *const names[OUTPUT_CONSOLES] = { "console-0.txt", "console-1.txt" };

	return names[console];
}

static bool out_of_memory(struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

bool output_begin(struct output_set *set, const char *directory, bool force, struct error *err)
{
	struct stat status;

	*set = (struct output_set){ .directory = directory };
	if (directory == NULL) {
		return true;
	}
	if (mkdir(directory, 0777) == 0) {
		set->was_created = true;
		return true;
	}
	if (errno != EEXIST) {
		return error_set(err, EXIT_HOST_IO, "--out: cannot create directory %s: %s",
				 directory, strerror(errno));
	}
	if (stat(directory, &status) != 0 || !S_ISDIR(status.st_mode)) {
		return error_set(err, EXIT_USAGE, "--out: %s exists and is no directory",
				 directory);
	}
	if (!force) {
		return error_set(
			err, EXIT_USAGE,
			"--out: %s exists; its results are kept, use --force to replace them",
			directory);
	}
	return true;
}

static void forget(struct output_file *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct output_file){ 0 };
}

/* Beside the final name, so that renaming stays within a file system. */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	int directory = slash != NULL ? (int)(slash + 1 - path) : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.%ld.part", directory, path, path + directory, (long)getpid()) <
	    0) {
		return NULL;
	}
	return name;
}

/* A link that is left after realpath(): what it leads to has no name. */
static bool is_link(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

/* Takes over `path`, which was allocated. */
static FILE *add_file(struct output_set *set, char *path, struct error *err)
{
	struct output_file *file = &set->file[set->count];
	struct stat status;

	*file = (struct output_file){ .path = path };
	/* /dev/null, a pipe: nothing to rename, and nobody wants them replaced by a file. */
	bool is_special = stat(path, &status) == 0 && (!S_ISREG(status.st_mode) || is_link(path));

	if (!is_special) {
		file->temporary = temporary_name(path);
		if (file->temporary == NULL) {
			forget(file);
			out_of_memory(err);
			return NULL;
		}
	}
	const char *name = is_special ? path : file->temporary;

	file->stream = fopen(name, "we");
	if (file->stream == NULL) {
		error_set(err, EXIT_HOST_IO, "cannot create %s: %s", name, strerror(errno));
		forget(file);
		return NULL;
	}
	setvbuf(file->stream, NULL, _IOFBF, BUFFER_BYTES);
	set->count++;
	return file->stream;
}

/* Is it the regular file that standard output or standard error goes to? */
static bool is_taken(const struct stat *status)
{
	struct stat taken;

	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fstat(fd, &taken) == 0 && taken.st_dev == status->st_dev &&
		    taken.st_ino == status->st_ino) {
			return S_ISREG(status->st_mode);
		}
	}
	return false;
}

/*
 * A link is never replaced: not one to nothing, and not /dev/stdout, whose file may have no name of
 * its own. Nor is a file replaced under a stream that goes on writing to it.
 */
static bool check_path(const char *path, struct error *err)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		return lstat(path, &status) != 0 ||
		       error_set(err, EXIT_HOST_IO, "cannot create %s: it is a link to nothing",
				 path);
	}
	return !is_taken(&status) ||
	       error_set(err, EXIT_USAGE,
			 "%s is where standard output or error goes; expected another file", path);
}

FILE *output_add_path(struct output_set *set, const char *path, struct error *err)
{
	if (!check_path(path, err)) {
		return NULL;
	}
	char *copy = realpath(path, NULL); /* not the link is to be replaced, but the file */

	if (copy == NULL) {
		copy = strdup(path);
	}
	if (copy == NULL || set->count == OUTPUT_FILES_MAX) {
		free(copy);
		out_of_memory(err);
		return NULL;
	}
	return add_file(set, copy, err);
}

FILE *output_add(struct output_set *set, const char *name, struct error *err)
{
	char *path;

	if (set->count == OUTPUT_FILES_MAX || asprintf(&path, "%s/%s", set->directory, name) < 0) {
		out_of_memory(err);
		return NULL;
	}
	return add_file(set, path, err);
}

bool output_add_json(struct output_set *set, const char *name, const json_t *document,
		     struct error *err)
{
	FILE *stream = output_add(set, name, err);

	if (stream == NULL) {
		return false;
	}
	/* Errors of the stream are sticky: output_commit() sees them. */
	json_dumpf(document, stream, JSON_INDENT(2) | JSON_SORT_KEYS);
	putc('\n', stream);
	return true;
}

/* Writes out what is buffered: after it the disk has all of the file. */
static bool complete_file(struct output_file *file, struct error *err)
{
	errno = 0;
	bool is_written = fflush(file->stream) == 0 && ferror(file->stream) == 0;
	int failure = errno;

	if (fclose(file->stream) != 0 && is_written) {
		is_written = false;
		failure = errno;
	}
	file->stream = NULL;
	if (is_written) {
		return true;
	}
	return error_set(err, EXIT_HOST_IO, "cannot write %s: %s", file->path,
			 failure != 0 ? strerror(failure) : "an earlier write failed");
}

static bool is_in_set(const struct output_set *set, const char *path)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (strcmp(set->file[i].path, path) == 0) {
			return true;
		}
	}
	return false;
}

/* Results of an earlier run that this one does not replace would be taken for its own. */
static bool remove_stale(const struct output_set *set, struct error *err)
{
	bool removed = true;

	if (set->directory == NULL || set->was_created) {
		return true;
	}
	for (size_t i = 0; removed && i < sizeof(result_names) / sizeof(result_names[0]); i++) {
		char *path;

		if (asprintf(&path, "%s/%s", set->directory, result_names[i]) < 0) {
			return out_of_memory(err);
		}
		if (!is_in_set(set, path) && unlink(path) != 0 && errno != ENOENT) {
			removed = error_set(err, EXIT_HOST_IO, "cannot remove %s: %s", path,
					    strerror(errno));
		}
		free(path);
	}
	return removed;
}

static bool rename_files(struct output_set *set, struct error *err)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct output_file *file = &set->file[i];

		if (file->temporary == NULL) {
			continue;
		}
		if (rename(file->temporary, file->path) != 0) {
			return error_set(err, EXIT_HOST_IO, "cannot write %s: %s", file->path,
					 strerror(errno));
		}
		free(file->temporary);
		file->temporary = NULL;
	}
	return true;
}

bool output_commit(struct output_set *set, struct error *err)
{
	bool good = true;

	for (unsigned i = 0; good && i < set->count; i++) {
		good = complete_file(&set->file[i], err);
	}
	good = good && remove_stale(set, err) && rename_files(set, err);
	if (good) {
		set->was_created = false;
	}
	output_discard(set);
	return good;
}

void output_discard(struct output_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct output_file *file = &set->file[i];

		if (file->stream != NULL) {
			fclose(file->stream);
		}
		if (file->temporary != NULL) {
			unlink(file->temporary);
		}
		forget(file);
	}
	set->count = 0;
	if (set->was_created) {
		/* Fails, rightly, if somebody else put something into it. */
		rmdir(set->directory);
		set->was_created = false;
	}
}
