/* SPDX-License-Identifier: MIT */
/* console_sink.c - consoles of the guest, byte by byte. */
#include "sim/cmd/console_sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/panic_watch.h"
#include "sim/cmd/progress.h"
#include "sim/cmd/script.h"
#include "sim/control.h"

/* What a JSON document can sensibly hold. */
#define TEXT_BYTES_MAX (16U << 20)

static void note_failure(struct console_sink *sink, const char *what, int failure)
{
	if (!sink->has_failed) {
		sink->has_failed = true;
		error_set(&sink->error, EXIT_HOST_IO, "cannot write %s: %s", what,
			  strerror(failure));
		control_interrupt(sink->machine);
	}
}

static void keep_text(struct console_sink *sink, unsigned console, uint8_t byte)
{
	size_t used = sink->text_bytes[console];

	if (used == TEXT_BYTES_MAX) {
		sink->is_cut[console] = true;
		return;
	}
	/* Grows by doubling: whenever the size is a power of two. */
	if ((used & (used - 1)) == 0) {
		char *larger = realloc(sink->text[console], used == 0 ? 1 : used * 2);

		if (larger == NULL) {
			note_failure(sink, "the console to memory", ENOMEM);
			return;
		}
		sink->text[console] = larger;
	}
	sink->text[console][used] = (char)byte;
	sink->text_bytes[console] = used + 1;
}

static void print(struct console_sink *sink, uint8_t byte)
{
	if (sink->progress != NULL) {
		progress_clear(sink->progress);
	}
	sink->last_byte = byte;
	if (putchar(byte) == EOF || (byte == '\n' && fflush(stdout) != 0)) {
		note_failure(sink, "the console to standard output", errno);
	}
}

void console_sink_put(void *context, unsigned console, uint8_t byte)
{
	struct console_sink *sink = context;

	if (console >= OUTPUT_CONSOLES || sink->has_failed) {
		return;
	}
	if (console == 0) {
		script_note(sink->script, byte);
		panic_watch_note(sink->panic, sink->machine, byte);
		sink->recent[sink->recent_bytes++ % CONSOLE_RECENT_BYTES] = (char)byte;
	}
	if (sink->file[console] != NULL) {
		if (putc(byte, sink->file[console]) == EOF) {
			note_failure(sink, output_console_name(console), errno);
		}
	} else if (sink->to_text) {
		keep_text(sink, console, byte);
	}
	if (sink->to_stdout && console == 0) {
		print(sink, byte);
	}
}

void console_sink_flush(struct console_sink *sink)
{
	if (sink->to_stdout && !sink->has_failed && (fflush(stdout) != 0 || ferror(stdout))) {
		note_failure(sink, "the console to standard output", errno);
	}
}

size_t console_sink_recent(const struct console_sink *sink, char bytes[CONSOLE_RECENT_BYTES])
{
	uint64_t first = sink->recent_bytes > CONSOLE_RECENT_BYTES
				 ? sink->recent_bytes - CONSOLE_RECENT_BYTES
				 : 0;

	for (uint64_t i = first; i < sink->recent_bytes; i++) {
		bytes[i - first] = sink->recent[i % CONSOLE_RECENT_BYTES];
	}
	return (size_t)(sink->recent_bytes - first);
}

bool console_sink_is_at_line_start(const struct console_sink *sink)
{
	return sink->last_byte == '\0' || sink->last_byte == '\n';
}

void console_sink_release(struct console_sink *sink)
{
	for (unsigned i = 0; i < OUTPUT_CONSOLES; i++) {
		free(sink->text[i]);
		sink->text[i] = NULL;
	}
}
