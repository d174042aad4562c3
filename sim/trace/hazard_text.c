/* SPDX-License-Identifier: MIT */
/* hazard_text.c - one report: what, where, the distance, the row of hazard.def that asks for it. */
#include "sim/trace/hazard_text.h"

#include <inttypes.h>

#include "isa/isa.h"
#include "sim/core/hazards.h"
#include "sim/elf/elf_load.h"

/* "  writer ffffffff80100000 <main+0x10>: 40886000 mtc0 t0,c0_sr"; `word` NULL: not known. */
static void print_place(FILE *stream, const char *who, uint64_t pc, const uint32_t *word,
			const struct elf_file *symbols)
{
	const struct elf_symbol *symbol = symbols != NULL ? elf_find_symbol(symbols, pc) : NULL;

	fprintf(stream, "  %s %016" PRIx64, who, pc);
	if (symbol != NULL) {
		fprintf(stream, " <%s+0x%" PRIx64 ">", symbol->name, pc - symbol->address);
	}
	if (word != NULL) {
		char text[128];

		isa_disasm(*word, pc, symbols != NULL && elf_is_new_abi(symbols), text,
			   sizeof(text));
		fprintf(stream, ": %08" PRIx32 " %s", *word, text);
	}
	fputc('\n', stream);
}

void hazard_print(FILE *stream, const struct hazards_found *found, const struct elf_file *symbols)
{
	static const char *const sources[] = {
		[HAZARD_SOURCE_MANUAL] = "R4000 UM table F-1",
		[HAZARD_SOURCE_CODE] = "R4000 UM table F-1, as code for the R4000 keeps it",
		[HAZARD_SOURCE_VR4100] = "VR4100 UM appendix on hazards",
	};
	const struct hazard_report *report = &found->report;
	const struct hazard_row *writer = &hazard_rows[report->writer];
	const struct hazard_row *user = &hazard_rows[report->user];
	const uint32_t *writer_word = found->writer_is_known ? &found->writer_word : NULL;
	const uint32_t *user_word = found->user_is_known ? &found->user_word : NULL;

	fprintf(stream,
		"mirrorball: CP0 hazard: cpu %u cycle %" PRIu64
		": %s %s, then %s: needs %u instructions between, has %u (%s)\n",
		found->cpu, found->cycle, report->is_overwritten ? "used by" : "written by",
		report->is_overwritten ? user->text : writer->text,
		report->is_overwritten ? writer->text : user->text, report->needed,
		report->needed - report->missing, sources[user->source]);
	if (report->is_overwritten) {
		print_place(stream, "user  ", report->user_pc, user_word, symbols);
		print_place(stream, "writer", report->writer_pc, writer_word, symbols);
	} else {
		print_place(stream, "writer", report->writer_pc, writer_word, symbols);
		print_place(stream, "user  ", report->user_pc, user_word, symbols);
	}
}
