/* SPDX-License-Identifier: MIT */
/*
 * hazard.h - finding CP0 hazards (R4000 UM appendix F) in the instructions that a CPU executes.
 *
 * The simulator makes results of CP0 instructions architectural at once; an R4000 does not. Fed
 * with every instruction of one CPU in order, the checker reports those that would see an older
 * value there. Rows: hazard.def. Pure and freestanding; one struct hazard_state per CPU.
 *
 * Only a difference counts: a write that leaves what the user looks at as it was is no hazard (a
 * new Status with the same mode for a load, a new ASID for an unmapped address).
 *
 * Time is counted in instructions that enter the pipeline. The target of a branch does so four
 * cycles after it (R4000 UM 3.2, branch delay): two instructions after the slot are killed, after
 * ERET, which has no slot, three; code for the R4000 counts on them. Stalls are not counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hazard_id {
#define HAZARD(id, kind, operation, data, first, last, source, text) HAZARD_##id,
#include "isa/hazard.def"
#undef HAZARD
	HAZARD_COUNT
};

enum hazard_kind {
	HAZARD_KIND_WRITE,
	HAZARD_KIND_USE
};

enum hazard_operation {
	HAZARD_OP_MTC0, /* DMTC0 too */
	HAZARD_OP_MFC0, /* DMFC0 too */
	HAZARD_OP_TLBR,
	HAZARD_OP_TLBW, /* TLBWI, TLBWR */
	HAZARD_OP_TLBP,
	HAZARD_OP_ERET,
	HAZARD_OP_CACHE, /* any CACHE */
	HAZARD_OP_CACHE_LOAD_TAG,
	HAZARD_OP_CACHE_STORE_TAG,
	HAZARD_OP_STORE,
	HAZARD_OP_ACCESS,    /* loads and stores */
	HAZARD_OP_FETCH,     /* every instruction */
	HAZARD_OP_USABLE,    /* every instruction of a coprocessor */
	HAZARD_OP_INTERRUPT, /* an interrupt is taken */
	HAZARD_OP_FETCH_EXCEPTION
};

/* What is written, or which part of it decides what the user does. */
enum hazard_data {
	HAZARD_DATA_REGISTER,  /* the register of MTC0 or MFC0 */
	HAZARD_DATA_INDEX,     /* Index */
	HAZARD_DATA_ENTRY,     /* EntryHi, EntryLo0, EntryLo1, PageMask */
	HAZARD_DATA_PROBE,     /* EntryHi, PageMask */
	HAZARD_DATA_TAG,       /* TagLo, TagHi, ECC */
	HAZARD_DATA_TLB,       /* TLB entries that the user's address is in */
	HAZARD_DATA_LINE,      /* a line of the primary caches */
	HAZARD_DATA_STATUS,    /* Status */
	HAZARD_DATA_RETURN_PC, /* EPC, or ErrorEPC if ERL is set */
	HAZARD_DATA_USABLE,    /* whether the coprocessor is usable: CU, KSU, EXL, ERL */
	HAZARD_DATA_MODE,      /* segment of the address: KSU, EXL, ERL, UX, SX, KX */
	HAZARD_DATA_KSU,       /* KSU changed by the write that sets EXL or ERL */
	HAZARD_DATA_ORDER,     /* byte order: RE in user mode */
	HAZARD_DATA_ASID,      /* EntryHi.ASID, for a mapped address */
	HAZARD_DATA_K0,        /* Config.K0, for an address in kseg0 */
	HAZARD_DATA_IB,        /* Config.IB, for an address that may be cached */
	HAZARD_DATA_WATCH,     /* whether WatchHi and WatchLo name the address */
	HAZARD_DATA_STATUS_IE, /* whether Status lets the interrupt through */
	HAZARD_DATA_CAUSE_IP   /* Cause.IP */
};

enum hazard_source {
	HAZARD_SOURCE_MANUAL,
	HAZARD_SOURCE_CODE,
	HAZARD_SOURCE_VR4100
};

