/* SPDX-License-Identifier: MIT */
/*
 * attacks.c - what a hostile kernel does on purpose, one function for each way: legal in form, wild
 * in its numbers.
 */
#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/virtio/driver.h"
#include "guests/vm/fuzz/fuzz.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/moncall.h"
#include "machine/power.h"
#include "machine/shared_page.h"

static volatile uint32_t *device_register(uint32_t paddr)
{
	return (volatile uint32_t *)cpu_kseg1(paddr);
}

/* An address that TLB entries are made for. */
static uint64_t wild_address(struct fuzz *fuzz)
{
	static const uint64_t bases[] = { 0x00400000,
					  0x7ff00000,
					  0xffffffffd0000000,
					  0xffffffffddff0000,
					  0xffffffffc0400000,
					  0xffffffffde000000,
					  0xffffffffdf000000,
					  0x4000000000000000,
					  0x0,
					  0x6000 };

	return bases[fuzz_below(fuzz, sizeof(bases) / sizeof(bases[0]))] +
	       (fuzz_below(fuzz, 64) << MAP_PAGE_SHIFT);
}

/* EntryLo: own memory, beyond it, devices, the trampolines, other machines' I/O, anything. */
static uint64_t wild_entrylo(struct fuzz *fuzz)
{
	static const uint32_t pages[] = { 0x0,     0x7ff,   0x800,   0x801,   0xfff0,
					  0x1f000, 0x1f001, 0x1ffff, 0x20000, 0xffffff };
	uint64_t ppn = fuzz_below(fuzz, 4) == 0
			       ? pages[fuzz_below(fuzz, sizeof(pages) / sizeof(pages[0]))]
			       : fuzz_below(fuzz, 0x900);

	return ppn << ENTRYLO_PFN_SHIFT | (fuzz_random(fuzz) & 0x3f) |
	       (fuzz_below(fuzz, 2) != 0 ? ENTRYLO_V | ENTRYLO_D : 0);
}

static uint32_t wild_mask(struct fuzz *fuzz)
{
	static const uint32_t masks[] = { 0,        0,        0x6000,    0x1e000,   0x7e000,
					  0x1fe000, 0x7fe000, 0x1ffe000, 0xffffffff };
	uint32_t choice = fuzz_below(fuzz, 10);

	return choice < sizeof(masks) / sizeof(masks[0]) ? masks[choice] : fuzz_random(fuzz);
}

/* Few, so that they meet; all, so that the monitor's own are used up. */
static uint32_t wild_asid(struct fuzz *fuzz)
{
	return fuzz_below(fuzz, 8) == 0 ? fuzz_below(fuzz, 256) : fuzz_below(fuzz, 4);
}

static void write_entry(struct fuzz *fuzz, uint64_t vaddr)
{
	cp0_write_address(CP0_ENTRYHI, vaddr | wild_asid(fuzz));
	cp0_write(CP0_PAGEMASK, wild_mask(fuzz));
	cp0_write_address(CP0_ENTRYLO0, wild_entrylo(fuzz));
	cp0_write_address(CP0_ENTRYLO1, wild_entrylo(fuzz));
	cp0_write(CP0_INDEX, fuzz_below(fuzz, 4) == 0 ? fuzz_random(fuzz) : fuzz_below(fuzz, 48));
	if (fuzz_below(fuzz, 3) != 0) {
		__asm__ volatile("tlbwi; nop; nop; nop; nop" ::: "memory");
	} else {
		__asm__ volatile("tlbwr; nop; nop; nop; nop" ::: "memory");
	}
}

