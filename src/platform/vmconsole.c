/* SPDX-License-Identifier: MIT */
/*
 * vmconsole.c - what VMs print and are typed, and how they end.
 *
 * With one VM its bytes go out as they are. With several, whole lines do, behind the VM's name; a
 * line without end comes when its buffer is full or the VM ends. Input goes to VM 0.
 */
#include "src/platform/vmconsole.h"

#include "machine/annotation.h"

#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/lib/printf.h"
#include "src/lib/string.h"
#include "src/platform/console.h"
#include "src/platform/devices.h"
#include "src/platform/memory.h"
#include "src/platform/vms.h"

#define LINE_BYTES 160

struct vmconsole {
	struct lock lock;
	size_t used; /* of `line` */
	size_t name; /* of it the VM's name */
	char line[LINE_BYTES];
};

/* How many VMs have ended. */
static uint32_t ended;
/* The worst end so far, and who came to it: enum vm_end as the machine's exit wants it. */
static struct {
	struct lock lock;
	bool is_failure;
	uint32_t kind; /* of the failure: ANNOTATION_PANIC_* */
	uint32_t code;
	uint32_t who;
	uint64_t pc;
} result;

void vmconsole_init(struct vm *vm)
{
	struct vmconsole *console = memory_take(0, sizeof(*console));

	console->name = print_buffer(console->line, sizeof(console->line), "%s: ", vm->name);
	console->used = console->name;
	vm->console = console;
}

static void flush(struct vmconsole *console)
{
	if (console->used != console->name) {
		console_write(console->line, console->used);
		console->used = console->name;
	}
}

void platform_console_write(struct vm *vm, const char *bytes, size_t count)
{
	struct vmconsole *console = vm->console;
	size_t i;

	if (vms_count() == 1) {
		console_write(bytes, count);
		return;
	}
	lock_acquire(&console->lock);
	for (i = 0; i < count; i++) {
		if (console->used == sizeof(console->line) - 1) {
			console->line[console->used++] = '\n';
			flush(console);
		}
		console->line[console->used++] = bytes[i];
		if (bytes[i] == '\n') {
			flush(console);
		}
	}
	lock_release(&console->lock);
}

void platform_log(const struct vm *vm, const char *what, uint32_t number)
{
	console_print("VM %s: %s %u", vm->name, what, number);
}

int platform_console_read(struct vm *vm)
{
	int c = vm->number == 0 ? console_read() : -1;

	if (c >= 0) {
		devices_input_taken();
	}
	return c;
}

/* The machine's end is the worst of its VMs'. */
static void note_end(const struct vm *vm)
{
	const struct vcpu *vcpu = vm->vcpus[0];

	lock_acquire(&result.lock);
	if (vm->end == VM_REFUSED && !result.is_failure) {
		result.is_failure = true;
		result.kind = ANNOTATION_PANIC_REFUSED;
		result.who = vm->number << 16;
	} else if (vm->end == VM_PANIC || vm->end == VM_ERROR) {
		result.is_failure = true;
		result.kind = ANNOTATION_PANIC_GUEST;
		result.who = vm->number << 16 | vcpu->regs.number;
		result.pc = vcpu->regs.pc;
	} else if (vm->end == VM_OFF && vm->exit_code != 0) {
		result.code = vm->exit_code;
	}
	lock_release(&result.lock);
}

void vmconsole_flush(struct vm *vm)
{
	struct vmconsole *console = vm->console;

	if (vms_count() > 1) {
		lock_acquire(&console->lock);
		flush(console);
		lock_release(&console->lock);
	}
}

void platform_vm_ended(struct vm *vm)
{
	static const char *const ends[] = { "runs", "off", "restart", "panic", "error", "refused" };

	vmconsole_flush(vm);
	console_print("VM %s ended: %s, code %u%s%s", vm->name, ends[vm->end], vm->exit_code,
		      vm->end_reason != NULL ? ": " : "",
		      vm->end_reason != NULL ? vm->end_reason : "");
	note_end(vm);
	if (atomic_add(&ended, 1) + 1 < vms_count()) {
		return;
	}
	if (result.is_failure) {
		devices_fail(result.kind, result.who, result.pc);
	}
	devices_off(result.code);
}

bool platform_console_waiting(struct vm *vm)
{
	return vm->number == 0 && console_is_waiting();
}
