/* SPDX-License-Identifier: MIT */
/*
 * capture.c - frames in the file format of libpcap (capture.h; pcap-savefile(5)). Not by libpcap:
 * it brings D-Bus and systemd into every run. The tests read the files with it, and with tcpdump.
 */
#include "sim/cmd/capture.h"

#include <errno.h>
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

static void put(struct capture *capture, const void *data, size_t bytes)
{
	if (capture->failure == 0 && fwrite(data, 1, bytes, capture->stream) != bytes) {
		capture->failure = errno;
	}
}

static void on_frame(void *context, const uint8_t *frame, uint32_t bytes, uint64_t cycle)
{
	struct capture *capture = context;
	unsigned __int128 ns = (unsigned __int128)cycle * SECOND_NS / capture->config->clock_hz;
	uint32_t here = bytes < FRAME_MAX ? bytes : FRAME_MAX;
	/* Seconds, nanoseconds, bytes that follow, bytes of the frame. */
	uint32_t header[] = {
		(uint32_t)(capture->config->date_s + (uint64_t)(ns / SECOND_NS)),
		(uint32_t)(ns % SECOND_NS),
		here,
		bytes,
	};

	put(capture, header, sizeof(header));
	put(capture, frame, here);
}

bool capture_begin(struct capture *capture, const char *path, bool has_subnet,
		   struct output_set *outputs, struct machine *machine, struct error *err)
{
	bool has_network;
	FILE *stream;

	capture->config = machine_get_config(machine);
	has_network = has_subnet || capture->config->nics != 0;
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
	if (capture->stream != NULL && capture->failure == 0 && fflush(capture->stream) != 0) {
		capture->failure = errno;
	}
	return capture->failure == 0 ||
	       error_set(err, EXIT_HOST_IO, "cannot write the capture of the network: %s",
			 strerror(capture->failure));
}
