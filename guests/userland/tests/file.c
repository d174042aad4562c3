/* SPDX-License-Identifier: MIT */
/*
 * file.c - files and folders: contents, holes, append, truncation, links, renames, permissions,
 * locks, times, many names in one folder, vectors, events.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

#include "check.h"

#define NAMES 300

static off_t size_of(const char *name)
{
	struct stat status;

	CHECK(stat(name, &status) == 0);
	return status.st_size;
}

static void test_contents(void)
{
	static unsigned char block[5000], found[5000];
	int file = open("contents", O_RDWR | O_CREAT | O_EXCL, 0644);
	unsigned int state = 4;

	CHECK(file >= 0 && open("contents", O_CREAT | O_EXCL | O_RDWR, 0644) == -1 &&
	      errno == EEXIST);
	for (int i = 0; i < 40; i++) {
		memset(block, i + 1, sizeof(block));
		CHECK(write(file, block, sizeof(block)) == sizeof(block));
	}
	for (int i = 0; i < 200; i++) {
		unsigned int at = check_random(&state) % (40 * sizeof(block));

		CHECK(pread(file, found, 1, (off_t)at) == 1 && found[0] == at / sizeof(block) + 1);
	}
	CHECK(fsync(file) == 0 && lseek(file, 0, SEEK_END) == (off_t)(40 * sizeof(block)));
	/* A hole far behind reads as zeros and takes no room. */
	CHECK(pwrite(file, "end", 3, 20000000) == 3 && size_of("contents") == 20000003);
	CHECK(pread(file, found, sizeof(found), 10000000) == sizeof(found));
	for (size_t i = 0; i < sizeof(found); i++) {
		CHECK(found[i] == 0);
	}
	CHECK(ftruncate(file, 12345) == 0 && pread(file, found, 10, 12340) == 5 && found[4] == 3);
	CHECK(ftruncate(file, 12350) == 0 && pread(file, found, 10, 12340) == 10 && found[9] == 0);
	CHECK(close(file) == 0 && read(file, found, 1) == -1 && errno == EBADF);
	CHECK(unlink("contents") == 0);
}

static int append_lines(void *argument)
{
	int file = open("log", O_WRONLY | O_APPEND);

	CHECK(file >= 0);
	for (int i = 0; i < 100; i++) {
		CHECK(write(file, argument, 8) == 8);
	}
	return close(file);
}

static void test_append(void)
{
	char lines[3][9] = { "aaaaaaa\n", "bbbbbbb\n", "ccccccc\n" }, text[9] = "";
	pid_t children[3];
	int counts[3] = { 0 };
	int file = open("log", O_RDWR | O_CREAT, 0600);

	for (int i = 0; i < 3; i++) {
		children[i] = check_start(append_lines, lines[i]);
	}
	for (int i = 0; i < 3; i++) {
		check_join(children[i]);
	}
	while (read(file, text, 8) == 8) {
		CHECK(text[0] >= 'a' && text[0] <= 'c' && strcmp(text, lines[text[0] - 'a']) == 0);
		counts[text[0] - 'a']++;
	}
	CHECK(counts[0] == 100 && counts[1] == 100 && counts[2] == 100);
	CHECK(close(file) == 0 && unlink("log") == 0);
}

static void test_names(void)
{
	struct dirent *entry;
	char name[32], target[32];
	int seen[NAMES] = { 0 };
	struct stat status;
	DIR *folder;

	CHECK(mkdir("folder", 0755) == 0 && mkdir("folder", 0755) == -1 && errno == EEXIST);
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "folder/name-%d", i);
		CHECK(close(open(name, O_CREAT | O_WRONLY, 0600)) == 0);
	}
	CHECK(rmdir("folder") == -1 && errno == ENOTEMPTY);
	folder = opendir("folder");
	CHECK(folder != NULL);
	while ((entry = readdir(folder)) != NULL) {
		int number;

		if (sscanf(entry->d_name, "name-%d", &number) == 1) {
			CHECK(number >= 0 && number < NAMES && seen[number]++ == 0);
		}
	}
	CHECK(closedir(folder) == 0);
	CHECK(link("folder/name-0", "folder/hard") == 0 && symlink("name-0", "folder/soft") == 0);
	CHECK(stat("folder/name-0", &status) == 0 && status.st_nlink == 2);
	CHECK(lstat("folder/soft", &status) == 0 && S_ISLNK(status.st_mode));
	CHECK(readlink("folder/soft", target, sizeof(target)) == 6 &&
	      memcmp(target, "name-0", 6) == 0);
	CHECK(rename("folder/name-1", "folder/name-2") == 0 && access("folder/name-1", F_OK) == -1);
	CHECK(rename("folder", "moved") == 0 && access("moved/name-2", R_OK) == 0);
	CHECK(symlink("loop", "moved/loop") == 0 && open("moved/loop", O_RDONLY) == -1 &&
	      errno == ELOOP);
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "moved/name-%d", i);
		CHECK(seen[i] == 1 && (i == 1 || unlink(name) == 0));
	}
	CHECK(stat("moved/hard", &status) == 0 && status.st_nlink == 1);
	CHECK(unlink("moved/hard") == 0 && unlink("moved/soft") == 0 && unlink("moved/loop") == 0);
	CHECK(rmdir("moved") == 0);
}

