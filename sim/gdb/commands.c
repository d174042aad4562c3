/* SPDX-License-Identifier: MIT */
/*
 * commands.c - answering packets. Thread n + 1 of a process is its CPU or VCPU n.
 *
 * Packets are hostile input: every number is read with its end checked, every size has a bound,
 * and what is not understood gets the empty answer that the protocol has for it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "isa/cp0.h"
#include "sim/gdb/gdb_priv.h"

#define MEMORY_BYTES_MAX 4096U
/* GDB's own signal numbers. */
#define SIGNAL_INT  2
#define SIGNAL_ILL  4
#define SIGNAL_TRAP 5
#define SIGNAL_FPE  8
#define SIGNAL_BUS  10
#define SIGNAL_SEGV 11
#define SIGNAL_SYS  12

void session_start(struct session *session)
{
	memset(session->attached, 0, sizeof(session->attached));
	session->attached[PROCESS_MACHINE] = true;
	session->acknowledge = true;
	session->multiprocess = false;
	session->extended = false;
	session->shown = 0;
	session->thread = (struct thread){ PROCESS_MACHINE, session->last.cpu };
	session->stopped = session->thread;
}

bool session_sees_any(const struct session *session)
{
	for (unsigned i = 0; i < PROCESSES; i++) {
		if (session->attached[i]) {
			return true;
		}
	}
	return false;
}

void reply_text(struct session *session, const char *text)
{
	size_t length = strlen(text);

	if (length <= REPLY_BYTES_MAX - session->length) {
		memcpy(session->reply + session->length, text, length);
		session->length += length;
	}
}

void reply_hex(struct session *session, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size && session->length + 2 <= REPLY_BYTES_MAX; i++) {
		session->reply[session->length++] = (uint8_t)packet_hex_digit(bytes[i] >> 4);
		session->reply[session->length++] = (uint8_t)packet_hex_digit(bytes[i]);
	}
}

void reply_format(struct session *session, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reply_text(session, text);
}

/* The rest of a packet. */
struct input {
	const uint8_t *at;
	size_t left;
};

static bool take_char(struct input *in, char c)
{
	if (in->left == 0 || in->at[0] != (uint8_t)c) {
		return false;
	}
	in->at++;
	in->left--;
	return true;
}

static bool take_text(struct input *in, const char *text)
{
	size_t length = strlen(text);

	if (in->left < length || memcmp(in->at, text, length) != 0) {
		return false;
	}
	in->at += length;
	in->left -= length;
	return true;
}

/* A hexadecimal number of 1 to 16 digits. */
static bool take_number(struct input *in, uint64_t *value)
{
	size_t digits = 0;

	*value = 0;
	while (digits < in->left && digits < 16 && packet_hex_value(in->at[digits]) >= 0) {
		*value = (*value << 4) | (uint64_t)packet_hex_value(in->at[digits]);
		digits++;
	}
	in->at += digits;
	in->left -= digits;
	return digits > 0;
}

static bool take_bytes(struct input *in, uint8_t *bytes, size_t count)
{
	if (in->left < 2 * count) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		int high = packet_hex_value(in->at[2 * i]);
		int low = packet_hex_value(in->at[2 * i + 1]);

		if (high < 0 || low < 0) {
			return false;
		}
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	in->at += 2 * count;
	in->left -= 2 * count;
	return true;
}

/* A number plus 1; 0 and -1 mean any, which *is_any says. */
static bool take_id(struct input *in, unsigned *id, bool *is_any)
{
	uint64_t number = 0;

	*is_any = take_text(in, "-1");
	if (!*is_any && (!take_number(in, &number) || number > UINT32_MAX)) {
		return false;
	}
	*is_any = *is_any || number == 0;
	*id = (unsigned)number;
	return true;
}

/*
 * A thread id: p and a process, a dot, the number of its thread plus 1. Either may be any, for
 * which `any` is taken, or the first of the process that is named. There need not be such a thread.
 */
