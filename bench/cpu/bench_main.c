/* SPDX-License-Identifier: MIT */
/*
 * bench_main.c - runs one kernel under a periodic timer interrupt and prints its checksum.
 *
 * The line "bench NAME checksum X ticks N" is what bench/cpu/run and the tests read. The checksum
 * must be the same on every simulator; the ticks differ, since some let Count follow the host's
 * clock.
 */
#include "bench/cpu/bench.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/timer.h"

/* A tick every 100,000 steps of Count, as a 1 kHz clock on a 200 MHz R4400 has it. */
#define TICK_PERIOD 100000

void bench_report(uint64_t checksum)
{
	timer_stop();
	printf("bench " BENCH_NAME " checksum %016llx ticks %u\n", (unsigned long long)checksum,
	       timer_ticks(0));
	platform_exit(0);
}

int main(void)
{
	timer_start(TICK_PERIOD);
	bench_report(bench_run(BENCH_ROUNDS));
}
