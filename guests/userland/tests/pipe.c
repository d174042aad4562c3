/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - pipes between processes: data in order through a chain, records of several writers, a
 * writer without a reader, select, poll and epoll, socket pairs, passing a descriptor, named pipes.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "check.h"

#define STAGES  4
#define BYTES   200000
#define WRITERS 6
#define RECORDS 100
#define RECORD  64

static void write_all(int file, const unsigned char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t part = write(file, bytes, count);

		CHECK(part > 0);
		bytes += part;
		count -= (size_t)part;
	}
}

/* Writes a sequence in pieces of changing length. */
static int run_source(void *argument)
{
	int to = *(int *)argument;
	unsigned int values = 1, lengths = 2;
	unsigned char buffer[9000];

	for (size_t sent = 0; sent < BYTES;) {
		size_t length = 1 + check_random(&lengths) % sizeof(buffer);

		length = length < BYTES - sent ? length : BYTES - sent;
		for (size_t i = 0; i < length; i++) {
			buffer[i] = (unsigned char)check_random(&values);
		}
		write_all(to, buffer, length);
		sent += length;
	}
	return 0;
}

/* Adds one to each byte. */
static int run_stage(void *argument)
{
	const int *ends = argument;
	unsigned char buffer[1777];
	ssize_t count;

	while ((count = read(ends[0], buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < count; i++) {
			buffer[i]++;
		}
		write_all(ends[1], buffer, (size_t)count);
	}
	return count == 0 ? 0 : 1;
}

static void test_chain(void)
{
	pid_t children[STAGES + 1];
	unsigned int values = 1;
	size_t received = 0;
	unsigned char buffer[4096];
	ssize_t count;
	int ends[2], next[2];

	CHECK(pipe(ends) == 0);
	children[STAGES] = check_start(run_source, &ends[1]);
	CHECK(close(ends[1]) == 0);
	for (int i = 0; i < STAGES; i++) {
		int both[2];

		CHECK(pipe(next) == 0);
		both[0] = ends[0];
		both[1] = next[1];
		children[i] = check_start(run_stage, both);
		CHECK(close(ends[0]) == 0 && close(next[1]) == 0);
		ends[0] = next[0];
	}
	while ((count = read(ends[0], buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < count; i++) {
			CHECK(buffer[i] == (unsigned char)(check_random(&values) + STAGES));
		}
		received += (size_t)count;
	}
	CHECK(count == 0 && received == BYTES);
	for (int i = 0; i <= STAGES; i++) {
		check_join(children[i]);
	}
	CHECK(close(ends[0]) == 0);
}

static int run_writer(void *argument)
{
	const int *to_and_letter = argument;
	char record[RECORD];

	memset(record, to_and_letter[1], sizeof(record));
	for (int i = 0; i < RECORDS; i++) {
		CHECK(write(to_and_letter[0], record, sizeof(record)) == sizeof(record));
	}
	return 0;
}

/* Records of up to PIPE_BUF bytes arrive whole, whoever writes at the same time. */
static void test_records(void)
{
	pid_t children[WRITERS];
	int counts[WRITERS] = { 0 };
	char record[RECORD];
	int ends[2];

	CHECK(pipe(ends) == 0);
	for (int i = 0; i < WRITERS; i++) {
		int to_and_letter[2] = { ends[1], 'a' + i };

		children[i] = check_start(run_writer, to_and_letter);
	}
	CHECK(close(ends[1]) == 0);
	for (int i = 0; i < WRITERS * RECORDS; i++) {
		CHECK(read(ends[0], record, sizeof(record)) == sizeof(record));
		for (int j = 1; j < RECORD; j++) {
			CHECK(record[j] == record[0]);
		}
		counts[record[0] - 'a']++;
	}
	CHECK(read(ends[0], record, sizeof(record)) == 0);
	for (int i = 0; i < WRITERS; i++) {
		CHECK(counts[i] == RECORDS);
		check_join(children[i]);
	}
	CHECK(close(ends[0]) == 0);
}

static void test_limits(void)
{
	static char bytes[4096];
	size_t total = 0;
	ssize_t count;
	int ends[2];

	CHECK(pipe2(ends, O_NONBLOCK) == 0);
	CHECK(read(ends[0], bytes, 1) == -1 && errno == EAGAIN);
	while ((count = write(ends[1], bytes, sizeof(bytes))) > 0) {
		total += (size_t)count;
	}
	CHECK(count == -1 && errno == EAGAIN && total == (size_t)fcntl(ends[1], F_GETPIPE_SZ));
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	CHECK(close(ends[0]) == 0);
	CHECK(write(ends[1], bytes, 1) == -1 && errno == EPIPE);
	CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	CHECK(close(ends[1]) == 0);
}

static void test_waiting(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct timeval no_time = { 0, 0 };
	struct pollfd polled;
	uint64_t value = 5;
	fd_set set;
	int ends[2], epoll, counter;

	CHECK(pipe(ends) == 0);
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	CHECK(select(ends[0] + 1, &set, NULL, NULL, &no_time) == 0 && !FD_ISSET(ends[0], &set));
	polled = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	CHECK(poll(&polled, 1, 1) == 0);
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(poll(&polled, 1, -1) == 1 && polled.revents == POLLIN);
	FD_SET(ends[0], &set);
	CHECK(select(ends[0] + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(ends[0], &set));
	CHECK(close(ends[1]) == 0);
	CHECK(poll(&polled, 1, -1) == 1 && polled.revents == (POLLIN | POLLHUP));

	epoll = epoll_create1(EPOLL_CLOEXEC);
	counter = eventfd(0, EFD_NONBLOCK);
	CHECK(epoll >= 0 && counter >= 0);
	event.data.u64 = UINT64_C(0x123456789abcdef0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event) == 0);
	CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
	CHECK(write(counter, &value, sizeof(value)) == sizeof(value));
	CHECK(epoll_wait(epoll, &event, 1, -1) == 1);
	CHECK(event.events == EPOLLIN && event.data.u64 == UINT64_C(0x123456789abcdef0));
	CHECK(write(counter, &value, sizeof(value)) == sizeof(value));
	CHECK(read(counter, &value, sizeof(value)) == sizeof(value) && value == 10);
	CHECK(close(epoll) == 0 && close(counter) == 0 && close(ends[0]) == 0);
}

/* Sends a descriptor over a socket pair; the child writes into it. */
static int run_receiver(void *argument)
{
	int socket = *(int *)argument, passed;
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };

	CHECK(recvmsg(socket, &message, 0) == 1 && byte == '!');
	memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(passed));
	CHECK(write(passed, "hello", 5) == 5);
	return 0;
}