struct hazard_row {
	const char *text;
	uint8_t kind;      /* enum hazard_kind */
	uint8_t operation; /* enum hazard_operation */
	uint8_t data;      /* enum hazard_data */
	uint8_t first;     /* pipeline stages */
	uint8_t last;
	uint8_t source; /* enum hazard_source */
};

extern const struct hazard_row hazard_rows[HAZARD_COUNT];

/* How an instruction ended. */
enum hazard_event {
	HAZARD_EXECUTED,
	HAZARD_EXCEPTION,       /* it raised an exception other than by its fetch */
	HAZARD_FETCH_EXCEPTION, /* it could not be fetched; `word` is not looked at */
	HAZARD_INTERRUPT        /* an interrupt was taken before it; `word` is not looked at */
};

/* The virtual addresses of a TLB entry's pair of pages; size 0: none. */
struct hazard_range {
	uint64_t first;
	uint64_t size;
};

/* One instruction, or one exception in its place. What it does not do stays 0. */
struct hazard_step {
	uint64_t pc;
	uint32_t word;
	uint32_t status; /* before the instruction */
	uint32_t cause;  /* likewise; for HAZARD_INTERRUPT */
	enum hazard_event event;
	bool pc_is_global;   /* fetched through a global TLB entry */
	bool data_is_global; /* likewise for its load or store */
	bool vm_segments;    /* addresses as a VM's guest has them: isa_segment_vm() */
	uint64_t vaddr;      /* of a load, a store, CACHE */
	uint64_t paddr;      /* of a load or store */
	/*
	 * MTC0: the register's value; TLBR and HAZARD_FETCH_EXCEPTION: EntryHi; TLBP: Index; before
	 * and after.
	 */
	uint64_t before;
	uint64_t after;
	/* TLBWI, TLBWR: the entry. */
	struct hazard_range entry_before;
	struct hazard_range entry_after;
};

struct hazard_report {
	enum hazard_id writer;
	enum hazard_id user;
	uint64_t writer_pc;
	uint64_t user_pc;
	unsigned needed;  /* instructions that must lie between the two */
	unsigned missing; /* of these; at least 1 */
	/*
	 * The writer comes after the user and too early for it: the datum must stay unchanged.
	 */
	bool is_overwritten;
	/*
	 * An interrupt was taken although an R4000 would still have it masked. The program need not
	 * be wrong; a machine that is to act as an R4000 here takes the interrupt later.
	 */
	bool is_early_interrupt;
};

#define HAZARD_PENDING 48

/*
 * A datum that was written, or that must stay as it is. Invariant H1: `until` lies after the time
 * of the state that holds it.
 */
struct hazard_pending {
	uint64_t until; /* available from then on; unchanged through then */
	uint64_t pc;
	uint64_t before;
	uint64_t after;
	struct hazard_range range[2]; /* TLB entry before and after */
	uint8_t id;                   /* enum hazard_id */
	uint8_t what;                 /* CP0 register, or what hazard.c puts beside them */
	bool is_told;                 /* by one fetch; the following ones lack less */
};

struct hazard_state {
	uint64_t time;      /* at which the next instruction enters the pipeline */
	uint64_t watch;     /* WatchHi and WatchLo as written last */
	uint64_t branch_pc; /* of the branch whose slot or successor comes */
	uint64_t eret_pc;   /* of the ERET whose successor comes */
	unsigned pending_count;
	uint8_t branch_steps; /* instructions since the branch; 0: none */
	bool eret_is_last;
	struct hazard_pending pending[HAZARD_PENDING];
};

/* A state of all zeros is that of a CPU after reset. */

/*
 * Takes the next instruction of the CPU. True if it is part of a hazard: `out` then describes the
 * one that lacks the most instructions. A write that comes too close to several fetches is told
 * once.
 */
bool hazard_check(struct hazard_state *state, const struct hazard_step *step,
		  struct hazard_report *out);
