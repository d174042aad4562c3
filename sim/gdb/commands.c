/* SPDX-License-Identifier: MIT */
/*
 * commands.c - answering packets. CPUs are GDB's threads: thread n + 1 is CPU n.
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

static unsigned cpu_count(const struct session *session)
{
	return machine_get_config(session->machine)->cpus;
}

/* A thread id: a CPU's number plus 1; 0 and -1 mean any, for which `any` is taken. */
static bool take_thread(struct input *in, unsigned any, const struct session *session,
			unsigned *cpu)
{
	uint64_t number;

	*cpu = any;
	if (take_text(in, "-1")) {
		return true;
	}
	if (!take_number(in, &number) || number > cpu_count(session)) {
		return false;
	}
	if (number > 0) {
		*cpu = (unsigned)number - 1;
	}
	return true;
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

void session_stop_reply(struct session *session)
{
	const struct stop *stop = &session->last;
	int signal = SIGNAL_TRAP;

	switch (stop->reason) {
	case STOP_HALT:
		reply_text(session, "W00");
		return;
	case STOP_EXIT:
		reply_format(session, "W%02" PRIx32, stop->code & 0xff);
		return;
	case STOP_MAX_CYCLES:
	case STOP_MAX_INSNS:
	case STOP_DEADLOCK:
	case STOP_PANIC:
	case STOP_IO_ERROR:
		reply_text(session, "X09"); /* the run was ended from outside of the program */
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
	session->cpu = stop->cpu;
	reply_format(session, "T%02xthread:%x;", signal, stop->cpu + 1);
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

		target_read(session, i, bytes);
		reply_hex(session, bytes, target_register_bytes(i));
	}
}

static void write_all_registers(struct session *session, struct input in)
{
	for (unsigned i = 0; i < TARGET_REGISTERS_ALL && in.left > 0; i++) {
		uint8_t bytes[8];

		if (!take_bytes(&in, bytes, target_register_bytes(i))) {
			reply_text(session, "E01");
			return;
		}
		target_write(session, i, bytes);
	}
	reply_text(session, "OK");
}

static void read_register(struct session *session, struct input in)
{
	uint64_t number;
	uint8_t bytes[8];

	if (!take_number(&in, &number) || number >= TARGET_REGISTERS) {
		reply_text(session, "E01");
		return;
	}
	target_read(session, (unsigned)number, bytes);
	reply_hex(session, bytes, target_register_bytes((unsigned)number));
}

static void write_register(struct session *session, struct input in)
{
	uint64_t number;
	uint8_t bytes[8];

	if (!take_number(&in, &number) || number >= TARGET_REGISTERS || !take_char(&in, '=') ||
	    !take_bytes(&in, bytes, target_register_bytes((unsigned)number))) {
		reply_text(session, "E01");
		return;
	}
	target_write(session, (unsigned)number, bytes);
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
	size_t got = control_read_memory(session->machine, session->cpu, machine_address(address),
					 bytes, (size_t)size);

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
	} else if (control_write_memory(session->machine, session->cpu, machine_address(address),
					bytes, (size_t)size) != size) {
		reply_text(session, "E14");
	} else {
		reply_text(session, "OK");
	}
}

/* Z and z: type,address,kind. Both breakpoint types are the simulator's own. */
static void change_point(struct session *session, struct input in, bool insert)
{
	struct machine *machine = session->machine;
	uint64_t type;
	uint64_t address;
	uint64_t size;
	bool done;

	if (!take_number(&in, &type) || !take_char(&in, ',') || !take_number(&in, &address) ||
	    !take_char(&in, ',') || !take_number(&in, &size)) {
		reply_text(session, "E01");
		return;
	}
	address = machine_address(address);
	if (type <= 1) {
		done = insert ? control_add_breakpoint(machine, address)
			      : control_remove_breakpoint(machine, address);
	} else if (type <= 4) {
		bool on_read = type >= 3;
		bool on_write = type != 3;

		done = insert ? control_add_watchpoint(machine, address, size, on_read, on_write)
			      : control_remove_watchpoint(machine, address, size, on_read,
							  on_write);
	} else {
		return; /* an empty reply: not supported */
	}
	reply_text(session, done ? "OK" : "E01");
}