static bool take_thread(struct input *in, struct thread any, struct thread *thread)
{
	bool is_any = true;
	unsigned id;

	*thread = any;
	if (take_char(in, 'p')) {
		if (!take_id(in, &id, &is_any) || id >= PROCESSES) {
			return false;
		}
		if (!is_any && id != any.process) {
			*thread = (struct thread){ id, 0 };
		}
		if (!take_char(in, '.')) {
			return true;
		}
	}
	if (!take_id(in, &id, &is_any)) {
		return false;
	}
	if (!is_any) {
		thread->number = id - 1;
	}
	return true;
}

static void reply_thread(struct session *session, struct thread thread)
{
	if (session->multiprocess) {
		reply_format(session, "p%x.%x", thread.process, thread.number + 1);
	} else {
		reply_format(session, "%x", thread.number + 1);
	}
}

/*
 * GDB may send a 32-bit program's address without the sign bits that make it one of this machine;
 * with all of the upper half zero and bit 31 set, no 32-bit program can mean anything else.
 */
static uint64_t machine_address(uint64_t address)
{
	return (address >> 31) == 1 ? address | 0xffffffff00000000ULL : address;
}

static int signal_of_exception(uint32_t code)
{
	switch (code) {
	case EXC_INT:
		return SIGNAL_INT;
	case EXC_MOD:
	case EXC_TLBL:
	case EXC_TLBS:
		return SIGNAL_SEGV;
	case EXC_ADEL:
	case EXC_ADES:
	case EXC_IBE:
	case EXC_DBE:
		return SIGNAL_BUS;
	case EXC_SYS:
		return SIGNAL_SYS;
	case EXC_RI:
	case EXC_CPU:
		return SIGNAL_ILL;
	case EXC_OV:
	case EXC_FPE:
		return SIGNAL_FPE;
	default:
		return SIGNAL_TRAP;
	}
}

/* Which word names a watchpoint in a stop reply: by how it was set. */
static const char *watch_word(bool is_write)
{
	return is_write ? "watch" : "rwatch";
}

static void reply_end(struct session *session, char how, unsigned code)
{
	reply_format(session, "%c%02x", how, code & 0xff);
	if (session->multiprocess) {
		reply_format(session, ";process:%x", session->stopped.process);
	}
}

void session_stop_reply(struct session *session)
{
	const struct stop *stop = &session->last;
	int signal = SIGNAL_TRAP;

	switch (stop->reason) {
	case STOP_HALT:
		reply_end(session, 'W', 0);
		return;
	case STOP_EXIT:
		reply_end(session, 'W', stop->code);
		return;
	case STOP_MAX_CYCLES:
	case STOP_MAX_INSNS:
	case STOP_DEADLOCK:
	case STOP_PANIC:
	case STOP_IO_ERROR:
		reply_end(session, 'X', 9); /* ended from outside of the program */
		return;
	case STOP_INTERRUPTED:
		signal = SIGNAL_INT;
		break;
	case STOP_EXCEPTION:
		signal = signal_of_exception(stop->code);
		break;
	default:
		break;
	}
	session->thread = session->stopped;
	reply_format(session, "T%02xthread:", signal);
	reply_thread(session, session->stopped);
	reply_text(session, ";");
	if (stop->reason == STOP_BREAKPOINT) {
		reply_text(session, "hwbreak:;");
	} else if (stop->reason == STOP_WATCHPOINT) {
		reply_format(session, "%s:%" PRIx64 ";", watch_word(stop->is_write), stop->addr);
	}
}

static void read_all_registers(struct session *session)
{
	for (unsigned i = 0; i < TARGET_REGISTERS_ALL; i++) {
		uint8_t bytes[8];

		if (!target_read(session, i, bytes)) {
			session->length = 0;
			reply_text(session, "E01");
			return;
		}
		reply_hex(session, bytes, target_register_bytes(i));
	}
}

static void write_all_registers(struct session *session, struct input in)
{
	for (unsigned i = 0; i < TARGET_REGISTERS_ALL && in.left > 0; i++) {
		uint8_t bytes[8];

		if (!take_bytes(&in, bytes, target_register_bytes(i)) ||
		    !target_write(session, i, bytes)) {
			reply_text(session, "E01");
			return;
		}
	}
	reply_text(session, "OK");
}

