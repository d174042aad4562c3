/* SPDX-License-Identifier: MIT */
/* config.c - reading the configuration file, --set, and what comes of it. */
#include "sim/config/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/boot.h"
#include "machine/framebuffer.h"
#include "sim/config/check.h"
#include "sim/config/files.h"
#include "sim/config/sandbox.h"
#include "sim/config/set.h"
#include "sim/config/values.h"

#define FILE_BYTES_MAX (1U << 20)
#define FROZEN_VERSION 1
#define MAC_TEXT_BYTES 17

/* A config.json of an earlier run, or its "configuration" alone. */
static bool take_json(struct config *config, const char *text, size_t size, struct error *err)
{
	json_error_t where;
	json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);

	if (!json_is_object(document)) {
		json_decref(document);
		return error_set(err, EXIT_USAGE, "%s:%d: no JSON object: %s", config->path,
				 where.line, where.text);
	}
	json_t *inner = json_object_get(document, "configuration");

	if (inner == NULL) {
		config->written = document;
		return true;
	}
	json_int_t version = json_integer_value(json_object_get(document, "version"));

	config->written = json_incref(inner);
	config->frozen = json_incref(json_object_get(document, "files"));
	json_decref(document);
	if (version != FROZEN_VERSION || !json_is_object(config->written)) {
		return error_set(err, EXIT_USAGE,
				 "%s: a frozen configuration of version %" JSON_INTEGER_FORMAT
				 ", expected %d",
				 config->path, version, FROZEN_VERSION);
	}
	return true;
}

static bool read_source(struct config *config, struct error *err)
{
	uint8_t *bytes;
	size_t size;

	if (!files_read(config->path, FILE_BYTES_MAX, &bytes, &size, err)) {
		return false;
	}
	const char *text = (const char *)bytes;
	size_t blank = 0;
	bool good;

	while (blank < size && isspace(bytes[blank])) {
		blank++;
	}
	if (blank < size && text[blank] == '{') {
		good = take_json(config, text, size, err);
	} else {
		config->written = sandbox_evaluate(config->path, text, size, NULL, err);
		good = config->written != NULL;
		config->source = strndup(text, size);
	}
	free(bytes);
	return good;
}

