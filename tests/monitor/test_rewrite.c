/* SPDX-License-Identifier: MIT */
/*
 * test_rewrite.c - when a privileged instruction is replaced (src/cpu/rewrite.c), when it must
 * stay, and what becomes of it when its page goes; the guest's words as the monitor reads them
 * (memory_access.c), and the ASIDs that it gives out (asid.c).
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "isa/cp0.h"
#include "isa/isa.h"
#include "tests/monitor/checks.h"
#include "tests/monitor/host_cpu.h"
#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/cpu/asid.h"
#include "src/cpu/memory_access.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/step.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/virtio/guest_memory.h"

#define WINDOW     0xffffffffc0000000
#define TRAMPOLINE 0xffffffffcfff0000
#define FRAMES     64U
#define SITE       0x5000U
#define GPN        (SITE >> 12)
#define NOP        0U

#define MFC0(rt, rd)  (0x40000000U | (rt) << 16 | (rd) << 11)
#define DMFC0(rt, rd) (0x40200000U | (rt) << 16 | (rd) << 11)
#define MTC0(rt, rd)  (0x40800000U | (rt) << 16 | (rd) << 11)

struct cpu host_cpu;
uint64_t host_entryhi;
void (*host_interrupt)(void);

static struct vm vm;
static struct vcpu vcpu;
static struct rewrite rewrite;
/* All of it: what the trampolines save is behind the registers. */
static union {
	struct shared_page registers;
	uint64_t words[0x1000 / 8];
} shared;
static void *l2_storage;
static uint32_t status;
/* The word behind the site, as the jump's condition sees it. */
static uint32_t window_words[2];
static bool is_in_window;

void *host_memory(uint64_t paddr)
{
	void (*interrupt)(void) = host_interrupt;

	host_interrupt = NULL;
	if (interrupt != NULL) {
		interrupt();
	}
	return (uint8_t *)machine_page((uint32_t)(paddr >> 12)) + (paddr & 0xfff);
}

struct pmap_caller cpu_pmap_caller(void)
{
	return model_caller();
}

uint32_t vcp0_status(const struct vcpu *of)
{
	ck_assert_ptr_eq(of, &vcpu);
	return status;
}

const uint32_t *step_find_in_window(uint64_t vaddr)
{
	(void)vaddr;
	return is_in_window ? window_words : NULL;
}

static void setup(void)
{
	model_start(1, 128, 8);
	model_add_vm(0, FRAMES, 0, 64);
	memset(&vm, 0, sizeof(vm));
	memset(&vcpu, 0, sizeof(vcpu));
	memset(&rewrite, 0, sizeof(rewrite));
	memset(&shared, 0, sizeof(shared));
	memset(&host_cpu, 0, sizeof(host_cpu));
	memset(window_words, 0, sizeof(window_words));
	host_cpu.self = &host_cpu;
	host_interrupt = NULL;
	is_in_window = true;
	status = 0;
	vm.pmap = &model.pmap[0];
	vm.rewrite = &rewrite;
	vcpu.vm = &vm;
	vcpu.page = &shared.registers;
	vcpu.regs.pc = WINDOW + SITE;
	l2_storage = aligned_alloc(64, (l2tlb_storage_bytes(64) + 63) / 64 * 64);
	ck_assert_ptr_nonnull(l2_storage);
	memset(l2_storage, 0, l2tlb_storage_bytes(64));
	ck_assert_int_eq(vtlb_init(&vcpu.vtlb, vm.pmap, 0, 0, 64, l2_storage), OK);
	model_load(0, &vcpu.vtlb);
}

static void teardown(void)
{
	ck_assert_pstr_eq(pmap_check(vm.pmap), NULL);
	ck_assert_pstr_eq(memmap_check(&model.memmap), NULL);
	model_abandon();
	free(l2_storage);
}

static void put(uint32_t gpa, uint32_t word)
{
	struct pmap_caller here = model_caller();

	ck_assert(guest_memory_write(vm.pmap, gpa, &word, sizeof(word), &here));
}

static uint32_t get(uint32_t gpa)
{
	struct pmap_caller here = model_caller();
	uint32_t word;

	ck_assert(guest_memory_read(vm.pmap, &word, gpa, sizeof(word), &here));
	return word;
}

