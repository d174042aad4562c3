/* SPDX-License-Identifier: MIT */
/*
 * fuzz_inspect.c - libFuzzer on what a monitor publishes of itself (machine/inspect.h): the input
 * is the machine's memory from the header on, whose first words are made right; all that a debugger
 * may ask is asked.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/inspect/inspect.h"

#define RAM    0x40000U
#define HEADER 0x1000U
#define ASKED  8U /* of each list */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct machine *create(void)
{
	struct machine_config config = machine_config_default();
	struct error err;

	config.cpus = 2;
	config.memory_bytes = RAM;
	struct machine *machine = machine_create(&config, &err);

	if (machine == NULL) {
		abort();
	}
	return machine;
}

static void ask_vm(const struct inspect *view, uint32_t index)
{
	static uint8_t bytes[0x3000];
	struct inspect_vm vm;
	uint64_t paddr;

	if (!inspect_vm(view, index, &vm)) {
		return;
	}
	for (uint64_t gpn = 0; gpn < ASKED; gpn++) {
		/* The page may be none of the machine's: who reads it finds out. */
		if (inspect_guest_page(view, &vm, gpn, &paddr)) {
			(void)machine_read_physical(view->machine, paddr, bytes, MAP_PAGE_BYTES);
		}
		(void)inspect_own_page(view, &vm, gpn, &paddr);
	}
	if (inspect_read_physical(view, &vm, 0xff8, bytes, sizeof(bytes)) > sizeof(bytes)) {
		abort();
	}
}

static void ask_vcpu(const struct inspect *view, struct machine *machine, uint32_t index)
{
	static uint8_t bytes[0x3000];
	struct inspect_tlb_entry entry;
	struct inspect_vcpu vcpu;
	enum inspect_place place;
	uint64_t gpa;

	if (!inspect_vcpu(view, index, &vcpu, &place)) {
		return;
	}
	for (unsigned i = 0; i < ASKED; i++) {
		(void)inspect_tlb(view, &vcpu, i * 7, &entry);
		(void)inspect_register(&vcpu, i * 17);
		(void)inspect_translate(view, &vcpu, vcpu.gpr[i], &gpa);
	}
	if (inspect_read_virtual(view, &vcpu, vcpu.pc, bytes, sizeof(bytes)) > sizeof(bytes) ||
	    inspect_write_virtual(view, machine, &vcpu, vcpu.pc, bytes, 64) > 64) {
		abort();
	}
	(void)inspect_write_register(view, machine, index, 5, vcpu.gpr[4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t nothing[RAM];
	/* The machine is big-endian. */
	static const uint8_t door[] = { INSPECT_MAGIC >> 24,
					INSPECT_MAGIC >> 16 & 0xff,
					INSPECT_MAGIC >> 8 & 0xff,
					INSPECT_MAGIC & 0xff,
					0,
					0,
					0,
					INSPECT_VERSION,
					0,
					0,
					0,
					sizeof(struct inspect_header) };
	static struct machine *machine;
	struct inspect_frame frame;
	struct inspect view;
	struct inspect_cpu cpu;

	if (machine == NULL) {
		machine = create();
	}
	if (size > RAM - HEADER || !machine_write_physical(machine, 0, nothing, sizeof(nothing)) ||
	    (size != 0 && !machine_write_physical(machine, HEADER, data, size)) ||
	    !machine_write_physical(machine, HEADER, door, sizeof(door))) {
		return 0;
	}
	if (!inspect_open(&view, machine, HEADER)) {
		return 0;
	}
	for (uint32_t i = 0; i < ASKED; i++) {
		(void)inspect_cpu(&view, i, &cpu);
		(void)inspect_frame(&view, i % 2, i * 5, &frame);
		ask_vm(&view, i);
		ask_vcpu(&view, machine, i);
	}
	return 0;
}
