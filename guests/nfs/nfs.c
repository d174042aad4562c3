/* SPDX-License-Identifier: MIT */
/*
 * nfs.c - what a machine without NFS tools needs to serve files by the kernel's server and to mount
 * them (docs/userland.md).
 *
 * nfs portmap: answers every call at 127.0.0.1:111 with "yes" and returns once it listens: the
 * kernel's server registers there and does not begin without.
 * nfs mount SERVER FSID DIRECTORY BYTES: mounts export number FSID by NFS 3 over TCP, BYTES a
 * request. The export's file handle is known (FSID_NUM), so nobody is asked for it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/nfs_mount.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define PORT_PORTMAP 111
#define PORT_NFS     2049
#define RECORD_MAX   4096U
#define RECORD_LAST  0x80000000U

static int fail(const char *what)
{
	fprintf(stderr, "nfs: %s: %s\n", what, strerror(errno));
	return 1;
}

static int read_all(int from, void *bytes, size_t count)
{
	char *at = bytes;

	while (count != 0) {
		ssize_t got = read(from, at, count);

		if (got <= 0) {
			return 0;
		}
		at += got;
		count -= (size_t)got;
	}
	return 1;
}

/* Calls of one connection: each is a record, of which only the number matters. */
static void answer(int connection)
{
	uint32_t record[RECORD_MAX / 4];
	uint32_t mark;

	while (read_all(connection, &mark, sizeof(mark))) {
		uint32_t bytes = ntohl(mark) & ~RECORD_LAST;
		/* Reply, accepted, no verifier, success; and the result: true. */
		uint32_t reply[] = { htonl(RECORD_LAST | 28), 0, htonl(1), 0, 0, 0, 0, htonl(1) };

		if (bytes < 4 || bytes > RECORD_MAX || !read_all(connection, record, bytes)) {
			return;
		}
		reply[1] = record[0];
		if (write(connection, reply, sizeof(reply)) != (ssize_t)sizeof(reply)) {
			return;
		}
	}
}

static int portmap(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT_PORTMAP) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 8) != 0) {
		return fail("port 111");
	}
	if (fork() != 0) {
		return 0;
	}
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (connection >= 0 && fork() == 0) {
			answer(connection);
			return 0;
		}
		close(connection);
	}
}

static int mount_export(const char *server, uint32_t fsid, const char *directory, int bytes)
{
	struct nfs_mount_data data = {
		.version = NFS_MOUNT_VERSION,
		.flags = NFS_MOUNT_VER3 | NFS_MOUNT_TCP | NFS_MOUNT_NONLM | NFS_MOUNT_NOACL,
		.rsize = bytes,
		.wsize = bytes,
		.timeo = 600,
		.retrans = 2,
		.acregmin = 3,
		.acregmax = 60,
		.acdirmin = 30,
		.acdirmax = 60,
		.root = { .size = 8 },
	};

	/* Version 1, no authentication, FSID_NUM, the export's root; the number as the server has
	 * it. */
	memcpy(data.root.data, (const char[]){ 1, 0, 1, 0 }, 4);
	memcpy(data.root.data + 4, &fsid, sizeof(fsid));
	data.addr.sin_family = AF_INET;
	data.addr.sin_port = htons(PORT_NFS);
	if (inet_aton(server, &data.addr.sin_addr) == 0) {
		errno = EINVAL;
		return fail(server);
	}
	snprintf(data.hostname, sizeof(data.hostname), "%s", server);
	return mount("server:/", directory, "nfs", 0, &data) == 0 ? 0 : fail(directory);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "portmap") == 0) {
		return portmap();
	}
	if (argc == 6 && strcmp(argv[1], "mount") == 0) {
		return mount_export(argv[2], (uint32_t)strtoul(argv[3], NULL, 0), argv[4],
				    (int)strtol(argv[5], NULL, 0));
	}
	fputs("usage: nfs portmap | nfs mount SERVER FSID DIRECTORY BYTES\n", stderr);
	return 2;
}
