/* SPDX-License-Identifier: MIT */
/*
 * machine.h - a whole machine: processors, memory, devices, simulated time.
 *
 * A run is a pure function of the configuration and the images: nothing here reads a host clock,
 * and CPUs are visited in a fixed order, one quantum each.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/frame.h"
#include "machine/node.h"
#include "sim/disk/disk.h"
#include "sim/error.h"
#include "sim/memsys/config.h"

#define MACHINE_CPUS_MAX  64
#define MACHINE_DISKS_MAX 8
/* Disk i is in this virtio slot + i, and so are network devices. */
#define MACHINE_DISK_SLOT 0
/* Of the frame buffer: pixels of a line, lines. */
#define MACHINE_PICTURE_MAX 4096

/* The frame buffer's picture; width 0: there is none. */
struct machine_picture {
	uint32_t width;
	uint32_t height;
	uint32_t format; /* FRAMEBUFFER_FORMAT_* */
	uint64_t paddr;  /* of the first pixel, a page boundary */
};
#define MACHINE_NICS_MAX 8
#define MACHINE_NIC_SLOT 8

/* A network device, and the switch that all are connected to. */
struct nic_config {
	uint8_t mac[6];
	uint32_t mtu; /* MACHINE_MTU_MIN to MACHINE_MTU_MAX */
};

struct network_config {
	uint64_t latency_ns;  /* in the switch */
	uint64_t bytes_per_s; /* of each link, not 0 */
	bool has_gateway;     /* to the host's network: such a run is not deterministic */
};

#define MACHINE_MTU_MIN 68
#define MACHINE_MTU_MAX 65535

enum machine_type {
	MACHINE_TESTMIPS, /* RAM from 0 to at most 256 MB, GXemul's devices from 0x10000000 */
	MACHINE_MIRRORBALL
};

struct machine_config {
	enum machine_type type;
	unsigned cpus;           /* 1..MACHINE_CPUS_MAX */
	unsigned nodes;          /* 1..cpus; cpus is a multiple of nodes */
	uint64_t memory_bytes;   /* all nodes together, multiple of 4096 */
	unsigned tlb_entries;    /* 48 or 64 */
	bool big_endian;         /* Config.BE */
	uint64_t quantum_cycles; /* cycles a CPU runs before the next one is visited */
	bool step_engine;        /* one instruction at a time instead of blocks (same results) */
	bool hazard_check;       /* report CP0 hazards (same results, slower) */
	bool vm_segments;        /* the guest's view of a VM (machine/vm.h): oracle for a monitor */
	uint64_t seed;
	bool timing; /* begin in timing mode */
	/* CPUs are visited from the last to the first; in timing mode that changes nothing. */
	bool reversed_turns;
	/* Caches, directory, network. Nodes, CPUs, frames and layout follow from the above. */
	struct memsys_config memory;

	/* Type mirrorball: what its node controllers and its device tree tell. */
	enum frame_layout layout;
	unsigned topology;  /* NODE_TOPOLOGY_* */
	uint64_t clock_hz;  /* cycles in a second */
	uint64_t date_s;    /* time of day at power-on, seconds since 1970; both types */
	uint32_t local_ns;  /* read miss at the CPU's own node, without contention */
	uint32_t remote_ns; /* at another node */
	struct machine_picture picture;

	unsigned disks; /* both types */
	struct disk_config disk[MACHINE_DISKS_MAX];
	unsigned nics;
	struct nic_config nic[MACHINE_NICS_MAX];
	struct network_config network;
};

