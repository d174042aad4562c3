/* SPDX-License-Identifier: MIT */
/*
 * machine.c - building a machine, its bus, its clock, and the loop over its CPUs.
 *
 * The CPUs run one after the other, a quantum each, in the order of their numbers: what one does to
 * another is seen at the latest a quantum later, and always at the same point of every run.
 */
#include "sim/machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "machine/boot.h"
#include "machine/framebuffer.h"
#include "machine/map.h"
#include "machine/misscount.h"
#include "sim/core/block.h"
#include "sim/core/core_hash.h"
#include "sim/core/hazards.h"
#include "sim/core/mmu.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/timing.h"

#define QUANTUM_DEFAULT 1024U
#define QUANTUM_MAX     1000000U
#define KSEG0_BASE      0xffffffff80000000ULL

struct machine_config machine_config_default(void)
{
	return (struct machine_config){
		.type = MACHINE_TESTMIPS,
		.cpus = 1,
		.nodes = 1,
		.memory_bytes = 32ULL << 20,
		.tlb_entries = 48,
		.big_endian = true,
		.quantum_cycles = QUANTUM_DEFAULT,
		.hazard_check = CORE_CHECKED,
		.layout = FRAME_BLOCK,
		.topology = NODE_TOPOLOGY_MESH,
		.clock_hz = 400000000,
		.date_s = 1767225600, /* 2026-01-01 */
		.local_ns = 300,
		.remote_ns = 900,
		.network = { .latency_ns = 10000, .bytes_per_s = 125000000 },
	};
}

/* The parts of the memory system's configuration that the machine decides. */
static void complete_memory_config(struct machine_config *config)
{
	struct memsys_config *memory = &config->memory;

	if (memory->clock_mhz == 0) {
		memsys_config_default(memory, config->nodes, 0);
		memory->check = CORE_CHECKED;
		memory->clock_mhz = (unsigned)(config->clock_hz / 1000000);
		memory->local_ns = config->local_ns;
		memory->remote_ns = config->remote_ns;
		memory->topology = (enum memsys_topology)config->topology;
	}
	memory->layout = config->layout;
	memory->nodes = config->nodes;
	memory->cpus_per_node = config->cpus / config->nodes;
	/* A testmips machine's last node may have less. */
	memory->frames_per_node =
		((config->memory_bytes >> RAM_PAGE_SHIFT) + config->nodes - 1) / config->nodes;
}

/* What only a machine with node controllers can have wrong. */
static bool check_nodes(const struct machine_config *config, struct error *err)
{
	if (config->memory_bytes > MAP_RAM_BYTES_MAX) {
		return error_set(err, EXIT_USAGE,
				 "the nodes have %" PRIu64
				 " MB of memory together: expected at most %u MB, what lies below "
				 "the miss counters in 36 bits of physical address",
				 config->memory_bytes >> 20, (unsigned)(MAP_RAM_BYTES_MAX >> 20));
	}
	if (config->memory_bytes % ((uint64_t)config->nodes * RAM_PAGE_BYTES) != 0) {
		return error_set(err, EXIT_USAGE,
				 "%" PRIu64 " bytes of memory cannot be dealt to %u nodes in pages",
				 config->memory_bytes, config->nodes);
	}
	if (config->clock_hz == 0) {
		return error_set(err, EXIT_USAGE, "machine.clock is 0: expected at least 1 Hz");
	}
	return true;
}

static bool check_picture(const struct machine_config *config, struct error *err)
{
	const struct machine_picture *picture = &config->picture;

	if (picture->width == 0) {
		return true;
	}
	if (config->type != MACHINE_MIRRORBALL || picture->width > MACHINE_PICTURE_MAX ||
	    picture->height < 1 || picture->height > MACHINE_PICTURE_MAX ||
	    (picture->format != FRAMEBUFFER_FORMAT_R5G6B5 &&
	     picture->format != FRAMEBUFFER_FORMAT_X8R8G8B8) ||
	    picture->paddr % RAM_PAGE_BYTES != 0 || picture->paddr >= config->memory_bytes ||
	    machine_picture_bytes(picture) > config->memory_bytes - picture->paddr) {
		return error_set(err, EXIT_USAGE,
				 "a frame buffer of %u by %u pixels finds no room in %" PRIu64
				 " MB of memory",
				 picture->width, picture->height, config->memory_bytes >> 20);
	}
	return true;
}

