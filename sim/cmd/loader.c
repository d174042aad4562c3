/* SPDX-License-Identifier: MIT */
/* loader.c - segments of an ELF file, and what lies beside them. */
#include "sim/cmd/loader.h"

#include <inttypes.h>
#include <stdio.h>

#include "sim/devtree/boot.h"

struct loading {
	const struct loader *loader;
	bool meets_boot;
};

/* An elf_store_fn: RAM of a new machine is zero. */
static bool store(void *context, uint64_t paddr, const void *data, size_t size)
{
	struct loading *loading = context;
	const struct loader *loader = loading->loader;

	if (loader->boot != NULL && boot_meets(loader->boot, paddr, size)) {
		loading->meets_boot = true;
		return false;
	}
	if (data == NULL) {
		return machine_has_memory(loader->machine, paddr, size);
	}
	return machine_write_physical(loader->machine, paddr, data, size);
}

static void warn_foreign(const struct loader *loader)
{
	const char *foreign = elf_foreign_isa(loader->elf);

	if (foreign != NULL && !loader->is_quiet) {
		fprintf(stderr,
			"mirrorball: %s was built for %s; an R4000 has MIPS III and raises "
			"Reserved Instruction at the rest\n",
			loader->name, foreign);
	}
}

bool loader_load(const struct loader *loader, struct error *err)
{
	struct loading loading = { .loader = loader };

	if (!elf_load(loader->elf, machine_get_config(loader->machine)->vm_segments, store,
		      &loading, err)) {
		if (loading.meets_boot) {
			const struct devtree_machine *tree = &loader->boot->tree;

			error_set(err, EXIT_USAGE,
				  "%s meets the loader's data (device tree, modules, initrd) at "
				  "physical 0x%" PRIx64 " to 0x%" PRIx64
				  "; more memory moves them up",
				  loader->name, tree->reserved,
				  tree->reserved + tree->reserved_bytes);
		}
		return false;
	}
	machine_set_entry(loader->machine, elf_entry(loader->elf), elf_wants_fr(loader->elf));
	warn_foreign(loader);
	return loader->boot == NULL || boot_store(loader->boot, loader->machine, err);
}
