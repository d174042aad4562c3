/* SPDX-License-Identifier: MIT */
/*
 * team.h - a parallel program's members: threads, or processes that share memory; barriers, locks,
 * and the lines that tell when the part to be measured begins and ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEAM_MEMBERS_MAX 64U

enum team_kind {
	TEAM_THREADS,
	TEAM_PROCESSES
};

typedef void team_fn(unsigned member);

/*
 * Prepares a team of that many members; false, with a message, if there cannot be so many. Memory
 * is asked for after it.
 */
bool team_open(const char *program, const char *size, unsigned members, enum team_kind kind);

/* Zeroed memory that all members share, from a page on; NULL, with a message. Before team_run(). */
void *team_memory(size_t bytes);

/* Runs `fn` in every member, 0 in the caller, and waits; false if a process failed. */
bool team_run(team_fn *fn);

/* From any member: the program ends with this message and code 2. */
_Noreturn void team_abort(const char *what);

/* All members wait for one another. */
void team_barrier(void);

/* From all members: a barrier, and one line on the console, behind which the steady state lies. */
void team_begin(void);
void team_end(void);

/* A lock's state, in memory that the members share. */
struct team_lock {
	uint32_t words[16];
};

bool team_lock_init(struct team_lock *lock);
void team_lock(struct team_lock *lock);
void team_unlock(struct team_lock *lock);

/* Compares the program's result with the one that is known, prints both, ends the program. */
int team_result(uint32_t found, uint32_t wanted);
