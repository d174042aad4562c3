/* SPDX-License-Identifier: MIT */
/* capture.c - writing frames with libpcap (capture.h). */
#include "sim/cmd/capture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE_NAME "network.pcap"
#define FRAME_MAX    262144 /* what readers take; of longer frames the beginning */
#define SECOND_NS    1000000000U

static void on_frame(void *context, const uint8_t *frame, uint32_t bytes, uint64_t cycle)
{
	struct capture *capture = context;
	unsigned __int128 ns = (unsigned __int128)cycle * SECOND_NS / capture->config->clock_hz;
	/* tv_usec has nanoseconds in a file of that precision. */
	struct pcap_pkthdr header = {
		.ts = { .tv_sec = (time_t)(capture->config->date_s + (uint64_t)(ns / SECOND_NS)),
			.tv_usec = (suseconds_t)(ns % SECOND_NS) },
		.caplen = bytes < FRAME_MAX ? bytes : FRAME_MAX,
		.len = bytes,
	};

	pcap_dump((u_char *)capture->dumper, &header, frame);
	if (capture->failure == 0 && ferror(pcap_dump_file(capture->dumper))) {
		capture->failure = errno;
	}
}

/* libpcap closes its file, and so do outputs: a descriptor each. */
static bool open_dumper(struct capture *capture, FILE *stream)
{
	int fd = dup(fileno(stream));
	FILE *own = fd >= 0 ? fdopen(fd, "w") : NULL;

	capture->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, FRAME_MAX,
							     PCAP_TSTAMP_PRECISION_NANO);
	if (own != NULL && capture->pcap != NULL) {
		capture->dumper = pcap_dump_fopen(capture->pcap, own);
	}
	if (capture->dumper == NULL && own != NULL) {
		fclose(own);
	} else if (own == NULL && fd >= 0) {
		close(fd);
	}
	return capture->dumper != NULL;
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
	if (!open_dumper(capture, stream)) {
		return error_set(err, EXIT_HOST_IO, "cannot write %s: %s",
				 path != NULL ? path : CAPTURE_NAME, strerror(errno));
	}
	machine_set_tap(machine, on_frame, capture);
	return true;
}

bool capture_finish(struct capture *capture, struct error *err)
{
	if (capture->dumper != NULL && capture->failure == 0 &&
	    pcap_dump_flush(capture->dumper) != 0) {
		capture->failure = errno;
	}
	capture_release(capture);
	return capture->failure == 0 ||
	       error_set(err, EXIT_HOST_IO, "cannot write the capture of the network: %s",
			 strerror(capture->failure));
}

void capture_release(struct capture *capture)
{
	if (capture->dumper != NULL) {
		pcap_dump_close(capture->dumper);
		capture->dumper = NULL;
	}
	if (capture->pcap != NULL) {
		pcap_close(capture->pcap);
		capture->pcap = NULL;
	}
}