/* The word that the monitor finds in place of `word` once it has emulated it. */
static uint32_t considered(uint32_t word, bool is_read)
{
	uint32_t gpa = (uint32_t)(vcpu.regs.pc - WINDOW);

	put(gpa, word);
	rewrite_consider(&vcpu, word, is_read);
	return get(gpa);
}

/* No page is left for anybody. */
static void take_all(void)
{
	uint32_t mpn;

	while (memmap_take(&model.memmap, 0, PAGE_ALLOC_NO_HINT, INSPECT_FRAME_MONITOR, &mpn) ==
	       OK) {
	}
}

static void set_busy(uint32_t gpn, bool is_busy)
{
	uint32_t frame;
	struct pmap_page *at;

	ck_assert(pmap_frame(vm.pmap, gpn, &frame));
	at = &vm.pmap->page[frame];
	at->state = (uint16_t)((at->state & ~(uint32_t)PMAP_S_BUSY) | (is_busy ? PMAP_S_BUSY : 0));
}

START_TEST(moves_become_loads_and_stores)
{
	static const struct {
		uint32_t word;
		bool is_read;
		enum isa_id becomes;
	} moves[] = {
		{ MFC0(2, CP0_STATUS), true, ISA_lw },    { DMFC0(2, CP0_ENTRYHI), true, ISA_ld },
		{ DMFC0(2, CP0_STATUS), true, ISA_lw },   { MFC0(2, CP0_EPC), true, ISA_lw },
		{ MTC0(2, CP0_EPC), false, ISA_sd },      { MTC0(2, CP0_PAGEMASK), false, ISA_sw },
		{ MTC0(2, CP0_ENTRYLO0), false, ISA_sd }, { MFC0(2, CP0_INDEX), true, ISA_lw },
		{ MFC0(2, CP0_CONTEXT), true, ISA_lw },
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		/* A page each: one whose site is written over is the guest's for good. */
		vcpu.regs.pc += 0x1000;
		ck_assert_int_eq(isa_decode(considered(moves[i].word, moves[i].is_read)),
				 moves[i].becomes);
	}
	ck_assert_uint_eq(vcpu.counters[VCPU_COUNT_rewritten], 9);
}
END_TEST

/* The upper word of an address has a meaning with KX alone. */
START_TEST(wide_addresses_need_kx)
{
	ck_assert_uint_eq(considered(DMFC0(2, CP0_EPC), true), DMFC0(2, CP0_EPC));
	status = STATUS_KX;
	ck_assert_int_eq(isa_decode(considered(DMFC0(2, CP0_EPC), true)), ISA_ld);
}
END_TEST

/* Of each pair one access goes on to trap: a bit that is no part of the register is not seen. */
START_TEST(reserved_bits_stay_hidden)
{
	static const struct {
		uint32_t word;
		bool is_read;
	} moves[] = {
		{ MTC0(2, CP0_INDEX), false },    { MTC0(2, CP0_CONTEXT), false },
		{ MTC0(2, CP0_XCONTEXT), false }, { MFC0(2, CP0_ENTRYLO0), true },
		{ MFC0(2, CP0_ENTRYLO1), true },  { MFC0(2, CP0_PAGEMASK), true },
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		ck_assert_uint_eq(considered(moves[i].word, moves[i].is_read), moves[i].word);
	}
}
END_TEST

START_TEST(others_stay)
{
	/* Not on the page; not to be written there; a word that is neither, whatever it is told. */
	ck_assert_uint_eq(considered(MFC0(2, CP0_COUNT), true), MFC0(2, CP0_COUNT));
	ck_assert_uint_eq(considered(MTC0(2, CP0_CAUSE), false), MTC0(2, CP0_CAUSE));
	ck_assert_uint_eq(considered(MTC0(2, CP0_CAUSE), true), MTC0(2, CP0_CAUSE));
	ck_assert_uint_eq(considered(0x40400000U | CP0_STATUS << 11, true),
			  0x40400000U | CP0_STATUS << 11);
	/* Another word than the one that trapped. */
	put(SITE, NOP);
	rewrite_consider(&vcpu, MFC0(2, CP0_STATUS), true);
	ck_assert_uint_eq(get(SITE), NOP);
	/* Not in the window's memory. */
	vcpu.regs.pc = TRAMPOLINE;
	rewrite_consider(&vcpu, MFC0(2, CP0_STATUS), true);
	vcpu.regs.pc = WINDOW + (uint64_t)FRAMES * 4096;
	rewrite_consider(&vcpu, MFC0(2, CP0_STATUS), true);
	ck_assert_uint_eq(rewrite.site_count, 0);
}
END_TEST