/* qXfer:features:read:target.xml:offset,length */
static void read_description(struct session *session, struct input in)
{
	const char *text = target_description();
	uint64_t total = strlen(text);
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

static void list_threads(struct session *session)
{
	reply_text(session, "m");
	for (unsigned cpu = 0; cpu < cpu_count(session); cpu++) {
		reply_format(session, "%s%x", cpu > 0 ? "," : "", cpu + 1);
	}
}

/* "CPU 1: user mode" for "info threads". */
static void describe_thread(struct session *session, struct input in)
{
	static const char *const modes[4] = { "kernel", "supervisor", "user", "kernel" };
	unsigned cpu;

	if (!take_thread(&in, session->cpu, session, &cpu)) {
		reply_text(session, "E01");
		return;
	}
	uint32_t status =
		(uint32_t)control_read_register(session->machine, cpu, REG_CP0 + CP0_STATUS);
	const char *mode = (status & (STATUS_EXL | STATUS_ERL))
				   ? "exception"
				   : modes[(status & STATUS_KSU) >> STATUS_KSU_SHIFT];
	char text[64];

	if (control_cpu_is_running(session->machine, cpu)) {
		snprintf(text, sizeof(text), "CPU %u: %s mode", cpu, mode);
	} else {
		snprintf(text, sizeof(text), "CPU %u: stopped", cpu);
	}
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

static void answer_query(struct session *session, struct input in)
{
	if (take_text(&in, "Supported")) {
		reply_format(session,
			     "PacketSize=%x;qXfer:features:read+;"
			     "QStartNoAckMode+;hwbreak+",
			     PACKET_BYTES_MAX / 2);
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
		reply_format(session, "QC%x", session->cpu + 1);
	}
}

/* vCont;action[:thread]...: a step of one CPU, or all go on. */
static enum session_wish continue_threads(struct session *session, struct input in)
{
	enum session_wish wish = SESSION_STAY;

	while (take_char(&in, ';')) {
		char action = (char)(in.left > 0 ? in.at[0] : 0);
		bool has_signal = action == 'C' || action == 'S';
		unsigned cpu = session->last.cpu;
		uint64_t signal;

		if (!take_char(&in, action) || (has_signal && !take_number(&in, &signal)) ||
		    (take_char(&in, ':') && !take_thread(&in, session->last.cpu, session, &cpu))) {
			break;
		}
		if (action == 's' || action == 'S') {
			session->step_cpu = cpu;
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

static enum session_wish answer_v(struct session *session, struct input in)
{
	if (take_text(&in, "Cont?")) {
		reply_text(session, "vCont;c;C;s;S");
	} else if (take_text(&in, "Cont")) {
		return continue_threads(session, in);
	} else if (take_text(&in, "Kill")) {
		reply_text(session, "OK");
		return SESSION_KILL;
	}
	return SESSION_STAY;
}

/* H: g and m choose the CPU for registers and memory; c has no meaning beside vCont. */
static void choose_thread(struct session *session, struct input in)
{
	bool for_registers = in.left > 0 && in.at[0] == 'g';
	unsigned cpu;

	if (in.left > 0) {
		in.at++;
		in.left--;
	}
	if (!take_thread(&in, session->cpu, session, &cpu)) {
		reply_text(session, "E01");
		return;
	}
	if (for_registers) {
		session->cpu = cpu;
	}
	reply_text(session, "OK");
}

static void thread_is_alive(struct session *session, struct input in)
{
	unsigned cpu;

	reply_text(session, take_thread(&in, 0, session, &cpu) ? "OK" : "E01");
}

/* c and s with an address that is set first. */
static enum session_wish resume(struct session *session, struct input in, enum session_wish wish)
{
	uint64_t address;

	if (take_number(&in, &address)) {
		control_write_register(session->machine, session->cpu, REG_PC,
				       machine_address(address));
	}
	session->step_cpu = session->cpu;
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
		reply_text(session, "OK");
		return SESSION_DETACH;
	case 'k':
		return SESSION_KILL;
	default:
		answer_simple(session, command, in);
		return SESSION_STAY;
	}
}
