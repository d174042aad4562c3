/* SPDX-License-Identifier: MIT */
/*
 * gdb_priv.h - a debugging session, for the files of this folder.
 *
 * server.c owns the sockets and the run loop, commands.c answers packets, thread.c knows whose
 * registers and memory are meant, points.c the break- and watchpoints and whom a stop concerns,
 * target.c the registers and their description, monitor.c the "monitor" commands.
 */
#pragma once

#include "machine/inspect.h"
#include "sim/gdb/gdb.h"
#include "sim/gdb/packet.h"

#define REPLY_BYTES_MAX 32768U

/*
 * The processes that GDB sees: the machine with its CPUs as threads, and each virtual machine that
 * a monitor publishes, with its VCPUs.
 */
#define PROCESS_MACHINE 1U
#define PROCESS_VM      2U /* and up, by the number in the monitor's table */
#define PROCESSES       (PROCESS_VM + INSPECT_VMS_MAX)

struct thread {
	unsigned process;
	unsigned number; /* of the CPU, or of the VCPU in its VM; GDB counts from 1 */
};

/* A break- or watchpoint: a packet Z, and the process that it counts for. */
struct point {
	unsigned process;
	unsigned type;
	uint64_t address;
	uint64_t size;
};

#define POINTS_MAX 512U

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
	uint64_t inspect;     /* where a monitor publishes its VMs; 0: nowhere */
	struct thread thread; /* for registers and memory (Hg) */
	struct thread step;   /* for SESSION_STEP */
	struct stop last;     /* why the machine stands */
	struct thread stopped;
	bool acknowledge;  /* '+' and '-' are in use */
	bool multiprocess; /* the debugger knows of processes */
	bool extended;     /* and stays when the program is over */
	bool attached[PROCESSES];
	uint32_t shown; /* exceptions that stop, by code */
	unsigned point_count;
	struct point point[POINTS_MAX];
	size_t length; /* of the reply */
	uint8_t reply[REPLY_BYTES_MAX];
};

/* A debugger has come: it sees the machine. */
void session_start(struct session *session);

/* Is the debugger still attached to a process? */
bool session_sees_any(const struct session *session);

/* Appends to the reply; what does not fit is dropped, which the peer notices as a bad reply. */
void reply_text(struct session *session, const char *text);
void reply_hex(struct session *session, const void *data, size_t size);
void reply_format(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Answers one packet into session->reply. */
enum session_wish session_command(struct session *session, const uint8_t *packet, size_t length);

/* The stop reply for session->last and session->stopped. */
void session_stop_reply(struct session *session);

/* thread.c: threads of a process; 0 if there is no such process now. */
unsigned process_threads(const struct session *session, unsigned process);
bool thread_exists(const struct session *session, struct thread thread);

/* The thread of `process` that `cpu` executes at this moment. */
bool thread_on_cpu(const struct session *session, unsigned process, unsigned cpu,
		   struct thread *thread);

/* Is it in a CPU, elsewhere than at `pc`? */
bool thread_has_left(const struct session *session, struct thread thread, uint64_t pc);

/* Is a VCPU just between its CPU and the monitor, so that its registers are in both? */
bool thread_any_in_between(const struct session *session);

/* Registers by the numbers of control.h. False if the thread is gone, or cannot be written now. */
bool thread_read(const struct session *session, struct thread thread, unsigned reg,
		 uint64_t *value);
bool thread_write(struct session *session, struct thread thread, unsigned reg, uint64_t value);

/* Virtual memory; returns the bytes before the first that cannot be. */
size_t thread_read_memory(const struct session *session, struct thread thread, uint64_t vaddr,
			  void *data, size_t size);
size_t thread_write_memory(struct session *session, struct thread thread, uint64_t vaddr,
			   const void *data, size_t size);
bool thread_read_tlb(const struct session *session, struct thread thread, unsigned index,
		     struct control_tlb_entry *entry);

/* "CPU 1: user mode" for "info threads"; "VM 0 one, 2 VCPUs" for a process. */
void thread_describe(const struct session *session, struct thread thread, char *text, size_t size);
void process_describe(const struct session *session, unsigned process, char *text, size_t size);

/* points.c: those of all processes together are in the machine. */
bool point_add(struct session *session, const struct point *point);
bool point_remove(struct session *session, const struct point *point);
void points_remove_process(struct session *session, unsigned process);
void points_clear(struct session *session);

/* Notes why the machine stands and which thread stopped; false if it concerns no process. */
bool session_take_stop(struct session *session, const struct stop *stop);

/* target.c: registers in GDB's numbering. */
#define TARGET_REGISTERS 104U
/* Those of the g and G packets; GDB asks for the others one by one. */
#define TARGET_REGISTERS_ALL 72U
#define TARGET_TEXT_MAX      8192U

/* The registers as XML; returns its length. */
size_t target_description(char text[TARGET_TEXT_MAX]);
size_t target_register_bytes(unsigned number);
bool target_read(const struct session *session, unsigned number, uint8_t bytes[8]);
bool target_write(struct session *session, unsigned number, const uint8_t bytes[8]);
/* Name and control.h number of CP0 register `number`; NULL if there is none. */
const char *target_cp0_name(unsigned number);

/* monitor.c: the text of "monitor ..."; appends its output, hex-encoded, to the reply. */
void monitor_command(struct session *session, const char *text);
