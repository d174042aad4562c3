/* SPDX-License-Identifier: MIT */
/*
 * gdb_priv.h - a debugging session, for the files of this folder.
 *
 * server.c owns the sockets and the run loop, commands.c answers packets, target.c knows the
 * registers and their description, monitor.c the "monitor" commands.
 */
#pragma once

#include "sim/gdb/gdb.h"
#include "sim/gdb/packet.h"

#define REPLY_BYTES_MAX 32768U

/* What the debugger wants next. */
enum session_wish {
	SESSION_STAY, /* answer more packets */
	SESSION_CONTINUE,
	SESSION_STEP,
	SESSION_DETACH, /* go on without a debugger */
	SESSION_KILL
};

struct session {
	struct machine *machine;
	unsigned cpu;      /* for registers and memory (Hg) */
	unsigned step_cpu; /* for SESSION_STEP */
	struct stop last;  /* why the machine stands */
	bool acknowledge;  /* '+' and '-' are in use */
	uint32_t shown;    /* exceptions that stop, by code */
	size_t length;     /* of the reply */
	uint8_t reply[REPLY_BYTES_MAX];
};

/* Appends to the reply; what does not fit is dropped, which the peer notices as a bad reply. */
void reply_text(struct session *session, const char *text);
void reply_hex(struct session *session, const void *data, size_t size);
void reply_format(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Answers one packet into session->reply. */
enum session_wish session_command(struct session *session, const uint8_t *packet, size_t length);

/* The stop reply for session->last. */
void session_stop_reply(struct session *session);

/* target.c: registers in GDB's numbering. */
#define TARGET_REGISTERS 104U
/* Those of the g and G packets; GDB asks for the others one by one. */
#define TARGET_REGISTERS_ALL 72U

const char *target_description(void);
size_t target_register_bytes(unsigned number);
void target_read(struct session *session, unsigned number, uint8_t bytes[8]);
void target_write(struct session *session, unsigned number, const uint8_t bytes[8]);
/* Name and control.h number of CP0 register `number`; NULL if there is none. */
const char *target_cp0_name(unsigned number);

/* monitor.c: the text of "monitor ..."; appends its output, hex-encoded, to the reply. */
void monitor_command(struct session *session, const char *text);
