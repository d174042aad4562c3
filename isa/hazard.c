/* SPDX-License-Identifier: MIT */
/*
 * hazard.c - the checker of hazard.h.
 *
 * A write is kept until its datum is available, a use with several stages until its last one. Each
 * step is compared first as a user with the writes, then as a writer with the uses.
 */
#include "isa/hazard.h"

#include "isa/cp0.h"
#include "isa/isa.h"
#include "isa/names.h"
#include "isa/segment.h"

/* `what` of struct hazard_pending beside the CP0 registers 0..31. */
#define WHAT_TLB  32
#define WHAT_LINE 33 /* before: its address */

#define SLOT_CYCLES      1 /* of a slot that is not executed: its branch-likely was not taken */
#define BRANCH_CYCLES    2 /* killed after the slot of a taken branch */
#define ERET_CYCLES      3 /* killed after ERET */
#define EXCEPTION_CYCLES 8 /* from an instruction to its handler's first one, at least */

/* Index of a line in the largest primary cache of the R4400, with its longest line. */
#define LINE_INDEX 0x3fe0ULL

#define CACHE_OPERATION(word) (isa_rt(word) >> 2)
#define CACHE_INDEX_LOAD_TAG  1
#define CACHE_INDEX_STORE_TAG 2

#define STATUS_NOT_NORMAL ((uint32_t)(STATUS_EXL | STATUS_ERL))

#define HAZARD(id, kind, operation, data, first, last, source, text)                           \
	[HAZARD_##id] = {                                                                      \
		text, HAZARD_KIND_##kind,    HAZARD_OP_##operation, HAZARD_DATA_##data, first, \
		last, HAZARD_SOURCE_##source                                                   \
	},
const struct hazard_row hazard_rows[HAZARD_COUNT] = {
#include "isa/hazard.def"
};
#undef HAZARD

/* Who uses something now. */
struct user {
	const struct hazard_step *step;
	uint64_t time;    /* at which the instruction entered the pipeline */
	uint64_t address; /* of the fetch or access */
	bool is_global;   /* the address's translation does not depend on the ASID */
	uint8_t unit;     /* coprocessor */
};

static enum isa_mode mode_of(uint32_t status)
{
	if ((status & STATUS_NOT_NORMAL) || (status & STATUS_KSU) == STATUS_KSU_KERNEL) {
		return ISA_MODE_KERNEL;
	}
	return (status & STATUS_KSU) == STATUS_KSU_SUPERVISOR ? ISA_MODE_SUPERVISOR : ISA_MODE_USER;
}

static struct isa_segment_result segment_of(const struct user *user, uint32_t status)
{
	static const uint32_t wide[] = {
		[ISA_MODE_USER] = STATUS_UX,
		[ISA_MODE_SUPERVISOR] = STATUS_SX,
		[ISA_MODE_KERNEL] = STATUS_KX,
	};
	enum isa_mode mode = mode_of(status);
	bool x64 = (status & wide[mode]) != 0;

	if (user->step->vm_segments) {
		return isa_segment_vm(user->address, mode, x64);
	}
	return isa_segment(user->address, mode, x64, (status & STATUS_ERL) != 0);
}

static bool is_mapped(const struct user *user)
{
	return segment_of(user, user->step->status).kind == ISA_SEGMENT_MAPPED;
}

static bool is_usable(uint32_t status, unsigned unit)
{
	return (status & ((uint32_t)STATUS_CU0 << unit)) != 0 ||
	       (unit == 0 && mode_of(status) == ISA_MODE_KERNEL);
}

static bool lets_interrupt(uint32_t status, uint32_t cause)
{
	return (status & STATUS_IE) && !(status & STATUS_NOT_NORMAL) &&
	       (status & cause & STATUS_IM) != 0;
}

static bool is_watched(uint64_t watch, const struct hazard_step *step)
{
	bool is_store = isa_descs[isa_decode(step->word)].class == ISA_CLASS_STORE ||
			isa_descs[isa_decode(step->word)].class == ISA_CLASS_FPSTORE;

	return (watch & (is_store ? WATCHLO_W : WATCHLO_R)) &&
	       ((watch ^ step->paddr) & ~(uint64_t)7) == 0;
}

static bool is_in(const struct hazard_range *range, uint64_t address)
{
	return address - range->first < range->size;
}

