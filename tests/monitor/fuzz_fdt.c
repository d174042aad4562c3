/* SPDX-License-Identifier: MIT */
/* fuzz_fdt.c - libFuzzer on the monitor's reader of device trees. */
#include <stdint.h>

#include "tests/monitor/use_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The fuzzer's copy ends where AddressSanitizer sees it. */
	(void)use_tree(data, size);
	return 0;
}
