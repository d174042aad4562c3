/* SPDX-License-Identifier: MIT */
/*
 * hazards.c - what an instruction uses and writes of CP0, taken from the core before it executes.
 *
 * How it ends is known when the core comes back, with the next instruction or an exception: until
 * then the step waits. The values it will write are worked out beforehand, because an exception
 * that follows at once overwrites some of them.
 */
#include "sim/core/hazards.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "isa/names.h"
#include "sim/core/cp0.h"
#include "sim/core/mmu.h"
#include "sim/core/tlb.h"

/* Instructions that can lie between the two of a hazard, loads before CACHE not counted. */
#define RECENT 64U
/* Pairs already told, by a hash; a collision only hides a later one. */
#define PLACES 4096U

struct recent_insn {
	uint64_t pc;
	uint32_t word;
};

struct hazards_cpu {
	struct hazard_state state;
	struct hazard_step step; /* executing now */
	bool is_executing;
	unsigned recent_count;
	struct recent_insn recent[RECENT]; /* a ring */
};

struct hazards {
	hazards_fn *listener;
	void *listener_context;
	uint64_t count;
	uint64_t told[PLACES];
	unsigned cpus;
	struct hazards_cpu cpu[];
};

struct hazards *hazards_create(unsigned cpus)
{
	struct hazards *hazards = calloc(1, sizeof(*hazards) + cpus * sizeof(hazards->cpu[0]));

	if (hazards != NULL) {
		hazards->cpus = cpus;
	}
	return hazards;
}

void hazards_destroy(struct hazards *hazards)
{
	free(hazards);
}

void hazards_set_listener(struct hazards *hazards, hazards_fn *fn, void *context)
{
	hazards->listener = fn;
	hazards->listener_context = context;
}

uint64_t hazards_count(const struct hazards *hazards)
{
	return hazards->count;
}

/* The word executed last at `pc`; false if that is long ago. */
static bool recent_word(const struct hazards_cpu *cpu, uint64_t pc, uint32_t *word)
{
	for (unsigned i = 1; i <= RECENT; i++) {
		const struct recent_insn *insn = &cpu->recent[(cpu->recent_count - i) % RECENT];

		if (insn->pc == pc) {
			*word = insn->word;
			return true;
		}
	}
	return false;
}

/* Nobody listens: a hostile build must not let it pass. */
static void tell_on_stderr(const struct hazards_found *found)
{
	const struct hazard_report *report = &found->report;

	fprintf(stderr,
		"mirrorball: CP0 hazard: cpu %u: %s at %016" PRIx64 ", %s at %016" PRIx64
		": %u instructions missing\n",
		found->cpu, hazard_rows[report->writer].text, report->writer_pc,
		hazard_rows[report->user].text, report->user_pc, report->missing);
	if (CORE_CHECKED) {
		abort();
	}
}

static void tell(struct hazards *hazards, const struct core *core,
		 const struct hazard_report *report)
{
	const struct hazards_cpu *cpu = &hazards->cpu[core->id];
	uint64_t place = (report->writer_pc * 31 + report->user_pc) >> 2;
	uint64_t *told = &hazards->told[place % PLACES];
	struct hazards_found found = {
		.report = *report,
		.cpu = core->id,
		.cycle = core_now(core),
	};

	if (report->is_early_interrupt || *told == place + 1) {
		return;
	}
	*told = place + 1;
	found.writer_is_known = recent_word(cpu, report->writer_pc, &found.writer_word);
	found.user_is_known = recent_word(cpu, report->user_pc, &found.user_word);
	hazards->count++;
	if (hazards->listener != NULL) {
		hazards->listener(hazards->listener_context, &found);
	} else {
		tell_on_stderr(&found);
	}
}

static void feed(struct hazards *hazards, const struct core *core, const struct hazard_step *step)
{
	struct hazard_report report;

	if (hazard_check(&hazards->cpu[core->id].state, step, &report)) {
		tell(hazards, core, &report);
	}
}

/* The instruction that was executing is over. */
static void finish(struct hazards *hazards, const struct core *core, enum hazard_event event)
{
	struct hazards_cpu *cpu = &hazards->cpu[core->id];

	if (cpu->is_executing) {
		cpu->is_executing = false;
		cpu->step.event = event;
		feed(hazards, core, &cpu->step);
	}
}

static bool is_global(const struct core *core, uint64_t vaddr)
{
	int index = tlb_lookup(&core->tlb, vaddr, (uint8_t)core->cp0.entry_hi);

	return index >= 0 && core->tlb.entry[index].global;
}

/* Both pages; the top 2 GB of region 3 are the sign-extended compatibility segments. */
static struct hazard_range range_of(const struct core_tlb_entry *entry)
{
	uint64_t bytes = 2 * tlb_page_bytes(entry);
	uint64_t first = entry->vpn2 & ~(bytes - 1);

	if ((first >> 62) == 3 && ((first >> 31) & 0x1ff) == 0x1ff) {
		first |= 0x3fffff0000000000ULL;
	}
	return (struct hazard_range){ first, bytes };
}

