/* SPDX-License-Identifier: MIT */
/* unistd.h - reading files (files.c); how many CPUs there are; waiting. */
#pragma once

#include <stddef.h>

typedef long ssize_t;

#define _SC_NPROCESSORS_ONLN 1

ssize_t read(int file, void *buffer, size_t size);
int close(int file);
long sysconf(int name);
/* Waits that long, and at most 10 seconds, without sleeping. */
int usleep(unsigned microseconds);
