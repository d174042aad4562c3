/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - instructions of the processor as a program sees them: unaligned loads and stores, with
 * the instructions for them and mended by the kernel; branches that cancel; LL/SC over a switch;
 * code written at run time; multiplication and division.
 */
#define _GNU_SOURCE 1
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

static void test_unaligned(void)
{
	static unsigned char bytes[64] __attribute__((aligned(8)));
	uint32_t left, right, expected;

	for (unsigned int i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (unsigned char)(i * 37 + 11);
	}
	for (unsigned int at = 0; at < 8; at++) {
		unsigned char *from = bytes + 8 + at;

		expected = (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
			   (uint32_t)from[2] << 8 | from[3];
		__asm__ volatile("lwl %0, 0(%1)\n\tlwr %0, 3(%1)"
				 : "=&r"(left)
				 : "r"(from)
				 : "memory");
		/* An address error that the kernel mends. */
		__asm__ volatile("lw %0, 0(%1)" : "=r"(right) : "r"(from) : "memory");
		CHECK(left == expected && right == expected);
		__asm__ volatile("lhu %0, 0(%1)" : "=r"(right) : "r"(from) : "memory");
		CHECK(right == expected >> 16);
		__asm__ volatile("swl %0, 0(%1)\n\tswr %0, 3(%1)"
				 :
				 : "r"(~expected), "r"(from)
				 : "memory");
		CHECK(from[0] == (unsigned char)~(expected >> 24) &&
		      from[3] == (unsigned char)~expected);
		__asm__ volatile("sw %0, 0(%1)" : : "r"(expected), "r"(from) : "memory");
		CHECK(from[0] == expected >> 24 && from[3] == (unsigned char)expected);
		CHECK(from[-1] == (unsigned char)((8 + at - 1) * 37 + 11));
		CHECK(from[4] == (unsigned char)((8 + at + 4) * 37 + 11));
	}
}

static void test_branches(void)
{
	uint32_t taken = 0, cancelled = 0, link;

	__asm__ volatile(".set push\n\t.set noreorder\n\t"
			 "beql $0, $0, 1f\n\taddiu %0, %0, 1\n\taddiu %0, %0, 100\n"
			 "1:\tbnel $0, $0, 2f\n\taddiu %1, %1, 100\n"
			 "2:\tbgezal $0, 3f\n\taddiu %0, %0, 2\n"
			 "3:\tmove %2, $31\n\t.set pop"
			 : "+r"(taken), "+r"(cancelled), "=r"(link)
			 :
			 : "$31");
	CHECK(taken == 3 && cancelled == 0 && (link & 3) == 0 && link != 0);
}

/* The store must fail when the processor was given away between load and store. */
static void test_linked(void)
{
	uint32_t word = 5, stored, failed = 0;

	for (int i = 0; i < 200; i++) {
		__asm__ volatile("ll %0, 0(%1)\n\taddiu %0, %0, 1\n\tsc %0, 0(%1)"
				 : "=&r"(stored)
				 : "r"(&word)
				 : "memory");
		failed += stored == 0;
	}
	CHECK(word + failed == 205);
	for (int i = 0; i < 20; i++) {
		uint32_t value = 1;

		__asm__ volatile("ll $8, 0(%1)\n\t"
				 "li $2, 4020\n\t" /* getpid: in and out of the kernel */
				 "syscall\n\t"
				 "sc %0, 0(%1)"
				 : "+r"(value)
				 : "r"(&word)
				 : "$2", "$3", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14",
				   "$15", "$24", "$25", "hi", "lo", "memory");
		CHECK(value == 0);
	}
	CHECK(word + failed == 205);
}

static void test_written_code(void)
{
	uint32_t *code = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(code != MAP_FAILED);
	for (uint32_t i = 0; i < 500; i++) {
		uint32_t *at = code + i % 7 * 64;

		at[0] = 0x03e00008;                /* jr $31 */
		at[1] = 0x24020000 | (i & 0x7fff); /* addiu $2, $0, i */
		__builtin___clear_cache((char *)at, (char *)(at + 2));
		CHECK(((uint32_t(*)(void))(uintptr_t)at)() == i);
	}
	CHECK(munmap(code, 8192) == 0);
}

static void test_products(void)
{
	unsigned int state = 3;

	for (int i = 0; i < 2000; i++) {
		uint32_t left = check_random(&state) * 77777u,
			 right = check_random(&state) >> i % 24;
		uint32_t high, low, quotient, rest;
		uint64_t sum = 0;

		for (int bit = 0; bit < 32; bit++) {
			sum += (right >> bit & 1) != 0 ? (uint64_t)left << bit : 0;
		}
		__asm__ volatile("multu %2, %3\n\tmfhi %0\n\tmflo %1"
				 : "=r"(high), "=r"(low)
				 : "r"(left), "r"(right)
				 : "hi", "lo");
		CHECK(((uint64_t)high << 32 | low) == sum);
		if (right == 0) {
			continue;
		}
		__asm__ volatile(
			".set push\n\t.set noreorder\n\tdivu $0, %2, %3\n\tmfhi %0\n\tmflo %1\n\t"
			"nop\n\tnop\n\t.set pop"
			: "=r"(rest), "=r"(quotient)
			: "r"(left), "r"(right)
			: "hi", "lo");
		CHECK(rest < right && quotient * right + rest == left);
	}
}

int main(void)
{
	test_unaligned();
	test_branches();
	test_linked();
	test_written_code();
	test_products();
	return check_ok("cpu");
}