START_TEST(status_needs_a_nop_behind_it)
{
	const uint32_t word = MTC0(2, CP0_STATUS);

	put(SITE + 4, word);
	window_words[1] = word;
	ck_assert_uint_eq(considered(word, false), word);
	/* It was a nop when it was looked at first. */
	window_words[1] = NOP;
	ck_assert_uint_eq(considered(word, false), word);
	put(SITE + 4, NOP);
	is_in_window = false;
	ck_assert_uint_eq(considered(word, false), word);
	is_in_window = true;
	vcpu.trap_cause = CAUSE_BD;
	ck_assert_uint_eq(considered(word, false), word);
	vcpu.trap_cause = 0;
	vcpu.regs.pc = WINDOW + SITE + 0xffc;
	ck_assert_uint_eq(considered(word, false), word);
	ck_assert_uint_eq(rewrite.trampoline_count, 0);
	vcpu.regs.pc = WINDOW + SITE;
	ck_assert_int_eq(isa_decode(considered(word, false)), ISA_j);
	ck_assert_uint_eq(rewrite.trampoline_count, 1);
}
END_TEST

START_TEST(trampolines_run_out)
{
	const uint32_t word = MTC0(2, CP0_STATUS);
	uint32_t count = 0x10000 / 32;

	for (uint32_t i = 0; i <= count; i++) {
		put(SITE + 8 * i, word);
	}
	for (uint32_t i = 0; i < count; i++) {
		vcpu.regs.pc = WINDOW + SITE + 8 * i;
		rewrite_consider(&vcpu, word, false);
		ck_assert_int_eq(isa_decode(get(SITE + 8 * i)), ISA_j);
	}
	ck_assert_uint_eq(rewrite.trampoline_count, count);
	vcpu.regs.pc = WINDOW + SITE + 8 * count;
	rewrite_consider(&vcpu, word, false);
	ck_assert_uint_eq(get(SITE + 8 * count), word);
}
END_TEST

START_TEST(no_page_for_a_trampoline)
{
	put(SITE, MTC0(2, CP0_STATUS));
	take_all();
	ck_assert_uint_eq(considered(MTC0(2, CP0_STATUS), false), MTC0(2, CP0_STATUS));
	ck_assert_uint_eq(rewrite.site_count, 0);
}
END_TEST

START_TEST(limits_leave_the_word)
{
	const uint32_t word = MFC0(2, CP0_STATUS);

	rewrite.site_count = REWRITE_SITES_MAX;
	ck_assert_uint_eq(considered(word, true), word);
	rewrite.site_count = 0;
	rewrite.left_count = REWRITE_PAGES_MAX;
	ck_assert_uint_eq(considered(word, true), word);
	/* One of those is this page. */
	rewrite.left_count = 2;
	rewrite.left_gpn[1] = GPN;
	ck_assert_uint_eq(considered(word, true), word);
	rewrite.left_gpn[1] = GPN + 1;
	ck_assert_uint_ne(considered(word, true), word);
}
END_TEST

static void page_is_done(int signal)
{
	(void)signal;
	set_busy(GPN, false);
}

static void lock_is_free(int signal)
{
	(void)signal;
	rewrite.lock.word = 0;
}

/* Another CPU has it, and is done a moment later. */
static void soon(void (*handler)(int))
{
	const struct itimerval moment = { .it_value = { .tv_usec = 2000 } };

	ck_assert(signal(SIGALRM, handler) != SIG_ERR);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &moment, NULL), 0);
}

START_TEST(page_and_lock_of_others_are_waited_for)
{
	const uint32_t word = MFC0(2, CP0_STATUS);

	put(SITE, word);
	set_busy(GPN, true);
	soon(page_is_done);
	rewrite_consider(&vcpu, word, true);
	ck_assert_uint_ne(get(SITE), word);
	rewrite.lock.word = 1;
	soon(lock_is_free);
	rewrite_release(&vcpu, GPN);
	ck_assert_uint_eq(get(SITE), word);
}
END_TEST

