/* SPDX-License-Identifier: MIT */
/*
 * mix_main.c - bench/cpu's kernel "mix" on every CPU at once, each with data of its own.
 *
 * All must come to the same checksum; exit code 0 or 1.
 */
#include "bench/cpu/bench.h"
#include "guests/lib/lock.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"

static uint64_t checksums[SMP_CPUS_MAX];
static volatile uint32_t done = 0;

static void work(unsigned cpu)
{
	checksums[cpu] = bench_run(BENCH_ROUNDS);
	atomic_fetch_add(&done, 1);
}

int main(void)
{
	unsigned cpus = smp_start(work);

	work(0);
	while (done < cpus) {
	}
	for (unsigned cpu = 1; cpu < cpus; cpu++) {
		if (checksums[cpu] != checksums[0]) {
			printf("CPU %u has another checksum\n", cpu);
			platform_exit(1);
		}
	}
	printf("mix on %u CPUs: checksum %016llx\n", cpus, (unsigned long long)checksums[0]);
	platform_exit(0);
}
