/* SPDX-License-Identifier: MIT */
/*
 * hello.c - the smallest guest: prints through the virtual UART and by monitor call.
 */
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"

#ifdef GUEST_IN_VM
#include "guests/lib/moncall.h"
#endif

int main(void)
{
	static const char text[] = "hello by monitor call\n";

	printf("hello by UART on %s\n", platform_name());
#ifdef GUEST_IN_VM
	struct moncall_result result =
		moncall(MONCALL_CONSOLE_WRITE, cpu_physical(text), sizeof(text) - 1, 0);

	if (result.status != MONCALL_OK || result.v1 != sizeof(text) - 1) {
		printf("CONSOLE_WRITE: %d, %u\n", result.status, result.v1);
		return 1;
	}
	result = moncall(MONCALL_VERSION, 0, 0, 0);
	return result.status == MONCALL_OK && result.v1 == MONCALL_VERSION_VALUE ? 0 : 2;
#else
	printf("%s", text);
	return 0;
#endif
}
