/* SPDX-License-Identifier: MIT */
/*
 * check.c - a program that checks the library OS itself: memory, files, threads, locks, barriers.
 * Arguments: how many CPUs there are, and, if there is an initrd, what its file "note" has.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS      200U
#define BLOCKS      400U
#define THREADS_MAX 64U

#define CHECK(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			printf("check.c:%d: %s does not hold\n", __LINE__, #condition); \
			exit(1);                                                        \
		}                                                                       \
	} while (0)

static pthread_mutex_t mutex;
static pthread_barrier_t barrier;
static unsigned counter;
static unsigned rounds[THREADS_MAX];
static unsigned last_count;
static unsigned threads;

static uintptr_t misaligned(const void *memory, uintptr_t alignment)
{
	return (uintptr_t)memory & (alignment - 1);
}

/* Blocks of many sizes, filled, freed and taken again: none overlaps another. */
static void check_memory(void)
{
	static unsigned char *blocks[BLOCKS];
	void *memory;

	for (unsigned pass = 0; pass < 3; pass++) {
		for (unsigned i = pass; i < BLOCKS; i += pass + 1) {
			blocks[i] = realloc(blocks[i], i * 7 * (pass + 1) + 1);
			CHECK(blocks[i] != NULL && misaligned(blocks[i], 16) == 0);
			CHECK(pass == 0 || i == 0 || blocks[i][i * 7] == (unsigned char)i);
			memset(blocks[i], (int)i, i * 7 * (pass + 1) + 1);
		}
		for (unsigned i = 0; i < BLOCKS; i++) {
			CHECK(blocks[i][0] == (unsigned char)i);
			CHECK(blocks[i][i * 7] == (unsigned char)i);
		}
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		free(blocks[i]);
		blocks[i] = calloc(1, i + 1);
		for (unsigned j = 0; j <= i; j++) {
			CHECK(blocks[i][j] == 0);
		}
	}
	memory = malloc(0xf0000000U);
	CHECK(memory == NULL);
	memory = calloc(0x10001U, 0x10000U);
	CHECK(memory == NULL);
	memory = malloc(10000);
	CHECK(memory != NULL && misaligned(memory, 4096) == 0);
	free(memory);
}

static void check_files(const char *note)
{
	char text[64] = "";
	int file = open("/workloads/scenes/quick", O_RDONLY);
	int others[8];
	unsigned opened = 0;

	CHECK(file >= 0);
	CHECK(read(file, text, 10) == 10 && read(file, text + 10, 6) == 6);
	CHECK(strcmp(text, "# SPDX-License-I") == 0);
	while (opened < 8 && (others[opened] = open("/workloads/scenes/uni", O_RDONLY)) >= 0) {
		opened++;
	}
	CHECK(opened == 7);
	while (opened > 0) {
		CHECK(close(others[--opened]) == 0);
	}
	CHECK(close(file) == 0 && close(file) == -1 && read(file, text, 1) == -1);
	CHECK(open("/nothing", O_RDONLY) == -1);
	file = open("/note", O_RDONLY);
	CHECK((file >= 0) == (note != NULL));
	if (note != NULL) {
		memset(text, 0, sizeof(text));
		CHECK(read(file, text, sizeof(text)) == (ssize_t)strlen(note));
		CHECK(strcmp(text, note) == 0 && read(file, text, 1) == 0);
	}
}

static void *meet(void *argument)
{
	unsigned self = (unsigned)(uintptr_t)argument;

	for (unsigned i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
		rounds[self] = i;
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
			last_count++;
		}
		for (unsigned other = 0; other < threads; other++) {
			CHECK(rounds[other] == i);
		}
		pthread_barrier_wait(&barrier);
	}
	return (void *)(uintptr_t)(self + 1000);
}

/* Twice, since a CPU can have one thread after the other. */
static void check_threads(void)
{
	static pthread_t ids[THREADS_MAX];
	pthread_t more;
	void *result;

	threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	CHECK(pthread_mutex_init(&mutex, NULL) == 0);
	CHECK(pthread_barrier_init(&barrier, NULL, threads) == 0);
	for (unsigned pass = 1; pass <= 2; pass++) {
		last_count = 0;
		for (unsigned i = 1; i < threads; i++) {
			CHECK(pthread_create(&ids[i], NULL, meet, (void *)(uintptr_t)i) == 0);
		}
		CHECK(pthread_create(&more, NULL, meet, NULL) == EAGAIN);
		meet(NULL);
		for (unsigned i = 1; i < threads; i++) {
			CHECK(pthread_join(ids[i], &result) == 0);
			CHECK(result == (void *)(uintptr_t)(i + 1000));
		}
		CHECK(counter == pass * threads * ROUNDS && last_count == ROUNDS);
	}
	CHECK(pthread_join(1, NULL) == EINVAL);
}

int main(int argc, char **argv)
{
	CHECK(argc >= 2 && strtol(argv[1], NULL, 10) == sysconf(_SC_NPROCESSORS_ONLN));
	check_memory();
	check_files(argc > 2 ? argv[2] : NULL);
	check_threads();
	printf("libos: %u CPUs: right\n", threads);
	return 0;
}