/* Entries of all sizes over each other, then accesses through them. */
static void attack_tlb(struct fuzz *fuzz)
{
	uint64_t vaddr[8];

	if (fuzz_below(fuzz, 8) == 0) {
		cp0_write(CP0_WIRED, fuzz_random(fuzz));
	}
	for (unsigned i = 0; i < 8; i++) {
		vaddr[i] = wild_address(fuzz);
		write_entry(fuzz, vaddr[i]);
	}
	cp0_write_address(CP0_ENTRYHI, wild_asid(fuzz));
	for (unsigned i = 0; i < 32; i++) {
		volatile uint32_t *at =
			(volatile uint32_t *)(uintptr_t)(vaddr[fuzz_below(fuzz, 8)] +
							 (fuzz_below(fuzz, 4096) & ~3U));

		if (fuzz_below(fuzz, 2) == 0) {
			*at = fuzz_random(fuzz);
		} else {
			(void)*at;
		}
		if (i % 8 == 0) {
			write_entry(fuzz, vaddr[fuzz_below(fuzz, 8)]);
			__asm__ volatile("tlbp; nop; nop; tlbr; nop; nop" ::: "memory");
			cp0_write_address(CP0_ENTRYHI, wild_asid(fuzz));
		}
	}
}

/* A store through an entry that is valid, and not to be stored to. */
static void attack_read_only(struct fuzz *fuzz)
{
	uint64_t vaddr = wild_address(fuzz);
	uint64_t lo = FUZZ_TAGGED_FIRST << ENTRYLO_PFN_SHIFT | ENTRYLO_V | ENTRYLO_G;

	cp0_write_address(CP0_ENTRYHI, vaddr);
	cp0_write(CP0_PAGEMASK, 0);
	cp0_write_address(CP0_ENTRYLO0, lo);
	cp0_write_address(CP0_ENTRYLO1, lo);
	__asm__ volatile("tlbwr; nop; nop; nop; nop" ::: "memory");
	*(volatile uint32_t *)(uintptr_t)vaddr = fuzz_tag;
}

/* A watched address: of a page that goes back first, whose first touch it is as well, or any of its
 * own. */
static void attack_watch(struct fuzz *fuzz)
{
	uint32_t page = FUZZ_TAGGED_FIRST + fuzz_below(fuzz, FUZZ_TAGGED_COUNT);
	volatile uint32_t *words = cpu_kseg0(page << MAP_PAGE_SHIFT);

	if (fuzz_below(fuzz, 2) == 0) {
		words = fuzz_place(fuzz);
	} else {
		fuzz_call(MONCALL_PAGE_FREE, (const uint64_t[]){ page, 1, 0, 0 });
	}
	cp0_write(CP0_WATCHHI, fuzz_below(fuzz, 4) == 0 ? fuzz_random(fuzz) : 0);
	cp0_write(CP0_WATCHLO, (cpu_physical((const void *)words) & ~7U) | fuzz_below(fuzz, 4));
	*words = fuzz_tag;
	(void)*words;
}

/* Every call with wild arguments; those that end the VM or the VCPU, or print much, seldom. */
static void attack_calls(struct fuzz *fuzz)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t number = fuzz_below(fuzz, MONCALL_COUNT + 2);
		uint64_t arguments[4];

		if (fuzz_below(fuzz, 16) == 0) {
			number = fuzz_value(fuzz);
		}
		if ((number == MONCALL_SHUTDOWN || number == MONCALL_VCPU_STOP ||
		     number == MONCALL_CONSOLE_WRITE) &&
		    fuzz_below(fuzz, 64) != 0) {
			continue;
		}
		for (unsigned k = 0; k < 4; k++) {
			arguments[k] = fuzz_below(fuzz, 2) == 0 ? fuzz_value(fuzz)
								: fuzz_below(fuzz, 0x900);
		}
		fuzz_call(number, arguments);
	}
}

/* Takes memory, page after page, for as long as the batch lasts. */
static void take_memory(struct fuzz *fuzz)
{
	uint32_t page = FUZZ_TAGGED_FIRST + fuzz_below(fuzz, 0x400);

	fuzz_take_time();
	for (unsigned i = 0; i < 256; i++) {
		volatile uint32_t *words = cpu_kseg0(((page + i) % 0x800) << MAP_PAGE_SHIFT);

		if ((page + i) % 0x800 >= FUZZ_TAGGED_FIRST + FUZZ_TAGGED_COUNT) {
			*words = fuzz_tag;
		}
	}
}

