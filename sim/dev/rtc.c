/* SPDX-License-Identifier: MIT */
/*
 * rtc.c - time of day and its alarm (machine/clock.h). It follows the cycle counter alone.
 *
 * The machine calls between two quanta, so an alarm is heard at most a quantum late.
 */
#include <stdlib.h>

#include "machine/clock.h"
#include "machine/lines.h"
#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define SECOND_NS 1000000000ULL

/* High words: latched by reading the low one, kept for writing it. */
struct rtc_cpu {
	uint32_t latched;
	uint32_t written;
};

struct rtc {
	struct device device;
	uint64_t start; /* ns since 1970 at cycle 0 */
	uint64_t alarm;
	bool is_armed;
	bool has_gone_off;
	bool is_enabled;
	struct rtc_cpu cpu[MACHINE_CPUS_MAX];
};

static uint64_t elapsed(const struct rtc *rtc, uint64_t cycles)
{
	return (uint64_t)((unsigned __int128)cycles * SECOND_NS /
			  rtc->device.machine->config.clock_hz);
}

/* The first cycle at which the time is at least that of the alarm. */
static uint64_t alarm_cycle(const struct rtc *rtc)
{
	unsigned __int128 scaled;

	if (!rtc->is_armed) {
		return UINT64_MAX;
	}
	if (rtc->alarm <= rtc->start) {
		return 0;
	}
	scaled =
		(unsigned __int128)(rtc->alarm - rtc->start) * rtc->device.machine->config.clock_hz;
	scaled = (scaled + SECOND_NS - 1) / SECOND_NS;
	return scaled < UINT64_MAX ? (uint64_t)scaled : UINT64_MAX - 1;
}

static void drive(struct rtc *rtc)
{
	intc_set_source(rtc->device.machine->intc, LINES_SOURCE_RTC,
			rtc->has_gone_off && rtc->is_enabled);
}

/* After a change: an alarm whose time has come goes off. */
static void update(struct rtc *rtc, uint64_t now)
{
	if (now >= alarm_cycle(rtc)) {
		rtc->is_armed = false;
		rtc->has_gone_off = true;
	}
	machine_set_due(rtc->device.machine, &rtc->device, alarm_cycle(rtc));
	drive(rtc);
}

static void rtc_advance(struct device *device, uint64_t now)
{
	update((struct rtc *)device, now);
}

static bool rtc_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		     uint64_t *value)
{
	struct rtc *rtc = (struct rtc *)device;
	uint64_t time = rtc->start + elapsed(rtc, core_now(core));

	*value = 0;
	switch (offset) {
	case RTC_TIME_LO:
		rtc->cpu[core->id].latched = (uint32_t)(time >> 32);
		*value = (uint32_t)time;
		break;
	case RTC_TIME_HI:
		*value = rtc->cpu[core->id].latched;
		break;
	case RTC_ALARM_LO:
		*value = (uint32_t)rtc->alarm;
		break;
	case RTC_ALARM_HI:
		*value = rtc->alarm >> 32;
		break;
	case RTC_IRQ_ENABLE:
		*value = rtc->is_enabled;
		break;
	case RTC_ALARM_STATUS:
		*value = rtc->is_armed;
		break;
	case RTC_FREQUENCY:
		*value = (uint32_t)device->machine->config.clock_hz;
		break;
	default:
		break;
	}
	return size == 4;
}

static bool rtc_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t value)
{
	struct rtc *rtc = (struct rtc *)device;
	uint64_t now = core_now(core);
	uint32_t word = (uint32_t)value;

	if (size != 4) {
		return false;
	}
	switch (offset) {
	case RTC_TIME_LO:
		rtc->start =
			((uint64_t)rtc->cpu[core->id].written << 32 | word) - elapsed(rtc, now);
		break;
	case RTC_TIME_HI:
		rtc->cpu[core->id].written = word;
		break;
	case RTC_ALARM_LO:
		rtc->alarm = (rtc->alarm & ~(uint64_t)UINT32_MAX) | word;
		rtc->is_armed = true;
		break;
	case RTC_ALARM_HI:
		rtc->alarm = (uint64_t)word << 32 | (uint32_t)rtc->alarm;
		break;
	case RTC_IRQ_ENABLE:
		rtc->is_enabled = word & 1;
		break;
	case RTC_CLEAR_ALARM:
		rtc->is_armed = false;
		break;
	case RTC_CLEAR_INTERRUPT:
		rtc->has_gone_off = false;
		break;
	default:
		break;
	}
	/* The high word of an alarm waits for the low one. */
	if (offset != RTC_ALARM_HI) {
		update(rtc, now);
	}
	return true;
}

static void rtc_hash(const struct device *device, struct state_hash *hash)
{
	const struct rtc *rtc = (const struct rtc *)device;

	state_hash_u64(hash, rtc->start);
	state_hash_u64(hash, rtc->alarm);
	state_hash_u64(hash, (uint64_t)rtc->is_armed << 2 | (uint64_t)rtc->has_gone_off << 1 |
				     rtc->is_enabled);
	for (unsigned i = 0; i < device->machine->config.cpus; i++) {
		state_hash_u64(hash, (uint64_t)rtc->cpu[i].latched << 32 | rtc->cpu[i].written);
	}
}

static void rtc_state(struct device *device, struct state_io *io)
{
	struct rtc *rtc = (struct rtc *)device;

	state_io_u64(io, &rtc->start);
	state_io_u64(io, &rtc->alarm);
	state_io_bool(io, &rtc->is_armed);
	state_io_bool(io, &rtc->has_gone_off);
	state_io_bool(io, &rtc->is_enabled);
	for (unsigned i = 0; i < device->machine->config.cpus; i++) {
		state_io_u32(io, &rtc->cpu[i].latched);
		state_io_u32(io, &rtc->cpu[i].written);
	}
}

static const struct device_ops rtc_ops = {
	.name = "rtc",
	.read = rtc_read,
	.write = rtc_write,
	.advance = rtc_advance,
	.hash = rtc_hash,
	.state = rtc_state,
};

struct device *rtc_create(const struct machine_config *config)
{
	struct rtc *rtc = calloc(1, sizeof(*rtc));

	if (rtc == NULL) {
		return NULL;
	}
	rtc->device.ops = &rtc_ops;
	rtc->device.base = MAP_RTC_BASE;
	rtc->device.bytes = RTC_BYTES;
	rtc->start = config->date_s * SECOND_NS;
	return &rtc->device;
}