bool config_load(struct config *config, const char *path, const char *const *sets, size_t set_count,
		 struct error *err)
{
	*config = (struct config){ .path = strdup(path) };
	if (config->path == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (!read_source(config, err)) {
		return false;
	}
	if (!json_is_object(config->written)) {
		return error_set(err, EXIT_USAGE, "%s: it returns a list, expected named keys",
				 config->path);
	}
	for (size_t i = 0; i < set_count; i++) {
		if (!set_apply(config->written, sets[i], err)) {
			return false;
		}
	}
	return values_read(config, err) && check_config(config, err);
}

bool config_load_console(struct config *config, const char *path, struct error *err)
{
	*config = (struct config){ .path = strdup(path) };
	if (config->path == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (!read_source(config, err)) {
		return false;
	}
	if (!json_is_array(config->written)) {
		return error_set(err, EXIT_USAGE,
				 "%s: expected a list of steps, as "
				 "return { { wait = \"login:\", send = \"root\\n\" } }",
				 config->path);
	}
	/* `program` is a key that must be there; nobody opens it. */
	config->written = json_pack("{s:s, s:o}", "program", "none", "console", config->written);
	return values_read(config, err) && check_console(config, err);
}

void config_release(struct config *config)
{
	values_release(config);
	json_decref(config->written);
	json_decref(config->frozen);
	free(config->source);
	free(config->path);
	*config = (struct config){ 0 };
}

static struct memsys_geometry cache_of(const struct config_cache *cache)
{
	return (struct memsys_geometry){ (uint32_t)cache->bytes, (uint32_t)cache->ways,
					 (uint32_t)cache->line_bytes };
}

/* The quantum must not be longer than a reply. */
static unsigned memory_quantum(const struct config *config, unsigned most)
{
	uint64_t reply = config->memory.reply_ns * (config->machine.clock_hz / 1000000) / 1000;

	if (config->memory.quantum_cycles != 0) {
		return (unsigned)config->memory.quantum_cycles;
	}
	return reply < most ? (unsigned)reply : most;
}

/* Nodes, CPUs and frames are filled in by the machine. */
static void fill_memory(const struct config *config, struct memsys_config *memory)
{
	const struct config_memory *m = &config->memory;

	memsys_config_default(memory, (unsigned)config->machine.nodes, 0);
	memory->l1i = cache_of(&m->l1i);
	memory->l1d = cache_of(&m->l1d);
	memory->l2 = cache_of(&m->l2);
	memory->l2_hit_cycles = (unsigned)m->l2_hit_cycles;
	memory->clock_mhz = (unsigned)(config->machine.clock_hz / 1000000);
	memory->quantum_cycles = memory_quantum(config, memory->quantum_cycles);
	memory->local_ns = (unsigned)config->machine.local_ns;
	memory->remote_ns = (unsigned)config->machine.remote_ns;
	memory->request_ns = (unsigned)m->request_ns;
	memory->home_ns = (unsigned)m->home_ns;
	memory->reply_ns = (unsigned)m->reply_ns;
	memory->pass_ns = (unsigned)m->pass_ns;
	memory->probe_ns = (unsigned)m->probe_ns;
	memory->inv_ns = (unsigned)m->inv_ns;
	memory->home_busy_ns = (unsigned)m->home_busy_ns;
	memory->pass_busy_ns = (unsigned)m->pass_busy_ns;
	memory->light_busy_ns = (unsigned)m->light_busy_ns;
	memory->bank_busy_ns = (unsigned)m->bank_busy_ns;
	memory->banks = (unsigned)m->banks;
	memory->link_mb_per_s = (unsigned)m->link_mb_per_s;
	memory->bus_mb_per_s = (unsigned)m->bus_mb_per_s;
	memory->header_bytes = (unsigned)m->header_bytes;
	memory->topology = (enum memsys_topology)config->machine.topology;
	memory->hop_ns = (unsigned)m->hop_ns;
	memory->jitter_cycles = (unsigned)m->jitter_cycles;
	memory->seed = config->machine.seed;
	memory->classify = m->classify != 0;
}

static void fill_disks(const struct config *config, struct machine_config *machine)
{
	const struct config_disk *disk = config->machine.disks.item;

	machine->disks = (unsigned)config->machine.disks.count;
	for (unsigned i = 0; i < machine->disks; i++) {
		struct disk_config *to = &machine->disk[i];

		*to = (struct disk_config){
			.is_read_only = disk[i].is_read_only == 1,
			.is_swap = disk[i].is_swap == 1,
			.is_persistent = disk[i].is_persistent == 1,
			.model = disk[i].model,
			.latency_ns = disk[i].latency_ns,
			.bytes_per_s = disk[i].bytes_per_s,
			.jitter_ns = disk[i].jitter_ns,
		};
		/* check.c has measured it. */
		strncpy(to->image, disk[i].image, sizeof(to->image) - 1);
		strncpy(to->overlay, disk[i].overlay, sizeof(to->overlay) - 1);
	}
}

/* The loader's data lie below the picture, which is at the end of its memory. */
static void place_picture(const struct config *config, struct machine_config *machine)
{
	struct machine_picture *picture = &machine->picture;
	uint64_t top =
		machine->memory_bytes < BOOT_DATA_TOP ? machine->memory_bytes : BOOT_DATA_TOP;

	picture->width = (uint32_t)config->framebuffer.width;
	picture->height = (uint32_t)config->framebuffer.height;
	picture->format = config->framebuffer.format == 1 ? FRAMEBUFFER_FORMAT_R5G6B5
							  : FRAMEBUFFER_FORMAT_X8R8G8B8;
	if (picture->width == 0) {
		*picture = (struct machine_picture){ 0 };
	} else if (machine_picture_bytes(picture) <= top) {
		picture->paddr = top - machine_picture_bytes(picture);
	} else {
		picture->paddr = top; /* the machine refuses it */
	}
}

bool config_parse_mac(const char *text, uint8_t mac[6])
{
	int used = 0;

	/* sscanf alone would take blanks and signs. */
	return strspn(text, "0123456789abcdefABCDEF:") == strlen(text) &&
	       sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		      &mac[3], &mac[4], &mac[5], &used) == 6 &&
	       used == MAC_TEXT_BYTES && text[used] == '\0' && (mac[0] & 1) == 0;
}

bool config_mac(const struct config *config, size_t number, uint8_t mac[6])
{
	const struct config_nic *nic =
		(const struct config_nic *)config->machine.nics.item + number;
	static const uint8_t ours[6] = { 0x02, 'M', 'B', 0, 0, 0 };

	if (nic->mac[0] == '\0') {
		memcpy(mac, ours, sizeof(ours));
		mac[5] = (uint8_t)number;
		return true;
	}
	return config_parse_mac(nic->mac, mac);
}

static void fill_network(const struct config *config, struct machine_config *machine)
{
	const struct config_machine *m = &config->machine;

	machine->network.latency_ns = m->network_latency_ns;
	machine->network.bytes_per_s = m->network_bytes_per_s;
	machine->network.has_gateway = m->network_gateway == 1;
	machine->nics = (unsigned)m->nics.count;
	for (unsigned i = 0; i < machine->nics; i++) {
		/* check.c has looked at it. */
		config_mac(config, i, machine->nic[i].mac);
		machine->nic[i].mtu = (uint32_t)((const struct config_nic *)m->nics.item)[i].mtu;
	}
}

struct machine_config config_to_machine(const struct config *config, bool program_is_big)
{
	const struct config_machine *m = &config->machine;
	struct machine_config machine = machine_config_default();

