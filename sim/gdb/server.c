/* SPDX-License-Identifier: MIT */
/*
 * server.c - the socket, and running the machine for whoever is connected.
 *
 * The machine runs in slices; between them the socket is looked at. Slices end where control_run()
 * would have gone on anyway, so they leave no trace in results.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/gdb/gdb_priv.h"

#define SLICE_CYCLES  2000000U
#define STEPS_ALONE   4096U /* instructions, until the peer is listened to */
#define SETTLE_MAX    4096U /* instructions */
#define LAST_WORDS_MS 300
#define HOST_MAX      128U

struct gdb_server {
	int listener;
	int peer; /* -1: nobody is connected */
	unsigned port;
	struct packet_reader reader;
	struct session session;
	uint8_t frame[2 * REPLY_BYTES_MAX + 8];
	size_t frame_bytes; /* of the last packet sent, for when the peer asks again */
};

/* "PORT" or "ADDRESS:PORT". */
static bool split_address(const char *address, char *host, const char **port, struct error *err)
{
	const char *colon = strrchr(address, ':');
	size_t length = colon != NULL ? (size_t)(colon - address) : 0;

	if (length >= HOST_MAX) {
		return error_set(err, EXIT_USAGE, "--gdb: the address is too long");
	}
	memcpy(host, address, length);
	host[length] = '\0';
	if (length == 0) {
		snprintf(host, HOST_MAX, "%s", "127.0.0.1");
	}
	*port = colon != NULL ? colon + 1 : address;
	if ((*port)[0] == '\0' || strspn(*port, "0123456789") != strlen(*port) ||
	    strlen(*port) > 5 || atoi(*port) > 65535) {
		return error_set(err, EXIT_USAGE,
				 "--gdb: '%s' is not PORT or ADDRESS:PORT with a port up to 65535",
				 address);
	}
	return true;
}

static bool listen_at(struct gdb_server *server, const char *host, const char *port,
		      const char *address, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *found = NULL;
	int one = 1;
	bool listening = false;

	if (getaddrinfo(host, port, &hints, &found) != 0) {
		return error_set(err, EXIT_USAGE, "--gdb: no address is called '%s'", host);
	}
	server->listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listener >= 0) {
		setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		listening = bind(server->listener, found->ai_addr, found->ai_addrlen) == 0 &&
			    listen(server->listener, 1) == 0;
	}
	freeaddrinfo(found);
	if (!listening) {
		return error_set(err, EXIT_HOST_IO, "--gdb: cannot listen at %s: %s", address,
				 strerror(errno));
	}
	return true;
}

/* The port that the host chose, or was told to use; 0 if it does not say. */
static unsigned bound_port(int listener)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} bound;
	socklen_t size = sizeof(bound);

	memset(&bound, 0, sizeof(bound));
	if (getsockname(listener, &bound.any, &size) != 0) {
		return 0;
	}
	return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

struct gdb_server *gdb_listen(const char *address, struct error *err)
{
	struct gdb_server *server = calloc(1, sizeof(*server));
	char host[HOST_MAX];
	const char *port = NULL;

	if (server == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	server->listener = -1;
	server->peer = -1;
	if (!split_address(address, host, &port, err) ||
	    !listen_at(server, host, port, address, err)) {
		gdb_close(server);
		return NULL;
	}
	server->port = bound_port(server->listener);
	return server;
}

static void disconnect(struct gdb_server *server)
{
	if (server->peer >= 0) {
		close(server->peer);
		server->peer = -1;
	}
}

void gdb_close(struct gdb_server *server)
{
	if (server != NULL) {
		disconnect(server);
		if (server->listener >= 0) {
			close(server->listener);
		}
		free(server);
	}
}

unsigned gdb_port(const struct gdb_server *server)
{
	return server->port;
}

/* Is there something to read at `fd` within `timeout_ms` (-1: for ever)? */
static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN };

	return poll(&entry, 1, timeout_ms) > 0;
}

static bool send_all(struct gdb_server *server, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(server->peer, data, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			disconnect(server);
			return false;
		}
		data += sent;
		size -= (size_t)sent;
	}
	return true;
}

static void send_reply(struct gdb_server *server)
{
	server->frame_bytes =
		packet_frame(server->session.reply, server->session.length, server->frame);
	send_all(server, server->frame, server->frame_bytes);
}