/* A Status written: does the difference matter to the user? */
static bool status_matters(const struct hazard_row *row, const struct hazard_pending *written,
			   const struct user *user)
{
	uint32_t before = (uint32_t)written->before;
	uint32_t after = (uint32_t)written->after;
	struct isa_segment_result old_segment;
	struct isa_segment_result new_segment;

	switch ((enum hazard_data)row->data) {
	case HAZARD_DATA_STATUS:
		return before != after;
	case HAZARD_DATA_USABLE:
		return is_usable(before, user->unit) != is_usable(after, user->unit);
	case HAZARD_DATA_MODE:
		old_segment = segment_of(user, before);
		new_segment = segment_of(user, after);
		return old_segment.kind != new_segment.kind ||
		       old_segment.cache != new_segment.cache ||
		       old_segment.paddr != new_segment.paddr;
	case HAZARD_DATA_KSU:
		return ((before ^ after) & STATUS_KSU) && !(before & STATUS_NOT_NORMAL) &&
		       (after & STATUS_NOT_NORMAL);
	case HAZARD_DATA_ORDER:
		return ((before ^ after) & STATUS_RE) && mode_of(after) == ISA_MODE_USER;
	case HAZARD_DATA_STATUS_IE:
		return !lets_interrupt(before, user->step->cause);
	default:
		return false;
	}
}

/* The same for the TLB and for caches. */
static bool memory_matters(const struct hazard_row *row, const struct hazard_pending *written,
			   const struct user *user)
{
	if (written->what == WHAT_LINE) {
		return row->data == HAZARD_DATA_LINE &&
		       ((written->before ^ user->step->vaddr) & LINE_INDEX) == 0;
	}
	if (row->data != HAZARD_DATA_TLB) {
		return false;
	}
	/* TLBP looks at all entries; of TLBR it is not known which it reads. */
	return row->operation == HAZARD_OP_TLBR || row->operation == HAZARD_OP_TLBP ||
	       (is_mapped(user) && (is_in(&written->range[0], user->address) ||
				    is_in(&written->range[1], user->address)));
}

static bool is_probe_register(uint8_t what)
{
	return what == CP0_ENTRYHI || what == CP0_PAGEMASK;
}

/* The same for the registers but Status. */
static bool register_matters(const struct hazard_row *row, const struct hazard_pending *written,
			     const struct user *user)
{
	uint64_t changed = written->before ^ written->after;
	uint8_t what = written->what;

	switch ((enum hazard_data)row->data) {
	case HAZARD_DATA_INDEX:
		return what == CP0_INDEX;
	case HAZARD_DATA_ENTRY:
		return is_probe_register(what) || what == CP0_ENTRYLO0 || what == CP0_ENTRYLO1;
	case HAZARD_DATA_PROBE:
		return is_probe_register(what);
	case HAZARD_DATA_TAG:
		return what == CP0_TAGLO || what == CP0_TAGHI || what == CP0_ECC;
	case HAZARD_DATA_RETURN_PC:
		return what == ((user->step->status & STATUS_ERL) ? CP0_ERROREPC : CP0_EPC);
	case HAZARD_DATA_ASID:
		return what == CP0_ENTRYHI && (changed & ENTRYHI_ASID) && !user->is_global &&
		       is_mapped(user);
	case HAZARD_DATA_K0:
		return what == CP0_CONFIG && (changed & CONFIG_K0) &&
		       segment_of(user, user->step->status).cache == ISA_CACHE_CONFIG;
	case HAZARD_DATA_IB:
		return what == CP0_CONFIG && (changed & CONFIG_IB) &&
		       segment_of(user, user->step->status).cache != ISA_CACHE_UNCACHED;
	case HAZARD_DATA_WATCH:
		return (what == CP0_WATCHLO || what == CP0_WATCHHI) &&
		       is_watched(written->before, user->step) !=
			       is_watched(written->after, user->step);
	case HAZARD_DATA_CAUSE_IP:
		/* The lines of IP may have changed since, other than by MTC0. */
		return what == CP0_CAUSE &&
		       !lets_interrupt(user->step->status,
				       (user->step->cause & ~(uint32_t)CAUSE_IP_SOFTWARE) |
					       ((uint32_t)written->before & CAUSE_IP_SOFTWARE));
	default:
		return false;
	}
}

static bool matters(const struct hazard_row *row, const struct hazard_pending *written,
		    const struct user *user)
{
	if (written->what == WHAT_TLB || written->what == WHAT_LINE) {
		return memory_matters(row, written, user);
	}
	if (written->before == written->after) {
		return false;
	}
	if (row->data == HAZARD_DATA_REGISTER) {
		return written->what == isa_rd(user->step->word);
	}
	return written->what == CP0_STATUS ? status_matters(row, written, user)
					   : register_matters(row, written, user);
}

