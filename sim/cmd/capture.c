/* SPDX-License-Identifier: MIT */
/*
 * capture.c - frames in the file format of libpcap (capture.h; pcap-savefile(5)). Not by libpcap:
 * it brings D-Bus and systemd into every run. The tests read the files with it, and with tcpdump.
 */
#include "sim/cmd/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAPTURE_NAME  "network.pcap"
#define FRAME_MAX     262144 /* what readers take; of longer frames the beginning */
#define SECOND_NS     1000000000U
#define MAGIC_NS      0xa1b23c4dU /* in the byte order of all that follows; times in nanoseconds */
#define LINK_ETHERNET 1U

struct file_header {
	uint32_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t reserved[2];
	uint32_t frame_max;
	uint32_t link;
};

struct capture_frame {
	struct capture_frame *next;
	uint64_t cycle;
	uint32_t bytes;
	uint8_t data[];
};

static void put(struct capture *capture, const void *data, size_t bytes)
{
	if (capture->failure == 0 && fwrite(data, 1, bytes, capture->stream) != bytes) {
		capture->failure = errno;
	}
}

static void write_frame(struct capture *capture, const struct capture_frame *frame)
{
	const struct machine_config *config = machine_get_config(capture->machine);
	unsigned __int128 ns = (unsigned __int128)frame->cycle * SECOND_NS / config->clock_hz;
	uint32_t here = frame->bytes < FRAME_MAX ? frame->bytes : FRAME_MAX;
	/* Seconds, nanoseconds, bytes that follow, bytes of the frame. */
	uint32_t header[] = {
		(uint32_t)(config->date_s + (uint64_t)(ns / SECOND_NS)),
		(uint32_t)(ns % SECOND_NS),
		here,
		frame->bytes,
	};

	put(capture, header, sizeof(header));
	put(capture, frame->data, here);
}

/* Writes the frames before `cycle`, than which no other frame can be earlier. */
static void write_held(struct capture *capture, uint64_t cycle)
{
	while (capture->held != NULL && capture->held->cycle < cycle) {
		struct capture_frame *first = capture->held;

		write_frame(capture, first);
		capture->held = first->next;
		free(first);
	}
}

static void on_frame(void *context, const uint8_t *data, uint32_t bytes, uint64_t cycle)
{
	struct capture *capture = context;
	struct capture_frame *frame = malloc(sizeof(*frame) + bytes);
	struct capture_frame **place = &capture->held;

	write_held(capture, machine_quantum_begin(capture->machine));
	if (frame == NULL) {
		capture->failure = ENOMEM;
		return;
	}
	while (*place != NULL && (*place)->cycle <= cycle) {
		place = &(*place)->next;
	}
	*frame = (struct capture_frame){ .next = *place, .cycle = cycle, .bytes = bytes };
	memcpy(frame->data, data, bytes);
	*place = frame;
}

bool capture_begin(struct capture *capture, const char *path, bool has_subnet,
		   struct output_set *outputs, struct machine *machine, struct error *err)
{
	bool has_network = has_subnet || machine_get_config(machine)->nics != 0;
	FILE *stream;

	if (path != NULL && !has_network) {
		return error_set(err, EXIT_USAGE, "--capture: the machine has no network devices");
	}
	if (!has_network || (path == NULL && outputs->directory == NULL)) {
		return true;
	}
	stream = path != NULL ? output_add_path(outputs, path, err)
			      : output_add(outputs, CAPTURE_NAME, err);
	if (stream == NULL) {
		return false;
	}
	capture->machine = machine;
	capture->stream = stream;
	put(capture,
	    &(struct file_header){ .magic = MAGIC_NS,
				   .major = 2,
				   .minor = 4,
				   .frame_max = FRAME_MAX,
				   .link = LINK_ETHERNET },
	    sizeof(struct file_header));
	machine_set_tap(machine, on_frame, capture);
	return true;
}

bool capture_finish(struct capture *capture, struct error *err)
{
	write_held(capture, UINT64_MAX);
	if (capture->stream != NULL && capture->failure == 0 && fflush(capture->stream) != 0) {
		capture->failure = errno;
	}
	return capture->failure == 0 ||
	       error_set(err, EXIT_HOST_IO, "cannot write the capture of the network: %s",
			 strerror(capture->failure));
}

void capture_release(struct capture *capture)
{
	while (capture->held != NULL) {
		struct capture_frame *next = capture->held->next;

		free(capture->held);
		capture->held = next;
	}
}
