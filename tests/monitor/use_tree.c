/* SPDX-License-Identifier: MIT */
/* use_tree.c - for test_fdt.c and fuzz_fdt.c: what lies outside the blob must not be touched. */
#include "tests/monitor/use_tree.h"

#include <string.h>

#include "src/platform/fdt.h"

unsigned use_tree(const void *blob, size_t bytes)
{
	struct fdt_property property;
	struct fdt fdt;
	unsigned sum = 0;
	uint64_t a;
	uint64_t b;

	if (fdt_open(&fdt, blob, bytes) != OK) {
		return 0;
	}
	for (uint32_t node = fdt_root(&fdt); node != FDT_NONE; node = fdt_next_node(&fdt, node)) {
		const char *string;

		sum += (unsigned)strlen(fdt_name(&fdt, node)) + fdt_parent(&fdt, node);
		sum += fdt_next_sibling(&fdt, node) + fdt_first_child(&fdt, node);
		for (uint32_t i = 0; fdt_reg(&fdt, node, i, &a, &b); i++) {
			sum += (unsigned)(a + b);
		}
		for (uint32_t i = 0; (string = fdt_string(&fdt, node, "compatible", i)); i++) {
			sum += (unsigned)strlen(string);
		}
		if (fdt_find(&fdt, node, "reg", &property) && property.bytes != 0) {
			sum += property.value[property.bytes - 1];
		}
	}
	for (uint32_t i = 0; i < 4 && fdt_reservation(&fdt, i, &a, &b); i++) {
		sum += (unsigned)a;
	}
	return sum + fdt_child(&fdt, fdt_child(&fdt, 0, "soc"), "uart@1f000a00") +
	       fdt_phandle(&fdt, 9) + fdt_compatible(&fdt, FDT_NONE, "ns16550a") + 1;
}
