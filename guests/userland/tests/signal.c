/* SPDX-License-Identifier: MIT */
/*
 * signal.c - handlers, masks, pending and real-time signals, the alternate stack, timers,
 * interrupted and restarted calls, and the signals that the processor's exceptions become.
 */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#include "check.h"

static sigjmp_buf back;
static volatile sig_atomic_t count, last_code, last_value;
static volatile uintptr_t last_counter;
static void *volatile handler_stack;
static int order[16];

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	CHECK(sigaction(number, &action, NULL) == 0);
}

static void count_it(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	order[count % 16] = info->si_value.sival_int;
	last_code = info->si_code;
	last_value = info->si_value.sival_int;
	count++;
}

static void leave(int number, siginfo_t *info, void *context)
{
	int here;

	(void)number;
	last_code = info->si_code;
	last_counter = (uintptr_t)((ucontext_t *)context)->uc_mcontext.pc;
	handler_stack = &here;
	siglongjmp(back, 1);
}

static void test_masks(void)
{
	sigset_t set, pending, old;

	install(SIGUSR1, count_it, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, &old) == 0);
	count = 0;
	CHECK(raise(SIGUSR1) == 0 && raise(SIGUSR1) == 0);
	CHECK(count == 0 && sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) == 1);
	CHECK(sigsuspend(&old) == -1 && errno == EINTR && count == 1);
	CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0 && count == 1);
	CHECK(sigtimedwait(&set, NULL, &(struct timespec){ 0, 1000 }) == -1 && errno == EAGAIN);
}

static void test_real_time(void)
{
	sigset_t set, old;

	install(SIGRTMIN + 1, count_it, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	CHECK(sigprocmask(SIG_BLOCK, &set, &old) == 0);
	count = 0;
	for (int i = 0; i < 8; i++) {
		CHECK(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 100 + i }) ==
		      0);
	}
	CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
	CHECK(count == 8 && last_code == SI_QUEUE);
	for (int i = 0; i < 8; i++) {
		CHECK(order[i] == 100 + i);
	}
}

/* A stack that ends is no place for the handler that says so. */
static __attribute__((noinline)) int overflow(volatile char *above, int depth)
{
	volatile char frame[4096];

	frame[0] = above[0];
	return depth == 0 ? 0 : overflow(frame, depth - 1) + frame[0];
}

static void test_alternate_stack(void)
{
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	volatile char start = 0;

	CHECK(sigaltstack(&alternate, NULL) == 0);
	install(SIGSEGV, leave, SA_ONSTACK);
	if (sigsetjmp(back, 1) == 0) {
		overflow(&start, 1 << 20);
		CHECK(!"a stack without end");
	}
	CHECK((char *)handler_stack > stack && (char *)handler_stack < stack + sizeof(stack));
	alternate.ss_flags = SS_DISABLE;
	CHECK(sigaltstack(&alternate, NULL) == 0);
}

static void test_timers(void)
{
	struct itimerval interval = { { 0, 20000 }, { 0, 20000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec once = { .it_value = { 0, 30000000 } };
	struct timespec before, after;
	timer_t timer;
	sigset_t none;

	sigemptyset(&none);
	install(SIGALRM, count_it, 0);
	install(SIGRTMIN, count_it, 0);
	count = 0;
	CHECK(clock_gettime(CLOCK_MONOTONIC, &before) == 0);
	CHECK(setitimer(ITIMER_REAL, &interval, NULL) == 0);
	while (count < 5) {
		pause();
	}
	CHECK(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
	CHECK((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >=
	      79);
	CHECK(setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL) == 0);

	event.sigev_value.sival_int = 77;
	count = 0;
	CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	CHECK(timer_settime(timer, 0, &once, NULL) == 0);
	while (count < 1) {
		pause();
	}
	CHECK(last_code == SI_TIMER && last_value == 77 && timer_delete(timer) == 0);
}

static int send_and_write(void *argument)
{
	const int *ends = argument;

	usleep(20000);
	CHECK(kill(getppid(), SIGUSR1) == 0);
	usleep(20000);
	CHECK(write(ends[1], "x", 1) == 1);
	return 0;
}

/* A read that a handler interrupts goes on with SA_RESTART and ends without. */
static void test_restart(void)
{
	char byte;
	int ends[2];
	pid_t child;

	CHECK(pipe(ends) == 0);
	install(SIGUSR1, count_it, SA_RESTART);
	count = 0;
	child = check_start(send_and_write, ends);
	CHECK(read(ends[0], &byte, 1) == 1 && count == 1);
	check_join(child);

	install(SIGUSR1, count_it, 0);
	child = check_start(send_and_write, ends);
	CHECK(read(ends[0], &byte, 1) == -1 && errno == EINTR && count == 2);
	CHECK(read(ends[0], &byte, 1) == 1);
	check_join(child);
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
}

/* Exceptions of the processor. */
static void test_exceptions(void)
{
	static uint32_t words[4];
	volatile int large = 0x7fffffff, zero = 0;
	void *volatile odd = (char *)words + 2;
	unsigned int *code;

	install(SIGFPE, leave, 0);
	if (sigsetjmp(back, 1) == 0) {
		__asm__ volatile("add $2, %0, %0" : : "r"(large) : "$2");
		CHECK(!"an overflow that nobody noticed");
	}
	CHECK(last_code == FPE_INTOVF);
	if (sigsetjmp(back, 1) == 0) {
		__asm__ volatile("teq %0, $0, 7" : : "r"(zero));
		CHECK(!"a trap that nobody noticed");
	}
	CHECK(last_code == FPE_INTDIV);

	install(SIGTRAP, leave, 0);
	if (sigsetjmp(back, 1) == 0) {
		__asm__ volatile("break 0");
		CHECK(!"a breakpoint that nobody noticed");
	}

	install(SIGILL, leave, 0);
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	CHECK(code != MAP_FAILED);
	/* A reserved opcode, and one of coprocessor 0. */
	for (volatile int i = 0; i < 2; i++) {
		code[2 * i] = i == 0 ? 0x7c000000 : 0x40026000;
		code[2 * i + 1] = 0;
		__builtin___clear_cache((char *)code, (char *)code + 64);
		if (sigsetjmp(back, 1) == 0) {
			((void (*)(void))(uintptr_t)(code + 2 * i))();
			CHECK(!"an instruction that must not be");
		}
		CHECK(last_counter == (uintptr_t)(code + 2 * i));
	}

	/* Linked loads at odd addresses are not mended by the kernel as others are. */
	install(SIGBUS, leave, 0);
	if (sigsetjmp(back, 1) == 0) {
		__asm__ volatile("ll $2, 0(%0)" : : "r"(odd) : "$2", "memory");
		CHECK(!"an odd address that nobody noticed");
	}
}

int main(void)
{
	test_masks();
	test_real_time();
	test_alternate_stack();
	test_timers();
	test_restart();
	test_exceptions();
	return check_ok("signal");
}