/* Why a run came to its end, or to a pause. */
enum stop_reason {
	STOP_NONE,
	STOP_HALT,        /* halt device: exit code 0 */
	STOP_EXIT,        /* annotation port: `code` is the program's */
	STOP_PANIC,       /* annotation port: `code` is ANNOTATION_PANIC_*, `who` and `addr` tell */
	STOP_MAX_CYCLES,  /* budget */
	STOP_MAX_INSNS,   /* budget */
	STOP_BREAKPOINT,  /* `cpu` is about to execute `addr` */
	STOP_WATCHPOINT,  /* `cpu` accessed `addr`; the access is done */
	STOP_STEPPED,     /* control_step() did its instruction */
	STOP_EXCEPTION,   /* `cpu` took exception `code` and exceptions are to be shown */
	STOP_DEADLOCK,    /* every CPU is paused or only faults, and nothing can wake one */
	STOP_INTERRUPTED, /* control_interrupt(), from a signal or a debugger */
	STOP_IO_ERROR,    /* host I/O failed: machine_error() tells */
	STOP_INVARIANT,   /* the simulator found an error in itself: machine_error() tells */
	STOP_OWNERSHIP    /* a VM may not map what it maps: machine_error() tells */
};

struct stop {
	enum stop_reason reason;
	unsigned cpu;
	uint64_t addr;
	uint32_t code;
	uint32_t who;  /* STOP_PANIC: VM << 16 | VCPU */
	bool is_write; /* STOP_WATCHPOINT */
};

struct machine;

/*
 * The defaults: testmips, 1 CPU, 1 node, 32 MB, 48 entries, big-endian; CP0 hazards are looked for
 * in the torture build.
 */
struct machine_config machine_config_default(void);

/* Checks the configuration and builds the machine, in its reset state. NULL after an error. */
struct machine *machine_create(const struct machine_config *config, struct error *err);
void machine_destroy(struct machine *machine);

const struct machine_config *machine_get_config(const struct machine *machine);

/* Nanoseconds of a read miss from node `from` to a line that is clean at node `to`. */
uint32_t machine_latency_ns(const struct machine_config *config, unsigned from, unsigned to);

/* Where the consoles' output goes: called for each byte the guest prints. */
typedef void machine_console_fn(void *context, unsigned console, uint8_t byte);
void machine_set_console(struct machine *machine, machine_console_fn *fn, void *context);

/* Bytes of a line of the picture, and of all of it in whole pages. */
uint32_t machine_picture_stride(const struct machine_picture *picture);
uint64_t machine_picture_bytes(const struct machine_picture *picture);

/* Is the picture to be shown? */
bool machine_picture_is_on(const struct machine *machine);

/* Called when the guest says that its picture is complete, with the picture's number. */
typedef void machine_present_fn(void *context, uint32_t number);
void machine_set_present(struct machine *machine, machine_present_fn *fn, void *context);

/* Puts a byte into console 0's receive queue; false when it is full. */
bool machine_console_input(struct machine *machine, uint8_t byte);

/* Called for each annotation: `what` is ANNOTATION_ROI_BEGIN, _ROI_END or _MARK. */
typedef void machine_mark_fn(void *context, unsigned cpu, unsigned what, uint32_t number,
			     uint64_t cycle);
void machine_set_mark(struct machine *machine, machine_mark_fn *fn, void *context);

/* Who is told, a line each, of what devices find wrong with what a guest does. */
typedef void machine_log_fn(void *context, const char *text, uint64_t cycle);
void machine_set_log(struct machine *machine, machine_log_fn *fn, void *context);

/* Who is shown each frame that comes to the switch: a capture. */
typedef void machine_tap_fn(void *context, const uint8_t *frame, uint32_t bytes, uint64_t cycle);
void machine_set_tap(struct machine *machine, machine_tap_fn *fn, void *context);

struct memsys_miss;

/*
 * Called when a miss, an upgrade or an uncached access of timing mode ends (sim/memsys/memsys.h);
 * `pc` is that of the instruction that waited.
 */
typedef void machine_miss_fn(void *context, unsigned cpu, uint64_t pc,
			     const struct memsys_miss *miss);
void machine_set_miss(struct machine *machine, machine_miss_fn *fn, void *context);

struct core_hooks;

/* Observers of every CPU (sim/core/core.h); NULL takes them away. Results never change. */
void machine_set_hooks(struct machine *machine, const struct core_hooks *hooks);
/* Lets core_hooks.point see the instruction at this virtual address, in any mode; at any time. */
void machine_add_point(struct machine *machine, uint64_t vaddr);

struct hazards_found;