START_TEST(store_gets_the_guests_own_words)
{
	struct pmap_caller here = model_caller();
	const uint32_t word = MFC0(2, CP0_STATUS);
	uint32_t other = SITE + 0x1000;

	ck_assert_uint_ne(considered(word, true), word);
	vcpu.regs.pc = WINDOW + other;
	put(other, word);
	rewrite_consider(&vcpu, word, true);
	ck_assert_uint_eq(rewrite.site_count, 2);
	/* The driver of a device writes there: the site of the other page stays. */
	put(SITE + 8, 1);
	ck_assert_uint_eq(get(SITE), word);
	ck_assert_uint_ne(get(other), word);
	ck_assert_uint_eq(rewrite.site_count, 1);
	rewrite_release(&vcpu, GPN + 2);
	ck_assert_uint_eq(rewrite.site_count, 1);
	/* Text that has changed is not rewritten again. */
	vcpu.regs.pc = WINDOW + SITE;
	ck_assert_uint_eq(considered(word, true), word);
	/* A VM without rewriting has nothing to restore. */
	vm.rewrite = NULL;
	guest_memory_restore_text(vm.pmap, GPN + 1, &here);
	ck_assert_uint_eq(rewrite.site_count, 1);
	vm.rewrite = &rewrite;
}
END_TEST

START_TEST(page_that_has_gone_is_not_written)
{
	struct pmap_caller here = model_caller();
	const uint32_t word = MFC0(2, CP0_STATUS);

	ck_assert_uint_ne(considered(word, true), word);
	ck_assert_int_eq(pmap_release(vm.pmap, GPN, &here), OK);
	put(SITE, 77);
	rewrite_release(&vcpu, GPN);
	ck_assert_uint_eq(get(SITE), 77);
	ck_assert_uint_eq(rewrite.site_count, 0);
	/* Nor when there is none in its place. */
	rewrite.left_count = 0;
	ck_assert_uint_ne(considered(word, true), word);
	ck_assert_int_eq(pmap_release(vm.pmap, GPN, &here), OK);
	take_all();
	rewrite_release(&vcpu, GPN);
	ck_assert_uint_eq(rewrite.site_count, 1);
}
END_TEST

START_TEST(pages_left_have_a_limit)
{
	const uint32_t word = MFC0(2, CP0_STATUS);

	ck_assert_uint_ne(considered(word, true), word);
	rewrite.left_count = REWRITE_PAGES_MAX;
	rewrite_release(&vcpu, GPN);
	ck_assert_uint_eq(get(SITE), word);
	ck_assert_uint_eq(rewrite.left_count, REWRITE_PAGES_MAX);
}
END_TEST

START_TEST(interrupt_in_a_trampoline_comes_behind_it)
{
	const uint32_t word = MTC0(2, CP0_STATUS);

	/* No trampoline there, no page of trampolines at all. */
	vcpu.regs.pc = TRAMPOLINE + 4;
	rewrite_settle(&vcpu);
	ck_assert_uint_eq(vcpu.regs.pc, TRAMPOLINE + 4);
	vcpu.regs.pc = WINDOW + SITE;
	ck_assert_int_eq(isa_decode(considered(word, false)), ISA_j);
	shared.words[REWRITE_SAVE / 8] = 0x1234;
	for (uint32_t offset = 0; offset <= 32; offset += 4) {
		bool is_inside = offset >= 4 && offset < 32;

		vcpu.regs.gpr[1] = 1;
		vcpu.regs.pc = TRAMPOLINE + offset;
		ck_assert_int_eq(rewrite_is_call(&vcpu), offset == 28);
		rewrite_settle(&vcpu);
		ck_assert_uint_eq(vcpu.regs.pc, is_inside && offset != 32 ? WINDOW + SITE + 8
									  : TRAMPOLINE + offset);
		ck_assert_uint_eq(vcpu.regs.gpr[1], offset == 12 || offset == 16 ? 0x1234 : 1);
	}
}
END_TEST

