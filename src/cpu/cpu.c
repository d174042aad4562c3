/* SPDX-License-Identifier: MIT */
/* cpu.c - a CPU of the machine made ready to run guests. */
#include "src/cpu/cpu.h"

#include "src/cpu/asid.h"
#include "src/cpu/platform.h"
#include "src/cpu/trap.h"
#include "src/cpu/vcpu.h"
#include "src/include/cp0.h"
#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/mips_tlb/tlb_hw.h"
#include "src/pmap/pmap.h"

/* Memory of the vectors: what no vector may go beyond (the boot code keeps it free). */
#define VECTORS_BYTES 0x400

void cpu_init(struct cpu *cpu, uint32_t number, uint32_t node, void *stack_top,
	      uint32_t tlb_entries)
{
	cpu->self = cpu;
	cpu->number = number;
	cpu->node = node;
	cpu->stack_top = (uint64_t)(uintptr_t)stack_top;
	cpu->tlb_entries = tlb_entries;
	cpu->tick = UINT64_MAX;
	cpu->inspect.vcpu = INSPECT_NONE;
	cpu->inspect.cause = INSPECT_CAUSE_BOOT;
	list_init(&cpu->run_queue);
	list_init(&cpu->vcpus);
	list_init(&cpu->arrivals);
}

struct pmap_caller cpu_pmap_caller(void)
{
	struct cpu *cpu = cpu_self();

	return (struct pmap_caller){
		.node = cpu->node,
		.cpu = cpu->number,
		.self = cpu->tlb_owner != NULL ? &cpu->tlb_owner->vtlb.target : NULL,
	};
}

void cpu_start(struct cpu *cpu, uint64_t vectors)
{
	uint64_t mpn = memory_paddr(cpu) >> PAGE_SHIFT;
	uint32_t lo[2] = { (uint32_t)mpn << ENTRYLO_PFN_SHIFT | CACHE_COHERENT << ENTRYLO_C_SHIFT |
				   ENTRYLO_D | ENTRYLO_V | ENTRYLO_G,
			   ENTRYLO_G };
	uint64_t entryhi = (uint64_t)(int64_t)CPU_SELF & (ENTRYHI_R | ENTRYHI_VPN2);
	const char *block = asid_is_virtual ? trap_vectors_asid : trap_vectors;
	size_t bytes =
		(size_t)((asid_is_virtual ? trap_vectors_asid_end : trap_vectors_end) - block);

	cp0_write(CP0_STATUS, STATUS_KX);
	if (vectors != UINT64_MAX) {
		CHECK(bytes <= VECTORS_BYTES);
		memcpy(memory_at(vectors), block, bytes);
	}
	cp0_write64(CP0_ENTRYHI, 0);
	tlb_hw_flush_from(0, cpu->tlb_entries);
	tlb_hw_write(CPU_WIRED_INDEX, entryhi, 0, lo);
	cp0_write(CP0_WIRED, CPU_WIRED_COUNT);
	cp0_write(CP0_WATCHLO, 0);
	cpu->interrupt_mask = platform_interrupt_mask() | CAUSE_IP_TIMER;
	/* The upper half from the clock, near enough for the lower one to be Count. */
	cpu->time = platform_cycles() / 2;
	cpu->time += (uint64_t)(int32_t)(cp0_read(CP0_COUNT) - (uint32_t)cpu->time);
}
