/* SPDX-License-Identifier: MIT */
/*
 * core.c - `mirrorball core`: a virtual machine of a checkpoint, as an ELF core for GDB.
 *
 * Threads are its VCPUs. Memory is what it has in the window of its kernel, and what the virtual
 * TLB of one VCPU maps. What the monitor publishes is not trusted (sim/inspect/inspect.h).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "machine/frame.h"
#include "machine/vm.h"
#include "sim/checkpoint/checkpoint.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"
#include "sim/cmd/output.h"
#include "sim/cmd/symbols.h"
#include "sim/elf/elf_core.h"
#include "sim/inspect/inspect.h"

#define SIGN_EXTENSION 0xffffffff00000000

static const char *const abis[] = { "o32", "n32", "n64", "auto", NULL };
#define ABI_AUTO 3U

struct core_command {
	const char *checkpoint;
	const char *output; /* NULL: only a list */
	const char *monitor;
	const char *vm;
	uint64_t vcpu;
	unsigned abi; /* of `abis` */
	bool help;

	struct checkpoint_extra extra;
	json_t *origin; /* the configuration of the run that was saved */
	struct machine *machine;
	struct elf_file *elf;
	struct inspect view;
	uint32_t index; /* of the VM */
	struct inspect_vm found;
	struct elf_core_thread *thread;
	struct elf_core_segment *segment;
	uint32_t segments;
};

static bool parse(struct core_command *core, int argc, char **argv, struct error *err)
{
	const char *words[2] = { NULL, NULL };
	const struct option table[] = {
		{ "--vm", OPTION_TEXT, &core->vm, "NAME", "the virtual machine, by name or number",
		  0, 0, NULL },
		{ "--vcpu", OPTION_NUMBER, &core->vcpu, "N",
		  "whose TLB maps what is not in the kernel's window (0)", 0, VM_VCPUS_MAX - 1,
		  NULL },
		{ "--monitor", OPTION_TEXT, &core->monitor, "FILE.elf",
		  "the monitor, if it is not where it was", 0, 0, NULL },
		{ "--abi", OPTION_CHOICE, &core->abi, NULL,
		  "of the guest's kernel; auto: as its file has it", 0, 0, abis },
		{ "--help", OPTION_FLAG, &core->help, NULL, "print this", 0, 0, NULL },
	};
	size_t rows = sizeof(table) / sizeof(table[0]);
	size_t count;

	core->abi = ABI_AUTO;
	if (!options_parse(table, rows, argc, argv, words, 2, &count, err)) {
		return false;
	}
	core->checkpoint = words[0];
	core->output = words[1];
	if (core->help) {
		puts("usage: mirrorball core [OPTION...] CHECKPOINT [CORE]\n\n"
		     "Writes a virtual machine of a checkpoint (--save FILE@CYCLE, or FILE@end) as "
		     "an "
		     "ELF core that\ngdb-multiarch opens beside the guest's kernel. Without CORE: "
		     "lists "
		     "the virtual machines.\n");
		options_print_help(table, rows);
		return true;
	}
	return count != 0 ||
	       error_set(err, EXIT_USAGE,
			 "core needs a checkpoint: mirrorball core CHECKPOINT [CORE]");
}

static bool open_view(struct core_command *core, struct error *err)
{
	uint64_t header;

	core->machine = checkpoint_read(core->checkpoint, &core->extra, err);
	if (core->machine == NULL) {
		return false;
	}
	core->origin = json_loadb(core->extra.origin, core->extra.origin_bytes, 0, NULL);
	if (core->monitor != NULL) {
		core->elf = elf_open(core->monitor, err);
		if (core->elf == NULL) {
			return false;
		}
	} else {
		core->elf = symbols_open_program(core->origin);
	}
	if (core->elf == NULL) {
		return error_set(err, EXIT_USAGE,
				 "%s: the program that ran is gone or another one by now: name it "
				 "with --monitor",
				 core->checkpoint);
	}
	if (!inspect_find(core->elf, &header)) {
		return error_set(err, EXIT_USAGE, "%s: its program is no monitor (no symbol %s)",
				 core->checkpoint, INSPECT_SYMBOL);
	}
	return inspect_open(&core->view, core->machine, header) ||
	       error_set(err, EXIT_USAGE,
			 "%s: the monitor has not begun its virtual machines yet, or its "
			 "description is damaged",
			 core->checkpoint);
}

