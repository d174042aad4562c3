/* SPDX-License-Identifier: MIT */
/*
 * answer.c - a server for guests/vm/gateway.c: prints its UDP port on the loopback address, then
 * answers each datagram with every byte one higher, until nothing has come for 100 seconds or it is
 * ended.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct timeval patience = { .tv_sec = 100 };
	socklen_t size = sizeof(at);
	int server = socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t data[65536];
	ssize_t bytes;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (server < 0 || bind(server, (struct sockaddr *)&at, size) != 0 ||
	    getsockname(server, (struct sockaddr *)&at, &size) != 0 ||
	    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0) {
		perror("answer");
		return 1;
	}
	printf("%u\n", ntohs(at.sin_port));
	fflush(stdout);
	for (;;) {
		size = sizeof(at);
		bytes = recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&at, &size);
		if (bytes < 0) {
			break;
		}
		for (ssize_t i = 0; i < bytes; i++) {
			data[i]++;
		}
		if (sendto(server, data, (size_t)bytes, 0, (struct sockaddr *)&at, size) != bytes) {
			perror("answer");
		}
	}
	close(server);
	return 0;
}