static bool check_config(const struct machine_config *config, struct error *err)
{
	if (config->cpus < 1 || config->cpus > MACHINE_CPUS_MAX) {
		return error_set(err, EXIT_USAGE, "machine.cpus is %u: expected 1 to %d",
				 config->cpus, MACHINE_CPUS_MAX);
	}
	if (config->nodes < 1 || config->cpus % config->nodes != 0) {
		return error_set(err, EXIT_USAGE,
				 "machine.nodes is %u: expected a divisor of the %u CPUs",
				 config->nodes, config->cpus);
	}
	if (config->memory_bytes < RAM_PAGE_BYTES || config->memory_bytes % RAM_PAGE_BYTES != 0) {
		return error_set(err, EXIT_USAGE,
				 "machine.memory is %" PRIu64
				 " bytes: expected a multiple of 4096, at least one page",
				 config->memory_bytes);
	}
	if (config->type == MACHINE_TESTMIPS && config->memory_bytes > TESTMIPS_RAM_MAX) {
		return error_set(
			err, EXIT_USAGE,
			"machine.memory is %" PRIu64
			" MB: a testmips machine has at most 256 MB, its devices begin there",
			config->memory_bytes >> 20);
	}
	if (config->type == MACHINE_MIRRORBALL && !check_nodes(config, err)) {
		return false;
	}
	if (!check_picture(config, err)) {
		return false;
	}
	if (config->tlb_entries != 48 && config->tlb_entries != 64) {
		return error_set(err, EXIT_USAGE, "machine.tlb_entries is %u: expected 48 or 64",
				 config->tlb_entries);
	}
	if (config->quantum_cycles < 1 || config->quantum_cycles > QUANTUM_MAX) {
		return error_set(err, EXIT_USAGE,
				 "machine.quantum is %" PRIu64 " cycles: expected 1 to %u",
				 config->quantum_cycles, QUANTUM_MAX);
	}
	return true;
}

static struct device *find_device(const struct machine *machine, uint64_t paddr, unsigned size)
{
	for (unsigned i = 0; i < machine->device_count; i++) {
		struct device *device = machine->device[i];

		if (paddr >= device->base && paddr - device->base + size <= device->bytes) {
			return device;
		}
	}
	return NULL;
}

static bool bus_read(void *context, struct core *core, uint64_t paddr, unsigned size,
		     uint64_t *value)
{
	struct device *device = find_device(context, paddr, size);

	*value = 0;
	return device != NULL && device->ops->read != NULL &&
	       device->ops->read(device, core, paddr - device->base, size, value);
}

static bool bus_write(void *context, struct core *core, uint64_t paddr, unsigned size,
		      uint64_t value)
{
	struct device *device = find_device(context, paddr, size);

	return device != NULL && device->ops->write != NULL &&
	       device->ops->write(device, core, paddr - device->base, size, value);
}

static bool bus_answers(void *context, uint64_t paddr, unsigned size)
{
	return find_device(context, paddr, size) != NULL;
}

/* Node controllers and rows of miss counters are at their node, all other devices at node 0. */
static unsigned bus_node(void *context, uint64_t paddr)
{
	const struct machine *machine = context;
	const struct machine_config *config = &machine->config;
	uint64_t node = (paddr - MAP_NODE_BASE) / MAP_NODE_STRIDE;

	if (paddr >= MAP_MISS_BASE) {
		uint64_t frame = (paddr - MAP_MISS_BASE) >> MISSCOUNT_ROW_SHIFT;

		node = frame_home_node(frame, config->layout, machine->ram.frames / config->nodes,
				       config->nodes);
		return node < config->nodes ? (unsigned)node : 0;
	}
	return paddr >= MAP_NODE_BASE && node < machine->config.nodes ? (unsigned)node : 0;
}

