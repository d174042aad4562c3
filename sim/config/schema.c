/* SPDX-License-Identifier: MIT */
/* schema.c - the table of keys. docs/configuration.md is checked against it. */
#include "sim/config/schema.h"

#include <stdio.h>
#include <string.h>

#include "machine/boot.h"
#include "machine/devtree.h"
#include "machine/map.h"
#include "machine/vm.h"

#define GIGAHERTZ 1000000000ULL
#define MEGAHERTZ 1000000ULL

/* In the order of frame.h and node.h. */
static const char *const layout_names[] = { "block", "round-robin", NULL };
static const char *const topology_names[] = { "bus", "mesh", "hypercube", NULL };
static const char *const endian_names[] = { "auto", "big", "little", NULL };
static const char *const engine_names[] = { "block", "step", NULL };
static const char *const hazards_names[] = { "auto", "off", "on", NULL };

const char *const config_privileged_names[] = { DEVTREE_VM_PRIVILEGED_TRAP,
						DEVTREE_VM_PRIVILEGED_SHARED,
						DEVTREE_VM_PRIVILEGED_REWRITE, NULL };

/* In the order of "mode" on the command line; off and on. */
static const char *const mode_names[] = { "fast", "timing", NULL };
static const char *const turns_names[] = { "forward", "reversed", NULL };
static const char *const format_names[] = { "x8r8g8b8", "r5g6b5", NULL };
static const char *const step_mode_names[] = { "same", "fast", "timing", NULL };
static const char *const switch_names[] = { "off", "on", NULL };
static const char *const gateway_names[] = { "off", "nat", NULL };
/* In the order of enum disk_model_kind. */
static const char *const model_names[] = { "fixed", "hp97560", NULL };

#define MACHINE(member) offsetof(struct config, machine.member)
#define MEMORY(member)  offsetof(struct config, memory.member)
#define DISK(member)    offsetof(struct config_disk, member)
#define NIC(member)     offsetof(struct config_nic, member)
#define MODULE(member)  offsetof(struct config_module, member)
#define STEP(member)    offsetof(struct config_step, member)
#define VM(member)      offsetof(struct config_vm, member)
#define VM_NIC(member)  offsetof(struct config_vm_nic, member)
#define VM_DISK(member) offsetof(struct config_vm_disk, member)

#define MAX_NS      1000000 /* of the parts of a miss */
#define MAX_CYCLES  1000000
#define MAX_DISK_NS 10000000000ULL /* of a request */

#define CONSOLE_STEPS_MAX 10000
#define STEP_MAX_NS       (24ULL * 3600 * 1000000000)

/* A part of a miss, or how long something is kept busy. */
#define PART(member) SCHEMA_TIME, MEMORY(member)

