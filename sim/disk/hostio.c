/* SPDX-License-Identifier: MIT */
/* hostio.c - see hostio.h. */
#include "sim/disk/hostio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_full(void)
{
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
}

static bool failed(const struct host_file *file, const char *what, struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "cannot %s %s: %s%s", what, file->path, strerror(errno),
			 is_full() ? "; make room and start again: what was flushed before is there"
				   : "");
}

static bool failed_to_keep(struct host_file *file, const char *what, struct error *err)
{
	file->is_full = is_full();
	return failed(file, what, err);
}

void host_file_init(struct host_file *file)
{
	memset(file, 0, sizeof(*file));
	file->fd = -1;
}

bool host_open(struct host_file *file, const char *path, enum host_mode mode,
	       struct host_watch *watch, struct error *err)
{
	static const int flags[] = {
		[HOST_READ] = O_RDONLY,
		[HOST_WRITE] = O_RDWR,
		[HOST_CREATE] = O_RDWR | O_CREAT | O_EXCL,
	};
	struct stat stat;

	host_file_init(file);
	file->watch = watch;
	snprintf(file->path, sizeof(file->path), "%s", path);
	/* A pipe must not hold us up; it is refused below. */
	file->fd = open(path, flags[mode] | O_CLOEXEC | O_NONBLOCK, 0666);
	if (file->fd < 0) {
		return failed(file, mode == HOST_CREATE ? "create" : "open", err);
	}
	if (fstat(file->fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
		host_close(file);
		return error_set(err, EXIT_USAGE, "%s is not a regular file", path);
	}
	if (mode == HOST_CREATE && watch != NULL && !watch->ops->created(watch, file)) {
		return failed(file, "create", err);
	}
	return true;
}

void host_close(struct host_file *file)
{
	if (file->fd >= 0) {
		close(file->fd);
	}
	file->fd = -1;
}

bool host_lock(struct host_file *file, bool is_exclusive, struct error *err)
{
	while (flock(file->fd, (is_exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
		if (errno == EINTR) {
			continue;
		}
		if (errno == EWOULDBLOCK) {
			return error_set(err, EXIT_HOST_IO, "%s is in use by another mirrorball",
					 file->path);
		}
		/* Without locks a file may still be read. */
		return is_exclusive ? failed(file, "lock", err) : true;
	}
	return true;
}

bool host_is_current(const struct host_file *file)
{
	struct stat open_file;
	struct stat named;

	return fstat(file->fd, &open_file) == 0 && stat(file->path, &named) == 0 &&
	       open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

bool host_size(const struct host_file *file, uint64_t *size, struct error *err)
{
	struct stat stat;

	if (fstat(file->fd, &stat) != 0) {
		return failed(file, "look at", err);
	}
	*size = (uint64_t)stat.st_size;
	return true;
}

bool host_resize(struct host_file *file, uint64_t size, struct error *err)
{
	if (file->watch != NULL && !file->watch->ops->resize(file->watch, file, size)) {
		return failed(file, "resize", err);
	}
	return ftruncate(file->fd, (off_t)size) == 0 || failed(file, "resize", err);
}

bool host_read(const struct host_file *file, uint64_t offset, void *data, size_t size,
	       struct error *err)
{
	uint8_t *bytes = data;

	while (size > 0) {
		ssize_t done = pread(file->fd, bytes, size, (off_t)offset);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done < 0) {
			return failed(file, "read", err);
		}
		if (done == 0) {
			return error_set(err, EXIT_HOST_IO, "%s is cut off: it ends at byte %llu",
					 file->path, (unsigned long long)offset);
		}
		bytes += done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	return true;
}

bool host_write(struct host_file *file, uint64_t offset, const void *data, size_t size,
		struct error *err)
{
	const uint8_t *bytes = data;

	if (file->watch != NULL &&
	    !file->watch->ops->write(file->watch, file, offset, data, size)) {
		return failed_to_keep(file, "write", err);
	}
	while (size > 0) {
		ssize_t done = pwrite(file->fd, bytes, size, (off_t)offset);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done <= 0) {
			return failed_to_keep(file, "write", err);
		}
		bytes += done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	return true;
}

bool host_sync(struct host_file *file, enum host_sync_reason reason, struct error *err)
{
	if (file->watch != NULL && !file->watch->ops->sync(file->watch, file, reason)) {
		return failed_to_keep(file, "sync", err);
	}
	/* An error is never tried again: the host may have dropped what it could not write. */
	return fdatasync(file->fd) == 0 || failed_to_keep(file, "sync", err);
}

/* Makes the names of the folder that `file` lies in permanent. */
static bool sync_folder(struct host_file *file, struct error *err)
{
	char folder[HOST_PATH_BYTES];
	char *slash;
	bool good;
	int fd;

	if (file->watch != NULL && !file->watch->ops->sync(file->watch, file, HOST_SYNC_NAME)) {
		return failed(file, "sync the folder of", err);
	}
	snprintf(folder, sizeof(folder), "%s", file->path);
	slash = strrchr(folder, '/');
	if (slash == NULL) {
		strcpy(folder, ".");
	} else {
		slash[slash == folder ? 1 : 0] = '\0';
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems have no sync of a folder. */
	good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
	if (!good) {
		failed(file, "sync the folder of", err);
	}
	if (fd >= 0) {
		close(fd);
	}
	return good;
}

bool host_publish(struct host_file *file, const char *path, struct error *err)
{
	if (file->watch != NULL && !file->watch->ops->rename(file->watch, file, path)) {
		return failed(file, "rename", err);
	}
	if (rename(file->path, path) != 0) {
		return failed(file, "rename", err);
	}
	snprintf(file->path, sizeof(file->path), "%s", path);
	return sync_folder(file, err);
}

void host_temporary(const char *path, char *name, size_t size)
{
	snprintf(name, size, "%s.%ld.part", path, (long)getpid());
}

void host_discard(struct host_file *file)
{
	static const char ending[] = ".part";
	size_t length = strlen(file->path);

	if (file->fd >= 0 && length >= sizeof(ending) &&
	    strcmp(file->path + length - strlen(ending), ending) == 0) {
		unlink(file->path);
	}
	host_close(file);
}
