/* SPDX-License-Identifier: MIT */
/*
 * timer.c - Count runs at half the pipeline clock; when it equals Compare, interrupt line 7 comes
 * on until Compare is written (R4000 UM 5.3).
 */
#include "guests/lib/timer.h"

#include "guests/lib/cpu.h"
#include "guests/lib/smp.h"
#include "guests/lib/trap.h"

#define TIMER_LINE 7

/* Each CPU writes only its own entry. */
static uint32_t timer_periods[SMP_CPUS_MAX];
static volatile uint32_t timer_counts[SMP_CPUS_MAX];

static void timer_interrupt(struct trap_frame *frame)
{
	unsigned cpu = smp_cpu();
	uint32_t next = cp0_read(CP0_COMPARE) + timer_periods[cpu];

	(void)frame;
	timer_counts[cpu]++;
	cp0_write(CP0_COMPARE, next);
	/*
	 * Where Count follows the host's clock it may have passed the new Compare already and
	 * would come back only after 2^32 steps: then start a period from now.
	 */
	if ((int32_t)(next - cpu_count()) <= 0) {
		cp0_write(CP0_COMPARE, cpu_count() + timer_periods[cpu]);
	}
}

/* Interrupts this CPU every `period` steps of Count, from now on. Turns interrupts on. */
void timer_start(uint32_t period)
{
	trap_set_interrupt(TIMER_LINE, timer_interrupt);
	timer_periods[smp_cpu()] = period;
	cp0_write(CP0_COMPARE, cpu_count() + period);
	cpu_interrupts_on(CAUSE_IP_TIMER);
}

/* Turns interrupts off and quiets the timer. */
void timer_stop(void)
{
	cpu_interrupts_off();
	cp0_write(CP0_COMPARE, cpu_count() - 1);
}

/* How many ticks `cpu` has taken. */
uint32_t timer_ticks(unsigned cpu)
{
	return timer_counts[cpu];
}
