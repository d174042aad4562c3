/* SPDX-License-Identifier: MIT */
/*
 * status.h - results of the monitor's functions that can fail.
 *
 * A status says what went wrong on our side or with a resource. What a guest does wrong is never
 * one: it becomes an exception of the guest.
 */
#pragma once

enum status {
	OK,
	ERR_NOMEM,   /* no free machine page on any node */
	ERR_RANGE,   /* no such page, node, VM, index */
	ERR_BUSY,    /* pinned: may be tried again when the pins are gone */
	ERR_INVALID, /* malformed input (device tree) */
	ERR_FULL     /* a table of fixed size has no room left */
};

#define MUST_CHECK __attribute__((warn_unused_result))