/*
 * Who is told of CP0 hazards (sim/core/hazards.h) where the configuration asks for the check. If
 * nobody is, they go to stderr, and the torture build aborts.
 */
typedef void machine_hazard_fn(void *context, const struct hazards_found *found);
void machine_set_hazard_listener(struct machine *machine, machine_hazard_fn *fn, void *context);

/* Pairs of instructions told so far. */
uint64_t machine_hazards(const struct machine *machine);

/*
 * Copies `size` bytes to physical address `paddr`. False if a byte would lie outside RAM.
 * For loaders and debuggers: takes no simulated time, invalidates predecoded code.
 */
bool machine_write_physical(struct machine *machine, uint64_t paddr, const void *data, size_t size);
bool machine_read_physical(const struct machine *machine, uint64_t paddr, void *data, size_t size);

/* A number of up to 8 bytes that was read there: in the byte order of the CPUs. */
uint64_t machine_number(const struct machine *machine, const uint8_t *bytes, unsigned size);

/* Is all of [paddr, paddr + size) RAM or boot memory? */
bool machine_has_memory(const struct machine *machine, uint64_t paddr, uint64_t size);

/*
 * CPU 0 starts at virtual address `entry` in the state of machine/boot.h; `fr` is Status.FR, which
 * the program's ABI asks for. CPUs that the program starts later begin with the same Status.
 */
void machine_set_entry(struct machine *machine, uint64_t entry, bool fr);

/*
 * Asks for timing mode (caches, directory, network; cold at first) or fast mode, from the next
 * instruction of a CPU that is alone, otherwise from the end of the quantum on. Neither changes the
 * architectural state.
 */
void machine_set_timing(struct machine *machine, bool on);
bool machine_is_timing(const struct machine *machine);

struct memsys;

/* The memory system with its counters (sim/memsys/memsys.h); NULL if there was no timing mode. */
const struct memsys *machine_memory(const struct machine *machine);

/* Cycles of one CPU in one mode, as long as the machine was in timing mode. */
struct machine_split {
	uint64_t execution; /* one for each instruction */
	uint64_t stall_l2;  /* first-level misses that hit the second level */
	uint64_t stall_local;
	uint64_t stall_remote;
	uint64_t stall_uncached; /* devices among them */
	uint64_t idle;           /* paused or in power-save */
};

#define MACHINE_MODES 3U /* user, supervisor, kernel */

void machine_cpu_split(const struct machine *machine, unsigned cpu, unsigned mode,
		       struct machine_split *split);

/* Tells CPU 0 where its device tree is (machine/boot.h); after machine_set_entry(). */
void machine_set_device_tree(struct machine *machine, uint64_t paddr);

/* Simulated time in CPU cycles, and instructions executed by all CPUs. */
uint64_t machine_cycles(const struct machine *machine);
uint64_t machine_instructions(const struct machine *machine);

/* When the current quantum began: nothing that is still to happen happens before it. */
uint64_t machine_quantum_begin(const struct machine *machine);

/* Instructions executed by one CPU, cycles in which it was paused or waited, or stalled. */
uint64_t machine_cpu_instructions(const struct machine *machine, unsigned cpu);
uint64_t machine_cpu_idle_cycles(const struct machine *machine, unsigned cpu);
uint64_t machine_cpu_stall_cycles(const struct machine *machine, unsigned cpu);

/* Exceptions that a CPU has taken, by Cause.ExcCode; of TLBL and TLBS, those without an entry. */
uint64_t machine_cpu_exceptions(const struct machine *machine, unsigned cpu, unsigned code);
uint64_t machine_cpu_tlb_refills(const struct machine *machine, unsigned cpu);
uint64_t machine_cpu_cache_operations(const struct machine *machine, unsigned cpu);

/*
 * 64-bit hash (XXH3) of the whole architectural state: registers, CP0, TLB, FPU, RAM, devices,
 * time. Equal on every host and compiler for the same run.
 */
uint64_t machine_state_hash(struct machine *machine);

/* The last host error (STOP_IO_ERROR), or what was found (STOP_OWNERSHIP). */
const struct error *machine_error(const struct machine *machine);