bool machine_add_device(struct machine *machine, struct device *device)
{
	if (device == NULL || machine->device_count == MACHINE_DEVICES_MAX) {
		return false;
	}
	device->machine = machine;
	device->number = machine->device_count;
	device->due = UINT64_MAX;
	machine->device[machine->device_count++] = device;
	return true;
}

static bool create_cores(struct machine *machine)
{
	const struct machine_config *config = &machine->config;
	struct core_bus bus = {
		.context = machine,
		.read = bus_read,
		.write = bus_write,
		.answers = bus_answers,
		.node = bus_node,
	};

	for (unsigned i = 0; i < config->cpus; i++) {
		machine->core[i] = core_create(i, &machine->ram, &bus, machine->code,
					       config->tlb_entries, config->big_endian);
		if (machine->core[i] == NULL) {
			return false;
		}
		machine->core[i]->peers = machine->core;
		machine->core[i]->peer_count = config->cpus;
		machine->core[i]->step_engine = config->step_engine;
		machine->core[i]->vm_segments = config->vm_segments;
	}
	return true;
}

struct machine *machine_create(const struct machine_config *config, struct error *err)
{
	if (!check_config(config, err)) {
		return NULL;
	}
	struct machine *machine = calloc(1, sizeof(*machine));

	if (machine == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	machine->config = *config;
	machine->due = UINT64_MAX;
	complete_memory_config(&machine->config);
	machine->timing_wanted = config->timing;
	if (!timing_check(machine, err)) {
		free(machine);
		return NULL;
	}
	if (!ram_create(&machine->ram, config->memory_bytes, err)) {
		free(machine);
		return NULL;
	}
	machine->code = code_create(&machine->ram, config->big_endian);
	machine->hazards = config->hazard_check ? hazards_create(config->cpus) : NULL;
	if (!create_cores(machine) || !devices_create(machine) ||
	    (config->hazard_check && machine->hazards == NULL)) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		machine_destroy(machine);
		return NULL;
	}
	if (!virtio_bus_plug(machine->virtio, err)) {
		machine_destroy(machine);
		return NULL;
	}
	machine_set_hooks(machine, NULL);
	return machine;
}

void machine_destroy(struct machine *machine)
{
	if (machine == NULL) {
		return;
	}
	for (unsigned i = 0; i < machine->device_count; i++) {
		struct device *device = machine->device[i];

		if (device->ops->destroy != NULL) {
			device->ops->destroy(device);
		}
		free(device);
	}
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		core_destroy(machine->core[i]);
	}
	timing_destroy(machine);
	hazards_destroy(machine->hazards);
	code_destroy(machine->code);
	ram_destroy(&machine->ram);
	free(machine);
}

const struct machine_config *machine_get_config(const struct machine *machine)
{
	return &machine->config;
}

uint32_t machine_picture_stride(const struct machine_picture *picture)
{
	return picture->width * (picture->format == FRAMEBUFFER_FORMAT_R5G6B5 ? 2 : 4);
}

uint64_t machine_picture_bytes(const struct machine_picture *picture)
{
	uint64_t bytes = (uint64_t)machine_picture_stride(picture) * picture->height;

	return (bytes + RAM_PAGE_MASK) & ~(uint64_t)RAM_PAGE_MASK;
}

bool machine_picture_is_on(const struct machine *machine)
{
	return framebuffer_is_on(machine->framebuffer);
}

void machine_set_present(struct machine *machine, machine_present_fn *fn, void *context)
{
	machine->present = fn;
	machine->present_context = context;
}