/* Calls that are right, and what is just beyond. */
static void attack_with_right_calls(struct fuzz *fuzz)
{
	uint64_t page = fuzz_below(fuzz, 4) == 0
				? 0x7fe + fuzz_below(fuzz, 4)
				: FUZZ_TAGGED_FIRST + fuzz_below(fuzz, FUZZ_TAGGED_COUNT);
	uint64_t other = fuzz_below(fuzz, 4) == 0
				 ? page + fuzz_below(fuzz, 4)
				 : FUZZ_TAGGED_FIRST + fuzz_below(fuzz, FUZZ_TAGGED_COUNT);
	uint64_t count = fuzz_below(fuzz, 4);

	if (fuzz_below(fuzz, 4) == 0) {
		/* Pinned by a device, perhaps. */
		page = ((uintptr_t)&fuzz_scratch[FUZZ_RINGS] & 0xfffffff) >> MAP_PAGE_SHIFT;
	}
	fuzz_call(MONCALL_CONSOLE_WRITE,
		  (const uint64_t[]){ ((page + 1) << MAP_PAGE_SHIFT) - 1, count, 0, 0 });
	fuzz_call(MONCALL_PAGE_REMAP, (const uint64_t[]){ page, other, count, 0 });
	fuzz_call(MONCALL_PAGE_ZERO, (const uint64_t[]){ page, count, 0, 0 });
	if (fuzz_below(fuzz, 8) == 0) {
		take_memory(fuzz);
	}
	fuzz_call(MONCALL_YIELD, (const uint64_t[]){ fuzz_below(fuzz, 3), 0, 0, 0 });
	fuzz_call(MONCALL_IPI, (const uint64_t[]){ fuzz_below(fuzz, 4), 0, 1, 0 });
	if (fuzz_below(fuzz, 256) == 0) {
		fuzz_call(MONCALL_SHUTDOWN,
			  (const uint64_t[]){ MONCALL_SHUTDOWN_RESTART, 0, 0, 0 });
	}
}

/* Pages go back and come again: what is in them is the VM's own or zero. */
static void attack_pages(struct fuzz *fuzz)
{
	uint32_t first = FUZZ_TAGGED_FIRST + fuzz_below(fuzz, FUZZ_TAGGED_COUNT);
	uint32_t count = 1 + fuzz_below(fuzz, 4);

	for (uint32_t page = first; page < first + count; page++) {
		volatile uint32_t *words = cpu_kseg0(page << MAP_PAGE_SHIFT);

		for (uint32_t i = 0; i < MAP_PAGE_BYTES / 4; i += 1 + fuzz_below(fuzz, 64)) {
			uint32_t found = words[i];

			if (found != fuzz_tag && (found & FUZZ_TAG_MASK) == FUZZ_TAG) {
				printf("hostile: LEAK of %08x at page %x\n", found, page);
			}
			words[i] = fuzz_tag;
		}
	}
	if (fuzz_below(fuzz, 4) == 0) {
		fuzz_call(
			MONCALL_PAGE_REMAP,
			(const uint64_t[]){ FUZZ_TAGGED_FIRST + fuzz_below(fuzz, FUZZ_TAGGED_COUNT),
					    first, count, 0 });
	}
	fuzz_call(fuzz_below(fuzz, 2) == 0 ? MONCALL_PAGE_FREE : MONCALL_PAGE_ZERO,
		  (const uint64_t[]){ first, count, 0, 0 });
}

/* A VCPU that makes requests: the other may race. */
static volatile bool is_busy[FUZZ_VCPUS];

/* Of a disk: mostly to read or write. */
static uint32_t request_type(struct fuzz *fuzz)
{
	switch (fuzz_below(fuzz, 16)) {
	case 0:
		return VIRTIO_BLOCK_T_FLUSH;
	case 1:
		return VIRTIO_BLOCK_T_GET_ID;
	case 2:
		return fuzz_below(fuzz, 32);
	default:
		return fuzz_below(fuzz, 2);
	}
}