static void read_register(struct session *session, struct input in)
{
	uint64_t number;
	uint8_t bytes[8];

	if (!take_number(&in, &number) || number >= TARGET_REGISTERS ||
	    !target_read(session, (unsigned)number, bytes)) {
		reply_text(session, "E01");
		return;
	}
	reply_hex(session, bytes, target_register_bytes((unsigned)number));
}

static void write_register(struct session *session, struct input in)
{
	uint64_t number;
	uint8_t bytes[8];

	if (!take_number(&in, &number) || number >= TARGET_REGISTERS || !take_char(&in, '=') ||
	    !take_bytes(&in, bytes, target_register_bytes((unsigned)number)) ||
	    !target_write(session, (unsigned)number, bytes)) {
		reply_text(session, "E01");
		return;
	}
	reply_text(session, "OK");
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void read_memory(struct session *session, struct input in)
{
	uint8_t bytes[MEMORY_BYTES_MAX];
	uint64_t address;
	uint64_t size;

	if (!take_number(&in, &address) || !take_char(&in, ',') || !take_number(&in, &size)) {
		reply_text(session, "E01");
		return;
	}
	size = least(size, sizeof(bytes));
	size_t got = thread_read_memory(session, session->thread, machine_address(address), bytes,
					(size_t)size);

	if (got == 0 && size > 0) {
		reply_text(session, "E14");
	} else {
		reply_hex(session, bytes, got);
	}
}

/* M address,size:hex and X address,size:binary. */
static void write_memory(struct session *session, struct input in, bool is_binary)
{
	uint8_t bytes[MEMORY_BYTES_MAX];
	uint64_t address;
	uint64_t size;
	bool complete = take_number(&in, &address) && take_char(&in, ',') &&
			take_number(&in, &size) && take_char(&in, ':') && size <= sizeof(bytes);

	if (complete && is_binary) {
		complete = in.left == size;
		if (complete) {
			memcpy(bytes, in.at, in.left);
		}
	} else if (complete) {
		complete = take_bytes(&in, bytes, (size_t)size);
	}
	if (!complete) {
		reply_text(session, "E01");
	} else if (thread_write_memory(session, session->thread, machine_address(address), bytes,
				       (size_t)size) != size) {
		reply_text(session, "E14");
	} else {
		reply_text(session, "OK");
	}
}

/* Z and z: type,address,kind. Both breakpoint types are the simulator's own. */
static void change_point(struct session *session, struct input in, bool insert)
{
	struct point point = { .process = session->thread.process };
	uint64_t type;

	if (!take_number(&in, &type) || !take_char(&in, ',') || !take_number(&in, &point.address) ||
	    !take_char(&in, ',') || !take_number(&in, &point.size)) {
		reply_text(session, "E01");
		return;
	}
	if (type > 4) {
		return; /* an empty reply: not supported */
	}
	point.type = (unsigned)type;
	point.address = machine_address(point.address);
	bool done = insert ? point_add(session, &point) : point_remove(session, &point);

	reply_text(session, done ? "OK" : "E01");
}

/* qXfer:features:read:target.xml:offset,length */
static void read_description(struct session *session, struct input in)
{
	char text[TARGET_TEXT_MAX];
	uint64_t total = target_description(text);
	uint64_t offset;
	uint64_t length;

	if (!take_number(&in, &offset) || !take_char(&in, ',') || !take_number(&in, &length)) {
		reply_text(session, "E01");
		return;
	}
	if (offset >= total) {
		reply_text(session, "l");
		return;
	}
	length = least(length, least(PACKET_BYTES_MAX / 2, total - offset));
	reply_text(session, offset + length < total ? "m" : "l");
	memcpy(session->reply + session->length, text + offset, (size_t)length);
	session->length += (size_t)length;
}

/* Of the processes that the debugger is attached to. */
static void list_threads(struct session *session)
{
	const char *before = "m";

	for (unsigned process = 0; process < PROCESSES; process++) {
		unsigned threads =
			session->attached[process] ? process_threads(session, process) : 0;

		for (unsigned i = 0; i < threads; i++) {
			reply_text(session, before);
			reply_thread(session, (struct thread){ process, i });
			before = ",";
		}
	}
	if (session->length == 0) {
		reply_text(session, "l");
	}
}

/* For "info threads". */
static void describe_thread(struct session *session, struct input in)
{
	struct thread thread;
	char text[128];

	if (!take_thread(&in, session->thread, &thread)) {
		reply_text(session, "E01");
		return;
	}
	thread_describe(session, thread, text, sizeof(text));
	reply_hex(session, text, strlen(text));
}

static void run_monitor_command(struct session *session, struct input in)
{
	uint8_t text[256];
	size_t length = in.left / 2;

	if (length >= sizeof(text) || !take_bytes(&in, text, length)) {
		reply_text(session, "E01");
		return;
	}
	text[length] = '\0';
	monitor_command(session, (const char *)text);
}

static bool contains(const struct input *in, const char *text)
{
	return memmem(in->at, in->left, text, strlen(text)) != NULL;
}

static void answer_query(struct session *session, struct input in)
{
	if (take_text(&in, "Supported")) {
		session->multiprocess = contains(&in, "multiprocess+");
		reply_format(session,
			     "PacketSize=%x;qXfer:features:read+;QStartNoAckMode+;hwbreak+%s",
			     PACKET_BYTES_MAX / 2, session->multiprocess ? ";multiprocess+" : "");
	} else if (take_text(&in, "Xfer:features:read:target.xml:")) {
		read_description(session, in);
	} else if (take_text(&in, "fThreadInfo")) {
		list_threads(session);
	} else if (take_text(&in, "sThreadInfo")) {
		reply_text(session, "l");
	} else if (take_text(&in, "ThreadExtraInfo,")) {
		describe_thread(session, in);
	} else if (take_text(&in, "Rcmd,")) {
		run_monitor_command(session, in);
	} else if (take_text(&in, "Attached")) {
		reply_text(session, "1");
	} else if (take_text(&in, "C")) {
		reply_text(session, "QC");
		reply_thread(session, session->thread);
	}
}

/* vCont;action[:thread]...: a step of one thread, or all go on, whichever process is named. */
static enum session_wish continue_threads(struct session *session, struct input in)
{
	enum session_wish wish = SESSION_STAY;

	while (take_char(&in, ';')) {
		char action = (char)(in.left > 0 ? in.at[0] : 0);
		bool has_signal = action == 'C' || action == 'S';
		struct thread thread = session->stopped;
		uint64_t signal;

		if (!take_char(&in, action) || (has_signal && !take_number(&in, &signal)) ||
		    (take_char(&in, ':') && !take_thread(&in, session->stopped, &thread)) ||
		    !thread_exists(session, thread)) {
			break;
		}
		if (action == 's' || action == 'S') {
			session->step = thread;
			return SESSION_STEP;
		}
		if (action == 'c' || action == 'C') {
			wish = SESSION_CONTINUE;
		}
	}
	if (wish == SESSION_STAY) {
		reply_text(session, "E01");
	}
	return wish;
}

/* vAttach;process: its threads are seen from now on. The machine stands as it stood. */
static void attach(struct session *session, struct input in)
{
	uint64_t process;

	if (!take_number(&in, &process) || process >= PROCESSES || session->attached[process] ||
	    process_threads(session, (unsigned)process) == 0) {
		reply_text(session, "E01");
		return;
	}
	session->attached[process] = true;
	session->stopped = (struct thread){ (unsigned)process, 0 };
	session->last = (struct stop){ .reason = STOP_STEPPED };
	session_stop_reply(session);
}

/* D or D;process. With the last one the debugger leaves. */
static enum session_wish detach(struct session *session, struct input in)
{
	uint64_t process;
	bool is_one = take_char(&in, ';') && take_number(&in, &process) && process < PROCESSES;

	reply_text(session, "OK");
	if (!is_one) {
		return SESSION_DETACH;
	}
	session->attached[process] = false;
	points_remove_process(session, (unsigned)process);
	return session_sees_any(session) ? SESSION_STAY : SESSION_DETACH;
}

/* vKill;process: the machine's end. A virtual machine's is its monitor's business. */
static enum session_wish kill_process(struct session *session, struct input in)
{
	uint64_t process;

	if (take_char(&in, ';') && take_number(&in, &process) && process != PROCESS_MACHINE) {
		reply_text(session, "E01");
		return SESSION_STAY;
	}
	reply_text(session, "OK");
	return SESSION_KILL;
}

static enum session_wish answer_v(struct session *session, struct input in)
{
	if (take_text(&in, "Cont?")) {
		reply_text(session, "vCont;c;C;s;S");
	} else if (take_text(&in, "Cont")) {
		return continue_threads(session, in);
	} else if (take_text(&in, "Kill")) {
		return kill_process(session, in);
	} else if (take_text(&in, "Attach;")) {
		attach(session, in);
	}
	return SESSION_STAY;
}

/* H: g chooses the thread for registers, memory and points; c has no meaning beside vCont. */
static void choose_thread(struct session *session, struct input in)
{
	bool for_registers = in.left > 0 && in.at[0] == 'g';
	struct thread thread;

	if (in.left > 0) {
		in.at++;
		in.left--;
	}
	if (!take_thread(&in, session->thread, &thread)) {
		reply_text(session, "E01");
		return;
	}
	if (for_registers) {
		session->thread = thread;
	}
	reply_text(session, "OK");
}

static void thread_is_alive(struct session *session, struct input in)
{
	struct thread thread;

	bool is_alive =
		take_thread(&in, session->thread, &thread) && thread_exists(session, thread);

	reply_text(session, is_alive ? "OK" : "E01");
}

/* c and s with an address that is set first. */
static enum session_wish resume(struct session *session, struct input in, enum session_wish wish)
{
	uint64_t address;

	if (take_number(&in, &address)) {
		(void)thread_write(session, session->thread, REG_PC, machine_address(address));
	}
	session->step = session->thread;
	if (wish == SESSION_STEP && !thread_exists(session, session->step)) {
		reply_text(session, "E01");
		return SESSION_STAY;
	}
	return wish;
}

/* Packets that look and change. */
static void answer_simple(struct session *session, char command, struct input in)
{
	switch (command) {
	case '?':
		session_stop_reply(session);
		break;
	case 'g':
		read_all_registers(session);
		break;
	case 'G':
		write_all_registers(session, in);
		break;
	case 'p':
		read_register(session, in);
		break;
	case 'P':
		write_register(session, in);
		break;
	case 'm':
		read_memory(session, in);
		break;
	case 'M':
	case 'X':
		write_memory(session, in, command == 'X');
		break;
	case 'Z':
	case 'z':
		change_point(session, in, command == 'Z');
		break;
	case 'H':
		choose_thread(session, in);
		break;
	case 'T':
		thread_is_alive(session, in);
		break;
	case 'q':
		answer_query(session, in);
		break;
	case '!':
		session->extended = true;
		reply_text(session, "OK"); /* "extended-remote": processes may be attached to */
		break;
	default: /* the empty reply: not supported */
		break;
	}
}

enum session_wish session_command(struct session *session, const uint8_t *packet, size_t length)
{
	struct input in = { packet, length };
	char command = (char)(length > 0 ? packet[0] : 0);

	session->length = 0;
	if (length == 0) {
		return SESSION_STAY;
	}
	if (take_text(&in, "QStartNoAckMode")) {
		session->acknowledge = false;
		reply_text(session, "OK");
		return SESSION_STAY;
	}
	in.at++;
	in.left--;
	switch (command) {
	case 'v':
		return answer_v(session, in);
	case 'c':
		return resume(session, in, SESSION_CONTINUE);
	case 's':
		return resume(session, in, SESSION_STEP);
	case 'D':
		return detach(session, in);
	case 'k':
		return SESSION_KILL;
	default:
		answer_simple(session, command, in);
		return SESSION_STAY;
	}
}