	machine.type = MACHINE_MIRRORBALL;
	machine.nodes = (unsigned)m->nodes;
	machine.cpus = (unsigned)(m->nodes * m->cpus_per_node);
	machine.memory_bytes = m->nodes * m->memory_per_node;
	machine.tlb_entries = (unsigned)m->tlb_entries;
	machine.quantum_cycles = m->quantum;
	machine.seed = m->seed;
	machine.clock_hz = m->clock_hz;
	machine.date_s = m->date_s;
	machine.local_ns = (uint32_t)m->local_ns;
	machine.remote_ns = (uint32_t)m->remote_ns;
	machine.layout = (enum frame_layout)m->layout;
	machine.topology = m->topology;
	machine.step_engine = m->engine == 1;
	machine.reversed_turns = m->turns == 1;
	machine.timing = config->mode == 1;
	place_picture(config, &machine);
	fill_memory(config, &machine.memory);
	fill_disks(config, &machine);
	fill_network(config, &machine);
	if (m->hazards != CONFIG_HAZARDS_AUTO) {
		machine.hazard_check = m->hazards == CONFIG_HAZARDS_ON;
	}
	machine.big_endian =
		m->endian == CONFIG_ENDIAN_AUTO ? program_is_big : m->endian == CONFIG_ENDIAN_BIG;
	return machine;
}

bool config_check_frozen(const struct config *config, const char *file, const char *hash,
			 struct error *err)
{
	json_t *entry;
	size_t i;

	json_array_foreach(config->frozen, i, entry)
	{
		const char *name = json_string_value(json_object_get(entry, "file"));
		const char *wanted = json_string_value(json_object_get(entry, "xxh3"));

		if (name != NULL && wanted != NULL && strcmp(name, file) == 0 &&
		    strcmp(wanted, hash) != 0) {
			return error_set(err, EXIT_USAGE,
					 "%s: %s has changed since: its hash was %s, now it is %s",
					 config->path, file, wanted, hash);
		}
	}
	return true;
}