static void keep(struct hazard_state *state, const struct hazard_pending *pending)
{
	/* More cannot be pending (TLBR writes four data that wait eight cycles); see the tests. */
	if (state->pending_count < HAZARD_PENDING) {
		state->pending[state->pending_count++] = *pending;
	}
}

/* H1: what has become available, or may change again, is forgotten. */
static void forget(struct hazard_state *state)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < state->pending_count; i++) {
		if (state->pending[i].until > state->time) {
			state->pending[kept++] = state->pending[i];
		}
	}
	state->pending_count = kept;
}

static void report(struct hazard_report *out, const struct hazard_pending *written,
		   enum hazard_id id, const struct user *user, unsigned missing)
{
	const struct hazard_row *row = &hazard_rows[id];

	if (missing <= out->missing) {
		return;
	}
	*out = (struct hazard_report){
		.writer = (enum hazard_id)written->id,
		.user = id,
		.writer_pc = written->pc,
		.user_pc = user->step->pc,
		.needed = hazard_rows[written->id].first - (row->first + 1U),
		.missing = missing,
		.is_early_interrupt = row->operation == HAZARD_OP_INTERRUPT,
	};
}

static bool is_kept_through(const struct hazard_row *row)
{
	return row->last > row->first &&
	       (row->data == HAZARD_DATA_INDEX || row->data == HAZARD_DATA_ENTRY ||
		row->data == HAZARD_DATA_PROBE);
}

/* The user needs the data of row `id`. */
static void use(struct hazard_state *state, enum hazard_id id, const struct user *user,
		struct hazard_report *out)
{
	const struct hazard_row *row = &hazard_rows[id];
	uint64_t used_at = user->time + row->first;
	bool is_fetch = row->operation == HAZARD_OP_FETCH;

	for (unsigned i = 0; i < state->pending_count; i++) {
		struct hazard_pending *written = &state->pending[i];

		if (hazard_rows[written->id].kind == HAZARD_KIND_WRITE &&
		    written->until > used_at && !(is_fetch && written->is_told) &&
		    matters(row, written, user)) {
			report(out, written, id, user, (unsigned)(written->until - used_at));
			written->is_told |= is_fetch;
		}
	}
	if (is_kept_through(row)) {
		struct hazard_pending pending = { .until = user->time + row->last + 1U,
						  .pc = user->step->pc,
						  .id = (uint8_t)id };

		keep(state, &pending);
	}
}

static void use_all(struct hazard_state *state, enum hazard_operation operation,
		    const struct user *user, struct hazard_report *out)
{
	for (unsigned id = 0; id < HAZARD_COUNT; id++) {
		if (hazard_rows[id].kind == HAZARD_KIND_USE &&
		    hazard_rows[id].operation == operation) {
			use(state, (enum hazard_id)id, user, out);
		}
	}
}

/* `what` gets a new value by row `id`: too early for somebody who still looks at the old one? */
static void put(struct hazard_state *state, enum hazard_id id, uint8_t what,
		const struct hazard_step *step, uint64_t before, uint64_t after,
		struct hazard_report *out)
{
	struct user writer = { .step = step };
	struct hazard_pending written = {
		.until = state->time + hazard_rows[id].first,
		.pc = step->pc,
		.before = before,
		.after = after,
		.range = { step->entry_before, step->entry_after },
		.id = (uint8_t)id,
		.what = what,
	};

	for (unsigned i = 0; i < state->pending_count; i++) {
		const struct hazard_pending *used = &state->pending[i];
		const struct hazard_row *row = &hazard_rows[used->id];

		if (row->kind == HAZARD_KIND_USE && used->until > written.until &&
		    matters(row, &written, &writer) && used->until - written.until > out->missing) {
			unsigned missing = (unsigned)(used->until - written.until);

			*out = (struct hazard_report){
				.writer = id,
				.user = (enum hazard_id)used->id,
				.writer_pc = step->pc,
				.user_pc = used->pc,
				.needed = row->last - hazard_rows[id].first,
				.missing = missing,
				.is_overwritten = true,
			};
		}
	}
	keep(state, &written);
}

static void write_watch(struct hazard_state *state, const struct hazard_step *step,
			struct hazard_report *out)
{
	uint8_t what = (uint8_t)isa_rd(step->word);
	unsigned shift = what == CP0_WATCHHI ? 32 : 0;
	uint64_t others = state->watch & ~(0xffffffffULL << shift);
	uint64_t before = others | (step->before & 0xffffffff) << shift;