/* Takes a new connection. The machine stands while anyone is connected, until told to go on. */
static bool accept_peer(struct gdb_server *server, int timeout_ms)
{
	int one = 1;

	if (!is_readable(server->listener, timeout_ms)) {
		return false;
	}
	server->peer = accept(server->listener, NULL, NULL);
	if (server->peer < 0) {
		return false;
	}
	setsockopt(server->peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	server->reader.state = PACKET_IDLE;
	session_start(&server->session);
	server->frame_bytes = 0;
	return true;
}

/* The next event from the peer; PACKET_NONE when the connection is gone. */
static enum packet_event next_event(struct gdb_server *server)
{
	enum packet_event event = PACKET_NONE;

	while (event == PACKET_NONE) {
		uint8_t byte;
		ssize_t got = recv(server->peer, &byte, 1, 0);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			disconnect(server);
			return PACKET_NONE;
		}
		event = packet_take(&server->reader, byte);
	}
	return event;
}

/* Answers packets until one wants the machine to move, or the peer is gone. */
static enum session_wish converse(struct gdb_server *server)
{
	for (;;) {
		enum packet_event event = next_event(server);
		bool acknowledge = server->session.acknowledge;

		if (event == PACKET_NONE) {
			return SESSION_DETACH;
		}
		if (event == PACKET_REPEAT) {
			send_all(server, server->frame, server->frame_bytes);
		} else if (event == PACKET_BAD) {
			send_all(server, (const uint8_t *)"-", 1);
		} else if (event == PACKET_READY) {
			if (acknowledge && !send_all(server, (const uint8_t *)"+", 1)) {
				return SESSION_DETACH;
			}
			enum session_wish wish = session_command(
				&server->session, server->reader.data, server->reader.length);

			if (wish == SESSION_CONTINUE || wish == SESSION_STEP) {
				return wish;
			}
			send_reply(server);
			if (wish != SESSION_STAY) {
				return wish;
			}
		}
	}
}

static void remove_points(struct gdb_server *server)
{
	points_clear(&server->session);
	control_show_exceptions(server->session.machine, 0);
}

/* Did the peer ask for a stop, or someone connect, since the last slice? */
static bool wants_attention(struct gdb_server *server)
{
	if (server->peer < 0) {
		return accept_peer(server, 0);
	}
	/* Only an interrupt, or the end of the connection, comes while the machine runs. */
	while (server->peer >= 0 && is_readable(server->peer, 0)) {
		uint8_t byte;

		if (recv(server->peer, &byte, 1, 0) <= 0) {
			disconnect(server);
			remove_points(server);
			return false;
		}
		if (packet_take(&server->reader, byte) == PACKET_INTERRUPT) {
			return true;
		}
	}
	return false;
}

/* Is the program over, whatever a debugger wants? */
static bool is_end(const struct stop *stop)
{
	switch (stop->reason) {
	case STOP_BREAKPOINT:
	case STOP_WATCHPOINT:
	case STOP_STEPPED:
	case STOP_EXCEPTION:
	case STOP_INTERRUPTED:
		return false;
	default:
		return true;
	}
}

/* Executes one instruction of the machine: STOP_STEPPED if nothing else came of it. */
static struct stop run_one(struct gdb_server *server, const struct control_limits *limits)
{
	struct machine *machine = server->session.machine;
	uint64_t instructions = machine_instructions(machine) + 1;
	bool is_last = limits->max_instructions != 0 && limits->max_instructions <= instructions;
	struct control_limits one = {
		.max_cycles = limits->max_cycles,
		.max_instructions = is_last ? limits->max_instructions : instructions,
	};
	struct stop stop = control_run(machine, &one);

	if (stop.reason == STOP_MAX_INSNS && !is_last) {
		stop.reason = STOP_STEPPED;
	}
	return stop;
}

/*
 * An instruction of a VCPU. The whole machine runs, because the monitor may have to execute it, or
 * to find a CPU for the VCPU first: until its PC is another one.
 */
static struct stop step_vcpu(struct gdb_server *server, const struct control_limits *limits)
{
	struct session *session = &server->session;
	uint64_t pc = 0;
	bool exists = thread_read(session, session->step, REG_PC, &pc);

	for (unsigned i = 1; exists; i++) {
		struct stop stop = run_one(server, limits);
		bool is_here = stop.reason == STOP_BREAKPOINT && stop.addr == pc;

		/* It may come to the point it stands at once more, after a miss. */
		if (stop.reason != STOP_STEPPED && !is_here &&
		    (is_end(&stop) || session_take_stop(session, &stop))) {
			return stop;
		}
		if (thread_has_left(session, session->step, pc)) {
			break;
		}
		if (i % STEPS_ALONE == 0) {
			if (wants_attention(server)) {
				return (struct stop){ .reason = STOP_INTERRUPTED };
			}
			exists = server->peer >= 0 && thread_exists(session, session->step);
		}
	}
	return (struct stop){ .reason = STOP_STEPPED };
}