/* Descriptors to anywhere, in circles, across the end of memory, changed while they are read. */
static void attack_queue(struct fuzz *fuzz)
{
	struct virtio_device device = { .slot = fuzz_below(fuzz, 3) == 0 ? fuzz_below(fuzz, 10)
									 : 0 };
	struct virtio_ring *ring = (struct virtio_ring *)(fuzz_scratch + FUZZ_RINGS);
	uint32_t rounds = 1 + fuzz_below(fuzz, 32);
	/* A driver as it should be, but for what another VCPU does to its ring. */
	bool is_legal = fuzz_below(fuzz, 2) == 0;
	uint32_t shape;

	/* Its own interrupts would end the batch. */
	uint32_t status = cp0_read(CP0_STATUS);

	cp0_write(CP0_STATUS, is_legal ? status & ~STATUS_IE : status);
	fuzz_take_time();
	virtio_write(&device, VIRTIO_STATUS, 0);
	virtio_write(&device, VIRTIO_STATUS,
		     (is_legal ? 0 : fuzz_random(fuzz)) | VIRTIO_STATUS_DRIVER);
	virtio_write(&device, VIRTIO_DRIVER_FEATURES_SEL, fuzz_below(fuzz, 3));
	virtio_write(&device, VIRTIO_DRIVER_FEATURES, is_legal ? 0 : fuzz_random(fuzz));
	virtio_write(&device, VIRTIO_DRIVER_FEATURES_SEL, 1);
	virtio_write(&device, VIRTIO_DRIVER_FEATURES, 1);
	virtio_write(&device, VIRTIO_STATUS, VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER);
	virtio_add_ring(&device, ring, is_legal ? 0 : fuzz_below(fuzz, 3));
	if (!is_legal && fuzz_below(fuzz, 4) == 0) {
		virtio_write(&device, VIRTIO_QUEUE_DESC_LO + 16 * fuzz_below(fuzz, 3),
			     (uint32_t)fuzz_value(fuzz));
		virtio_write(&device, VIRTIO_QUEUE_NUM, (uint32_t)fuzz_value(fuzz));
		virtio_write(&device, VIRTIO_QUEUE_READY, 1);
	}
	virtio_go(&device);
	is_busy[fuzz->vcpu] = true;
	for (uint32_t round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < 16 && !is_legal; i++) {
			volatile struct virtio_desc *desc = &ring->desc[i];

			desc->addr = fuzz_below(fuzz, 3) == 0 ? fuzz_value(fuzz)
							      : le64(fuzz_below(fuzz, 0x810000));
			desc->len = fuzz_below(fuzz, 4) == 0 ? fuzz_random(fuzz)
							     : le32(fuzz_below(fuzz, 8192));
			desc->flags = le16((uint16_t)(fuzz_random(fuzz) & 7));
			desc->next = le16((uint16_t)fuzz_below(fuzz, 20));
			virtio_submit(ring, fuzz_below(fuzz, 70));
		}
		/* A request that may be right: to its own scratch memory. */
		fuzz_scratch[16384] = le32(request_type(fuzz));
		/* The sector's lower half is first. */
		fuzz_scratch[16386] = le32(fuzz_below(fuzz, 4096));
		fuzz_scratch[16387] = 0;
		shape = fuzz_below(fuzz, 64);
		virtio_set_desc(ring, 0, &fuzz_scratch[16384], shape == 0 ? 12 : 16,
				VIRTIO_DESC_F_NEXT, shape == 1 ? 2 : 1);
		/* A page of its own: what a request may do does not hide what another may not. */
		virtio_set_desc(ring, 1, fuzz_scratch + 20480 + 1024 * (round % 8),
				shape == 2 ? 0x40000 : 4096,
				VIRTIO_DESC_F_NEXT | (fuzz_random(fuzz) & VIRTIO_DESC_F_WRITE), 2);
		virtio_set_desc(ring, 2, &fuzz_scratch[16390], shape != 3,
				shape == 4 ? 0 : VIRTIO_DESC_F_WRITE, 0);
		virtio_submit(ring, 0);
		virtio_notify(&device, ring);
		for (unsigned i = 0; i < 64 && !is_legal; i++) {
			ring->desc[fuzz_below(fuzz, 16)].addr = fuzz_value(fuzz);
			ring->desc[fuzz_below(fuzz, 16)].len = fuzz_random(fuzz);
			ring->avail.index = (uint16_t)fuzz_random(fuzz);
		}
	}
	is_busy[fuzz->vcpu] = false;
	virtio_write(&device, VIRTIO_INTERRUPT_ACK, fuzz_random(fuzz));
	cp0_write(CP0_STATUS, status);
}