void machine_set_console(struct machine *machine, machine_console_fn *fn, void *context)
{
	machine->console = fn;
	machine->console_context = context;
}

void machine_console_output(struct machine *machine, unsigned console, uint8_t byte)
{
	if (machine->console != NULL) {
		machine->console(machine->console_context, console, byte);
	}
}

bool machine_console_input(struct machine *machine, uint8_t byte)
{
	if (!console_put(&machine->input, byte)) {
		return false;
	}
	machine_input_changed(machine);
	return true;
}

void machine_input_changed(struct machine *machine)
{
	for (unsigned i = 0; i < machine->device_count; i++) {
		if (machine->device[i]->ops->input != NULL) {
			machine->device[i]->ops->input(machine->device[i]);
		}
	}
}

void machine_set_mark(struct machine *machine, machine_mark_fn *fn, void *context)
{
	machine->mark = fn;
	machine->mark_context = context;
}

void machine_set_miss(struct machine *machine, machine_miss_fn *fn, void *context)
{
	machine->miss = fn;
	machine->miss_context = context;
}

void machine_mark(struct machine *machine, unsigned cpu, unsigned what, uint32_t number)
{
	if (machine->mark != NULL) {
		machine->mark(machine->mark_context, cpu, what, number,
			      core_now(machine->core[cpu]));
	}
}

void machine_set_log(struct machine *machine, machine_log_fn *fn, void *context)
{
	machine->log = fn;
	machine->log_context = context;
}

void machine_set_tap(struct machine *machine, machine_tap_fn *fn, void *context)
{
	machine->tap = fn;
	machine->tap_context = context;
}

void machine_log(const struct machine *machine, const char *text)
{
	if (machine->log != NULL) {
		machine->log(machine->log_context, text, machine_cycles(machine));
	}
}

/* Both checkers of programs: the users', and ours of CP0 hazards. */
static void check(void *context, struct core *core, uint64_t pc, uint32_t word)
{
	struct machine *machine = context;

	if (machine->users_hooks.check != NULL) {
		machine->users_hooks.check(machine->users_hooks.checker, core, pc, word);
	}
	hazards_step(machine->hazards, core, pc, word);
}

static void check_exception(void *context, struct core *core, unsigned code, bool is_executing)
{
	struct machine *machine = context;

	if (machine->users_hooks.check_exception != NULL) {
		machine->users_hooks.check_exception(machine->users_hooks.checker, core, code,
						     is_executing);
	}
	hazards_exception(machine->hazards, core, code, is_executing);
}

void machine_set_hooks(struct machine *machine, const struct core_hooks *hooks)
{
	static const struct core_hooks none = { 0 };
	struct core_hooks all = hooks != NULL ? *hooks : none;

	machine->users_hooks = all;
	if (machine->hazards != NULL) {
		all.check = check;
		all.check_exception = check_exception;
		all.checker = machine;
	}
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		struct core *core = machine->core[i];

		/* Blocks show their instructions to checkers in the torture build (observe.c). */
		core->hooks = all;
		core->step_engine = machine->config.step_engine || all.insn != NULL ||
				    (all.check != NULL && !CORE_CHECKED) || all.mem != NULL;
		core_note_observers(core);
		mmu_flush(core); /* pages filled without the memory observer */
	}
}

void machine_add_point(struct machine *machine, uint64_t vaddr)
{
	if (code_is_point(machine->code, vaddr)) {
		return;
	}
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		machine->core[i]->link = NULL;
	}
	code_add_point(machine->code, vaddr);
}

void machine_set_hazard_listener(struct machine *machine, machine_hazard_fn *fn, void *context)
{
	if (machine->hazards != NULL) {
		hazards_set_listener(machine->hazards, fn, context);
	}
}

uint64_t machine_hazards(const struct machine *machine)
{
	return machine->hazards != NULL ? hazards_count(machine->hazards) : 0;
}