static int try_lock(void *argument)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10
	};
	int file = open(argument, O_RDWR);

	CHECK(flock(file, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
	CHECK(fcntl(file, F_SETLK, &range) == -1 && (errno == EAGAIN || errno == EACCES));
	range.l_start = 20;
	CHECK(fcntl(file, F_SETLK, &range) == 0);
	/* Given back by the parent before it waits. */
	range.l_start = 10;
	CHECK(fcntl(file, F_SETLKW, &range) == 0);
	return 0;
}

static void test_locks(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 20 };
	int file = open("locked", O_RDWR | O_CREAT, 0600);
	pid_t child;

	CHECK(file >= 0 && flock(file, LOCK_EX) == 0 && fcntl(file, F_SETLK, &range) == 0);
	child = check_start(try_lock, "locked");
	usleep(30000);
	range.l_type = F_UNLCK;
	CHECK(fcntl(file, F_SETLK, &range) == 0);
	check_join(child);
	CHECK(close(file) == 0 && unlink("locked") == 0);
}

static void test_attributes(void)
{
	struct timespec times[2] = { { 1000, 5000 }, { 876052800, 0 } };
	struct statvfs space;
	struct stat status;

	CHECK(close(open("file", O_CREAT | O_WRONLY, 0666)) == 0);
	CHECK(chmod("file", 04751) == 0 && stat("file", &status) == 0);
	CHECK((status.st_mode & 07777) == 04751 && status.st_uid == getuid());
	CHECK(utimensat(AT_FDCWD, "file", times, 0) == 0 && stat("file", &status) == 0);
	CHECK(status.st_atime == 1000 && status.st_mtime == 876052800);
	CHECK(statvfs(".", &space) == 0 && space.f_bsize > 0 && space.f_namemax >= 255);
	CHECK(truncate("file", 3) == 0 && size_of("file") == 3 && unlink("file") == 0);
}

static void test_vectors(void)
{
	char head[6], tail[8];
	struct iovec out[3] = { { "hello ", 6 }, { "", 0 }, { "vectors", 7 } };
	struct iovec in[2] = { { head, 6 }, { tail, 8 } };
	int from = open("from", O_RDWR | O_CREAT, 0600), to = open("to", O_RDWR | O_CREAT, 0600);
	off_t at = 6;

	CHECK(writev(from, out, 3) == 13 && lseek(from, 0, SEEK_SET) == 0);
	CHECK(readv(from, in, 2) == 13 && memcmp(head, "hello ", 6) == 0 &&
	      memcmp(tail, "vectors", 7) == 0);
	CHECK(sendfile(to, from, &at, 100) == 7 && at == 13 && size_of("to") == 7);
	CHECK(close(from) == 0 && close(to) == 0 && unlink("from") == 0 && unlink("to") == 0);
}

static void test_events(void)
{
	char buffer[256] __attribute__((aligned(8)));
	struct inotify_event *event = (struct inotify_event *)(void *)buffer;
	int watch = inotify_init1(IN_NONBLOCK);

	CHECK(watch >= 0 && inotify_add_watch(watch, ".", IN_CREATE) >= 0);
	CHECK(read(watch, buffer, sizeof(buffer)) == -1 && errno == EAGAIN);
	CHECK(close(open("new", O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(read(watch, buffer, sizeof(buffer)) > 0);
	CHECK(event->mask == IN_CREATE && strcmp(event->name, "new") == 0);
	CHECK(close(watch) == 0 && unlink("new") == 0);
}

int main(void)
{
	test_contents();
	test_append();
	test_names();
	test_locks();
	test_attributes();
	test_vectors();
	test_events();
	return check_ok("file");
}
