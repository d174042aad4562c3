/* SPDX-License-Identifier: MIT */
/*
 * capture.h - the frames of the machine's network, and of the virtual subnet between its virtual
 * machines, in a file for tcpdump and Wireshark.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "sim/cmd/output.h"
#include "sim/machine.h"

struct capture_frame;

struct capture {
	struct machine *machine;
	struct capture_frame
		*held; /* by time: of this quantum, in which a CPU may still be earlier */
	FILE *stream;  /* of the run's outputs; NULL: nothing is captured */
	int failure;   /* errno of the first write that failed, or 0 */
};

/*
 * Begins if there is a place for it: the file `path`, or, where there is a network, network.pcap of
 * the results. Times are those of the machine, to the nanosecond.
 */
bool capture_begin(struct capture *capture, const char *path, bool has_subnet,
		   struct output_set *outputs, struct machine *machine, struct error *err);

/* Writes out what is left. */
bool capture_finish(struct capture *capture, struct error *err);
void capture_release(struct capture *capture);
