/* SPDX-License-Identifier: MIT */
/*
 * guest_kernel.c - the guest's kernel, from its ELF file into the guest's memory.
 *
 * A segment goes where its virtual address shows through the window, whatever p_paddr says: there
 * it is executed (docs/machine/vm.md, "The boot header"). Memory of the guest is zeroed when a page
 * is first touched, so the rest of p_memsz needs nothing.
 *
 * Whole pages of the file are not copied: all VMs with this kernel, and the module, have one page
 * of memory, read-only; who stores there gets his own.
 */
#include "src/platform/guest_kernel.h"

#include "machine/devtree.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/bits.h"
#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/platform/boot.h"
#include "src/platform/guest_elf.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"

#define FLAGS_KNOWN \
	(VM_BOOT_F_SHARED_PAGE | VM_BOOT_F_REWRITE | VM_BOOT_F_CALLS | VM_BOOT_F_NEEDS_PAGE)

#ifdef __MIPSEB__
#define IS_BIG true
#else
#define IS_BIG false
#endif

/*
 * A page of a module, copy-on-write. The module holds its pages for ever. Not where large entries
 * may be used: those need pages that the VM has for itself.
 */
static bool share_with_guest(struct vm *vm, uint32_t gpn, const char *from)
{
	uint32_t mpn = (uint32_t)(memory_paddr(from) >> PAGE_SHIFT);

	if (vm->large_entries || memmap_lookup(&machine_memmap, mpn) == NULL) {
		return false;
	}
	memmap_share_module(&machine_memmap, mpn);
	return pmap_map_shared(vm->pmap, gpn, mpn) == OK;
}

static bool copy_to_page(struct vm *vm, uint64_t gpa, const char *from, uint64_t bytes)
{
	const struct cpu *cpu = vm->vcpus[0]->cpu;
	struct pmap_caller caller = { .node = cpu->node, .cpu = cpu->number, .self = NULL };

	return guest_memory_write(vm->pmap, gpa, from, bytes, &caller);
}

/* Bytes into guest memory; false if the VM has none there. */
static bool copy_to_guest(struct vm *vm, uint64_t gpa, const char *from, uint64_t bytes)
{
	while (bytes != 0) {
		uint64_t offset = gpa % PAGE_BYTES;
		uint64_t part = bytes < PAGE_BYTES - offset ? bytes : PAGE_BYTES - offset;

		if ((part != PAGE_BYTES || memory_paddr(from) % PAGE_BYTES != 0 ||
		     !share_with_guest(vm, (uint32_t)(gpa >> PAGE_SHIFT), from)) &&
		    !copy_to_page(vm, gpa, from, part)) {
			return false;
		}
		gpa += part;
		from += part;
		bytes -= part;
	}
	return true;
}

/* Guest physical address of [address, + bytes), all of it in the window below the trampolines. */
static bool window_gpa(uint64_t address, uint64_t bytes, uint64_t *gpa)
{
	uint64_t base = bits_sign_extend(VM_WINDOW_BASE);

	*gpa = address - base;
	return address >= base && *gpa < VM_TRAMPOLINE_PADDR && bytes <= VM_TRAMPOLINE_PADDR - *gpa;
}

static const char *find_module(struct vm *vm, uint32_t tree_node, const char *property,
			       uint64_t *bytes)
{
	const char *name = fdt_string(&machine.tree, tree_node, property, 0);
	uint64_t paddr;

	if (name == NULL || !machine_module(&machine, name, &paddr, bytes)) {
		boot_refuse("VM %s: no module for %s", vm->name, property);
	}
	if (paddr >= MAP_MISS_BASE || *bytes > MAP_MISS_BASE - paddr) {
		boot_refuse("VM %s: module %s lies outside of memory", vm->name, name);
	}
	return memory_at(paddr);
}

static const char *read_header(struct vm *vm, const struct guest_elf *elf)
{
	struct vm_boot_header header = { .version = VM_BOOT_VERSION };

	if (guest_elf_header(elf, &header) &&
	    (header.version > VM_BOOT_VERSION || (header.flags & ~(uint32_t)FLAGS_KNOWN) != 0)) {
		return "the kernel wants a newer monitor";
	}
	vm->boot_flags = header.flags;
	/* Then the page is there, whatever is done about privileged instructions. */
	vm->shared_page |= (header.flags & VM_BOOT_F_NEEDS_PAGE) != 0;
	if (vm->privileged == VM_PAGE && !(header.flags & VM_BOOT_F_SHARED_PAGE)) {
		return "the kernel does not use the shared page";
	}
	if (vm->privileged == VM_REWRITE &&
	    (!(header.flags & VM_BOOT_F_REWRITE) || header.user_base < VM_USER_BASE_MIN)) {
		return "the kernel may not be rewritten";
	}
	return NULL;
}

/*
 * Where large entries are wanted, the window's memory comes at once, in the largest blocks that the
 * machine has: at first touch it would come in as many pieces. What finds no block comes then.
 */
