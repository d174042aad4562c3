/* SPDX-License-Identifier: MIT */
/*
 * net.c - sockets over the loopback interface: a TCP server with several clients, what closing and
 * refusing look like, UDP, names; and local sockets with credentials.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"

#define CLIENTS 4
#define BYTES   150000

static struct sockaddr_in loopback(unsigned short port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A socket bound to a port that the kernel chooses; the port is stored. */
static int bound(int type, unsigned short *port)
{
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof(address);
	int socket_ = socket(AF_INET, type, 0);

	CHECK(socket_ >= 0 && bind(socket_, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(getsockname(socket_, (struct sockaddr *)&address, &length) == 0);
	*port = ntohs(address.sin_port);
	CHECK(*port != 0);
	return socket_;
}

/* Sends a sequence, ends its half, and gets the sum of it back. */
static int run_client(void *argument)
{
	const unsigned int *port_and_seed = argument;
	struct sockaddr_in address = loopback((unsigned short)port_and_seed[0]);
	unsigned int state = port_and_seed[1], sum = 0, answer;
	unsigned char buffer[3000];
	int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	CHECK(server >= 0 && connect(server, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	for (size_t sent = 0; sent < BYTES; sent += sizeof(buffer)) {
		for (size_t i = 0; i < sizeof(buffer); i++) {
			buffer[i] = (unsigned char)check_random(&state);
			sum = sum * 31 + buffer[i];
		}
		for (size_t done = 0; done < sizeof(buffer);) {
			ssize_t part = send(server, buffer + done, sizeof(buffer) - done, 0);

			CHECK(part > 0);
			done += (size_t)part;
		}
	}
	CHECK(shutdown(server, SHUT_WR) == 0);
	CHECK(recv(server, &answer, sizeof(answer), MSG_WAITALL) == sizeof(answer) &&
	      answer == sum);
	CHECK(recv(server, &answer, sizeof(answer), 0) == 0);
	return close(server);
}

static void test_stream(void)
{
	struct pollfd clients[CLIENTS];
	unsigned int sums[CLIENTS] = { 0 }, left = CLIENTS;
	size_t counts[CLIENTS] = { 0 };
	pid_t children[CLIENTS];
	unsigned char buffer[4096];
	unsigned short port;
	int server = bound(SOCK_STREAM, &port);

	CHECK(listen(server, CLIENTS) == 0);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		unsigned int port_and_seed[2] = { port, i + 1 };

		children[i] = check_start(run_client, port_and_seed);
	}
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = (struct pollfd){ .fd = accept(server, NULL, NULL), .events = POLLIN };
		CHECK(clients[i].fd >= 0);
	}
	while (left > 0) {
		CHECK(poll(clients, CLIENTS, 60000) > 0);
		for (int i = 0; i < CLIENTS; i++) {
			ssize_t count;

			if (clients[i].revents == 0) {
				continue;
			}
			count = read(clients[i].fd, buffer, sizeof(buffer));
			CHECK(count >= 0);
			for (ssize_t j = 0; j < count; j++) {
				sums[i] = sums[i] * 31 + buffer[j];
			}
			counts[i] += (size_t)count;
			if (count == 0) {
				CHECK(counts[i] == BYTES);
				CHECK(write(clients[i].fd, &sums[i], 4) == 4 &&
				      close(clients[i].fd) == 0);
				clients[i].fd = -1;
				left--;
			}
		}
	}
	for (int i = 0; i < CLIENTS; i++) {
		check_join(children[i]);
	}
	CHECK(close(server) == 0);
}

static void test_refused(void)
{
	struct sockaddr_in address;
	unsigned short port;
	int probe = bound(SOCK_STREAM, &port), client = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(close(probe) == 0);
	address = loopback(port);
	CHECK(connect(client, (struct sockaddr *)&address, sizeof(address)) == -1);
	CHECK(errno == ECONNREFUSED && close(client) == 0);
}

static void test_datagrams(void)
{
	struct sockaddr_in address, from;
	socklen_t length = sizeof(from);
	char text[2000];
	unsigned short first_port, second_port;
	int first = bound(SOCK_DGRAM, &first_port), second = bound(SOCK_DGRAM, &second_port);

	address = loopback(second_port);
	for (int i = 1; i <= 5; i++) {
		memset(text, i, sizeof(text));
		CHECK(sendto(first, text, (size_t)i * 300, 0, (struct sockaddr *)&address,
			     sizeof(address)) == i * 300);
	}
	for (int i = 1; i <= 5; i++) {
		CHECK(recvfrom(second, text, sizeof(text), 0, (struct sockaddr *)&from, &length) ==
		      i * 300);
		CHECK(text[0] == i && text[i * 300 - 1] == i && ntohs(from.sin_port) == first_port);
	}
	CHECK(recv(second, text, sizeof(text), MSG_DONTWAIT) == -1 && errno == EAGAIN);
	CHECK(close(first) == 0 && close(second) == 0);
}

static int run_local_client(void *argument)
{
	int server = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	CHECK(connect(server, argument, sizeof(struct sockaddr_un)) == 0);
	CHECK(send(server, "first", 5, 0) == 5 && send(server, "second", 6, 0) == 6);
	return close(server);
}

static void test_local(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct ucred peer;
	socklen_t length = sizeof(peer);
	char text[16];
	int server = socket(AF_UNIX, SOCK_SEQPACKET, 0), client;
	pid_t child;

	CHECK(bind(server, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	      listen(server, 1) == 0);
	child = check_start(run_local_client, &address);
	client = accept(server, NULL, NULL);
	CHECK(client >= 0 && getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0);
	CHECK(peer.pid == child && peer.uid == getuid());
	CHECK(recv(client, text, sizeof(text), 0) == 5 && recv(client, text, sizeof(text), 0) == 6);
	CHECK(recv(client, text, sizeof(text), 0) == 0);
	check_join(child);
	CHECK(close(client) == 0 && close(server) == 0 && unlink("socket") == 0);
}

static void test_names(void)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
	char text[INET_ADDRSTRLEN];

	CHECK(getaddrinfo("localhost", "7", &hints, &found) == 0);
	CHECK(((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr.s_addr ==
	      htonl(INADDR_LOOPBACK));
	CHECK(inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr, text,
			sizeof(text)) != NULL);
	CHECK(strcmp(text, "127.0.0.1") == 0);
	freeaddrinfo(found);
}

int main(void)
{
	test_stream();
	test_refused();
	test_datagrams();
	test_local();
	test_names();
	return check_ok("net");
}
