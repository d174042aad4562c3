/* SPDX-License-Identifier: MIT */
/* echo.c - prints what is typed until a dot, and how many characters came. */
#include "guests/lib/platform.h"
#include "guests/lib/print.h"

int main(void)
{
	unsigned count = 0;
	int c;

	do {
		do {
			c = platform_getc();
		} while (c < 0);
		platform_putc((char)c);
		count++;
	} while (c != '.');
	printf("\n%u characters\n", count);
	return 0;
}
