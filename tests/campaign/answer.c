/* SPDX-License-Identifier: MIT */
/* answer.c - what the tests of plans run: prints a number and ends, or with LOOP_FOR_EVER does not.
 */
#include "guests/lib/platform.h"
#include "guests/lib/print.h"

int main(void);

int main(void)
{
#ifdef LOOP_FOR_EVER
	for (;;) {
		__asm__ volatile("");
	}
#endif
	printf("Hello: the answer is 4,000.\n");
	/* Time for a step of the console. */
	for (unsigned i = 0; i < 200000; i++) {
		__asm__ volatile("");
	}
	platform_exit(0);
}
