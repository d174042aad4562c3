/* SPDX-License-Identifier: MIT */
/*
 * stress.c - processes with threads, all at once: they allocate, fork, map, pipe and write files,
 * and each checks what it has. The argument says how many rounds (1 if there is none).
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PROCESSES 6
#define THREADS   3

struct job {
	unsigned int process, thread, rounds;
	volatile uint32_t *total;
};

static uint32_t sum(const uint32_t *words, size_t count)
{
	uint32_t result = 0;

	for (size_t i = 0; i < count; i++) {
		result = result * 33 + words[i];
	}
	return result;
}

static void fill(uint32_t *words, size_t count, unsigned int seed)
{
	for (size_t i = 0; i < count; i++) {
		words[i] = check_random(&seed);
	}
}

/* A mapping that a child sees as it was, whatever is done to it meanwhile. */
static void use_memory(const struct job *job, unsigned int round)
{
	size_t count = 4096 + 1024 * (round % 5);
	uint32_t *words =
		mmap(NULL, count * 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t before;
	pid_t child;

	CHECK(words != MAP_FAILED);
	fill(words, count, job->process * 100 + job->thread * 10 + round);
	before = sum(words, count);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		_exit(sum(words, count) == before ? 0 : 1);
	}
	memset(words, 0, count * 2);
	check_join(child);
	CHECK(words[0] == 0 && words[count - 1] != 0 && munmap(words, count * 4) == 0);
}

static void use_file(const struct job *job, unsigned int round)
{
	uint32_t words[2048], found[2048];
	char name[64];
	int file;

	snprintf(name, sizeof(name), "stress-%u-%u", job->process, job->thread);
	fill(words, 2048, round + job->thread);
	file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(file >= 0);
	for (int i = 0; i < 4; i++) {
		CHECK(write(file, words, sizeof(words)) == sizeof(words));
	}
	for (int i = 3; i >= 0; i--) {
		CHECK(pread(file, found, sizeof(found), (off_t)sizeof(words) * i) == sizeof(found));
		CHECK(memcmp(words, found, sizeof(words)) == 0);
	}
	CHECK(close(file) == 0 && unlink(name) == 0);
}

static void use_pipe(const struct job *job, unsigned int round)
{
	uint32_t words[1024], found[1024];
	size_t done = 0;
	int ends[2];
	pid_t child;

	fill(words, 1024, round * 7 + job->process);
	CHECK(pipe(ends) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		CHECK(write(ends[1], words, sizeof(words)) == sizeof(words));
		_exit(0);
	}
	CHECK(close(ends[1]) == 0);
	while (done < sizeof(found)) {
		ssize_t part = read(ends[0], (char *)found + done, sizeof(found) - done);

		CHECK(part > 0);
		done += (size_t)part;
	}
	CHECK(memcmp(words, found, sizeof(words)) == 0 && close(ends[0]) == 0);
	check_join(child);
}

static void *run_thread(void *argument)
{
	const struct job *job = argument;
	volatile double value = 1.0;

	for (unsigned int round = 0; round < job->rounds; round++) {
		use_memory(job, round);
		use_file(job, round);
		use_pipe(job, round);
		for (int i = 0; i < 1000; i++) {
			value = value * 1.0000001 + 1e-9;
		}
		__atomic_add_fetch(job->total, 1, __ATOMIC_SEQ_CST);
	}
	CHECK(value > 1.0);
	return NULL;
}

static int run_process(void *argument)
{
	const struct job *common = argument;
	pthread_t threads[THREADS];
	struct job jobs[THREADS];

	for (unsigned int i = 0; i < THREADS; i++) {
		jobs[i] = *common;
		jobs[i].thread = i;
		CHECK(pthread_create(&threads[i], NULL, run_thread, &jobs[i]) == 0);
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct job job = { .rounds = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 1 };
	pid_t children[PROCESSES];

	job.total = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(job.total != MAP_FAILED);
	for (job.process = 0; job.process < PROCESSES; job.process++) {
		children[job.process] = check_start(run_process, &job);
	}
	for (int i = 0; i < PROCESSES; i++) {
		check_join(children[i]);
	}
	CHECK(*job.total == PROCESSES * THREADS * job.rounds);
	return check_ok("stress");
}