static const char *state_name(uint32_t state)
{
	static const char *const names[] = { "off", "ready", "running", "idle" };

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

static int list(const struct core_command *core)
{
	struct inspect_vm vm;

	for (uint32_t i = 0; i < core->view.header.vm_count; i++) {
		if (!inspect_vm(&core->view, i, &vm)) {
			printf("VM %" PRIu32 ": damaged\n", i);
			continue;
		}
		printf("VM %" PRIu32 " %s: %" PRIu64 " KB\n", vm.number, vm.name,
		       vm.pages * (MAP_PAGE_BYTES / 1024));
		for (uint32_t k = 0; k < vm.vcpu_count; k++) {
			struct inspect_vcpu vcpu;
			enum inspect_place place;

			if (inspect_vcpu(&core->view, vm.vcpu_first + k, &vcpu, &place)) {
				printf("  VCPU %" PRIu32 " %s, pc 0x%" PRIx64 ", sp 0x%" PRIx64
				       "\n",
				       k, state_name(vcpu.state), vcpu.pc, vcpu.gpr[29]);
			}
		}
	}
	return cmd_flush();
}

static bool is_wanted(const struct core_command *core, const struct inspect_vm *vm)
{
	uint64_t number;

	return core->vm == NULL || strcmp(core->vm, vm->name) == 0 ||
	       (options_parse_number(core->vm, OPTION_NUMBER, &number) && number == vm->number);
}

static bool choose_vm(struct core_command *core, struct error *err)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < core->view.header.vm_count; i++) {
		struct inspect_vm vm;

		if (inspect_vm(&core->view, i, &vm) && is_wanted(core, &vm)) {
			core->found = vm;
			core->index = i;
			matches++;
		}
	}
	if (matches != 1) {
		return error_set(err, EXIT_USAGE,
				 "--vm: %s%s; mirrorball core %s lists the virtual machines",
				 matches == 0 ? "there is none called " : "which one",
				 matches == 0 ? core->vm : "", core->checkpoint);
	}
	return core->vcpu < core->found.vcpu_count ||
	       error_set(err, EXIT_USAGE, "--vcpu: VM %s has VCPUs 0 to %" PRIu32, core->found.name,
			 core->found.vcpu_count - 1);
}

static bool add_segment(struct core_command *core, uint64_t vaddr, uint64_t gpa, struct error *err)
{
	if (core->segments != 0) {
		struct elf_core_segment *last = &core->segment[core->segments - 1];

		if (last->vaddr + last->bytes == vaddr && last->source + last->bytes == gpa) {
			last->bytes += MAP_PAGE_BYTES;
			return true;
		}
	}
	if (core->segments == ELF_CORE_SEGMENTS_MAX) {
		return error_set(err, EXIT_USAGE, "VM %s: more than %u separate ranges of memory",
				 core->found.name, ELF_CORE_SEGMENTS_MAX);
	}
	core->segment[core->segments++] =
		(struct elf_core_segment){ .vaddr = vaddr, .source = gpa, .bytes = MAP_PAGE_BYTES };
	return true;
}

/* What the kernel reaches without its TLB, as far as it has been touched. */
static bool add_window(struct core_command *core, struct error *err)
{
	for (uint64_t gpa = 0; gpa < VM_WINDOW_BYTES; gpa += MAP_PAGE_BYTES) {
		uint64_t paddr;

		if (inspect_guest_page(&core->view, &core->found, gpa >> MAP_PAGE_SHIFT, &paddr) &&
		    !add_segment(core, SIGN_EXTENSION | (VM_WINDOW_BASE + gpa), gpa, err)) {
			return false;
		}
	}
	return true;
}

/* What the TLB of a VCPU maps, a page at a time: large pages need not be there as a whole. */
static bool add_mapped(struct core_command *core, const struct inspect_vcpu *vcpu,
		       struct error *err)
{
	for (uint32_t i = 0; i < vcpu->tlb_entries; i++) {
		struct inspect_tlb_entry entry;

		if (!inspect_tlb(&core->view, vcpu, i, &entry)) {
			continue;
		}
		uint64_t mask = (entry.pagemask & PAGEMASK_MASK) | (2 * MAP_PAGE_BYTES - 1);
		uint64_t base = entry.entryhi & (ENTRYHI_R | ENTRYHI_VPN2) & ~mask;

		/* An address of 40 bits in its region, with the bits between as the segment has. */
		if ((base & ENTRYHI_R) == ENTRYHI_R) {
			base |= ~(uint64_t)(ENTRYHI_R | ENTRYHI_VPN2 | mask);
		}
		for (uint64_t offset = 0; offset <= mask; offset += MAP_PAGE_BYTES) {
			uint64_t paddr;
			uint64_t gpa;

			if (inspect_translate(&core->view, vcpu, base + offset, &gpa) &&
			    inspect_guest_page(&core->view, &core->found, gpa >> MAP_PAGE_SHIFT,
					       &paddr) &&
			    !add_segment(core, base + offset, gpa & ~(uint64_t)(MAP_PAGE_BYTES - 1),
					 err)) {
				return false;
			}
		}
	}
	return true;
}