static void predict_tlb_write(const struct core *core, enum isa_id id, struct hazard_step *step)
{
	const struct core_cp0 *cp0 = &core->cp0;
	unsigned index =
		id == ISA_tlbwr ? cp0_random(core, core_now(core)) : cp0->index & INDEX_INDEX;
	struct core_tlb_entry entry = { .vpn2 = cp0->entry_hi & (ENTRYHI_R | ENTRYHI_VPN2),
					.mask = cp0->page_mask };

	if (index < core->tlb.count) {
		step->entry_before = range_of(&core->tlb.entry[index]);
		step->entry_after = range_of(&entry);
	}
}

static void predict_move(const struct core *core, uint32_t word, struct hazard_step *step)
{
	unsigned reg = isa_rd(word);
	uint64_t writable = isa_cp0_registers[reg].writable;

	step->before = cp0_read(core, reg, core_now(core));
	step->after = (step->before & ~writable) | (core->gpr[isa_rt(word)] & writable);
}

/* What a CP0 instruction will have written. */
static void predict_writes(const struct core *core, enum isa_id id, struct hazard_step *step)
{
	const struct core_cp0 *cp0 = &core->cp0;
	int found;

	switch (id) {
	case ISA_mtc0:
	case ISA_dmtc0:
		predict_move(core, step->word, step);
		break;
	case ISA_tlbr:
		step->before = cp0->entry_hi;
		step->after = step->before;
		if ((cp0->index & INDEX_INDEX) < core->tlb.count) {
			const struct core_tlb_entry *entry =
				&core->tlb.entry[cp0->index & INDEX_INDEX];

			step->after = entry->vpn2 | entry->asid;
		}
		break;
	case ISA_tlbp:
		found = tlb_lookup(&core->tlb, cp0->entry_hi, (uint8_t)cp0->entry_hi);
		step->before = cp0->index;
		step->after = found >= 0 ? (uint32_t)found : INDEX_P;
		break;
	case ISA_tlbwi:
	case ISA_tlbwr:
		predict_tlb_write(core, id, step);
		break;
	default:
		break;
	}
}

static void add_access(const struct core *core, const struct isa_desc *desc,
		       struct hazard_step *step)
{
	switch ((enum isa_class)desc->class) {
	case ISA_CLASS_LOAD:
	case ISA_CLASS_STORE:
	case ISA_CLASS_FPLOAD:
	case ISA_CLASS_FPSTORE:
	case ISA_CLASS_CACHE:
		step->vaddr =
			core->gpr[isa_rs(step->word)] + (uint64_t)(int64_t)isa_simm(step->word);
		step->paddr = mmu_translate(core, step->vaddr, CORE_LOAD).paddr;
		step->data_is_global = is_global(core, step->vaddr);
		break;
	default:
		break;
	}
}

void hazards_step(struct hazards *hazards, const struct core *core, uint64_t pc, uint32_t word)
{
	struct hazards_cpu *cpu = &hazards->cpu[core->id];
	enum isa_id id = isa_decode(word);

	if (cpu->is_executing && cpu->step.pc == pc && id != ISA_eret) {
		return; /* timing mode: begun again, because its line has come; it has had no effect
			 */
	}
	finish(hazards, core, HAZARD_EXECUTED);
	cpu->recent[cpu->recent_count++ % RECENT] = (struct recent_insn){ pc, word };
	cpu->is_executing = true;
	cpu->step = (struct hazard_step){
		.pc = pc,
		.word = word,
		.status = core->cp0.status,
		.cause = core->cp0.cause,
		.vm_segments = core->vm_segments,
	};
	predict_writes(core, id, &cpu->step);
	/* Where an address leads to is of interest only as long as something is under way. */
	if (cpu->state.pending_count != 0) {
		cpu->step.pc_is_global = is_global(core, pc);
		add_access(core, &isa_descs[id], &cpu->step);
	} else if (isa_descs[id].class == ISA_CLASS_STORE ||
		   isa_descs[id].class == ISA_CLASS_FPSTORE) {
		cpu->step.vaddr = core->gpr[isa_rs(word)] + (uint64_t)(int64_t)isa_simm(word);
	}
}

void hazards_exception(struct hazards *hazards, const struct core *core, unsigned code,
		       bool is_executing)
{
	const struct core_cp0 *cp0 = &core->cp0;
	struct hazard_step step = {
		.pc = core->pc,
		.status = cp0->status,
		.cause = cp0->cause,
		.event = code == EXC_INT ? HAZARD_INTERRUPT : HAZARD_FETCH_EXCEPTION,
		.pc_is_global = is_global(core, core->pc),
		.vm_segments = core->vm_segments,
		.before = cp0->entry_hi,
		.after = cp0->entry_hi,
	};

	if (is_executing) {
		finish(hazards, core, HAZARD_EXCEPTION);
		return;
	}
	finish(hazards, core, HAZARD_EXECUTED);
	if (code == EXC_TLBL) {
		step.after =
			(core->pc & (ENTRYHI_R | ENTRYHI_VPN2)) | (cp0->entry_hi & ENTRYHI_ASID);
	}
	feed(hazards, core, &step);
}
