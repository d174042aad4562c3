/* SPDX-License-Identifier: MIT */
/* guest.c - the small kernel under the tests: see guest.h. */
#include "guests/vm/cpu/guest.h"

#include "machine/moncall.h"
#include "machine/uart.h"

#define WINDOW 0xffffffffc0000000

volatile struct caught caught;
volatile bool is_catching;
volatile uint64_t catch_resume;
void (*volatile on_interrupt)(struct frame *frame, uint32_t ip);
volatile uint32_t refill_count;
uint32_t failures;
static volatile bool in_user;

/* The compiler calls it for large initialisers. */
void *memset(void *to, int value, size_t bytes);

void *memset(void *to, int value, size_t bytes)
{
	volatile char *byte = to;

	for (size_t i = 0; i < bytes; i++) {
		byte[i] = (char)value;
	}
	return to;
}

void print(const char *text)
{
	volatile uint8_t *thr =
		(volatile uint8_t *)(intptr_t)(int32_t)(VM_DEVICES_BASE + UART_OFFSET);

	while (*text != 0) {
		*thr = (uint8_t)*text++;
	}
}

void print_hex(uint64_t value)
{
	char text[17];

	for (int i = 15; i >= 0; i--) {
		text[i] = "0123456789abcdef"[value & 15];
		value >>= 4;
	}
	text[16] = 0;
	print(text);
}

void check(const char *name, bool ok, uint64_t got, uint64_t wanted)
{
	if (ok) {
		return;
	}
	failures++;
	print("FAILED ");
	print(name);
	print(": ");
	print_hex(got);
	print(", wanted ");
	print_hex(wanted);
	print("\n");
}

long moncall(unsigned number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t *v1)
{
	register uint64_t r2 __asm__("$2") = number;
	register uint64_t r3 __asm__("$3") = 0;
	register uint64_t r4 __asm__("$4") = a0;
	register uint64_t r5 __asm__("$5") = a1;
	register uint64_t r6 __asm__("$6") = a2;

	__asm__ volatile("syscall %5"
			 : "+r"(r2), "+r"(r3), "+r"(r4)
			 : "r"(r5), "r"(r6), "i"(MONCALL_CODE)
			 : "memory");
	if (v1 != NULL) {
		*v1 = r3;
	}
	return (long)r2;
}

void guest_exit(unsigned code)
{
	for (;;) {
		moncall(MONCALL_SHUTDOWN, MONCALL_SHUTDOWN_OFF, code, 0, NULL);
	}
}

static void catch_exception(struct frame *frame)
{
	caught.count++;
	caught.epc = frame->epc;
	caught.badvaddr = frame->badvaddr;
	caught.cause = frame->cause;
	caught.status = frame->status;
	caught.entryhi = cp0_read64(CP0_ENTRYHI);
	caught.context = cp0_read64(CP0_CONTEXT);
	caught.xcontext = cp0_read64(CP0_XCONTEXT);
}

void guest_trap(struct frame *frame)
{
	unsigned code = (frame->cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;

	if (code == EXC_INT) {
		uint32_t ip = (uint32_t)(frame->cause & frame->status & CAUSE_IP);

		if (on_interrupt != NULL) {
			on_interrupt(frame, ip);
			return;
		}
	}
	catch_exception(frame);
	if (in_user) {
		in_user = false;
		leave_user();
	}
	if (!is_catching) {
		print("unexpected exception, Cause ");
		print_hex(frame->cause);
		print(" EPC ");
		print_hex(frame->epc);
		print(" BadVAddr ");
		print_hex(frame->badvaddr);
		print(" Status ");
		print_hex(frame->status);
		print("\n");
		guest_exit(99);
	}
	frame->epc = catch_resume != 0 ? catch_resume : frame->epc + 4;
}

void map_user(uint64_t vaddr, const void *object, uint32_t flags)
{
	uint64_t *pte = (uint64_t *)(PAGE_TABLE + ((vaddr & 0xffffffff) >> 12) * 8);
	uint64_t paddr = (uint64_t)(uintptr_t)object - WINDOW;

	*pte = paddr >> 12 << ENTRYLO_PFN_SHIFT | flags;
}

uint64_t user_address(const void *function)
{
	return USER_TEXT + (uint64_t)((const char *)function - user_text);
}

void run_user(uint64_t pc, uint64_t a0)
{
	struct frame frame = {
		.epc = pc,
		.status = cp0_read(CP0_STATUS) | STATUS_KSU_USER | STATUS_EXL | STATUS_IE,
	};

	frame.gpr[4] = a0;
	frame.gpr[29] = USER_STACK;
	in_user = true;
	enter_user(&frame);
}