	state->watch = others | (step->after & 0xffffffff) << shift;
	put(state, HAZARD_mtc0, what, step, before, state->watch, out);
}

/* The rest of what TLBR loads is taken as changed. */
static void write_tlbr(struct hazard_state *state, const struct hazard_step *step,
		       struct hazard_report *out)
{
	static const uint8_t others[] = { CP0_PAGEMASK, CP0_ENTRYLO0, CP0_ENTRYLO1 };

	put(state, HAZARD_tlbr_entry, CP0_ENTRYHI, step, step->before, step->after, out);
	for (size_t i = 0; i < sizeof(others); i++) {
		put(state, HAZARD_tlbr_entry, others[i], step, 0, ~0ULL, out);
	}
}

/* Likewise what CACHE Index_Load_Tag loads. */
static void write_tags(struct hazard_state *state, const struct hazard_step *step,
		       struct hazard_report *out)
{
	static const uint8_t registers[] = { CP0_TAGLO, CP0_TAGHI, CP0_ECC };

	for (size_t i = 0; i < sizeof(registers); i++) {
		put(state, HAZARD_cache_load_tag, registers[i], step, 0, ~0ULL, out);
	}
}

/* Loads and CACHE do not count between a store and CACHE. */
static void delay_lines(struct hazard_state *state)
{
	for (unsigned i = 0; i < state->pending_count; i++) {
		if (state->pending[i].what == WHAT_LINE) {
			state->pending[i].until++;
		}
	}
}

static void check_cache(struct hazard_state *state, const struct user *user,
			struct hazard_report *out)
{
	unsigned operation = CACHE_OPERATION(user->step->word);

	use_all(state, HAZARD_OP_CACHE, user, out);
	if (operation == CACHE_INDEX_STORE_TAG) {
		use_all(state, HAZARD_OP_CACHE_STORE_TAG, user, out);
	} else if (operation == CACHE_INDEX_LOAD_TAG && user->step->event == HAZARD_EXECUTED) {
		write_tags(state, user->step, out);
	}
	delay_lines(state);
}

/* What the instruction uses of its own. */
static void check_cp0_uses(struct hazard_state *state, enum isa_id id, const struct user *user,
			   struct hazard_report *out)
{
	switch (id) {
	case ISA_mfc0:
	case ISA_dmfc0:
		use_all(state, HAZARD_OP_MFC0, user, out);
		break;
	case ISA_tlbr:
		use_all(state, HAZARD_OP_TLBR, user, out);
		break;
	case ISA_tlbwi:
		use(state, HAZARD_tlbw_index, user, out);
		use(state, HAZARD_tlbw_entry, user, out);
		break;
	case ISA_tlbwr:
		use(state, HAZARD_tlbw_entry, user, out);
		break;
	case ISA_tlbp:
		use_all(state, HAZARD_OP_TLBP, user, out);
		break;
	case ISA_eret:
		use(state, HAZARD_eret_status, user, out);
		use(state, HAZARD_eret_pc, user, out);
		break;
	default:
		break;
	}
}

/* What it writes, if it was executed. */
static void check_cp0_writes(struct hazard_state *state, enum isa_id id,
			     const struct hazard_step *step, struct hazard_report *out)
{
	uint8_t what = (uint8_t)isa_rd(step->word);

	switch (id) {
	case ISA_mtc0:
	case ISA_dmtc0:
		if (isa_cp0_registers[what].writable == 0) {
			break; /* Random and others change, but not by this */
		}
		if (what == CP0_WATCHLO || what == CP0_WATCHHI) {
			write_watch(state, step, out);
		} else {
			put(state, HAZARD_mtc0, what, step, step->before, step->after, out);
		}
		break;
	case ISA_tlbr:
		write_tlbr(state, step, out);
		break;
	case ISA_tlbwi:
	case ISA_tlbwr:
		put(state, HAZARD_tlbw_tlb, WHAT_TLB, step, 0, 0, out);
		break;
	case ISA_tlbp:
		put(state, HAZARD_tlbp_index, CP0_INDEX, step, step->before, step->after, out);
		break;
	case ISA_eret:
		state->eret_is_last = true;
		state->eret_pc = step->pc;
		break;
	default:
		break;
	}
}