/* Descriptors that grow, turn and wander while another VCPU has them read. */
static void attack_race(struct fuzz *fuzz)
{
	volatile struct virtio_ring *ring = (struct virtio_ring *)(fuzz_scratch + FUZZ_RINGS);

	for (unsigned i = 0; i < 3000; i++) {
		uint32_t random = fuzz_random(fuzz);
		/* Mostly what attack_queue() has its data in: the chain as such stays whole. */
		volatile struct virtio_desc *desc = &ring->desc[random >> 20 == 0 ? random % 3 : 1];

		desc->flags = le16(VIRTIO_DESC_F_NEXT | (random & VIRTIO_DESC_F_WRITE));
		if (random >> 24 == 0) {
			desc->len = le32(random & 0xffff);
			desc->next = le16((uint16_t)(random >> 8 & 0x1f));
			desc->addr = le64(random & 0x87ffff);
		}
	}
}

/* The shared page's fields, the monitor's too, then what makes the monitor look at them. */
static void attack_shared_page(struct fuzz *fuzz)
{
	for (unsigned i = 0; i < 12; i++) {
		uint64_t offset = fuzz_below(fuzz, 4) == 0 ? fuzz_below(fuzz, 4096) & ~7U
							   : fuzz_below(fuzz, 0x100) & ~7U;
		uintptr_t at = (uintptr_t)(intptr_t)(int32_t)(VM_SHARED_PAGE + offset);

		/* RE and BEV end the VM. */
		if (fuzz_below(fuzz, 2) == 0) {
			*(volatile uint64_t *)at =
				fuzz_value(fuzz) & ~(((uint64_t)STATUS_BEV | STATUS_RE) << 32 |
						     STATUS_BEV | STATUS_RE);
		} else {
			*(volatile uint32_t *)at =
				(uint32_t)fuzz_value(fuzz) & ~(STATUS_BEV | STATUS_RE);
		}
		if (i % 4 == 3) {
			fuzz_call(MONCALL_DELIVER, (const uint64_t[]){ 0, 0, 0, 0 });
		}
	}
	__asm__ volatile("tlbwr; nop; nop; tlbp; nop; nop" ::: "memory");
	__asm__ volatile("eret" ::: "memory");
}

/* Messages to every VCPU there may be, masks of sources, and Compare ahead by nothing. */
static void attack_interrupts(struct fuzz *fuzz)
{
	for (unsigned i = 0; i < 16; i++) {
		uint32_t vcpu = fuzz_below(fuzz, 66);

		*device_register(MAP_INTC_BASE + INTC_IPI_BASE + vcpu * INTC_IPI_STRIDE +
				 4 * fuzz_below(fuzz, 4)) = fuzz_random(fuzz);
		*device_register(MAP_INTC_BASE + vcpu * INTC_CPU_STRIDE + 4 * fuzz_below(fuzz, 4)) =
			fuzz_random(fuzz);
		cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + fuzz_below(fuzz, 64));
		cp0_write(CP0_STATUS, (cp0_read(CP0_STATUS) & ~STATUS_IM) | STATUS_IE |
					      (fuzz_random(fuzz) & STATUS_IM));
		cp0_write(CP0_CAUSE, fuzz_random(fuzz));
	}
}

/* Interrupts off, for as long as it likes: a time slice is over all the same. */
static void attack_spin(struct fuzz *fuzz)
{
	uint32_t rounds = fuzz_below(fuzz, 20000);

	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) & ~STATUS_IE);
	for (uint32_t i = 0; i < rounds; i++) {
		__asm__ volatile("");
	}
	if (fuzz_below(fuzz, 4) == 0) {
		*device_register(MAP_POWER_BASE + POWER_SAVE) = 0;
	}
}

/*
 * Nothing but traps, one after the other, until the timer: an eret to itself.
 */
