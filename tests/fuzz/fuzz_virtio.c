/* SPDX-License-Identifier: MIT */
/*
 * fuzz_virtio.c - libFuzzer on registers and virtqueues of a block device and two network devices,
 * in both modes of the machine. No CPU runs: the input is what a driver writes to registers and
 * RAM, and how much time passes between.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine/map.h"
#include "machine/virtio.h"
#include "sim/machine_state.h"
#include "sim/timing.h"

#define MEMORY_BYTES (1U << 20)
#define DIRTY_BYTES  (1U << 16) /* what an input can reach with ease is cleared for the next one */
#define DISK_BYTES   (1U << 16)
#define STEPS_MAX    4096U
#define STEP_CYCLES  64U

/* Where the rings of a driver that knows its trade are. */
#define DESC_AT   0x1000U
#define AVAIL_AT  0x2000U
#define USED_AT   0x3000U
#define HEADER_AT 0x4000U
#define ENTRIES   64U

#define PLACES      5U
#define AVAIL_BYTES 0x100U
#define USED_BYTES  0x240U

/* The queues that there are. */
static const struct {
	unsigned slot;
	unsigned queue;
} places[PLACES] = { { MACHINE_DISK_SLOT, 0 },
		     { MACHINE_NIC_SLOT, VIRTIO_NETWORK_QUEUE_RECEIVE },
		     { MACHINE_NIC_SLOT, VIRTIO_NETWORK_QUEUE_SEND },
		     { MACHINE_NIC_SLOT + 1, VIRTIO_NETWORK_QUEUE_RECEIVE },
		     { MACHINE_NIC_SLOT + 1, VIRTIO_NETWORK_QUEUE_SEND } };

/* The input as it is used up. */
struct input {
	const uint8_t *data;
	size_t size;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t take(struct input *input, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0 && input->size > 0) {
		value = value << 8 | *input->data++;
		input->size--;
	}
	return value;
}

static struct machine *create(void)
{
	struct machine_config config = machine_config_default();
	struct error err;
	int fd = memfd_create("disk", 0);

	config.memory_bytes = MEMORY_BYTES;
	config.big_endian = false;
	config.disks = 1;
	config.nics = 2;
	for (unsigned i = 0; i < config.nics; i++) {
		config.nic[i] =
			(struct nic_config){ .mac = { 2, 0, 0, 0, 0, (uint8_t)i }, .mtu = 1500 };
	}
	config.disk[0].latency_ns = 1000;
	snprintf(config.disk[0].image, sizeof(config.disk[0].image), "/proc/self/fd/%d", fd);
	if (fd < 0 || ftruncate(fd, DISK_BYTES) != 0) {
		abort();
	}
	struct machine *machine = machine_create(&config, &err);

	if (machine == NULL) {
		abort();
	}
	machine_set_entry(machine, 0xffffffff80000000, true);
	return machine;
}

static void write_register(struct machine *machine, unsigned place, uint64_t offset, uint64_t value)
{
	struct device *bus = machine->virtio;

	offset += (uint64_t)places[place].slot * MAP_PAGE_BYTES;
	bus->ops->write(bus, machine->core[0], offset, 4, value & UINT32_MAX);
}

/* Time passes until nothing is due any more, as begin_quantum() lets it pass. */
static void settle(struct machine *machine)
{
	for (unsigned i = 0;; i++) {
		uint64_t next = machine->slice_begin + STEP_CYCLES;

		if (!machine->timing && machine->due != UINT64_MAX && machine->due > next) {
			next = machine->due;
		}
		machine->slice_end = next;
		timing_boundary(machine);
		machine->slice_begin = machine->slice_end;
		machine_advance_devices(machine);
		if (machine->due == UINT64_MAX && timing_is_quiet(machine)) {
			return;
		}
		/* The longest request has some thousand lines, some quanta each. */
		if (i > 1000 * STEPS_MAX) {
			abort();
		}
	}
}

static void put(struct machine *machine, uint64_t paddr, uint64_t value, unsigned bytes)
{
	machine_write_physical(machine, paddr, &value, bytes);
}

/* Gives queue `place` to its device, selected and with nothing in it. */
static void give_queue(struct machine *machine, unsigned place)
{
	const uint32_t at[] = { DESC_AT, AVAIL_AT + AVAIL_BYTES * place,
				USED_AT + USED_BYTES * place };

	write_register(machine, place, VIRTIO_QUEUE_SEL, places[place].queue);
	write_register(machine, place, VIRTIO_QUEUE_NUM, ENTRIES);
	for (unsigned i = 0; i < 3; i++) {
		write_register(machine, place, VIRTIO_QUEUE_DESC_LO + 0x10 * i, at[i]);
	}
	write_register(machine, place, VIRTIO_QUEUE_READY, 1);
}