void machine_stop(struct machine *machine, enum stop_reason reason, unsigned cpu, uint32_t code)
{
	if (machine->stop.reason == STOP_NONE) {
		machine->stop = (struct stop){
			.reason = reason, .cpu = cpu, .addr = machine->core[cpu]->pc, .code = code
		};
	}
	machine->core[cpu]->stop = true;
	core_kick(machine->core[cpu]);
}

void machine_start_cpu(struct machine *machine, unsigned cpu, uint64_t pc, uint64_t sp)
{
	struct core *core = machine->core[cpu];

	/* XKPHYS can be reached with KX only. */
	bool is_wide = pc != (uint64_t)(int64_t)(int32_t)(uint32_t)pc;

	/* First its clock: what it finds in CP0 is of now. */
	machine_pause_cpu(machine, cpu, false);
	core_enter_elf(core, pc, machine->boot_status | (is_wide ? BOOT_STATUS_WIDE : 0), sp);
}

/* When a CPU started or woken now goes on: not before its cause, not in a turn that is over. */
static uint64_t wake_cycle(const struct machine *machine, unsigned cpu)
{
	/* Turns and CPUs are the same the other way round, too. */
	if (machine->turn >= machine->config.cpus ||
	    machine_turn_cpu(machine, cpu) < machine->turn) {
		return machine->slice_end;
	}
	uint64_t now = core_now(machine->core[machine_turn_cpu(machine, machine->turn)]);

	return now > machine->slice_begin ? now : machine->slice_begin;
}

void machine_update_running(struct machine *machine)
{
	machine->running_turns = 0;
	for (unsigned turn = 0; turn < machine->config.cpus; turn++) {
		uint64_t runs = machine->core[machine_turn_cpu(machine, turn)]->running;

		machine->running_turns |= runs << turn;
	}
}

void machine_pause_cpu(struct machine *machine, unsigned cpu, bool pause)
{
	struct core *core = machine->core[cpu];

	if (pause) {
		core->running = false;
		core->stop = true;
		core_kick(core);
	} else if (!core->running) {
		core->running = true;
		core->stop = false;
		core_skip_to(core, wake_cycle(machine, cpu));
	}
	machine_update_running(machine);
}

/* Physical memory, page by page. */
static bool copy_physical(struct machine *machine, uint64_t paddr, uint8_t *data, size_t size,
			  bool is_write)
{
	while (size > 0) {
		uint32_t offset = (uint32_t)(paddr & RAM_PAGE_MASK);
		size_t part = RAM_PAGE_BYTES - offset;
		uint64_t frame;

		part = part < size ? part : size;
		if (!ram_frame(&machine->ram, paddr, &frame)) {
			return false;
		}
		uint8_t *host = ram_frame_host(&machine->ram, frame) + offset;

		if (is_write) {
			memcpy(host, data, part);
			mmu_note_write(machine->core[0], NULL, frame, offset, (unsigned)part);
		} else {
			memcpy(data, host, part);
		}
		paddr += part;
		data += part;
		size -= part;
	}
	return true;
}

bool machine_write_physical(struct machine *machine, uint64_t paddr, const void *data, size_t size)
{
	/* The cast drops const only for the direction that does not write through it. */
	return copy_physical(machine, paddr, (uint8_t *)(uintptr_t)data, size, true);
}

bool machine_read_physical(const struct machine *machine, uint64_t paddr, void *data, size_t size)
{
	return copy_physical((struct machine *)(uintptr_t)machine, paddr, data, size, false);
}

uint64_t machine_number(const struct machine *machine, const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++) {
		value = value << 8 | bytes[machine->config.big_endian ? i : size - 1 - i];
	}
	return value;
}

bool machine_has_memory(const struct machine *machine, uint64_t paddr, uint64_t size)
{
	uint64_t page = paddr & ~(uint64_t)RAM_PAGE_MASK;
	uint64_t last = paddr + size - 1;
	uint64_t frame;

	if (size == 0 || last < paddr) {
		return size == 0;
	}
	/* The number of pages is limited by the first one that is no memory. */
	for (; page <= last; page += RAM_PAGE_BYTES) {
		if (!ram_frame(&machine->ram, page, &frame)) {
			return false;
		}
	}
	return true;
}

