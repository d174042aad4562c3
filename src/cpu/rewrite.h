/* SPDX-License-Identifier: MIT */
/*
 * rewrite.h - privileged instructions replaced by loads and stores on the shared page, at their
 * first trap (paper 4.3.3; contract "Where the page is").
 *
 * A site is one instruction of the window's memory. mfc0 and mtc0 of registers that shared_page.h
 * lets the guest load and store become one load or store at VM_SHARED_PAGE_LOW, but for those after
 * which a reserved bit would read as it was written. mtc0 to Status may allow an interrupt, so it
 * becomes a jump to a trampoline of its own, if the instruction after it is a nop (which is then
 * the jump's delay slot) and it is in no delay slot itself:
 *
 *   0   sw     rt, Status          8   lw   at, pending       16   ld   at, SAVE (delay slot)
 *   4   sd     at, SAVE           12   bnez at, 28            20   j    behind the site's nop
 *  24   nop                       28   syscall REWRITE_CODE
 *
 * So `pending` is tested after every store to Status. An interrupt inside is delivered as if the
 * trampoline had run to its end (rewrite_settle()), so SAVE needs no second level.
 *
 * A page with sites is kept from stores (PMAP_S_TEXT). A store puts the guest's own words back and
 * makes the page the guest's for good: text that changes is not rewritten again. A site is one
 * aligned word, stored at once: other CPUs execute the old or the new one, which do the same.
 */
#pragma once

#include "src/include/types.h"
#include "src/lib/hooks.h"

struct pmap_caller;
struct vcpu;
struct vm;

#define REWRITE_SITES_MAX 4096
#define REWRITE_PAGES_MAX 64 /* pages that have been written */

/* On the shared page, beyond what shared_page.h gives to the guest: at while a trampoline runs. */
#define REWRITE_SAVE 0xff8
/* The call of a trampoline; a guest that makes it elsewhere gets its own exception. */
#define REWRITE_CODE 0x4d43

struct rewrite_site {
	uint32_t gpa;
	uint32_t original;
	uint32_t replacement;
};

/* The lock is held over shootdowns, so whoever waits for it serves its own (rewrite.c: enter). */
struct rewrite {
	struct lock lock;
	uint32_t site_count;
	uint32_t trampoline_count;
	uint32_t left_count;
	uint32_t left_gpn[REWRITE_PAGES_MAX]; /* not to be rewritten any more */
	struct rewrite_site site[REWRITE_SITES_MAX];
};

/* `word`, a move from or to CP0 trapped at step_pc(), has been emulated: replaces it if it can be.
 */
void rewrite_consider(struct vcpu *vcpu, uint32_t word, bool is_read);
/* Page `gpn` is about to be written, released or shared: if it has sites, they are put back. */
void rewrite_release(struct vcpu *vcpu, uint32_t gpn);
/*
 * Before an interrupt is delivered, and for the call of a trampoline: if regs.pc is in a
 * trampoline, the VCPU is brought to its end.
 */
void rewrite_settle(struct vcpu *vcpu);
/* regs.pc is the call of a trampoline. */
bool rewrite_is_call(const struct vcpu *vcpu);