static void test_sockets(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = '!', text[8];
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int sockets[2], ends[2];
	pid_t child;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = check_start(run_receiver, &sockets[1]);
	CHECK(pipe(ends) == 0);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &ends[1], sizeof(int));
	CHECK(sendmsg(sockets[0], &message, 0) == 1);
	CHECK(close(ends[1]) == 0);
	CHECK(read(ends[0], text, sizeof(text)) == 5 && memcmp(text, "hello", 5) == 0);
	check_join(child);
	CHECK(close(ends[0]) == 0 && close(sockets[0]) == 0 && close(sockets[1]) == 0);
}

static int run_fifo_writer(void *argument)
{
	int file = open(argument, O_WRONLY);

	CHECK(file >= 0 && write(file, "by name", 7) == 7);
	return 0;
}

static void test_named(void)
{
	char name[] = "named", text[16];
	pid_t child;
	int file;

	CHECK(mkfifo(name, 0600) == 0);
	child = check_start(run_fifo_writer, name);
	file = open(name, O_RDONLY);
	CHECK(file >= 0 && read(file, text, sizeof(text)) == 7);
	CHECK(memcmp(text, "by name", 7) == 0 && read(file, text, 1) == 0);
	check_join(child);
	CHECK(close(file) == 0 && unlink(name) == 0);
}

int main(void)
{
	test_chain();
	test_records();
	test_limits();
	test_waiting();
	test_sockets();
	test_named();
	return check_ok("pipe");
}
