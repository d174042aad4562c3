/* SPDX-License-Identifier: MIT */
/*
 * memory.c - mappings: anonymous, private and shared ones of a file, protection and faults, holes,
 * moving, shared memory between processes, the heap.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include "check.h"

#define PAGES 256

static sigjmp_buf back;
static void *volatile fault_address;
static volatile int fault_signal, fault_code;
static size_t page;

static void note_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	fault_signal = number;
	fault_code = info->si_code;
	fault_address = info->si_addr;
	siglongjmp(back, 1);
}

/* True if the access faults there. */
static int faults(volatile unsigned char *at, int write)
{
	if (sigsetjmp(back, 1) != 0) {
		/* Of addresses that are not the program's at all the kernel tells nothing more. */
		CHECK(fault_address == (const void *)at || (uintptr_t)at >> 31 != 0);
		return 1;
	}
	if (write) {
		*at = 1;
	} else {
		(void)*at;
	}
	return 0;
}

static void catch_faults(void)
{
	struct sigaction action = { .sa_sigaction = note_fault, .sa_flags = SA_SIGINFO };

	CHECK(sigaction(SIGSEGV, &action, NULL) == 0 && sigaction(SIGBUS, &action, NULL) == 0);
}

static unsigned char *map(size_t bytes, int protection, int flags, int file)
{
	unsigned char *at = mmap(NULL, bytes, protection, flags, file, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

static void test_anonymous(void)
{
	unsigned char *at =
		map(PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (size_t i = 0; i < PAGES * page; i += 64) {
		CHECK(at[i] == 0);
	}
	for (size_t i = 0; i < PAGES; i++) {
		memset(at + i * page, (int)i, page);
	}
	CHECK(madvise(at + page, page, MADV_DONTNEED) == 0);
	for (size_t i = 0; i < PAGES; i++) {
		CHECK(at[i * page] == (i == 1 ? 0 : i) && at[i * page + page - 1] == at[i * page]);
	}
	CHECK(munmap(at + 2 * page, page) == 0);
	CHECK(faults(at + 2 * page, 0) && fault_signal == SIGSEGV && fault_code == SEGV_MAPERR);
	CHECK(!faults(at + 3 * page, 1) && !faults(at + page, 1));
	CHECK(munmap(at, PAGES * page) == 0);
}

static void test_protection(void)
{
	unsigned char *at = map(4 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	CHECK(!faults(at, 0));
	CHECK(faults(at + 8, 1) && fault_signal == SIGSEGV && fault_code == SEGV_ACCERR);
	CHECK(mprotect(at + page, page, PROT_READ | PROT_WRITE) == 0);
	CHECK(!faults(at + page, 1) && faults(at, 1) && faults(at + 2 * page, 1));
	CHECK(mprotect(at + page, page, PROT_READ) == 0);
	CHECK(faults(at + page, 1) && !faults(at + page, 0) && at[page] == 1);
	CHECK(mprotect(at, page, PROT_NONE) == 0 && faults(at, 0));
	/* Addresses of the kernel, and null. */
	CHECK(faults((unsigned char *)(uintptr_t)0x80001000, 0));
	CHECK(faults((unsigned char *)(uintptr_t)0xfffff000, 1));
	CHECK(faults((unsigned char *)(uintptr_t)16, 1));
	CHECK(munmap(at, 4 * page) == 0);
}

static int make_file(const char *name, size_t bytes)
{
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(file >= 0);
	for (size_t i = 0; i < bytes; i += sizeof(uint32_t)) {
		uint32_t word = (uint32_t)i;

		CHECK(write(file, &word, sizeof(word)) == sizeof(word));
	}
	return file;
}

static void test_file(void)
{
	size_t bytes = 3 * page + 100;
	int file = make_file("mapped", bytes);
	unsigned char *shared = map(4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file);
	unsigned char *own = map(4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
	uint32_t word;

	for (size_t i = 0; i < bytes; i += sizeof(uint32_t)) {
		CHECK(*(uint32_t *)(shared + i) == i && *(uint32_t *)(own + i) == i);
	}
	/* Behind the end the page is zeros; a page that lies wholly behind faults. */
	CHECK(shared[bytes] == 0 && shared[4 * page - 1] == 0);
	CHECK(ftruncate(file, (off_t)(2 * page)) == 0);
	CHECK(faults(shared + 3 * page, 0) && fault_signal == SIGBUS);
	CHECK(ftruncate(file, (off_t)(3 * page)) == 0);
	CHECK(!faults(shared + 2 * page, 0) && shared[2 * page] == 0);

	*(uint32_t *)(own + 8) = 0xaaaaaaaa;
	*(uint32_t *)(shared + 16) = 0x55555555;
	CHECK(pread(file, &word, 4, 8) == 4 && word == 8);
	CHECK(pread(file, &word, 4, 16) == 4 && word == 0x55555555);
	word = 0x77777777;
	CHECK(pwrite(file, &word, 4, 20) == 4 && *(volatile uint32_t *)(shared + 20) == word);
	CHECK(*(uint32_t *)(own + 8) == 0xaaaaaaaa);
	CHECK(msync(shared, 4 * page, MS_SYNC) == 0);
	CHECK(munmap(shared, 4 * page) == 0 && munmap(own, 4 * page) == 0);
	CHECK(close(file) == 0 && unlink("mapped") == 0);
}

static void test_moving(void)
{
	unsigned char *at = map(4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned char *blocker, *moved;

	for (size_t i = 0; i < 4; i++) {
		at[i * page] = (unsigned char)(i + 1);
	}
	blocker = mmap(at + 4 * page, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		       0);
	CHECK(blocker == at + 4 * page);
	moved = mremap(at, 4 * page, 64 * page, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved != at);
	for (size_t i = 0; i < 64; i++) {
		CHECK(moved[i * page] == (i < 4 ? i + 1 : 0));
	}
	CHECK(munmap(moved, 64 * page) == 0 && munmap(blocker, page) == 0);
}

static int add_under_semaphore(void *argument)
{
	const int *ids = argument;
	struct sembuf take = { 0, -1, 0 }, give = { 0, 1, 0 };
	volatile int *counter = shmat(ids[0], NULL, 0);

	CHECK(counter != (void *)-1);
	for (int i = 0; i < 500; i++) {
		CHECK(semop(ids[1], &take, 1) == 0);
		*counter = *counter + 1;
		CHECK(semop(ids[1], &give, 1) == 0);
	}
	return shmdt((const void *)counter);
}

static void test_system_v(void)
{
	int ids[2] = { shmget(IPC_PRIVATE, page, 0600), semget(IPC_PRIVATE, 1, 0600) };
	struct sembuf give = { 0, 1, 0 };
	pid_t children[4];
	int *counter;

	CHECK(ids[0] >= 0 && ids[1] >= 0 && semop(ids[1], &give, 1) == 0);
	counter = shmat(ids[0], NULL, 0);
	CHECK(counter != (void *)-1 && *counter == 0);
	for (int i = 0; i < 4; i++) {
		children[i] = check_start(add_under_semaphore, ids);
	}
	for (int i = 0; i < 4; i++) {
		check_join(children[i]);
	}
	CHECK(*counter == 2000);
	CHECK(shmdt(counter) == 0 && shmctl(ids[0], IPC_RMID, NULL) == 0);
	CHECK(semctl(ids[1], 0, IPC_RMID) == 0);
}

static void test_heap(void)
{
	unsigned char *blocks[200] = { 0 };
	size_t sizes[200] = { 0 };
	unsigned int state = 7;

	for (int round = 0; round < 4000; round++) {
		unsigned int i = check_random(&state) % 200;

		for (size_t j = 0; j < sizes[i]; j += 97) {
			CHECK(blocks[i][j] == i);
		}
		sizes[i] = 1 + check_random(&state) % (round % 50 == 0 ? 200000 : 900);
		blocks[i] = realloc(blocks[i], sizes[i]);
		CHECK(blocks[i] != NULL && (uintptr_t)blocks[i] % 8 == 0);
		memset(blocks[i], (int)i, sizes[i]);
	}
	for (int i = 0; i < 200; i++) {
		free(blocks[i]);
	}
	CHECK(malloc(0x70000000) == NULL && errno == ENOMEM);
}

int main(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	catch_faults();
	test_anonymous();
	test_protection();
	test_file();
	test_moving();
	test_system_v();
	test_heap();
	return check_ok("memory");
}