const struct schema_key schema_keys[] = {
	{ "program", SCHEMA_FILE, offsetof(struct config, program), NULL, 0, 0, NULL,
	  "ELF program that CPU 0 enters: a bare-metal program, a kernel, a monitor", 0 },
	{ "bootargs", SCHEMA_TEXT, offsetof(struct config, bootargs), "", 0, 0, NULL,
	  "its command line: /chosen/bootargs of the device tree", 0 },

	{ "initrd", SCHEMA_FILE, offsetof(struct config, initrd), "", 0, 0, NULL,
	  "a root file system in memory for Linux: a cpio archive, taken as it is", 0 },

	{ "symbols", SCHEMA_FILE, offsetof(struct config, symbols), "", 0, 0, NULL,
	  "ELF file of a user's program, for traces, profiles and dumps; --symbols adds others",
	  0 },
	{ "panic", SCHEMA_TEXT, offsetof(struct config, panic), "auto", 0, 0, NULL,
	  "a console's line that begins with it ends the run with code 3; auto: Linux's, if the "
	  "program is Linux; none: no text does",
	  0 },

	{ "mode", SCHEMA_CHOICE, offsetof(struct config, mode), "fast", 0, 0, mode_names,
	  "fast: every instruction takes a cycle; timing: caches and network; --mode changes it",
	  0 },

	{ "machine.nodes", SCHEMA_NUMBER, MACHINE(nodes), "1", 1, MAP_NODES_MAX, NULL,
	  "nodes, each with CPUs, memory and a node controller", 0 },
	{ "machine.cpus_per_node", SCHEMA_NUMBER, MACHINE(cpus_per_node), "1", 1, MAP_CPUS_MAX,
	  NULL, "CPUs of a node; all nodes together have at most 64", 0 },
	{ "machine.memory_per_node", SCHEMA_SIZE, MACHINE(memory_per_node), "32M", MAP_PAGE_BYTES,
	  MAP_RAM_BYTES_MAX, NULL,
	  "RAM of a node, in pages of 4K; all nodes together at most 30704M", 0 },
	{ "machine.layout", SCHEMA_CHOICE, MACHINE(layout), "block", 0, 0, layout_names,
	  "how consecutive pages are dealt to nodes", 0 },
	{ "machine.topology", SCHEMA_CHOICE, MACHINE(topology), "mesh", 0, 0, topology_names,
	  "network of the nodes; bus: the same latency to all", 0 },
	{ "machine.clock", SCHEMA_FREQUENCY, MACHINE(clock_hz), "400MHz", MEGAHERTZ, 4 * GIGAHERTZ,
	  NULL, "cycles of a CPU in a second, whole MHz", 0 },
	{ "machine.date", SCHEMA_NUMBER, MACHINE(date_s), "1767225600", 0, UINT32_MAX, NULL,
	  "time of day at power-on, in seconds since 1970", 0 },
	{ "machine.local_latency", SCHEMA_TIME, MACHINE(local_ns), "300ns", 1, MAX_NS, NULL,
	  "read miss at the CPU's own node, without contention", 0 },
	{ "machine.remote_latency", SCHEMA_TIME, MACHINE(remote_ns), "900ns", 1, MAX_NS, NULL,
	  "read miss at another node, without contention", 0 },
	{ "machine.tlb_entries", SCHEMA_NUMBER, MACHINE(tlb_entries), "48", 48, 64, NULL,
	  "TLB entries of a CPU, 48 or 64", 0 },
	{ "machine.endian", SCHEMA_CHOICE, MACHINE(endian), "auto", 0, 0, endian_names,
	  "byte order of the CPUs; auto: the program's", 0 },
	{ "machine.quantum", SCHEMA_NUMBER, MACHINE(quantum), "1024", 1, 1000000, NULL,
	  "cycles of a CPU before the next one's turn", 0 },
	{ "machine.seed", SCHEMA_NUMBER, MACHINE(seed), "0", 0, INT64_MAX, NULL,
	  "of all that is random", 0 },
	{ "machine.engine", SCHEMA_CHOICE, MACHINE(engine), "block", 0, 0, engine_names,
	  "step: one instruction at a time; same results, slower", 0 },
	{ "machine.hazards", SCHEMA_CHOICE, MACHINE(hazards), "auto", 0, 0, hazards_names,
	  "look for CP0 hazards in the program; auto: in the torture build", 0 },

	{ "machine.turns", SCHEMA_CHOICE, MACHINE(turns), "forward", 0, 0, turns_names,
	  "order of the CPUs in a quantum; in timing mode it changes no result", 0 },

	{ "machine.disks", SCHEMA_LIST, MACHINE(disks), NULL, 0, MACHINE_DISKS_MAX, NULL,
	  "block devices, in virtio slots from 0 on", sizeof(struct config_disk) },
	{ "machine.disks[].image", SCHEMA_FILE, DISK(image), NULL, 0, 0, NULL,
	  "raw image, only read; what is written to the disk goes to the overlay or ends with the "
	  "run",
	  0 },
	{ "machine.disks[].overlay", SCHEMA_FILE, DISK(overlay), "", 0, 0, NULL,
	  "file of what differs from the image, made by mirrorball image create; none: memory", 0 },
	{ "machine.disks[].persistent", SCHEMA_CHOICE, DISK(is_persistent), "on", 0, 0,
	  switch_names, "on: writes go to the overlay; off: it is only read", 0 },
	{ "machine.disks[].read_only", SCHEMA_CHOICE, DISK(is_read_only), "off", 0, 0, switch_names,
	  "the guest is told that it cannot write", 0 },
	{ "machine.disks[].swap", SCHEMA_CHOICE, DISK(is_swap), "off", 0, 0, switch_names,
	  "the monitor puts memory of virtual machines there when it has too little", 0 },
	{ "machine.disks[].model", SCHEMA_CHOICE, DISK(model), "fixed", 0, 0, model_names,
	  "how long requests take; fixed: latency, and bytes at the rate; hp97560: that disk", 0 },
	{ "machine.disks[].latency", SCHEMA_TIME, DISK(latency_ns), "100us", 0, MAX_DISK_NS, NULL,
	  "of each request, where the model is fixed", 0 },
	{ "machine.disks[].rate", SCHEMA_SIZE, DISK(bytes_per_s), "0", 0, 0, NULL,
	  "bytes in a second, where the model is fixed; 0: data take no time", 0 },
	{ "machine.disks[].jitter", SCHEMA_TIME, DISK(jitter_ns), "0ns", 0, MAX_DISK_NS, NULL,
	  "each request takes up to this much longer, by the seed", 0 },

	{ "framebuffer.width", SCHEMA_NUMBER, offsetof(struct config, framebuffer.width), "0", 0,
	  MACHINE_PICTURE_MAX, NULL, "pixels of a line of the frame buffer; 0: there is none", 0 },
	{ "framebuffer.height", SCHEMA_NUMBER, offsetof(struct config, framebuffer.height), "480",
	  1, MACHINE_PICTURE_MAX, NULL, "its lines", 0 },
	{ "framebuffer.format", SCHEMA_CHOICE, offsetof(struct config, framebuffer.format),
	  "x8r8g8b8", 0, 0, format_names, "its pixels, 32 or 16 bits", 0 },
	{ "machine.nics", SCHEMA_LIST, MACHINE(nics), NULL, 0, MACHINE_NICS_MAX, NULL,
	  "network devices, in virtio slots from 8 on, all at one switch",
	  sizeof(struct config_nic) },
	{ "machine.nics[].mac", SCHEMA_TEXT, NIC(mac), "", 0, 0, NULL,
	  "its address, as 02:4d:42:00:00:00; empty: that, with its number as last part", 0 },
	{ "machine.nics[].mtu", SCHEMA_NUMBER, NIC(mtu), "1500", MACHINE_MTU_MIN, MACHINE_MTU_MAX,
	  NULL, "longest packet, without the 14 bytes of the frame's header", 0 },
	{ "machine.network.latency", SCHEMA_TIME, MACHINE(network_latency_ns), "10us", 0,
	  MAX_DISK_NS, NULL, "of a frame in the switch", 0 },
	{ "machine.network.rate", SCHEMA_NUMBER, MACHINE(network_bytes_per_s), "125M", 1,
	  1000000000000, NULL, "bytes in a second on each link", 0 },
	{ "machine.network.gateway", SCHEMA_CHOICE, MACHINE(network_gateway), "off", 0, 0,
	  gateway_names, "nat: a way out to the host's network; such a run is not deterministic",
	  0 },

	{ "memory.l1i.size", SCHEMA_SIZE, MEMORY(l1i.bytes), "32K", 16, 1U << 30, NULL,
	  "first-level cache for instructions", 0 },
	{ "memory.l1i.ways", SCHEMA_NUMBER, MEMORY(l1i.ways), "2", 1, 16, NULL, "its associativity",
	  0 },
	{ "memory.l1i.line", SCHEMA_SIZE, MEMORY(l1i.line_bytes), "32", 16, MAP_PAGE_BYTES, NULL,
	  "its lines", 0 },
	{ "memory.l1d.size", SCHEMA_SIZE, MEMORY(l1d.bytes), "32K", 16, 1U << 30, NULL,
	  "first-level cache for data", 0 },
	{ "memory.l1d.ways", SCHEMA_NUMBER, MEMORY(l1d.ways), "2", 1, 16, NULL, "its associativity",
	  0 },
	{ "memory.l1d.line", SCHEMA_SIZE, MEMORY(l1d.line_bytes), "32", 16, MAP_PAGE_BYTES, NULL,
	  "its lines", 0 },
	{ "memory.l2.size", SCHEMA_SIZE, MEMORY(l2.bytes), "1M", 16, 1U << 30, NULL,
	  "second-level cache, which includes the first", 0 },
	{ "memory.l2.ways", SCHEMA_NUMBER, MEMORY(l2.ways), "2", 1, 16, NULL, "its associativity",
	  0 },
	{ "memory.l2.line", SCHEMA_SIZE, MEMORY(l2.line_bytes), "128", 16, MAP_PAGE_BYTES, NULL,
	  "its lines", 0 },
	{ "memory.l2.hit", SCHEMA_NUMBER, MEMORY(l2_hit_cycles), "20", 0, MAX_CYCLES, NULL,
	  "cycles that a miss of the first level stalls if it hits the second", 0 },
	{ "memory.request", PART(request_ns), "30ns", 0, MAX_NS, NULL,
	  "part of a miss: found, request on the node's bus", 0 },
	{ "memory.home", PART(home_ns), "30ns", 0, MAX_NS, NULL,
	  "part of a miss: directory handler at the home", 0 },
	{ "memory.reply", PART(reply_ns), "160ns", 0, MAX_NS, NULL,
	  "part of a miss: line from node controller to CPU", 0 },
	{ "memory.pass", PART(pass_ns), "20ns", 0, MAX_NS, NULL,
	  "a node controller passing a message into or out of its node", 0 },
	{ "memory.probe", PART(probe_ns), "150ns", 0, MAX_NS, NULL,
	  "a cache giving up the data it owns", 0 },
	{ "memory.invalidate", PART(inv_ns), "50ns", 0, MAX_NS, NULL,
	  "a cache dropping a shared line", 0 },
	{ "memory.home_busy", PART(home_busy_ns), "100ns", 0, MAX_NS, NULL,
	  "how long a request keeps its home's controller", 0 },
	{ "memory.pass_busy", PART(pass_busy_ns), "20ns", 0, MAX_NS, NULL,
	  "how long a message that passes keeps a controller", 0 },
	{ "memory.light_busy", PART(light_busy_ns), "10ns", 0, MAX_NS, NULL,
	  "the same for acknowledgements and the like", 0 },
	{ "memory.bank_busy", PART(bank_busy_ns), "140ns", 0, MAX_NS, NULL,
	  "how long a line keeps its memory bank", 0 },
	{ "memory.banks", SCHEMA_NUMBER, MEMORY(banks), "4", 1, 64, NULL,
	  "memory banks of a node, a power of 2", 0 },
	{ "memory.link", SCHEMA_NUMBER, MEMORY(link_mb_per_s), "800", 1, 1000000, NULL,
	  "MB/s of each link of the network, in each direction", 0 },
	{ "memory.bus", SCHEMA_NUMBER, MEMORY(bus_mb_per_s), "3200", 1, 1000000, NULL,
	  "MB/s of the bus, where machine.topology is bus", 0 },
	{ "memory.header", SCHEMA_SIZE, MEMORY(header_bytes), "16", 1, MAP_PAGE_BYTES, NULL,
	  "bytes of every message; with data, a line more", 0 },
	{ "memory.hop", PART(hop_ns), "0ns", 0, MAX_NS, NULL,
	  "latency of each hop behind the first; 0: distances are alike", 0 },
	{ "memory.jitter", SCHEMA_NUMBER, MEMORY(jitter_cycles), "0", 0, MAX_CYCLES, NULL,
	  "every message takes up to this many cycles longer, by the seed", 0 },
	{ "memory.quantum", SCHEMA_NUMBER, MEMORY(quantum_cycles), "0", 0, MAX_CYCLES, NULL,
	  "cycles between boundaries in timing mode, at most those of memory.reply; 0: 64, or less",
	  0 },
	{ "memory.classify", SCHEMA_CHOICE, MEMORY(classify), "on", 0, 0, switch_names,
	  "tell cold, capacity and sharing misses apart", 0 },

	{ "statistics.interval", SCHEMA_TIME, offsetof(struct config, statistics.interval_ns),
	  "10ms", 1000, 3600 * GIGAHERTZ, NULL,
	  "simulated time between two samples in series.csv; --interval changes it", 0 },
	{ "statistics.places", SCHEMA_CHOICE, offsetof(struct config, statistics.places), "off", 0,
	  0, switch_names, "timing mode: misses and stalls by the program's symbols", 0 },

	{ "console", SCHEMA_LIST, offsetof(struct config, console), NULL, 0, CONSOLE_STEPS_MAX,
	  NULL, "steps of a scripted console (docs/console.md)", sizeof(struct config_step) },
	{ "console[].wait", SCHEMA_TEXT, STEP(wait), "", 0, 0, NULL,
	  "text that the guest has to print before the step goes on", 0 },
	{ "console[].timeout", SCHEMA_TIME, STEP(timeout_ns), "60s", 1, STEP_MAX_NS, NULL,
	  "simulated time that it may take; more: the run ends with code 3", 0 },
	{ "console[].send", SCHEMA_TEXT, STEP(send), "", 0, 0, NULL, "text that is typed then", 0 },
	{ "console[].mode", SCHEMA_CHOICE, STEP(mode), "same", 0, 0, step_mode_names,
	  "mode of the run from then on", 0 },
	{ "console[].save", SCHEMA_FILE, STEP(save), "", 0, 0, NULL,
	  "file of a checkpoint that is written then; the steps behind it are in it", 0 },
	{ "console[].stop", SCHEMA_CHOICE, STEP(stop), "off", 0, 0, switch_names,
	  "on: the run ends then, with code 0", 0 },

	{ "modules", SCHEMA_LIST, offsetof(struct config, modules), NULL, 0, BOOT_MODULES_MAX, NULL,
	  "files that the loader puts into memory beside the program",
	  sizeof(struct config_module) },
	{ "modules[].name", SCHEMA_TEXT, MODULE(name), NULL, 0, 0, NULL,
	  "what the program knows it by; no two have the same", 0 },
	{ "modules[].file", SCHEMA_FILE, MODULE(file), NULL, 0, 0, NULL, "the file, taken as it is",
	  0 },
	{ "modules[].bootargs", SCHEMA_TEXT, MODULE(bootargs), "", 0, 0, NULL,
	  "its command line: bootargs of its node in the device tree", 0 },

	{ "vms", SCHEMA_LIST, offsetof(struct config, vms), NULL, 0, MAP_CPUS_MAX, NULL,
	  "virtual machines, where the program is a monitor", sizeof(struct config_vm) },
	{ "vms[].name", SCHEMA_TEXT, VM(name), NULL, 0, 0, NULL, "no two have the same", 0 },
	{ "vms[].memory", SCHEMA_SIZE, VM(memory), "16M", MAP_PAGE_BYTES, MAP_RAM_BYTES_MAX, NULL,
	  "guest memory, in pages of 4K", 0 },
	{ "vms[].vcpus", SCHEMA_NUMBER, VM(vcpus), "1", 1, VM_VCPUS_MAX, NULL, "virtual CPUs", 0 },
	{ "vms[].kernel", SCHEMA_TEXT, VM(kernel), NULL, 0, 0, NULL,
	  "name of the module with its kernel", 0 },
	{ "vms[].bootargs", SCHEMA_TEXT, VM(bootargs), "", 0, 0, NULL,
	  "its kernel's command line, in its own device tree", 0 },
	{ "vms[].device_tree", SCHEMA_TEXT, VM(device_tree), "", 0, 0, NULL,
	  "name of the module with its device tree; empty: one is made, as module NAME-tree", 0 },
	{ "vms[].initrd", SCHEMA_TEXT, VM(initrd), "", 0, 0, NULL,
	  "name of the module with a root file system in memory for Linux", 0 },
	{ "vms[].privileged", SCHEMA_CHOICE, VM(privileged), "trap", 0, 0, config_privileged_names,
	  "how its kernel reaches privileged registers (docs/machine/vm.md)", 0 },
	{ "vms[].disks", SCHEMA_LIST, VM(disks), NULL, 0, MAP_VIRTIO_COUNT, NULL,
	  "its virtual disks: the first in slot 0", sizeof(struct config_vm_disk) },
	{ "vms[].disks[].base", SCHEMA_NUMBER, VM_DISK(base), NULL, 0, MAP_VIRTIO_COUNT - 1, NULL,
	  "slot of the machine's disk that it is on", 0 },
	{ "vms[].disks[].shared", SCHEMA_CHOICE, VM_DISK(shared), "off", 0, 0, switch_names,
	  "on: other virtual machines that share the disk see its writes", 0 },
	{ "vms[].disks[].persistent", SCHEMA_CHOICE, VM_DISK(persistent), "on", 0, 0, switch_names,
	  "on: its writes outlive the virtual machine", 0 },
	{ "vms[].nics", SCHEMA_LIST, VM(nics), NULL, 0, MAP_VIRTIO_COUNT, NULL,
	  "its network devices on the virtual subnet, in the slots behind its disks",
	  sizeof(struct config_vm_nic) },
	{ "vms[].nics[].mac", SCHEMA_TEXT, VM_NIC(mac), "", 0, 0, NULL,
	  "its address, as \"02:4d:42:00:00:01\"; empty: one is made", 0 },
	{ "vms[].nics[].mtu", SCHEMA_NUMBER, VM_NIC(mtu), "1500", MACHINE_MTU_MIN, MACHINE_MTU_MAX,
	  NULL, "the longest packet that its driver is told to send; any length goes through", 0 },
	{ "vms[].cpus", SCHEMA_NUMBERS, VM(cpus), NULL, 0, MAP_CPUS_MAX - 1, NULL,
	  "the machine's CPU that each VCPU starts on; none: the monitor chooses",
	  sizeof(struct config_number) },
	{ "vms[].policies", SCHEMA_SWITCHES, VM(policies), NULL, 0, 64, NULL,
	  "switches of the monitor's own, properties mirrorball,NAME of the VM's node: "
	  "true, "
	  "false, a number or a text",
	  sizeof(struct config_switch) },
};