static void populate_window(const struct vm *vm)
{
	const struct cpu *cpu = vm->vcpus[0]->cpu;
	const struct pmap_caller caller = { .node = cpu->node, .cpu = cpu->number, .self = NULL };
	uint32_t end = VM_TRAMPOLINE_PADDR >> PAGE_SHIFT;
	uint32_t order;

	if (end > vm->page_count) {
		end = (uint32_t)vm->page_count;
	}
	for (uint32_t gpn = 0; gpn < end; gpn += 1U << order) {
		order = PMAP_ORDER_MAX;
		while (order != 0 && (gpn + (1U << order) > end ||
				      pmap_populate(vm->pmap, gpn, order, &caller) != OK)) {
			order -= PMAP_ORDER_STEP;
		}
	}
}

/* False if a segment fits nowhere. */
static bool load_segments(struct vm *vm, const struct guest_elf *elf, uint64_t *end)
{
	struct guest_segment segment;
	uint64_t gpa;
	uint32_t i;

	if (vm->populates) {
		populate_window(vm);
	}
	for (i = 0; i < elf->segment_count; i++) {
		bool is_whole = guest_elf_segment(elf, i, &segment);

		if (segment.type != GUEST_ELF_LOAD || segment.memory_bytes == 0) {
			continue;
		}
		if (!is_whole || !window_gpa(segment.address, segment.memory_bytes, &gpa) ||
		    !copy_to_guest(vm, gpa, (const char *)elf->bytes + segment.offset,
				   segment.file_bytes)) {
			return false;
		}
		if (gpa + segment.memory_bytes > *end) {
			*end = gpa + segment.memory_bytes;
		}
	}
	return true;
}

/* A module right below *top, guest physical, at a page boundary: *top is its begin then. */
static bool put_below(struct vm *vm, const char *from, uint64_t bytes, uint64_t end, uint64_t *top)
{
	uint64_t gpa = (*top - bytes) & ~(uint64_t)(PAGE_BYTES - 1);
	bool fits = bytes <= *top && gpa >= end;

	*top = gpa;
	return fits && copy_to_guest(vm, gpa, from, bytes);
}

/*
 * Initrd and device tree, as high in the window as the VM has memory above the kernel. What is
 * wrong with them, or NULL.
 */
static const char *load_files(struct vm *vm, uint32_t tree_node, uint64_t kernel_end)
{
	uint64_t bytes;
	const char *file = find_module(vm, tree_node, DEVTREE_VM_TREE, &bytes);
	uint64_t top = vm->page_count * PAGE_BYTES;
	struct fdt_property property;
	uint64_t initrd_bytes;
	struct fdt fdt;

	if (fdt_open(&fdt, file, bytes) != OK) {
		return "its device tree is damaged";
	}
	if (top > VM_TRAMPOLINE_PADDR) {
		top = VM_TRAMPOLINE_PADDR;
	}
	if (fdt_find(&machine.tree, tree_node, DEVTREE_VM_INITRD, &property)) {
		const char *initrd = find_module(vm, tree_node, DEVTREE_VM_INITRD, &initrd_bytes);

		if (!put_below(vm, initrd, initrd_bytes, kernel_end, &top)) {
			return "no room for its initrd";
		}
	}
	if (!put_below(vm, file, bytes, kernel_end, &top)) {
		return "no room for its device tree";
	}
	vm->tree = bits_sign_extend(VM_WINDOW_BASE + top);
	return NULL;
}

static bool open_kernel(struct vm *vm, uint32_t tree_node, struct guest_elf *elf)
{
	uint64_t bytes;
	const char *file = find_module(vm, tree_node, DEVTREE_VM_KERNEL, &bytes);

	return guest_elf_open(elf, file, bytes) == OK;
}

const char *guest_kernel_load(struct vm *vm, uint32_t tree_node)
{
	struct guest_elf elf;
	const char *wrong;
	uint64_t end = 0;
	uint64_t gpa;

	if (!open_kernel(vm, tree_node, &elf) || elf.is_big != IS_BIG) {
		return "no kernel for a virtual machine of this byte order";
	}
	if (!window_gpa(elf.entry, 4, &gpa)) {
		return "a native kernel: it does not begin in the window of a virtual machine";
	}
	wrong = read_header(vm, &elf);
	if (wrong != NULL) {
		return wrong;
	}
	if (!load_segments(vm, &elf, &end)) {
		return "a segment of the kernel is cut off or fits nowhere";
	}
	vm->entry = elf.entry;
	return load_files(vm, tree_node, end);
}

bool guest_kernel_reload(struct vm *vm, uint32_t tree_node)
{
	struct guest_elf elf;
	uint64_t end = 0;

	return open_kernel(vm, tree_node, &elf) && load_segments(vm, &elf, &end) &&
	       load_files(vm, tree_node, end) == NULL;
}
