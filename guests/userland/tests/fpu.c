/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - floating point: results to the bit, rounding modes, flags, traps, tiny numbers (which the
 * kernel works out, as the FPU does not), registers kept over switches of processes and threads.
 */
#define _GNU_SOURCE 1
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

#include "check.h"

#define ENABLE_SHIFT 7

static sigjmp_buf back;
static volatile int trap_code;

static uint64_t bits(double value)
{
	uint64_t result;

	memcpy(&result, &value, sizeof(result));
	return result;
}

static uint32_t float_bits(float value)
{
	uint32_t result;

	memcpy(&result, &value, sizeof(result));
	return result;
}

static void test_results(void)
{
	volatile double one = 1.0, three = 3.0, two = 2.0, tenth = 0.1, large = 1e16;
	volatile float f3 = 3.0f, f1 = 1.0f, f16m = 16777217.0f;

	CHECK(bits(one / three) == UINT64_C(0x3fd5555555555555));
	CHECK(bits(sqrt(two)) == UINT64_C(0x3ff6a09e667f3bcd));
	CHECK(bits(tenth + 2 * tenth) == UINT64_C(0x3fd3333333333334));
	CHECK(bits(large + one - large) == 0);
	CHECK(bits(tenth * tenth) == UINT64_C(0x3f847ae147ae147c));
	CHECK(float_bits(f1 / f3) == 0x3eaaaaab && float_bits(f16m) == 0x4b800000);
	CHECK(float_bits((float)tenth) == 0x3dcccccd &&
	      bits((double)(float)tenth) == UINT64_C(0x3fb99999a0000000));
	CHECK(bits(-(one - one)) == UINT64_C(0x8000000000000000) &&
	      bits(fabs(-three)) == bits(three));
	CHECK((int)-2.9 == -2 && lrint(2.5) == 2 && lrint(3.5) == 4);
	CHECK(one < three && !(NAN < one) && !(NAN == NAN) && isunordered(one, NAN));
}

static void test_rounding(void)
{
	static const int modes[] = { FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD };
	static const uint64_t thirds[] = { UINT64_C(0x3fd5555555555555),
					   UINT64_C(0x3fd5555555555555),
					   UINT64_C(0x3fd5555555555556),
					   UINT64_C(0x3fd5555555555555) };
	static const uint64_t minus[] = { UINT64_C(0xbfe5555555555555),
					  UINT64_C(0xbfe5555555555555),
					  UINT64_C(0xbfe5555555555555),
					  UINT64_C(0xbfe5555555555556) };
	static const int whole[] = { 2, 2, 3, 2 };
	volatile double one = 1.0, three = 3.0, two = -2.0, half = 2.5;

	for (int i = 0; i < 4; i++) {
		CHECK(fesetround(modes[i]) == 0 && fegetround() == modes[i]);
		CHECK(bits(one / three) == thirds[i] && bits(two / three) == minus[i]);
		CHECK(lrint(half) == whole[i]);
	}
	CHECK(fesetround(FE_TONEAREST) == 0);
}

static void test_flags(void)
{
	volatile double zero = 0.0, one = 1.0, three = 3.0, huge = DBL_MAX, result;
	volatile int number;

	feclearexcept(FE_ALL_EXCEPT);
	result = one + one;
	CHECK(fetestexcept(FE_ALL_EXCEPT) == 0 && result == 2.0);
	result = one / three;
	CHECK(fetestexcept(FE_ALL_EXCEPT) == FE_INEXACT);
	result = one / zero;
	CHECK(fetestexcept(FE_ALL_EXCEPT) == (FE_INEXACT | FE_DIVBYZERO) && isinf(result));
	feclearexcept(FE_ALL_EXCEPT);
	result = zero / zero;
	CHECK(fetestexcept(FE_ALL_EXCEPT) == FE_INVALID && isnan(result));
	feclearexcept(FE_ALL_EXCEPT);
	result = huge * huge;
	CHECK(fetestexcept(FE_ALL_EXCEPT) == (FE_OVERFLOW | FE_INEXACT) && isinf(result));
	feclearexcept(FE_ALL_EXCEPT);
	number = (int)three;
	CHECK(fetestexcept(FE_ALL_EXCEPT) == 0 && number == 3);
}

/* Numbers below the smallest normal one: neither operands nor results are the hardware's work. */
static void test_tiny(void)
{
	volatile double smallest = DBL_MIN, half = 0.5, sum = 0.0, third;
	volatile float tiny = FLT_MIN;

	feclearexcept(FE_ALL_EXCEPT);
	CHECK(bits(smallest * half) == UINT64_C(0x0008000000000000));
	CHECK(fetestexcept(FE_UNDERFLOW | FE_INEXACT) == 0);
	third = smallest / 3.0;
	CHECK(bits(third) == UINT64_C(0x0005555555555555));
	CHECK(fetestexcept(FE_UNDERFLOW) != 0 && fetestexcept(FE_INEXACT) != 0);
	for (int i = 0; i < 100; i++) {
		sum += 4.9406564584124654e-324;
	}
	CHECK(bits(sum) == 100 && bits(sum * 0.5) == 50 &&
	      bits(sqrt(third)) == UINT64_C(0x1ff279a74590331c));
	CHECK(float_bits(tiny / 4) == 0x00200000 && float_bits(tiny / 4 - tiny / 2) == 0x80200000);
	CHECK(bits((double)(tiny / 4)) == UINT64_C(0x37f0000000000000));
	CHECK(float_bits((float)1e-44) == 7);
	CHECK(third < smallest && third > 0 && -third < 0 && !(third == 0));
}

