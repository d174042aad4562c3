/* SPDX-License-Identifier: MIT */
/* output.c - consoles, documents and files of a run. */
#include "sim/cmd/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "isa/cp0.h"
#include "sim/control.h"

#define TEXT_BYTES_MAX (16U << 20)

bool output_open(struct output_file *file, const char *directory, const char *name,
		 struct error *err)
{
	if (asprintf(&file->path, "%s/%s", directory, name) < 0 ||
	    asprintf(&file->temporary, "%s/.%s.part", directory, name) < 0) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	file->stream = fopen(file->temporary, "we");
	if (file->stream == NULL) {
		return error_set(err, EXIT_HOST_IO, "cannot create %s: %s", file->temporary,
				 strerror(errno));
	}
	return true;
}

bool output_commit(struct output_file *file, struct error *err)
{
	bool written = fflush(file->stream) == 0 && ferror(file->stream) == 0;
	int failure = errno;

	if (fclose(file->stream) != 0 && written) {
		written = false;
		failure = errno;
	}
	file->stream = NULL;
	if (written && rename(file->temporary, file->path) != 0) {
		written = false;
		failure = errno;
	}
	if (!written) {
		error_set(err, EXIT_HOST_IO, "cannot write %s: %s", file->path, strerror(failure));
		unlink(file->temporary);
	}
	free(file->path);
	free(file->temporary);
	*file = (struct output_file){ 0 };
	return written;
}

void output_discard(struct output_file *file)
{
	if (file->stream != NULL) {
		fclose(file->stream);
		unlink(file->temporary);
	}
	free(file->path);
	free(file->temporary);
	*file = (struct output_file){ 0 };
}

static void keep_text(struct console_sink *sink, unsigned console, uint8_t byte)
{
	size_t used = sink->text_bytes[console];

	/* Grows by doubling: whenever the size is a power of two. */
	if ((used & (used - 1)) == 0 && used < TEXT_BYTES_MAX) {
		char *larger = realloc(sink->text[console], used == 0 ? 1 : used * 2);

		if (larger == NULL) {
			sink->failed = true;
			error_set(&sink->error, EXIT_HOST_IO, "the host is out of memory");
			return;
		}
		sink->text[console] = larger;
	}
	if (used < TEXT_BYTES_MAX) {
		sink->text[console][used] = (char)byte;
		sink->text_bytes[console] = used + 1;
	}
}

static void note_failure(struct console_sink *sink, const char *what)
{
	if (!sink->failed) {
		sink->failed = true;
		error_set(&sink->error, EXIT_HOST_IO, "cannot write %s: %s", what, strerror(errno));
		control_interrupt(sink->machine);
	}
}

void console_sink_put(void *context, unsigned console, uint8_t byte)
{
	struct console_sink *sink = context;

	if (console >= OUTPUT_CONSOLES || sink->failed) {
		return;
	}
	if (sink->file[console].stream != NULL) {
		if (putc(byte, sink->file[console].stream) == EOF) {
			note_failure(sink, sink->file[console].path);
		}
	} else if (sink->to_text) {
		keep_text(sink, console, byte);
	}
	if (sink->to_stdout && console == 0) {
		if (putchar(byte) == EOF || (byte == '\n' && fflush(stdout) != 0)) {
			note_failure(sink, "the console to standard output");
		}
	}
}

bool output_create_directory(const char *path, bool force, struct error *err)
{
	struct stat status;

	if (mkdir(path, 0777) == 0) {
		return true;
	}
	if (errno != EEXIST) {
		return error_set(err, EXIT_HOST_IO, "cannot create directory %s: %s", path,
				 strerror(errno));
	}
	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
		return error_set(err, EXIT_USAGE, "--out: %s exists and is no directory", path);
	}
	if (!force) {
		return error_set(
			err, EXIT_USAGE,
			"--out: %s exists; its results are kept, use --force to replace them",
			path);
	}
	return true;
}

bool output_write_json(const char *directory, const char *name, const json_t *document,
		       struct error *err)
{
	struct output_file file = { 0 };

