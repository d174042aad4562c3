/* SPDX-License-Identifier: MIT */
/*
 * fuzz_config.c - libFuzzer on configurations: Lua programs and frozen JSON, checked, frozen again
 * and turned into a machine's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(const char *path)
{
	struct config config = { 0 };
	struct error err = { 0 };

	if (config_load(&config, path, NULL, 0, &err)) {
		struct machine_config machine = config_to_machine(&config, true);
		json_t *frozen = config_freeze(&config);

		if (frozen == NULL || machine.cpus == 0 || machine.cpus > MACHINE_CPUS_MAX) {
			abort();
		}
		json_decref(frozen);
	} else if (err.code == EXIT_DONE) {
		abort();
	}
	config_release(&config);
	config = (struct config){ 0 };
	(void)config_load_console(&config, path, &err);
	config_release(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("config", 0);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
		abort();
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	load(path);
	close(fd);
	return 0;
}