const size_t schema_key_count = sizeof(schema_keys) / sizeof(schema_keys[0]);

const char *schema_expected(enum schema_kind kind)
{
	switch (kind) {
	case SCHEMA_NUMBER:
		return "a whole number";
	case SCHEMA_SIZE:
		return "a size such as \"32M\"";
	case SCHEMA_TIME:
		return "a time such as \"300ns\"";
	case SCHEMA_FREQUENCY:
		return "a frequency such as \"400MHz\"";
	case SCHEMA_TEXT:
		return "a string";
	case SCHEMA_FILE:
		return "the name of a file";
	case SCHEMA_CHOICE:
		return "one of its names";
	case SCHEMA_LIST:
		return "a list of tables";
	case SCHEMA_NUMBERS:
		return "a list of whole numbers";
	case SCHEMA_SWITCHES:
		return "a table of names, each true, false, a number or a string";
	}
	return "";
}

const char *schema_kind_name(enum schema_kind kind)
{
	static const char *const names[] = {
		[SCHEMA_NUMBER] = "number",   [SCHEMA_SIZE] = "size",
		[SCHEMA_TIME] = "time",       [SCHEMA_FREQUENCY] = "frequency",
		[SCHEMA_TEXT] = "text",       [SCHEMA_FILE] = "file",
		[SCHEMA_CHOICE] = "choice",   [SCHEMA_LIST] = "list of tables",
		[SCHEMA_NUMBERS] = "numbers", [SCHEMA_SWITCHES] = "table of switches",
	};

	return names[kind];
}