	if (!output_open(&file, directory, name, err)) {
		output_discard(&file);
		return false;
	}
	/* Errors of the stream are sticky: output_commit() sees them. */
	json_dumpf(document, file.stream, JSON_INDENT(2) | JSON_SORT_KEYS);
	putc('\n', file.stream);
	return output_commit(&file, err);
}

static void hash_stream(FILE *stream, XXH3_state_t *state)
{
	uint8_t buffer[65536];
	size_t got;

	XXH3_64bits_reset(state);
	while ((got = fread(buffer, 1, sizeof(buffer), stream)) > 0) {
		XXH3_64bits_update(state, buffer, got);
	}
}

bool output_hash_file(const char *path, char hash[17], struct error *err)
{
	FILE *stream = fopen(path, "re");
	XXH3_state_t *state = XXH3_createState();
	bool done = stream != NULL && state != NULL;

	if (done) {
		hash_stream(stream, state);
		done = ferror(stream) == 0;
		snprintf(hash, 17, "%016" PRIx64, (uint64_t)XXH3_64bits_digest(state));
	}
	if (!done) {
		error_set(err, EXIT_HOST_IO, "cannot read %s: %s", path, strerror(errno));
	}
	XXH3_freeState(state);
	if (stream != NULL) {
		fclose(stream);
	}
	return done;
}

static json_t *hex(uint64_t value)
{
	return json_sprintf("0x%016" PRIx64, value);
}

static json_t *register_range(const struct machine *machine, unsigned cpu, unsigned first)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < 32; i++) {
		json_array_append_new(array, hex(control_read_register(machine, cpu, first + i)));
	}
	return array;
}

static json_t *cp0_registers(const struct machine *machine, unsigned cpu)
{
	static const struct {
		unsigned number;
		const char *name;
	} names[] = {
		{ CP0_INDEX, "Index" },       { CP0_RANDOM, "Random" },
		{ CP0_ENTRYLO0, "EntryLo0" }, { CP0_ENTRYLO1, "EntryLo1" },
		{ CP0_CONTEXT, "Context" },   { CP0_PAGEMASK, "PageMask" },
		{ CP0_WIRED, "Wired" },       { CP0_BADVADDR, "BadVAddr" },
		{ CP0_COUNT, "Count" },       { CP0_ENTRYHI, "EntryHi" },
		{ CP0_COMPARE, "Compare" },   { CP0_STATUS, "Status" },
		{ CP0_CAUSE, "Cause" },       { CP0_EPC, "EPC" },
		{ CP0_PRID, "PRId" },         { CP0_CONFIG, "Config" },
		{ CP0_LLADDR, "LLAddr" },     { CP0_WATCHLO, "WatchLo" },
		{ CP0_WATCHHI, "WatchHi" },   { CP0_XCONTEXT, "XContext" },
		{ CP0_ECC, "ECC" },           { CP0_CACHEERR, "CacheErr" },
		{ CP0_TAGLO, "TagLo" },       { CP0_TAGHI, "TagHi" },
		{ CP0_ERROREPC, "ErrorEPC" },
	};
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t value = control_read_register(machine, cpu, REG_CP0 + names[i].number);

		json_object_set_new(object, names[i].name, hex(value));
	}
	return object;
}

json_t *output_registers(const struct machine *machine)
{
	json_t *cpus = json_array();

	for (unsigned cpu = 0; cpu < machine_get_config(machine)->cpus; cpu++) {
		json_t *entry = json_object();

		json_object_set_new(entry, "cpu", json_integer((json_int_t)cpu));
		json_object_set_new(entry, "gpr", register_range(machine, cpu, REG_GPR0));
		json_object_set_new(entry, "hi", hex(control_read_register(machine, cpu, REG_HI)));
		json_object_set_new(entry, "lo", hex(control_read_register(machine, cpu, REG_LO)));
		json_object_set_new(entry, "pc", hex(control_read_register(machine, cpu, REG_PC)));
		json_object_set_new(entry, "fpr", register_range(machine, cpu, REG_FPR0));
		json_object_set_new(entry, "fcr31",
				    hex(control_read_register(machine, cpu, REG_FCR31)));
		json_object_set_new(entry, "cp0", cp0_registers(machine, cpu));
		json_array_append_new(cpus, entry);
	}
	return cpus;
}
