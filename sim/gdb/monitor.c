/* SPDX-License-Identifier: MIT */
/* monitor.c - "monitor ..." in GDB: what the protocol has no packets for. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "isa/cp0.h"
#include "sim/gdb/gdb_priv.h"

struct exception_name {
	const char *name;
	unsigned code;
};

static const struct exception_name exceptions[] = {
	{ "int", EXC_INT },   { "mod", EXC_MOD },   { "tlbl", EXC_TLBL }, { "tlbs", EXC_TLBS },
	{ "adel", EXC_ADEL }, { "ades", EXC_ADES }, { "ibe", EXC_IBE },   { "dbe", EXC_DBE },
	{ "sys", EXC_SYS },   { "bp", EXC_BP },     { "ri", EXC_RI },     { "cpu", EXC_CPU },
	{ "ov", EXC_OV },     { "tr", EXC_TR },     { "fpe", EXC_FPE },   { "watch", EXC_WATCH },
};

#define EXCEPTIONS (sizeof(exceptions) / sizeof(exceptions[0]))

static void say(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Output goes to GDB as hexadecimal digits of its text. */
static void say(struct session *session, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(text, sizeof(text), format, args);

	va_end(args);
	if (length > 0) {
		reply_hex(session, text,
			  (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
	}
}

static void show_registers(struct session *session)
{
	for (unsigned i = 0; i < 32; i++) {
		uint64_t value;

		if (target_cp0_name(i) != NULL &&
		    thread_read(session, session->thread, REG_CP0 + i, &value)) {
			say(session, "%-9s 0x%016" PRIx64 "\n", target_cp0_name(i), value);
		}
	}
}

static void show_tlb(struct session *session)
{
	struct control_tlb_entry entry;

	for (unsigned i = 0; thread_read_tlb(session, session->thread, i, &entry); i++) {
		say(session,
		    "%2u vpn2 0x%016" PRIx64 " mask 0x%07" PRIx32 " asid 0x%02x %c lo 0x%08" PRIx32
		    " 0x%08" PRIx32 "\n",
		    i, entry.vpn2, entry.page_mask, entry.asid, entry.global ? 'G' : '-',
		    entry.entry_lo[0], entry.entry_lo[1]);
	}
}

static void list_exceptions(struct session *session)
{
	for (size_t i = 0; i < EXCEPTIONS; i++) {
		bool shown = (session->shown & (1U << exceptions[i].code)) != 0;

		say(session, "%-6s %s\n", exceptions[i].name, shown ? "stops" : "passes");
	}
}

/* One word of "monitor exceptions": all, none, list, or a name, which is added. */
static bool choose_exception(struct session *session, const char *word)
{
	if (strcmp(word, "list") == 0) {
		list_exceptions(session);
		return true;
	}
	if (strcmp(word, "none") == 0) {
		session->shown = 0;
		return true;
	}
	for (size_t i = 0; i < EXCEPTIONS; i++) {
		bool all = strcmp(word, "all") == 0;

		if (all || strcmp(word, exceptions[i].name) == 0) {
			session->shown |= 1U << exceptions[i].code;
			if (!all) {
				return true;
			}
		}
	}
	return strcmp(word, "all") == 0;
}

static void choose_exceptions(struct session *session, char *words)
{
	char *rest = NULL;
	char *word = strtok_r(words, " ", &rest);

	if (word == NULL) {
		list_exceptions(session);
	}
	for (; word != NULL; word = strtok_r(NULL, " ", &rest)) {
		if (!choose_exception(session, word)) {
			say(session, "no exception is called '%s'\n", word);
		}
	}
	control_show_exceptions(session->machine, session->shown);
}

static void choose_mode(struct session *session, const char *word)
{
	if (strcmp(word, " timing") == 0 || strcmp(word, " fast") == 0) {
		machine_set_timing(session->machine, strcmp(word, " timing") == 0);
		say(session, "from the next quantum on, with cold caches\n");
	} else if (word[0] != '\0') {
		say(session, "expected fast or timing\n");
	} else {
		say(session, "%s\n", machine_is_timing(session->machine) ? "timing" : "fast");
	}
}

/* What "attach" may name. */
static void show_processes(struct session *session)
{
	bool is_more = false;

	for (unsigned i = PROCESS_MACHINE; i < PROCESSES; i++) {
		char text[128];

		if (process_threads(session, i) > 0) {
			process_describe(session, i, text, sizeof(text));
			say(session, "process %u: %s%s\n", i, text,
			    session->attached[i] ? ", attached" : "");
			is_more = is_more || i != PROCESS_MACHINE;
		}
	}
	if (!is_more) {
		say(session, session->inspect != 0
				     ? "the monitor has not begun its virtual machines yet\n"
				     : "the program is no monitor: it has no virtual machines\n");
	}
}

static void show_help(struct session *session)
{
	say(session, "monitor exceptions [list|all|none|NAME...]  which exceptions stop\n");
	say(session, "monitor registers                           CP0 of this thread\n");
	say(session, "monitor processes                           machine and virtual machines\n");
	say(session, "monitor tlb                                 its TLB\n");
	say(session, "monitor cycles                              simulated time\n");
	say(session, "monitor mode [fast|timing]                  with or without caches\n");
}

void monitor_command(struct session *session, const char *text)
{
	char words[256];

	snprintf(words, sizeof(words), "%s", text);
	if (strncmp(words, "exceptions", 10) == 0 && (words[10] == ' ' || words[10] == '\0')) {
		choose_exceptions(session, words + 10);
	} else if (strcmp(words, "registers") == 0) {
		show_registers(session);
	} else if (strcmp(words, "processes") == 0) {
		show_processes(session);
	} else if (strcmp(words, "tlb") == 0) {
		show_tlb(session);
	} else if (strncmp(words, "mode", 4) == 0 && (words[4] == ' ' || words[4] == '\0')) {
		choose_mode(session, words + 4);
	} else if (strcmp(words, "cycles") == 0) {
		say(session, "cycle %" PRIu64 ", %" PRIu64 " instructions\n",
		    machine_cycles(session->machine), machine_instructions(session->machine));
	} else {
		show_help(session);
	}
	if (session->length == 0) {
		reply_text(session, "OK");
	}
}
