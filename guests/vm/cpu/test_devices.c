/* SPDX-License-Identifier: MIT */
/* test_devices.c - the devices that a VM has at the machine's addresses. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"
#include "machine/annotation.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/uart.h"

static volatile void *at(uint32_t paddr)
{
	return (volatile void *)(intptr_t)(int32_t)(VM_DEVICES_BASE + (paddr - MAP_IO_BASE));
}

static uint32_t read32(uint32_t paddr)
{
	return *(volatile uint32_t *)at(paddr);
}

static void write32(uint32_t paddr, uint32_t value)
{
	*(volatile uint32_t *)at(paddr) = value;
}

static volatile uint32_t messages;
static volatile uint32_t devices;

static void take(struct frame *frame, uint32_t ip)
{
	(void)frame;
	if (ip & (1U << (CAUSE_IP_SHIFT + LINES_IP_IPI))) {
		messages |= read32(MAP_INTC_BASE + INTC_IPI_BASE + INTC_IPI_TAKE);
	}
	if (ip & (1U << (CAUSE_IP_SHIFT + LINES_IP_DEVICE))) {
		devices |= read32(MAP_INTC_BASE + INTC_STATUS);
		write32(MAP_CONSOLE_BASE + UART_OFFSET + UART_IER * UART_STRIDE, 0);
		write32(MAP_RTC_BASE + RTC_CLEAR_INTERRUPT, 0);
	}
}

static void test_uart(void)
{
	uint32_t uart = MAP_CONSOLE_BASE + UART_OFFSET;

	write32(uart + UART_SCR * UART_STRIDE, 0x5a);
	CHECK_EQUAL("SCR", read32(uart + UART_SCR * UART_STRIDE), 0x5a);
	CHECK_EQUAL("SCR", *(volatile uint8_t *)at(uart + UART_SCR * UART_STRIDE), 0x5a);
	CHECK_EQUAL("LSR", read32(uart + UART_LSR * UART_STRIDE), UART_LSR_THRE | UART_LSR_TEMT);
	write32(uart + UART_MCR * UART_STRIDE, UART_MCR_LOOP);
	write32(uart + UART_THR * UART_STRIDE, 'x');
	CHECK_EQUAL("LSR", read32(uart + UART_LSR * UART_STRIDE) & UART_LSR_DR, UART_LSR_DR);
	CHECK_EQUAL("RBR", read32(uart + UART_RBR * UART_STRIDE), 'x');
	write32(uart + UART_MCR * UART_STRIDE, 0);
}

static void test_interrupts(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	on_interrupt = take;
	cp0_write(CP0_STATUS, status | STATUS_IE | 0x1800);
	write32(MAP_INTC_BASE + INTC_IPI_BASE + INTC_IPI_SET, 0x80000001);
	CHECK_EQUAL("message", messages, 0x80000001);
	CHECK_EQUAL("taken", read32(MAP_INTC_BASE + INTC_IPI_BASE + INTC_IPI_PENDING), 0);
	write32(MAP_CONSOLE_BASE + UART_OFFSET + UART_IER * UART_STRIDE, UART_IER_THRE);
	CHECK_EQUAL("UART", devices, 1U << LINES_SOURCE_UART);
	/* The alarm: set into the past, it goes off at once; then a little ahead. */
	devices = 0;
	write32(MAP_RTC_BASE + RTC_IRQ_ENABLE, 1);
	write32(MAP_RTC_BASE + RTC_ALARM_HI, 0);
	write32(MAP_RTC_BASE + RTC_ALARM_LO, 1);
	CHECK_EQUAL("alarm", devices, 1U << LINES_SOURCE_RTC);
	devices = 0;
	uint64_t now = read32(MAP_RTC_BASE + RTC_TIME_LO);
	now |= (uint64_t)read32(MAP_RTC_BASE + RTC_TIME_HI) << 32;
	now += 1000000;
	write32(MAP_RTC_BASE + RTC_ALARM_HI, (uint32_t)(now >> 32));
	write32(MAP_RTC_BASE + RTC_ALARM_LO, (uint32_t)now);
	CHECK_EQUAL("alarm later", devices, 0);
	for (uint32_t start = cp0_read(CP0_COUNT);
	     devices == 0 && cp0_read(CP0_COUNT) - start < 2000000;) {
	}
	CHECK_EQUAL("alarm later", devices, 1U << LINES_SOURCE_RTC);
	cp0_write(CP0_STATUS, status);
	on_interrupt = NULL;
}

void test_devices(void)
{
	uint64_t before;
	uint64_t after;
	uint64_t insns;

	test_uart();
	test_interrupts();
	CHECK_EQUAL("annotation", read32(MAP_ANNOTATION_BASE + ANNOTATION_ID), ANNOTATION_MAGIC);
	CHECK_EQUAL("self", read32(MAP_CPUCTL_BASE + CPUCTL_SELF), 0);
	CHECK_EQUAL("state", read32(MAP_CPUCTL_BASE + CPUCTL_STATE), CPUCTL_STATE_RUNNING);
	before = *(volatile uint64_t *)at(MAP_CLOCK_BASE + CLOCK_CYCLES);
	after = *(volatile uint64_t *)at(MAP_CLOCK_BASE + CLOCK_CYCLES);
	check("clock", after > before && after - before < 1000000, after - before, 0);
	/* Instructions while this VCPU ran; 0 where the machine does not count them (QEMU). */
	insns = *(volatile uint64_t *)at(MAP_ANNOTATION_BASE + ANNOTATION_INSNS);
	for (unsigned i = 0; i < 10000; i++) {
		__asm__ volatile("" : : : "memory");
	}
	after = *(volatile uint64_t *)at(MAP_ANNOTATION_BASE + ANNOTATION_INSNS) - insns;
	check("INSNS", insns == 0 ? after == 0 : after > 10000 && after < 2000000, after, insns);
	/* A wrong width is a bus error. */
	caught.count = 0;
	is_catching = true;
	(void)*(volatile uint16_t *)at(MAP_INTC_BASE);
	is_catching = false;
	CHECK_EQUAL("width", caught.count, 1);
	CHECK_EQUAL("width", (caught.cause & CAUSE_EXCCODE) >> 2, EXC_DBE);
}
