/* SPDX-License-Identifier: MIT */
/* plain.c - a program that does nothing, for tests of all else. */
int main(void)
{
	return 0;
}
