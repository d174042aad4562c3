/* SPDX-License-Identifier: MIT */
/* rtc.c - time of day: it follows the clock, can be set, and its alarm wakes a CPU that sleeps. */
#include "machine/clock.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "tests/nodes/nodes.h"

static volatile uint32_t *rtc(unsigned offset)
{
	return cpu_kseg1(MAP_RTC_BASE + offset);
}

static uint64_t cycles(void)
{
	return *(volatile uint64_t *)cpu_kseg1(MAP_CLOCK_BASE + CLOCK_CYCLES);
}

static uint64_t now(void)
{
	uint32_t low = *rtc(RTC_TIME_LO);

	return (uint64_t)*rtc(RTC_TIME_HI) << 32 | low;
}

static void set_alarm(uint64_t ns)
{
	*rtc(RTC_ALARM_HI) = (uint32_t)(ns >> 32);
	*rtc(RTC_ALARM_LO) = (uint32_t)ns;
}

static bool is_up(void)
{
	volatile uint32_t *status = cpu_kseg1(MAP_INTC_BASE + INTC_STATUS);

	return (*status & (1U << LINES_SOURCE_RTC)) != 0;
}

int main(void)
{
	uint64_t before = cycles();
	uint64_t time = now();
	uint64_t after = cycles();
	uint32_t value;

	CHECK(*rtc(RTC_FREQUENCY) == 400000000);
	/* 2026-01-01, 2.5 ns for each cycle. */
	CHECK(time >= 1767225600000000000ULL + before * 5 / 2);
	CHECK(time <= 1767225600000000000ULL + after * 5 / 2);
	CHECK(!trap_probe(rtc(RTC_TIME_LO), 2, &value) && !trap_probe(rtc(RTC_BYTES), 4, &value));

	*rtc(RTC_TIME_HI) = 0x12345678;
	*rtc(RTC_TIME_LO) = 0xfffffff0;
	CHECK(now() >= 0x12345678fffffff0ULL && now() < 0x12345678fffffff0ULL + 1000000);

	/* Past: at once. Heard only when enabled, until it is cleared. */
	set_alarm(now() - 1);
	CHECK(*rtc(RTC_ALARM_STATUS) == 0 && !is_up());
	*rtc(RTC_IRQ_ENABLE) = 1;
	CHECK(is_up());
	*rtc(RTC_CLEAR_INTERRUPT) = 1;
	CHECK(!is_up());
	/* Disarmed: never. */
	set_alarm(now() + 1000000);
	CHECK(*rtc(RTC_ALARM_STATUS) == 1);
	*rtc(RTC_CLEAR_ALARM) = 1;
	CHECK(*rtc(RTC_ALARM_STATUS) == 0);

	/* A millisecond ahead: this CPU sleeps until then. */
	uint64_t due = now() + 1000000;

	*(volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_MASK_CLEAR) = 1U << LINES_SOURCE_RTC;
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | 1U << (STATUS_IM_SHIFT + LINES_IP_DEVICE));
	set_alarm(due);
	*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
	CHECK(now() >= due && now() < due + 10000000 && is_up());
	CHECK(*rtc(RTC_ALARM_STATUS) == 0 && *rtc(RTC_ALARM_LO) == (uint32_t)due);
	printf("done\n");
	return 0;
}
