/* SPDX-License-Identifier: MIT */
/* gateway.c - libslirp behind a port of the switch (gateway.h). */
#include "sim/virtio/gateway.h"

#if MIRRORBALL_SLIRP
#include <arpa/inet.h>
#include <libslirp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "sim/machine_state.h"
#include "sim/virtio/ethernet.h"

#define POLLS_MAX 256
/* While a connection is open it looks at the host so often, and waits for it as long. */
#define TICK_MS 1

struct gateway {
	const struct machine *machine;
	struct ethernet *ethernet;
	unsigned port;
	Slirp *slirp;
	uint64_t now;
	uint64_t due;
	unsigned polls;
	struct pollfd poll[POLLS_MAX];
};

static ssize_t send_packet(const void *data, size_t bytes, void *opaque)
{
	struct gateway *gateway = opaque;

	if (bytes >= ETHERNET_HEADER_BYTES && bytes <= ETHERNET_FRAME_MAX) {
		ethernet_send(gateway->ethernet, gateway->port, data, (uint32_t)bytes,
			      gateway->now);
	}
	return (ssize_t)bytes;
}

static void guest_error(const char *text, void *opaque)
{
	const struct gateway *gateway = opaque;

	machine_log(gateway->machine, text);
}

static int64_t clock_get_ns(void *opaque)
{
	const struct gateway *gateway = opaque;

	return (int64_t)((unsigned __int128)gateway->now * 1000000000U /
			 gateway->machine->config.clock_hz);
}

/* Of IPv6 alone, which is off. */
static void *timer_new(SlirpTimerCb callback, void *argument, void *opaque)
{
	(void)callback;
	(void)argument;
	return opaque;
}

static void timer_free(void *timer, void *opaque)
{
	(void)timer;
	(void)opaque;
}

static void timer_mod(void *timer, int64_t expires, void *opaque)
{
	(void)timer;
	(void)expires;
	(void)opaque;
}

static void poll_fd(int fd, void *opaque)
{
	(void)fd;
	(void)opaque;
}

static void notify(void *opaque)
{
	(void)opaque;
}

static const SlirpCb callbacks = {
	.send_packet = send_packet,
	.guest_error = guest_error,
	.clock_get_ns = clock_get_ns,
	.timer_new = timer_new,
	.timer_free = timer_free,
	.timer_mod = timer_mod,
	.register_poll_fd = poll_fd,
	.unregister_poll_fd = poll_fd,
	.notify = notify,
};

static struct in_addr address(uint32_t host)
{
	return (struct in_addr){ htonl(0x0a000200 + host) };
}

struct gateway *gateway_create(const struct machine *machine, struct ethernet *ethernet,
			       unsigned port, struct error *err)
{
	const SlirpConfig config = {
		.version = 1,
		.in_enabled = true,
		.vnetwork = address(0),
		.vnetmask = { htonl(0xffffff00) },
		.vhost = address(2),
		.vnameserver = address(3),
		.vdhcp_start = address(15),
	};
	struct gateway *gateway = calloc(1, sizeof(*gateway));

	if (gateway != NULL) {
		gateway->machine = machine;
		gateway->ethernet = ethernet;
		gateway->port = port;
		gateway->due = UINT64_MAX;
		gateway->slirp = slirp_new(&config, &callbacks, gateway);
	}
	if (gateway == NULL || gateway->slirp == NULL) {
		free(gateway);
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	return gateway;
}

void gateway_destroy(struct gateway *gateway)
{
	if (gateway != NULL) {
		slirp_cleanup(gateway->slirp);
		free(gateway);
	}
}

void gateway_wake(struct gateway *gateway, uint64_t cycle)
{
	if (cycle < gateway->due) {
		gateway->due = cycle;
	}
}

uint64_t gateway_due(const struct gateway *gateway)
{
	return gateway->due;
}

/* The same events by libslirp's names and the host's. */
static const struct {
	int slirp;
	short host;
} events_of[] = {
	{ SLIRP_POLL_IN, POLLIN },   { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI },
	{ SLIRP_POLL_ERR, POLLERR }, { SLIRP_POLL_HUP, POLLHUP },
};

#define EVENTS (sizeof(events_of) / sizeof(events_of[0]))

static int add_poll(int fd, int events, void *opaque)
{
	struct gateway *gateway = opaque;
	struct pollfd *entry = &gateway->poll[gateway->polls];

	if (gateway->polls == POLLS_MAX) {
		return -1;
	}
	*entry = (struct pollfd){ .fd = fd };
	/* The host tells errors unasked. */
	for (unsigned i = 0; i < EVENTS; i++) {
		if ((events & events_of[i].slirp) != 0) {
			entry->events = (short)(entry->events | events_of[i].host);
		}
	}
	return (int)gateway->polls++;
}

static int get_events(int index, void *opaque)
{
	const struct gateway *gateway = opaque;
	int events = 0;

	for (unsigned i = 0; index >= 0 && i < EVENTS; i++) {
		if ((gateway->poll[index].revents & events_of[i].host) != 0) {
			events |= events_of[i].slirp;
		}
	}
	return events;
}

/* The switch sends everybody what is for a station that it has not seen yet. */
static bool is_for_us(const uint8_t *destination)
{
	/* libslirp's addresses end with their IP address. */
	static const uint8_t ours[] = { 0x52, 0x55, 10, 0, 2 };

	return (destination[0] & 1) != 0 || memcmp(destination, ours, sizeof(ours)) == 0;
}

void gateway_step(struct gateway *gateway, uint64_t now)
{
	const struct ethernet_frame *frame;
	uint32_t timeout = UINT32_MAX;
	int found;

	gateway->now = now;
	gateway->due = UINT64_MAX;
	while ((frame = ethernet_first(gateway->ethernet, gateway->port)) != NULL &&
	       frame->due <= now) {
		if (frame->bytes <= GATEWAY_FRAME_MAX && is_for_us(frame->data)) {
			slirp_input(gateway->slirp, frame->data, (int)frame->bytes);
		}
		ethernet_take(gateway->ethernet, gateway->port);
	}
	if (frame != NULL) {
		gateway_wake(gateway, frame->due);
	}
	gateway->polls = 0;
	slirp_pollfds_fill(gateway->slirp, &timeout, add_poll, gateway);
	found = poll(gateway->poll, gateway->polls, gateway->polls > 0 ? TICK_MS : 0);
	slirp_pollfds_poll(gateway->slirp, found < 0, get_events, gateway);
	if (gateway->polls > 0 || timeout != UINT32_MAX) {
		gateway_wake(gateway, now + gateway->machine->config.clock_hz * TICK_MS / 1000);
	}
}

#else

struct gateway *gateway_create(const struct machine *machine, struct ethernet *ethernet,
			       unsigned port, struct error *err)
{
	(void)machine;
	(void)ethernet;
	(void)port;
	error_set(err, EXIT_USAGE,
		  "machine.network.gateway is \"nat\": this mirrorball was built without libslirp; "
		  "install libslirp-dev and build again, or use \"off\"");
	return NULL;
}

void gateway_destroy(struct gateway *gateway)
{
	(void)gateway;
}

void gateway_wake(struct gateway *gateway, uint64_t cycle)
{
	(void)gateway;
	(void)cycle;
}

uint64_t gateway_due(const struct gateway *gateway)
{
	(void)gateway;
	return UINT64_MAX;
}

void gateway_step(struct gateway *gateway, uint64_t now)
{
	(void)gateway;
	(void)now;
}
#endif