void machine_set_entry(struct machine *machine, uint64_t entry, bool fr)
{
	machine->boot_status = fr ? BOOT_STATUS_FR1 : BOOT_STATUS_FR0;
	machine_start_cpu(machine, 0, entry, BOOT_SP);
}

void machine_set_device_tree(struct machine *machine, uint64_t paddr)
{
	machine->core[0]->gpr[4] = BOOT_A0_DEVICE_TREE;
	machine->core[0]->gpr[5] = KSEG0_BASE + paddr;
}

uint32_t machine_latency_ns(const struct machine_config *config, unsigned from, unsigned to)
{
	bool is_local = from == to || config->topology == NODE_TOPOLOGY_BUS;

	return is_local ? config->local_ns : config->remote_ns;
}

uint64_t machine_quantum_begin(const struct machine *machine)
{
	return machine->slice_begin;
}

uint64_t machine_cycles(const struct machine *machine)
{
	uint64_t latest = 0;

	for (unsigned i = 0; i < machine->config.cpus; i++) {
		uint64_t now = core_now(machine->core[i]);

		if (machine->core[i]->running && now > latest) {
			latest = now;
		}
	}
	return latest > machine->slice_begin ? latest : machine->slice_begin;
}

uint64_t machine_cpu_idle_cycles(const struct machine *machine, unsigned cpu)
{
	return core_idle_cycles(machine->core[cpu], machine_cycles(machine));
}

uint64_t machine_cpu_instructions(const struct machine *machine, unsigned cpu)
{
	return core_instructions(machine->core[cpu]);
}

uint64_t machine_cpu_stall_cycles(const struct machine *machine, unsigned cpu)
{
	return machine->core[cpu]->stall_cycles;
}

uint64_t machine_cpu_exceptions(const struct machine *machine, unsigned cpu, unsigned code)
{
	return machine->core[cpu]->exception_count[code & 31];
}

uint64_t machine_cpu_tlb_refills(const struct machine *machine, unsigned cpu)
{
	return machine->core[cpu]->tlb_refills;
}

uint64_t machine_cpu_cache_operations(const struct machine *machine, unsigned cpu)
{
	return machine->core[cpu]->cache_operations;
}

uint64_t machine_instructions(const struct machine *machine)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < machine->config.cpus; i++) {
		sum += machine_cpu_instructions(machine, i);
	}
	return sum;
}

static void hash_ram(const struct ram *ram, struct state_hash *hash)
{
	static const uint8_t zero[RAM_PAGE_BYTES];

	for (uint64_t frame = 0; frame < ram->pages; frame++) {
		const uint8_t *page = ram_frame_host(ram, frame);

		if ((ram->flags[frame] & RAM_WRITTEN) && memcmp(page, zero, sizeof(zero)) != 0) {
			state_hash_u64(hash, frame);
			state_hash_bytes(hash, page, RAM_PAGE_BYTES);
		}
	}
}

uint64_t machine_state_hash(struct machine *machine)
{
	struct state_hash *hash = state_hash_create();

	if (hash == NULL) {
		abort(); /* the host is out of memory */
	}
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		core_hash(machine->core[i], hash);
	}
	hash_ram(&machine->ram, hash);
	state_hash_u64(hash, machine->input.count);
	for (unsigned i = 0; i < machine->device_count; i++) {
		if (machine->device[i]->ops->hash != NULL) {
			machine->device[i]->ops->hash(machine->device[i], hash);
		}
	}
	uint64_t result = state_hash_result(hash);

	state_hash_destroy(hash);
	return result;
}

const struct error *machine_error(const struct machine *machine)
{
	return &machine->error;
}