static void take_page_away(void)
{
	struct pmap_caller here = model_caller();

	ck_assert_int_eq(pmap_release(vm.pmap, GPN, &here), OK);
}

/* The page goes while its word is read: the word is nobody's. */
START_TEST(word_of_a_page_that_goes_is_not_used)
{
	enum vtlb_result result;
	uint32_t word;

	put(SITE, 5);
	ck_assert(memory_access_word(&vcpu, WINDOW + SITE, &word, &result));
	ck_assert_uint_eq(word, 5);
	host_interrupt = take_page_away;
	ck_assert(!memory_access_word(&vcpu, WINDOW + SITE, &word, &result));
	ck_assert_ptr_null((void *)(uintptr_t)host_interrupt);
	ck_assert(!memory_access_word(&vcpu, 0x1000, &word, &result));
	ck_assert_int_eq(result, VTLB_REFILL);
	ck_assert_ptr_null(memory_access_pin(&vcpu, FRAMES, true, &word));
}
END_TEST

/* 255 ASIDs of a CPU; the 256th begins a new generation and flushes the TLB. */
START_TEST(asids_are_given_out_and_begin_again)
{
	uint64_t entryhi = 7;

	asid_is_virtual = true;
	ck_assert(!asid_to_hardware(&host_cpu, &entryhi));
	host_cpu.tlb_owner = &vcpu;
	ck_assert(!asid_to_hardware(&host_cpu, &entryhi));
	for (uint32_t i = 0; i < 255; i++) {
		vcpu.regs.cp0[CP0_ENTRYHI] = i;
		asid_load(&host_cpu, &vcpu);
		ck_assert_uint_eq(host_entryhi, i + 1);
		ck_assert_uint_eq(host_cpu.asid_exchange, (i + 1) ^ i);
	}
	ck_assert_uint_eq(host_cpu.asid_generation, 1);
	ck_assert(asid_to_hardware(&host_cpu, &entryhi));
	ck_assert_uint_eq(entryhi, 8);
	entryhi = WINDOW;
	ck_assert(asid_to_hardware(&host_cpu, &entryhi));
	ck_assert_uint_eq(entryhi & 0xff, 255);
	entryhi = 255;
	ck_assert(!asid_to_hardware(&host_cpu, &entryhi));
	tlb_hw_insert(0x2000, ENTRYLO_V, ENTRYLO_V);
	vcpu.regs.cp0[CP0_ENTRYHI] = 255;
	asid_load(&host_cpu, &vcpu);
	ck_assert_uint_eq(host_cpu.asid_generation, 2);
	ck_assert_uint_eq(host_entryhi, 1);
	ck_assert_int_eq(model_tlb_find(0x2000, 0), -1);
	/* What it had is of the last generation. */
	vcpu.regs.cp0[CP0_ENTRYHI] = 7;
	host_cpu.asid_generation++;
	entryhi = 7;
	ck_assert(!asid_to_hardware(&host_cpu, &entryhi));
	asid_forget(&vcpu);
	ck_assert(!asid_to_hardware(&host_cpu, &entryhi));
	asid_is_virtual = false;
	asid_load(&host_cpu, &vcpu);
	ck_assert_uint_eq(host_entryhi, 7);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rewrite");
	TCase *tcase = tcase_create("rewrite");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, moves_become_loads_and_stores);
	tcase_add_test(tcase, wide_addresses_need_kx);
	tcase_add_test(tcase, others_stay);
	tcase_add_test(tcase, reserved_bits_stay_hidden);
	tcase_add_test(tcase, status_needs_a_nop_behind_it);
	tcase_add_test(tcase, trampolines_run_out);
	tcase_add_test(tcase, no_page_for_a_trampoline);
	tcase_add_test(tcase, limits_leave_the_word);
	tcase_add_test(tcase, page_and_lock_of_others_are_waited_for);
	tcase_add_test(tcase, store_gets_the_guests_own_words);
	tcase_add_test(tcase, page_that_has_gone_is_not_written);
	tcase_add_test(tcase, pages_left_have_a_limit);
	tcase_add_test(tcase, interrupt_in_a_trampoline_comes_behind_it);
	tcase_add_test(tcase, word_of_a_page_that_goes_is_not_used);
	tcase_add_test(tcase, asids_are_given_out_and_begin_again);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