/* Goes on to where no VCPU is between its monitor and its CPU, so that all have their registers. */
static struct stop settle(struct gdb_server *server, const struct control_limits *limits)
{
	struct session *session = &server->session;

	for (unsigned i = 0; i < SETTLE_MAX && thread_any_in_between(session); i++) {
		struct stop stop = run_one(server, limits);

		if (stop.reason != STOP_STEPPED &&
		    (is_end(&stop) || session_take_stop(session, &stop))) {
			return stop;
		}
	}
	return (struct stop){ .reason = STOP_INTERRUPTED };
}

/* Runs until the machine stops by itself or the debugger wants it to. */
static struct stop run_slices(struct gdb_server *server, const struct control_limits *limits)
{
	struct machine *machine = server->session.machine;
	uint64_t end = machine_cycles(machine) + SLICE_CYCLES;

	for (;;) {
		bool is_last = limits->max_cycles != 0 && limits->max_cycles <= end;
		struct control_limits slice = {
			.max_cycles = is_last ? limits->max_cycles : end,
			.max_instructions = limits->max_instructions,
		};
		struct stop stop = control_run(machine, &slice);

		if (stop.reason == STOP_MAX_CYCLES && !is_last) {
			if (wants_attention(server)) {
				return settle(server, limits);
			}
			end += SLICE_CYCLES;
		} else if (is_end(&stop) || session_take_stop(&server->session, &stop)) {
			return stop;
		}
	}
}

/* Tells the debugger of the end, process by process: it goes on from each to the next. */
static void say_end(struct gdb_server *server)
{
	struct session *session = &server->session;

	for (unsigned i = PROCESSES; i-- > 0 && server->peer >= 0;) {
		enum session_wish wish = SESSION_CONTINUE;

		if (!session->attached[i]) {
			continue;
		}
		session->attached[i] = false;
		session->stopped = (struct thread){ i, 0 };
		session->length = 0;
		session_stop_reply(session);
		send_reply(server);
		/* It asks once more whether all is over, and may stay connected. */
		if (session_sees_any(session) ||
		    (session->extended && is_readable(server->peer, LAST_WORDS_MS))) {
			wish = converse(server);
		}
		if (wish != SESSION_CONTINUE && wish != SESSION_STEP) {
			return;
		}
	}
}

static struct stop move(struct gdb_server *server, enum session_wish wish,
			const struct control_limits *limits)
{
	const struct session *session = &server->session;

	if (wish != SESSION_STEP) {
		return run_slices(server, limits);
	}
	return session->step.process == PROCESS_MACHINE
		       ? control_step(session->machine, session->step.number)
		       : step_vcpu(server, limits);
}

struct stop gdb_serve(struct gdb_server *server, struct machine *machine, uint64_t inspect,
		      bool wait, const struct control_limits *limits)
{
	struct session *session = &server->session;
	struct stop stop = { .reason = STOP_INTERRUPTED };

	session->machine = machine;
	session->inspect = inspect;
	session->last = stop;
	if (wait) {
		while (!accept_peer(server, -1)) {
		}
	}
	for (;;) {
		enum session_wish wish = SESSION_CONTINUE;

		if (server->peer >= 0) {
			wish = converse(server);
		}
		if (wish == SESSION_KILL) {
			disconnect(server);
			return (struct stop){ .reason = STOP_INTERRUPTED };
		}
		if (wish == SESSION_DETACH) {
			disconnect(server);
			remove_points(server);
		}
		bool was_connected = server->peer >= 0;

		stop = move(server, wish, limits);
		if (!session_take_stop(session, &stop)) {
			stop.reason = STOP_STEPPED; /* over somebody else's watchpoint */
			(void)session_take_stop(session, &stop);
		}
		if (is_end(&stop) && was_connected) {
			say_end(server);
		}
		if (is_end(&stop) || (stop.reason == STOP_INTERRUPTED && server->peer < 0)) {
			disconnect(server);
			return stop;
		}
		if (was_connected && server->peer >= 0) {
			session->length = 0;
			session_stop_reply(session);
			send_reply(server);
		}
	}
}