static void attack_trap_loop(struct fuzz *fuzz)
{
	uint32_t *code = fuzz_place(fuzz);
	uint64_t registers[32] = { 0 };

	code[0] = 0x42000018; /* eret */
	code[1] = 0;
	cp0_write_address(CP0_EPC, (uintptr_t)code);
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | STATUS_IE | CAUSE_IP_TIMER);
	fuzz_run(registers, code);
}

/*
 * LL, SC and what may break them: on memory that the other VCPU and DMA write; on a page that is
 * given back or becomes shared in between; linked here, stored there.
 */
static void attack_links(struct fuzz *fuzz)
{
	uint32_t page = FUZZ_TAGGED_FIRST + fuzz_below(fuzz, FUZZ_TAGGED_COUNT);
	volatile uint32_t *given = cpu_kseg0(page << MAP_PAGE_SHIFT);
	uint32_t value;

	for (unsigned i = 0; i < 32; i++) {
		fuzz_load_linked(fuzz_place(fuzz), fuzz_random(fuzz));
	}
	for (unsigned i = 0; i < 4; i++) {
		__asm__ volatile("ll %0, 0(%1)" : "=r"(value) : "r"(given) : "memory");
		fuzz_call(
			fuzz_below(fuzz, 2) == 0 ? MONCALL_PAGE_FREE : MONCALL_PAGE_REMAP,
			(const uint64_t[]){ page, fuzz_below(fuzz, 2) == 0 ? 1 : page + 1, 1, 0 });
		value = fuzz_tag;
		__asm__ volatile("sc %0, 0(%1)" : "+r"(value) : "r"(given) : "memory");
		__asm__ volatile("ll %0, 0(%1)" : "=r"(value) : "r"(given) : "memory");
		value = fuzz_tag;
		__asm__ volatile("sc %0, 0(%1)" : "+r"(value) : "r"(fuzz_place(fuzz)) : "memory");
	}
}

/* A privileged instruction is rewritten at its first trap; then its word, and what is around it. */
static void attack_code(struct fuzz *fuzz)
{
	/* Status by t0; by t2 Cause, EPC, BadVAddr, EntryLo0, Count, 32 and 64 bits; nop; b over
	 * one. */
	static const uint32_t words[] = { 0x40086000, 0x40886000, 0x40886000, 0x408a6800,
					  0x400a7000, 0x400a4000, 0x408a1000, 0x402a7000,
					  0x40aa7000, 0x400a4800, 0x408a4000, 0x00000000,
					  0x00000000, 0x00000000, 0x10000001 };
	const uint32_t count = sizeof(words) / sizeof(words[0]);

	for (unsigned i = 0; i < 8; i++) {
		/* In many pages: one that is stored to is rewritten no more. In the middle, across
		 * the end. */
		volatile uint32_t *code = fuzz_scratch + FUZZ_SCRATCH_WORDS / 2 +
					  1024 * (1 + fuzz_below(fuzz, 30)) +
					  fuzz_below(fuzz, 2) * 1020;

		for (unsigned k = 0; k < 6; k++) {
			code[k] = words[fuzz_below(fuzz, count)];
		}
		code[6] = 0x03e00008; /* jr $ra */
		code[7] = 0;
		for (unsigned k = 0; k < 3; k++) {
			__asm__ volatile("mfc0 $8, $12; jalr %0; nop" ::"r"(code)
					 : "$8", "$10", "$31", "memory");
		}
		if (fuzz_below(fuzz, 4) == 0) {
			code[fuzz_below(fuzz, 6)] = words[fuzz_below(fuzz, count)];
			((void (*)(void))(uintptr_t)code)();
		}
	}
}

static void command_other(const struct fuzz *fuzz, uint32_t command)
{
	*device_register(MAP_CPUCTL_BASE + (1 - fuzz->vcpu) * CPUCTL_CPU_STRIDE + CPUCTL_COMMAND) =
		command;
}