static void check_access(struct hazard_state *state, const struct isa_desc *desc,
			 const struct hazard_step *step, struct hazard_report *out)
{
	struct user user = { .step = step,
			     .time = state->time,
			     .address = step->vaddr,
			     .is_global = step->data_is_global };

	switch ((enum isa_class)desc->class) {
	case ISA_CLASS_CACHE:
		use_all(state, HAZARD_OP_ACCESS, &user, out);
		check_cache(state, &user, out);
		break;
	case ISA_CLASS_LOAD:
	case ISA_CLASS_FPLOAD:
		use_all(state, HAZARD_OP_ACCESS, &user, out);
		delay_lines(state);
		break;
	case ISA_CLASS_STORE:
	case ISA_CLASS_FPSTORE:
		use_all(state, HAZARD_OP_ACCESS, &user, out);
		put(state, HAZARD_store_line, WHAT_LINE, step, step->vaddr, step->vaddr, out);
		break;
	default:
		break;
	}
}

/* The coprocessor that must be usable for the instruction; false if none. */
static bool find_unit(enum isa_id id, uint32_t word, uint8_t *unit)
{
	unsigned flags = isa_descs[id].flags;

	if (id == ISA_reserved && isa_reserved_kind(word) != ISA_RESERVED_ALWAYS) {
		*unit = (uint8_t)isa_coprocessor(word);
		return true;
	}
	*unit = (flags & ISA_F_CP2) ? 2 : (flags & ISA_F_CP1) ? 1 : 0;
	return (flags & (ISA_F_CP0 | ISA_F_CP1 | ISA_F_CP2)) != 0;
}

/* What went by since the last instruction: slots not executed, cycles killed after branches. */
static void count_branch(struct hazard_state *state, const struct hazard_step *step)
{
	if (state->branch_steps == 1 && step->pc != state->branch_pc + 4) {
		state->time += SLOT_CYCLES;
		state->branch_steps = 0;
	} else if (state->branch_steps == 2) {
		if (step->pc != state->branch_pc + 8) {
			state->time += BRANCH_CYCLES;
		}
		state->branch_steps = 0;
	}
}

/* The successor of ERET: only now is it known where ERET went. */
static void check_eret_target(struct hazard_state *state, const struct hazard_step *step,
			      struct hazard_report *out)
{
	struct hazard_step eret = *step;
	struct user user = { .step = &eret,
			     .time = state->time - 1,
			     .address = step->pc,
			     .is_global = step->pc_is_global };

	eret.pc = state->eret_pc;
	use(state, HAZARD_eret_tlb, &user, out);
	state->time += ERET_CYCLES;
	state->eret_is_last = false;
}

static void check_instruction(struct hazard_state *state, const struct hazard_step *step,
			      struct hazard_report *out)
{
	enum isa_id id = isa_decode(step->word);
	const struct isa_desc *desc = &isa_descs[id];
	struct user user = { .step = step,
			     .time = state->time,
			     .address = step->pc,
			     .is_global = step->pc_is_global };

	if (find_unit(id, step->word, &user.unit)) {
		use_all(state, HAZARD_OP_USABLE, &user, out);
	}
	check_cp0_uses(state, id, &user, out);
	check_access(state, desc, step, out);
	if (step->event == HAZARD_EXECUTED) {
		check_cp0_writes(state, id, step, out);
		if (desc->flags & ISA_F_DELAY) {
			state->branch_pc = step->pc;
			state->branch_steps = 1;
		} else if (state->branch_steps != 0) {
			state->branch_steps++;
		}
	}
}

bool hazard_check(struct hazard_state *state, const struct hazard_step *step,
		  struct hazard_report *out)
{
	struct user fetch = { .step = step, .address = step->pc, .is_global = step->pc_is_global };

	out->missing = 0;
	count_branch(state, step);
	if (state->eret_is_last) {
		check_eret_target(state, step, out);
	}
	forget(state);
	fetch.time = state->time;
	if (step->event == HAZARD_INTERRUPT) {
		use_all(state, HAZARD_OP_INTERRUPT, &fetch, out);
	} else {
		use_all(state, HAZARD_OP_FETCH, &fetch, out);
	}
	if (step->event == HAZARD_FETCH_EXCEPTION) {
		put(state, HAZARD_fetch_fault, CP0_ENTRYHI, step, step->before, step->after, out);
	} else if (step->event != HAZARD_INTERRUPT) {
		check_instruction(state, step, out);
	}
	state->time += step->event == HAZARD_EXECUTED ? 1 : EXCEPTION_CYCLES;
	if (step->event != HAZARD_EXECUTED) {
		state->branch_steps = 0;
	}
	return out->missing != 0;
}
