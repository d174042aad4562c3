/* SPDX-License-Identifier: MIT */
/*
 * test_vm.c - how a VM ends and begins again (src/cpu/vm.c): once, when all its VCPUs are off, and
 * with nothing of what was in its memory.
 */
#include <check.h>
#include <string.h>

#include "machine/frame.h"
#include "tests/monitor/host_cpu.h"
#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/virtio.h"

#define FRAMES 64U
#define VCPUS  2U

struct cpu host_cpu;

static struct vm vm;
static struct vcpu vcpu[VCPUS];
static struct virtio device;
static uint32_t ended;
static uint32_t entered;
static uint32_t resets;
static bool has_memory;

struct pmap_caller cpu_pmap_caller(void)
{
	return model_caller();
}

void vcpu_request(struct vcpu *of, uint32_t requests)
{
	of->requests |= requests;
}

void vcpu_enter_at(struct vcpu *of, uint64_t pc, uint64_t sp, uint64_t gp, uint64_t arg)
{
	ck_assert_ptr_eq(of, &vcpu[0]);
	ck_assert_uint_eq(pc, 0x1234);
	ck_assert_uint_eq(sp | gp, 0);
	ck_assert_uint_eq(arg, 0x5678);
	entered++;
}

void vdev_reset(struct vm *of)
{
	ck_assert_uint_eq(of->lock.word, 1);
}

void platform_vm_ended(struct vm *of)
{
	ck_assert_uint_eq(of->lock.word, 0);
	ended++;
}

bool platform_vm_reload(struct vm *of)
{
	ck_assert_int_eq((int)of->end, VM_RUNS);
	return has_memory;
}

void virtio_enter(struct virtio *virtio, const struct pmap_caller *caller)
{
	(void)caller;
	ck_assert_ptr_eq(virtio, &device);
}

void virtio_leave(struct virtio *virtio)
{
	ck_assert_ptr_eq(virtio, &device);
}

void virtio_reset(struct virtio *virtio)
{
	ck_assert_ptr_eq(virtio, &device);
	resets++;
}

void guest_memory_restore_text(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	ck_assert_int_eq(pmap_protect(pmap, gpn, 0, caller), OK);
}

static void setup(void)
{
	model_start(1, 128, 8);
	model_add_vm(0, FRAMES, VCPUS, 64);
	model_load(0, &model.vtlb[0][0]);
	memset(&vm, 0, sizeof(vm));
	memset(vcpu, 0, sizeof(vcpu));
	vm.pmap = &model.pmap[0];
	vm.page_count = FRAMES;
	vm.vcpu_count = VCPUS;
	vm.entry = 0x1234;
	vm.tree = 0x5678;
	vm.virtio[1] = &device;
	for (uint32_t i = 0; i < VCPUS; i++) {
		vm.vcpus[i] = &vcpu[i];
		vcpu[i].vm = &vm;
		vcpu[i].regs.state = INSPECT_VCPU_OFF;
	}
	ended = 0;
	entered = 0;
	resets = 0;
	has_memory = true;
}

static void put(uint32_t gpa, uint32_t word)
{
	struct pmap_caller here = model_caller();

	ck_assert(guest_memory_write(vm.pmap, gpa, &word, sizeof(word), &here));
}

START_TEST(vm_ends_once)
{
	vm_end(&vm, VM_OFF, 3, "first");
	vm_end(&vm, VM_PANIC, 4, "second");
	ck_assert_uint_eq(vm.end, VM_OFF);
	ck_assert_uint_eq(vm.exit_code, 3);
	ck_assert_str_eq(vm.end_reason, "first");
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(vcpu[0].requests, VCPU_REQUEST_STOP);
	ck_assert_uint_eq(vcpu[1].requests, VCPU_REQUEST_STOP);
	/* Nobody wants its memory. */
	put(0x1000, 5);
	vm_restart(&vm);
	ck_assert(!pmap_is_empty(vm.pmap, 1));
}
END_TEST

START_TEST(restart_waits_for_all)
{
	put(0x1000, 5);
	vm_end(&vm, VM_RESTART, 0, "restart");
	ck_assert_uint_eq(ended, 0);
	ck_assert_uint_eq(vcpu[0].requests, VCPU_REQUEST_STOP | VCPU_REQUEST_RESTART);
	ck_assert_uint_eq(vcpu[1].requests, VCPU_REQUEST_STOP);
	vcpu[1].regs.state = INSPECT_VCPU_READY;
	vm_restart(&vm);
	ck_assert_uint_eq(vm.end, VM_RESTART);
	ck_assert(!pmap_is_empty(vm.pmap, 1));
	vcpu[1].regs.state = INSPECT_VCPU_OFF;
	vcpu[1].messages = 7;
	vm_restart(&vm);
	ck_assert_uint_eq(vm.end, VM_RUNS);
	ck_assert(pmap_is_empty(vm.pmap, 1));
	ck_assert_uint_eq(vcpu[1].messages, 0);
	ck_assert_uint_eq(resets, 1);
	ck_assert_uint_eq(entered, 1);
}
END_TEST

/* A disk still writes one page, another is being changed: neither keeps what it had. */
START_TEST(pages_of_devices_are_cleared)
{
	struct pmap_caller here = model_caller();
	uint32_t frame;
	uint32_t mpn;

	put(0x1000, 5);
	ck_assert(guest_memory_pin(vm.pmap, 0x1000, true, &mpn, &here));
	ck_assert(pmap_frame(vm.pmap, 2, &frame));
	vm.pmap->page[frame].state |= PMAP_S_BUSY;
	vm_end(&vm, VM_RESTART, 0, "restart");
	vm_restart(&vm);
	ck_assert(!pmap_is_empty(vm.pmap, 1));
	ck_assert_uint_eq(*(const uint32_t *)machine_page(mpn), 0);
	vm.pmap->page[frame].state &= (uint16_t)~PMAP_S_BUSY;
	memmap_unpin(&model.memmap, mpn);
}
END_TEST

START_TEST(no_memory_to_boot_again)
{
	has_memory = false;
	vm_end(&vm, VM_RESTART, 0, "restart");
	vm_restart(&vm);
	ck_assert_uint_eq(vm.end, VM_ERROR);
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(entered, 0);
}
END_TEST

/* It ended because there was too little memory: others get it. */
START_TEST(memory_is_given_back)
{
	put(0x1000, 5);
	vm.gives_back = true;
	vm_end(&vm, VM_ERROR, 0, "no memory");
	ck_assert_uint_eq(vcpu[0].requests, VCPU_REQUEST_STOP | VCPU_REQUEST_RESTART);
	vm_restart(&vm);
	ck_assert(pmap_is_empty(vm.pmap, 1));
	ck_assert_uint_eq(vm.end, VM_ERROR);
	ck_assert_uint_eq(entered, 0);
	ck_assert_uint_eq(ended, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vm");
	TCase *tcase = tcase_create("vm");

	tcase_add_checked_fixture(tcase, setup, model_end);
	tcase_add_test(tcase, vm_ends_once);
	tcase_add_test(tcase, restart_waits_for_all);
	tcase_add_test(tcase, pages_of_devices_are_cleared);
	tcase_add_test(tcase, no_memory_to_boot_again);
	tcase_add_test(tcase, memory_is_given_back);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
