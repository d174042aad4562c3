/* SPDX-License-Identifier: MIT */
/* vdev_rtc.c - a VM's time of day and its alarm (machine/clock.h), on the machine's. */
#include "machine/clock.h"
#include "machine/lines.h"

#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"

#define NS_PER_SECOND 1000000000ULL

/* The alarm may be that late, but the timer never chases it. */
#define WAIT_COUNTS_MIN 20000

/* Time advances with the cycle counter, rounded down (docs/machine/clock.md). */
static uint64_t cycles_ns(void)
{
	uint64_t frequency = platform_frequency();
	uint64_t cycles = platform_cycles();

	return cycles / frequency * NS_PER_SECOND + cycles % frequency * NS_PER_SECOND / frequency;
}

static uint64_t now_ns(const struct vm *vm)
{
	return cycles_ns() + vm->rtc.offset_ns;
}

/* The machine's time of day, if it has one, is the VM's when it starts. */
void vdev_rtc_reset(struct vm *vm)
{
	vm->rtc = (struct vdev_rtc){ .offset_ns = platform_time_ns() - cycles_ns() };
}

static uint64_t join(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

static void update_irq(struct vm *vm)
{
	vm_set_source(vm, LINES_SOURCE_RTC, vm->rtc.has_fired && vm->rtc.is_enabled);
}

/* The lock is held. */
static void check_alarm(struct vm *vm)
{
	if (vm->rtc.is_armed && now_ns(vm) >= vm->rtc.alarm_ns) {
		vm->rtc.is_armed = false;
		vm->rtc.has_fired = true;
	}
	update_irq(vm);
}

uint64_t vdev_rtc_look(struct vm *vm)
{
	uint64_t wait = UINT64_MAX;

	if (!vm->rtc.is_armed) {
		return wait;
	}
	lock_acquire(&vm->lock);
	check_alarm(vm);
	if (vm->rtc.is_armed) {
		/* At most a second ahead, so that the product fits; Count is half the clock. */
		wait = vm->rtc.alarm_ns - now_ns(vm);
		wait = wait < NS_PER_SECOND ? wait : NS_PER_SECOND;
		wait = wait * (platform_frequency() / 2) / NS_PER_SECOND + WAIT_COUNTS_MIN;
	}
	lock_release(&vm->lock);
	return wait;
}

static uint32_t read_register(struct vm *vm, uint32_t vcpu, uint32_t offset)
{
	struct vdev_rtc *rtc = &vm->rtc;
	uint64_t now;

	switch (offset) {
	case RTC_TIME_LO:
		now = now_ns(vm);
		rtc->latched[vcpu] = (uint32_t)(now >> 32);
		return (uint32_t)now;
	case RTC_TIME_HI:
		return rtc->latched[vcpu];
	case RTC_ALARM_LO:
		return (uint32_t)rtc->alarm_ns;
	case RTC_ALARM_HI:
		return (uint32_t)(rtc->alarm_ns >> 32);
	case RTC_IRQ_ENABLE:
		return rtc->is_enabled;
	case RTC_ALARM_STATUS:
		return rtc->is_armed;
	case RTC_FREQUENCY:
		return platform_frequency();
	default:
		return 0;
	}
}

static void write_register(struct vm *vm, uint32_t vcpu, uint32_t offset, uint32_t value)
{
	struct vdev_rtc *rtc = &vm->rtc;

	switch (offset) {
	case RTC_TIME_LO:
		rtc->offset_ns = join(rtc->written[vcpu], value) - cycles_ns();
		break;
	case RTC_TIME_HI:
		rtc->written[vcpu] = value;
		break;
	case RTC_ALARM_LO:
		rtc->alarm_ns = join((uint32_t)(rtc->alarm_ns >> 32), value);
		rtc->is_armed = true;
		break;
	case RTC_ALARM_HI:
		rtc->alarm_ns = join(value, (uint32_t)rtc->alarm_ns);
		break;
	case RTC_IRQ_ENABLE:
		rtc->is_enabled = (value & 1) != 0;
		break;
	case RTC_CLEAR_ALARM:
		rtc->is_armed = false;
		break;
	case RTC_CLEAR_INTERRUPT:
		rtc->has_fired = false;
		break;
	default:
		break;
	}
}

bool vdev_rtc_access(struct vcpu *vcpu, uint32_t offset, bool write, uint32_t *value)
{
	struct vm *vm = vcpu->vm;

	if (offset >= RTC_BYTES) {
		return false;
	}
	lock_acquire(&vm->lock);
	if (write) {
		write_register(vm, vcpu->regs.number, offset, *value);
		check_alarm(vm);
	} else {
		*value = read_register(vm, vcpu->regs.number, offset);
	}
	lock_release(&vm->lock);
	if (write && vm->rtc.is_armed) {
		/* VCPU 0's CPU has the alarm in its timer. */
		vcpu_request(vm->vcpus[0], VCPU_REQUEST_TIMER);
	}
	return true;
}