static void note_trap(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	trap_code = info->si_code;
	siglongjmp(back, 1);
}

static uint32_t read_control(void)
{
	uint32_t control;

	__asm__ volatile("cfc1 %0, $31" : "=r"(control));
	return control;
}

static void write_control(uint32_t control)
{
	__asm__ volatile("ctc1 %0, $31" : : "r"(control));
}

static void test_traps(void)
{
	static const struct {
		int flag, code;
		double left, right;
	} cases[] = {
		{ FE_DIVBYZERO, FPE_FLTDIV, 1.0, 0.0 },
		{ FE_INVALID, FPE_FLTINV, 0.0, 0.0 },
		{ FE_OVERFLOW, FPE_FLTOVF, DBL_MAX, 0.5 },
		{ FE_UNDERFLOW, FPE_FLTUND, DBL_MIN, 3.0 },
		{ FE_INEXACT, FPE_FLTRES, 1.0, 3.0 },
	};
	struct sigaction action = { .sa_sigaction = note_trap, .sa_flags = SA_SIGINFO };
	volatile double left, right, result = 0;
	uint32_t before = read_control();

	CHECK(sigaction(SIGFPE, &action, NULL) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		left = cases[i].left;
		right = cases[i].right;
		trap_code = 0;
		if (sigsetjmp(back, 1) == 0) {
			write_control((uint32_t)cases[i].flag << (ENABLE_SHIFT - 2));
			result = left / right;
			write_control(0);
			CHECK(!"an operation that should have trapped");
		}
		CHECK(trap_code == cases[i].code);
		/* The handler began with the control register as it was; off with the trap. */
		write_control(before & ~(uint32_t)0x0003f000);
	}
	CHECK(result == 0);
	CHECK(signal(SIGFPE, SIG_DFL) != SIG_ERR);
}

/* All even registers hold what only this process or thread put there, in its own rounding mode. */
static void keep_registers(unsigned int who)
{
	static const int modes[] = { FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD };
	double values[8], found[8];

	CHECK(fesetround(modes[who % 4]) == 0);
	for (unsigned int round = 0; round < 400; round++) {
		for (unsigned int i = 0; i < 8; i++) {
			values[i] = who * 1000.0 + round + i / 16.0;
		}
		__asm__ volatile("ldc1 $f2, 0(%0)\n\tldc1 $f4, 8(%0)\n\tldc1 $f8, 16(%0)\n\t"
				 "ldc1 $f16, 24(%0)\n\tldc1 $f20, 32(%0)\n\tldc1 $f24, 40(%0)\n\t"
				 "ldc1 $f28, 48(%0)\n\tldc1 $f30, 56(%0)\n\t"
				 "li $2, 4162\n\t" /* sched_yield */
				 "syscall\n\t"
				 "sdc1 $f2, 0(%1)\n\tsdc1 $f4, 8(%1)\n\tsdc1 $f8, 16(%1)\n\t"
				 "sdc1 $f16, 24(%1)\n\tsdc1 $f20, 32(%1)\n\tsdc1 $f24, 40(%1)\n\t"
				 "sdc1 $f28, 48(%1)\n\tsdc1 $f30, 56(%1)"
				 :
				 : "r"(values), "r"(found)
				 : "$2", "$3", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14",
				   "$15", "$24", "$25", "hi", "lo", "$f2", "$f4", "$f8", "$f16",
				   "$f20", "$f24", "$f28", "$f30", "memory");
		CHECK(memcmp(values, found, sizeof(values)) == 0);
		CHECK(fegetround() == modes[who % 4]);
	}
}

static int run_process(void *argument)
{
	keep_registers(*(unsigned int *)argument);
	return 0;
}

static void *run_thread(void *argument)
{
	keep_registers((unsigned int)(uintptr_t)argument);
	return NULL;
}

static void test_switches(void)
{
	pthread_t threads[4];
	pid_t children[4];

	for (unsigned int i = 0; i < 4; i++) {
		children[i] = check_start(run_process, &i);
		CHECK(pthread_create(&threads[i], NULL, run_thread, (void *)(uintptr_t)(i + 9)) ==
		      0);
	}
	for (unsigned int i = 0; i < 4; i++) {
		check_join(children[i]);
		CHECK(pthread_join(threads[i], NULL) == 0);
	}
}

int main(void)
{
	test_results();
	test_rounding();
	test_flags();
	test_tiny();
	test_traps();
	test_switches();
	return check_ok("fpu");
}
