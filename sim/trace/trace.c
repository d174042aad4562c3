/* SPDX-License-Identifier: MIT */
/* trace.c - one line per event: cycle, CPU, what. */
#include "sim/trace/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"
#include "isa/names.h"
#include "sim/control.h"
#include "sim/core/core.h"

struct trace {
	struct machine *machine;
	FILE *stream;
	const struct elf_file *symbols;
	unsigned categories;
	bool failed;
};

struct category {
	const char *name;
	unsigned bits;
};

static const struct category categories_known[] = {
	{ "insn", TRACE_INSN }, { "exc", TRACE_EXC }, { "tlb", TRACE_TLB },
	{ "mem", TRACE_MEM },   { "dev", TRACE_DEV }, { "all", 0x1f },
};

#define CATEGORIES (sizeof(categories_known) / sizeof(categories_known[0]))

bool trace_parse(const char *text, unsigned *categories, struct error *err)
{
	*categories = 0;
	while (*text != '\0') {
		size_t length = strcspn(text, ",");
		unsigned bits = 0;

		for (size_t i = 0; i < CATEGORIES; i++) {
			const char *name = categories_known[i].name;

			if (strlen(name) == length && strncmp(name, text, length) == 0) {
				bits = categories_known[i].bits;
			}
		}
		if (bits == 0) {
			return error_set(
				err, EXIT_USAGE,
				"--trace: '%.*s' is not one of: insn, exc, tlb, mem, dev, all",
				(int)(length < 64 ? length : 64), text);
		}
		*categories |= bits;
		text += length + (text[length] == ',');
	}
	if (*categories == 0) {
		return error_set(err, EXIT_USAGE, "--trace: nothing to trace");
	}
	return true;
}

/* Every line begins with cycle and CPU. A full disk ends the run instead of filling it. */
static FILE *begin_line(struct trace *trace, const struct core *core, const char *category)
{
	if (trace->failed) {
		return NULL;
	}
	if (fprintf(trace->stream, "%12" PRIu64 " cpu%u %-4s ", core_now(core), core->id,
		    category) < 0) {
		trace->failed = true;
		control_interrupt(trace->machine);
		return NULL;
	}
	return trace->stream;
}

/* "ffffffff80100000 <main+0x10>" */
static void put_address(const struct trace *trace, uint64_t address)
{
	const struct elf_symbol *symbol =
		trace->symbols != NULL ? elf_find_symbol(trace->symbols, address) : NULL;

	fprintf(trace->stream, "%016" PRIx64, address);
	if (symbol != NULL) {
		fprintf(trace->stream, " <%s+0x%" PRIx64 ">", symbol->name,
			address - symbol->address);
	}
}

static void trace_insn(void *context, struct core *core, uint64_t pc, uint32_t word)
{
	struct trace *trace = context;
	bool new_abi = trace->symbols != NULL && elf_is_new_abi(trace->symbols);

	if (begin_line(trace, core, "insn") != NULL) {
		char text[128];

		isa_disasm(word, pc, new_abi, text, sizeof(text));
		put_address(trace, pc);
		fprintf(trace->stream, ": %08" PRIx32 " %s%s\n", word, text,
			core->in_slot ? "  (slot)" : "");
	}
}

static const char *exception_name(unsigned code)
{
	const char *name = isa_exceptions[code & 31].name;

	return name != NULL ? name : "?";
}

static void trace_exception(void *context, struct core *core, unsigned code, uint64_t epc,
			    uint64_t vector)
{
	struct trace *trace = context;

	if (begin_line(trace, core, "exc") != NULL) {
		fprintf(trace->stream, "%-5s at ", exception_name(code));
		put_address(trace, epc);
		fprintf(trace->stream, "%s badvaddr %016" PRIx64 " cause %08" PRIx32 " -> ",
			(core->cp0.cause & CAUSE_BD) ? " (slot)" : "", core->cp0.bad_vaddr,
			core->cp0.cause);
		put_address(trace, vector);
		fputc('\n', trace->stream);
	}
}

static void trace_tlb(void *context, struct core *core, unsigned index)
{
	struct trace *trace = context;
	const struct core_tlb_entry *entry = &core->tlb.entry[index];

	if (begin_line(trace, core, "tlb") != NULL) {
		fprintf(trace->stream,
			"[%2u] vpn2 %016" PRIx64 " asid %02x%s mask %08" PRIx32 " lo %08" PRIx32
			" %08" PRIx32 "\n",
			index, entry->vpn2, entry->asid, entry->global ? " G" : "", entry->mask,
			entry->lo[0], entry->lo[1]);
	}
}

static void put_access(struct trace *trace, struct core *core, const char *category,
		       enum core_access access, uint64_t vaddr, uint64_t paddr, unsigned size,
		       uint64_t value)
{
	if (begin_line(trace, core, category) != NULL) {
		put_address(trace, vaddr);
		fprintf(trace->stream, " (%09" PRIx64 ") %s %u %0*" PRIx64 "\n", paddr,
			access == CORE_STORE ? "<-" : "->", size, (int)size * 2,
			size == 8 ? value : value & (((uint64_t)1 << (8 * size)) - 1));
	}
}

static void trace_mem(void *context, struct core *core, enum core_access access, uint64_t vaddr,
		      uint64_t paddr, unsigned size, uint64_t value)
{
	put_access(context, core, "mem", access, vaddr, paddr, size, value);
}

static void trace_dev(void *context, struct core *core, enum core_access access, uint64_t vaddr,
		      uint64_t paddr, unsigned size, uint64_t value)
{
	put_access(context, core, "dev", access, vaddr, paddr, size, value);
}

struct trace *trace_begin(struct machine *machine, unsigned categories, FILE *stream,
			  const struct elf_file *symbols)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (trace != NULL) {
		trace->machine = machine;
		trace->stream = stream;
		trace->symbols = symbols;
		trace->categories = categories;
	}
	return trace;
}

void trace_add_hooks(struct trace *trace, struct core_hooks *hooks)
{
	hooks->trace = trace;
	hooks->insn = (trace->categories & TRACE_INSN) ? trace_insn : NULL;
	hooks->exception = (trace->categories & TRACE_EXC) ? trace_exception : NULL;
	hooks->tlb_write = (trace->categories & TRACE_TLB) ? trace_tlb : NULL;
	hooks->mem = (trace->categories & TRACE_MEM) ? trace_mem : NULL;
	hooks->dev = (trace->categories & TRACE_DEV) ? trace_dev : NULL;
}

bool trace_failed(const struct trace *trace)
{
	return trace->failed || ferror(trace->stream) != 0;
}

void trace_end(struct trace *trace)
{
	free(trace);
}