static bool add_thread(struct core_command *core, uint32_t number, struct error *err)
{
	struct elf_core_thread *thread = &core->thread[number];
	struct inspect_vcpu vcpu;
	enum inspect_place place;

	if (!inspect_vcpu(&core->view, core->found.vcpu_first + number, &vcpu, &place)) {
		return error_set(err, EXIT_USAGE, "VM %s: VCPU %" PRIu32 " is damaged",
				 core->found.name, number);
	}
	if (place == INSPECT_IN_BETWEEN) {
		fprintf(stderr,
			"mirrorball: VCPU %" PRIu32
			" was on its way into or out of the monitor: its registers are those "
			"of its last trap\n",
			number);
	}
	*thread = (struct elf_core_thread){
		.number = number + 1,
		.hi = vcpu.hi,
		.lo = vcpu.lo,
		.pc = vcpu.pc,
		.badvaddr = vcpu.cp0[CP0_BADVADDR],
		.status = vcpu.cp0[CP0_STATUS],
		.cause = vcpu.cp0[CP0_CAUSE],
		.fcr31 = vcpu.fcr31,
	};
	memcpy(thread->gpr, vcpu.gpr, sizeof(thread->gpr));
	memcpy(thread->fpr, vcpu.fpr, sizeof(thread->fpr));
	return number != core->vcpu || add_mapped(core, &vcpu, err);
}

static bool read_guest(const void *context, uint64_t source, void *data, size_t size)
{
	const struct core_command *core = context;

	return inspect_read_physical(&core->view, &core->found, source, data, size) == size;
}

/* The member `key` of the object in `list` that is called `name`. */
static const char *find_member(const json_t *list, const char *name, const char *key)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const char *found = json_string_value(json_object_get(item, "name"));

		if (name != NULL && found != NULL && strcmp(found, name) == 0) {
			return json_string_value(json_object_get(item, key));
		}
	}
	return NULL;
}

/* GDB takes a core only beside a file of the same ABI. */
static enum elf_core_abi abi_of_kernel(const struct core_command *core)
{
	const json_t *configuration = json_object_get(core->origin, "configuration");
	const char *kernel =
		find_member(json_object_get(configuration, "vms"), core->found.name, "kernel");
	const char *path = find_member(json_object_get(configuration, "modules"), kernel, "file");
	struct error ignored;
	struct elf_file *elf = path != NULL ? elf_open(path, &ignored) : NULL;
	enum elf_core_abi abi = ELF_CORE_O32;

	if (elf != NULL) {
		abi = elf_is_64(elf)        ? ELF_CORE_N64
		      : elf_is_new_abi(elf) ? ELF_CORE_N32
					    : ELF_CORE_O32;
	}
	elf_close(elf);
	return abi;
}

static bool write_core(struct core_command *core, struct error *err)
{
	struct output_set set = { 0 };
	struct elf_core content = {
		.abi = core->abi == ABI_AUTO ? abi_of_kernel(core) : (enum elf_core_abi)core->abi,
		.big_endian = machine_get_config(core->machine)->big_endian,
		.name = core->found.name,
		.thread = core->thread,
		.threads = core->found.vcpu_count,
		.segment = core->segment,
		.segments = core->segments,
		.read = read_guest,
		.context = core,
	};
	FILE *stream = output_add_path(&set, core->output, err);

	if (stream == NULL) {
		return false;
	}
	if (!elf_core_write(&content, stream, core->output, err)) {
		output_discard(&set);
		return false;
	}
	return output_commit(&set, err);
}

static bool make_core(struct core_command *core, struct error *err)
{
	if (!choose_vm(core, err)) {
		return false;
	}
	core->thread = calloc(core->found.vcpu_count, sizeof(*core->thread));
	core->segment = calloc(ELF_CORE_SEGMENTS_MAX, sizeof(*core->segment));
	if (core->thread == NULL || core->segment == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (!add_window(core, err)) {
		return false;
	}
	for (uint32_t i = 0; i < core->found.vcpu_count; i++) {
		if (!add_thread(core, i, err)) {
			return false;
		}
	}
	return write_core(core, err);
}

int cmd_core(int argc, char **argv)
{
	struct core_command core = { 0 };
	struct error err;
	int code = EXIT_DONE;

	if (!parse(&core, argc, argv, &err)) {
		return cmd_fail(&err);
	}
	if (core.help) {
		return cmd_flush();
	}
	if (!open_view(&core, &err)) {
		code = cmd_fail(&err);
	} else if (core.output == NULL) {
		code = list(&core);
	} else if (!make_core(&core, &err)) {
		code = cmd_fail(&err);
	}
	free(core.thread);
	free(core.segment);
	checkpoint_release_extra(&core.extra);
	json_decref(core.origin);
	machine_destroy(core.machine);
	elf_close(core.elf);
	return code;
}
