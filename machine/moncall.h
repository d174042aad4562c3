/* SPDX-License-Identifier: MIT */
/*
 * moncall.h - the calls that a guest kernel can make to the monitor.
 *
 * `syscall MONCALL_CODE` in virtual kernel mode, number in v0, arguments in a0-a3. Results: v0 is
 * MONCALL_OK or an error, v1 and a0 as the call says. Every other register is kept, with all 64
 * bits. Numbers, arguments and meanings never change once released; a call that needs to is a new
 * one. tests/machine/moncall.frozen holds what is released. Only #define. Manual page:
 * docs/machine/moncall.md.
 */
#pragma once

/* The code field of the syscall instruction; with another one it is the guest's own system call. */
#define MONCALL_CODE 0x4d42

#define MONCALL_VERSION       0  /* () -> v1: version, a0: feature bits */
#define MONCALL_PAGE_ZERO     1  /* (ppn, count): these pages now hold zeroes */
#define MONCALL_PAGE_FREE     2  /* (ppn, count): their contents are needed no more */
#define MONCALL_PAGE_REMAP    3  /* (to ppn, from ppn, count): copies pages, by sharing them */
#define MONCALL_IDLE          4  /* (): until (Cause.IP & Status.IM) != 0 */
#define MONCALL_DELIVER       5  /* (): takes a pending interrupt now, if Status allows one */
#define MONCALL_YIELD         6  /* (vcpu): runs others first; VM_VCPUS_MAX = nobody special */
#define MONCALL_CONSOLE_WRITE 7  /* (paddr, bytes): to the VM's console -> v1: bytes written */
#define MONCALL_CONSOLE_READ  8  /* (): -> v1: a character, or -1 */
#define MONCALL_SHUTDOWN      9  /* (MONCALL_SHUTDOWN_*, code): the VM ends; does not return */
#define MONCALL_VCPU_START    10 /* (vcpu, pc, sp, gp) */
#define MONCALL_VCPU_STOP     11 /* (): the caller; does not return */
#define MONCALL_IPI           12 /* (vcpus 0-31, vcpus 32-63, bits): as INTC_IPI_SET for each */
#define MONCALL_TIME          13 /* () -> v1, a0: low, high word of the clock */
#define MONCALL_STOLEN        14 /* (vcpu) -> v1, a0: low, high word of its stolen cycles */
#define MONCALL_COUNT         15 /* how many calls there are */

/* Version and features that MONCALL_VERSION returns. */
#define MONCALL_VERSION_VALUE   1
#define MONCALL_FEATURE_SHARED  0x1 /* the shared page is mapped */
#define MONCALL_FEATURE_REWRITE 0x2 /* instructions are rewritten */

/* Results in v0. */
#define MONCALL_OK           0
#define MONCALL_ERR_NUMBER   (-1) /* no such call */
#define MONCALL_ERR_ARGUMENT (-2) /* an argument is out of range; nothing was done */
#define MONCALL_ERR_MEMORY   (-3) /* the machine has none left; nothing was done */
#define MONCALL_ERR_STATE    (-4) /* the VCPU is running already, or there is nothing to end */

/* First argument of MONCALL_SHUTDOWN. */
#define MONCALL_SHUTDOWN_OFF     0 /* code: what the workload reports, 0 = success */
#define MONCALL_SHUTDOWN_RESTART 1 /* the VM boots again; code is ignored */
#define MONCALL_SHUTDOWN_PANIC   2 /* the guest's kernel has failed */

/* The most pages of one call. */
#define MONCALL_PAGES_MAX 4096
