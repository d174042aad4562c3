/* SPDX-License-Identifier: MIT */
/*
 * fuzz_gdb.c - libFuzzer on the debugger's stub: bytes to packets, packets to answers, on a small
 * machine that is never run.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/gdb/gdb_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct machine *create(void)
{
	struct machine_config config = machine_config_default();
	struct error err;

	config.cpus = 2;
	config.memory_bytes = 1U << 20;
	struct machine *machine = machine_create(&config, &err);

	if (machine == NULL) {
		abort();
	}
	machine_set_entry(machine, 0xffffffff80000000, true);
	return machine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine *machine;
	static struct packet_reader reader;
	static struct session session;

	if (machine == NULL) {
		machine = create();
	}
	memset(&reader, 0, sizeof(reader));
	memset(&session, 0, sizeof(session));
	session.machine = machine;
	session.last = (struct stop){ .reason = STOP_STEPPED };
	session_start(&session);
	for (size_t i = 0; i < size; i++) {
		if (packet_take(&reader, data[i]) != PACKET_READY) {
			continue;
		}
		enum session_wish wish = session_command(&session, reader.data, reader.length);

		if (session.length > sizeof(session.reply) || session.thread.process >= PROCESSES ||
		    (wish == SESSION_STEP && !thread_exists(&session, session.step))) {
			abort();
		}
	}
	points_clear(&session);
	control_show_exceptions(machine, 0);
	return 0;
}
