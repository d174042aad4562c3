/* SPDX-License-Identifier: MIT */
/* config_state.c - every member of struct machine_config but those that the run chooses. */
#include "sim/checkpoint/config_state.h"

static void cache_state(struct memsys_geometry *cache, struct state_io *io)
{
	state_io_u32(io, &cache->bytes);
	state_io_u32(io, &cache->ways);
	state_io_u32(io, &cache->line_bytes);
}

static void memory_state(struct memsys_config *memory, struct state_io *io)
{
	unsigned *const numbers[] = {
		&memory->l2_hit_cycles, &memory->clock_mhz,     &memory->quantum_cycles,
		&memory->local_ns,      &memory->remote_ns,     &memory->request_ns,
		&memory->home_ns,       &memory->reply_ns,      &memory->pass_ns,
		&memory->probe_ns,      &memory->inv_ns,        &memory->home_busy_ns,
		&memory->pass_busy_ns,  &memory->light_busy_ns, &memory->bank_busy_ns,
		&memory->banks,         &memory->link_mb_per_s, &memory->bus_mb_per_s,
		&memory->header_bytes,  &memory->hop_ns,        &memory->jitter_cycles
	};
	unsigned topology = memory->topology;

	cache_state(&memory->l1i, io);
	cache_state(&memory->l1d, io);
	cache_state(&memory->l2, io);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		state_io_unsigned(io, numbers[i]);
	}
	state_io_index(io, &topology, MEMSYS_HYPERCUBE + 1);
	memory->topology = (enum memsys_topology)topology;
	state_io_u64(io, &memory->seed);
	state_io_bool(io, &memory->classify);
}

static void disk_config_state(struct disk_config *disk, struct state_io *io)
{
	state_io_bytes(io, disk->image, sizeof(disk->image));
	disk->image[sizeof(disk->image) - 1] = '\0';
	state_io_bytes(io, disk->overlay, sizeof(disk->overlay));
	disk->overlay[sizeof(disk->overlay) - 1] = '\0';
	state_io_bool(io, &disk->is_read_only);
	state_io_bool(io, &disk->is_persistent);
	state_io_index(io, &disk->model, DISK_MODELS);
	state_io_u64(io, &disk->latency_ns);
	state_io_u64(io, &disk->bytes_per_s);
	state_io_u64(io, &disk->jitter_ns);
}

static void network_config_state(struct machine_config *config, struct state_io *io)
{
	state_io_u64(io, &config->network.latency_ns);
	state_io_u64(io, &config->network.bytes_per_s);
	state_io_index(io, &config->nics, MACHINE_NICS_MAX + 1);
	for (unsigned i = 0; i < config->nics; i++) {
		state_io_bytes(io, config->nic[i].mac, sizeof(config->nic[i].mac));
		state_io_u32(io, &config->nic[i].mtu);
	}
	if (config->network.bytes_per_s == 0) {
		io->has_failed = true;
	}
}

void config_state(struct machine_config *config, struct state_io *io)
{
	unsigned type = config->type;
	unsigned layout = config->layout;

	state_io_index(io, &type, MACHINE_MIRRORBALL + 1);
	config->type = (enum machine_type)type;
	state_io_unsigned(io, &config->cpus);
	state_io_unsigned(io, &config->nodes);
	state_io_u64(io, &config->memory_bytes);
	state_io_unsigned(io, &config->tlb_entries);
	state_io_bool(io, &config->big_endian);
	state_io_u64(io, &config->quantum_cycles);
	state_io_bool(io, &config->step_engine);
	state_io_u64(io, &config->seed);
	state_io_bool(io, &config->reversed_turns);
	state_io_index(io, &layout, FRAME_ROUND_ROBIN + 1);
	config->layout = (enum frame_layout)layout;
	state_io_unsigned(io, &config->topology);
	state_io_u64(io, &config->clock_hz);
	state_io_u64(io, &config->date_s);
	state_io_u32(io, &config->local_ns);
	state_io_u32(io, &config->remote_ns);
	state_io_u32(io, &config->picture.width);
	state_io_u32(io, &config->picture.height);
	state_io_u32(io, &config->picture.format);
	state_io_u64(io, &config->picture.paddr);
	memory_state(&config->memory, io);
	state_io_index(io, &config->disks, MACHINE_DISKS_MAX + 1);
	for (unsigned i = 0; i < config->disks; i++) {
		disk_config_state(&config->disk[i], io);
	}
	network_config_state(config, io);
}