bool schema_is_required(const struct schema_key *key)
{
	return key->fallback == NULL && key->item_bytes == 0;
}

bool schema_in_scope(const struct schema_key *key, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(key->path, prefix, length) == 0 && strchr(key->path + length, '[') == NULL;
}

/* "1 to 64", the names of a choice, or nothing; for help. */
static void describe_range(const struct schema_key *key, char *text, size_t size)
{
	text[0] = '\0';
	if (key->kind == SCHEMA_CHOICE) {
		for (size_t i = 0; key->choices[i] != NULL; i++) {
			size_t used = strlen(text);

			snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
				 key->choices[i]);
		}
	} else if (key->kind == SCHEMA_NUMBER && key->maximum < INT64_MAX) {
		snprintf(text, size, "%llu to %llu", (unsigned long long)key->minimum,
			 (unsigned long long)key->maximum);
	}
}

void config_print_keys(void)
{
	for (size_t i = 0; i < schema_key_count; i++) {
		const struct schema_key *key = &schema_keys[i];
		char range[128];

		describe_range(key, range, sizeof(range));
		printf("  %-24s %s: %s", key->path, schema_kind_name(key->kind), key->help);
		if (range[0] != '\0') {
			printf(" [%s]", range);
		}
		if (schema_is_required(key)) {
			printf(" (required)");
		} else if (key->fallback != NULL && key->fallback[0] != '\0') {
			printf(" (default %s)", key->fallback);
		}
		putchar('\n');
	}
}