/* A driver that knows its trade begins with the device of this place. */
static void begin(struct machine *machine, unsigned place, uint64_t features)
{
	write_register(machine, place, VIRTIO_STATUS, 3);
	write_register(machine, place, VIRTIO_DRIVER_FEATURES_SEL, 0);
	write_register(machine, place, VIRTIO_DRIVER_FEATURES, features);
	write_register(machine, place, VIRTIO_DRIVER_FEATURES_SEL, 1);
	write_register(machine, place, VIRTIO_DRIVER_FEATURES, 1);
	write_register(machine, place, VIRTIO_STATUS, 11);
	for (unsigned i = 0; i < PLACES; i++) {
		if (places[i].slot == places[place].slot) {
			give_queue(machine, i);
		}
	}
	write_register(machine, place, VIRTIO_STATUS, 15);
	for (unsigned i = 0; i < 16; i++) {
		put(machine, HEADER_AT + 16 * i, i, 8);
		put(machine, HEADER_AT + 16 * i + 8, 9 * i, 8);
	}
}

/* A descriptor in few bytes, most of them sensible. */
static void put_descriptor(struct machine *machine, struct input *input, uint64_t at)
{
	uint64_t addr = take(input, 2);
	uint64_t bytes = take(input, 2);
	uint64_t flags = take(input, 1);
	uint64_t next = take(input, 1);

	addr |= (flags & 0x80) ? (uint64_t)1 << 35 : 0;
	addr |= (flags & 0x40) ? 0xffff0000 : 0;
	bytes <<= (flags & 0x20) ? 8 : 0;
	put(machine, at + VIRTIO_DESC_ADDR, addr, 8);
	put(machine, at + VIRTIO_DESC_LEN, bytes, 4);
	put(machine, at + VIRTIO_DESC_FLAGS, flags & 7, 2);
	put(machine, at + VIRTIO_DESC_NEXT, next, 2);
}

static void play(struct machine *machine, struct input *input)
{
	while (input->size > 0) {
		switch (take(input, 1) % 8) {
		case 0: {
			unsigned place = (unsigned)take(input, 1) % PLACES;
			uint64_t offset = take(input, 1) * 4 % VIRTIO_BYTES;

			write_register(machine, place, offset, take(input, 4));
			break;
		}
		case 1: {
			unsigned place = (unsigned)take(input, 1) % PLACES;
			uint64_t features = take(input, 4);

			begin(machine, place, features | take(input, 1) << 24);
			break;
		}
		case 2:
			put_descriptor(machine, input, DESC_AT + take(input, 1) % ENTRIES * 16);
			break;
		case 3: {
			uint64_t paddr = take(input, 2);

			put(machine, paddr, take(input, 4), 4);
			break;
		}
		case 4: {
			unsigned place = (unsigned)take(input, 1) % PLACES;
			uint64_t entry = take(input, 1) % ENTRIES;
			uint64_t ring = AVAIL_AT + AVAIL_BYTES * place;

			put(machine, ring + VIRTIO_RING_ENTRIES + 2 * entry, take(input, 1), 2);
			put(machine, ring + VIRTIO_RING_INDEX, entry + 1, 2);
			write_register(machine, place, VIRTIO_QUEUE_NOTIFY, places[place].queue);
			break;
		}
		case 5:
			machine->slice_begin += take(input, 1);
			machine_advance_devices(machine);
			break;
		case 6:
			settle(machine);
			break;
		default:
			machine->timing_wanted = !machine->timing_wanted;
			break;
		}
	}
}

static void reset(struct machine *machine)
{
	for (unsigned i = 0; i < PLACES; i++) {
		write_register(machine, i, VIRTIO_STATUS, 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine *machine;
	static const uint8_t zero[DIRTY_BYTES];
	struct input input = { data, size };

	if (machine == NULL) {
		machine = create();
	}
	reset(machine);
	machine_write_physical(machine, 0, zero, sizeof(zero));
	play(machine, &input);
	settle(machine);
	reset(machine);
	settle(machine);
	if (machine->error.code != EXIT_DONE) {
		abort();
	}
	return 0;
}