/* VCPUs started at addresses, and with stacks, that are none. */
static void attack_starts(struct fuzz *fuzz)
{
	uint32_t command;

	for (unsigned i = 0; i < 4; i++) {
		uint32_t vcpu =
			fuzz_below(fuzz, 4) == 0 ? (uint32_t)fuzz_value(fuzz) : fuzz_below(fuzz, 4);
		uint32_t block = MAP_CPUCTL_BASE + (vcpu % 70) * CPUCTL_CPU_STRIDE;

		fuzz_call(MONCALL_VCPU_START,
			  (const uint64_t[]){ vcpu, fuzz_value(fuzz), fuzz_value(fuzz), 0 });
		*device_register(block + (fuzz_below(fuzz, 8) << 2)) = (uint32_t)fuzz_value(fuzz);
		/* Start and resume; the others end the VM. */
		command = 1 + 2 * fuzz_below(fuzz, 2);
		*device_register(block + CPUCTL_COMMAND) =
			fuzz_below(fuzz, 64) == 0 ? fuzz_random(fuzz) : command;
	}
	command_other(fuzz, CPUCTL_STOP);
	for (uint32_t i = fuzz_below(fuzz, 4000); i != 0; i--) {
		__asm__ volatile("");
	}
	command_other(fuzz, CPUCTL_RESUME);
	fuzz_call(MONCALL_VCPU_START, (const uint64_t[]){ fuzz_below(fuzz, FUZZ_VCPUS),
							  (uint64_t)(uintptr_t)fuzz_second, 0, 0 });
}

/* A stack in the monitor's area, when an exception comes. */
static void attack_stack(struct fuzz *fuzz)
{
	uint64_t registers[32];
	uint32_t *code = fuzz_place(fuzz);

	for (unsigned i = 0; i < 32; i++) {
		registers[i] = 0xffffffffde000000 + (fuzz_below(fuzz, 0x8000) & ~7U);
	}
	for (unsigned i = 0; i < 8; i++) {
		/* sd $n, offset($sp) */
		code[i] = 0xffa00000 | fuzz_below(fuzz, 32) << 16 | (fuzz_random(fuzz) & 0xfff8);
	}
	code[8] = 0x0000000c; /* syscall */
	fuzz_run(registers, code);
}

/* Any byte of any page of the device area. */
static void attack_devices(struct fuzz *fuzz)
{
	for (unsigned i = 0; i < 16; i++) {
		uint32_t paddr = MAP_IO_BASE + (fuzz_below(fuzz, 0x40) << MAP_PAGE_SHIFT) +
				 (fuzz_below(fuzz, 0xc00) & ~3U);

		if (paddr - MAP_CPUCTL_BASE < CPUCTL_BYTES ||
		    (paddr - MAP_POWER_BASE < MAP_PAGE_BYTES && fuzz_below(fuzz, 64) != 0)) {
			continue;
		}
		if (fuzz_below(fuzz, 2) == 0) {
			(void)*device_register(paddr);
		} else {
			*device_register(paddr) = (uint32_t)fuzz_value(fuzz);
		}
	}
}

void fuzz_attack(struct fuzz *fuzz)
{
	static void (*const attacks[])(struct fuzz * fuzz) = {
		attack_tlb,
		attack_tlb,
		attack_calls,
		attack_pages,
		attack_queue,
		attack_queue,
		attack_queue,
		attack_queue,
		attack_race,
		attack_race,
		attack_shared_page,
		attack_interrupts,
		attack_spin,
		attack_trap_loop,
		attack_links,
		attack_code,
		attack_starts,
		attack_stack,
		attack_devices,
		fuzz_attack_registers,
		fuzz_attack_registers,
		fuzz_attack_frames,
		attack_with_right_calls,
		attack_read_only,
		attack_watch,
	};

	if (fuzz_below(fuzz, 8) == 0) {
		command_other(fuzz, CPUCTL_RESUME);
	}
	is_busy[fuzz->vcpu] = false;
	if (is_busy[1 - fuzz->vcpu] && fuzz_below(fuzz, 8) != 0) {
		attack_race(fuzz);
		return;
	}
	attacks[fuzz_below(fuzz, sizeof(attacks) / sizeof(attacks[0]))](fuzz);
}
