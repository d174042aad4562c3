/* SPDX-License-Identifier: MIT */
/*
 * disasm.c - `mirrorball disasm`: the executable sections of a file, with its symbols, in the
 * columns of objdump -d.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "isa/branch.h"
#include "isa/isa.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"
#include "sim/elf/elf_load.h"

static uint32_t word_at(const uint8_t *bytes, bool big_endian)
{
	if (big_endian) {
		return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) |
		       ((uint32_t)bytes[2] << 8) | bytes[3];
	}
	return ((uint32_t)bytes[3] << 24) | ((uint32_t)bytes[2] << 16) | ((uint32_t)bytes[1] << 8) |
	       bytes[0];
}

/* " <symbol+offset>" for the target of a branch or jump; nothing for other instructions. */
static void print_target(const struct elf_file *file, uint32_t word, uint64_t pc)
{
	const struct isa_desc *desc = &isa_descs[isa_decode(word)];
	uint64_t target;

	if (desc->class == ISA_CLASS_BRANCH) {
		target = isa_branch_target(word, pc);
	} else if (desc->operands == ISA_OPD_TARGET) {
		target = isa_jump_target(word, pc);
	} else {
		return;
	}
	const struct elf_symbol *symbol = elf_find_symbol(file, target);

	if (symbol != NULL && symbol->address == target) {
		printf(" <%s>", symbol->name);
	} else if (symbol != NULL) {
		printf(" <%s+0x%" PRIx64 ">", symbol->name, target - symbol->address);
	}
}

static void print_section(const struct elf_file *file, const struct elf_code *code)
{
	bool big_endian = elf_is_big_endian(file);
	char text[128];

	printf("\nDisassembly of section %s:\n", code->name);
	for (size_t offset = 0; offset + 4 <= code->size; offset += 4) {
		uint64_t pc = code->address + offset;
		const struct elf_symbol *symbol = elf_find_symbol(file, pc);
		uint32_t word = word_at(code->data + offset, big_endian);

		if (symbol != NULL && symbol->address == pc) {
			printf("\n%016" PRIx64 " <%s>:\n", pc, symbol->name);
		}
		isa_disasm(word, pc, elf_is_new_abi(file), text, sizeof(text));
		printf("%16" PRIx64 ":\t%08" PRIx32 " \t%s", pc, word, text);
		print_target(file, word, pc);
		putchar('\n');
	}
}

static bool disassemble(const char *path, struct error *err)
{
	struct elf_file *file = elf_open(path, err);
	struct elf_code code;
	size_t sections = 0;

	if (file == NULL) {
		return false;
	}
	for (; elf_code_section(file, sections, &code); sections++) {
		print_section(file, &code);
	}
	elf_close(file);
	if (sections == 0) {
		/* Section headers stand at the end of a file. */
		return error_set(err, EXIT_HOST_IO,
				 "%s: no section with code: truncated, or without section headers",
				 path);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		return error_set(err, EXIT_HOST_IO, "cannot write to standard output");
	}
	return true;
}

int cmd_disasm(int argc, char **argv)
{
	bool help = false;
	const struct option table[] = {
		{ "--help", OPTION_FLAG, &help, NULL, "print this", 0, 0, NULL },
	};
	const char *path;
	size_t words;
	struct error err;

	if (!options_parse(table, 1, argc, argv, &path, 1, &words, &err)) {
		return cmd_fail(&err);
	}
	if (help) {
		puts("usage: mirrorball disasm FILE.elf\n\n"
		     "Disassembles the executable sections of a MIPS ELF file.\n");
		options_print_help(table, 1);
		return EXIT_DONE;
	}
	if (words != 1) {
		error_set(&err, EXIT_USAGE, "disasm needs a file: mirrorball disasm FILE.elf");
		return cmd_fail(&err);
	}
	return disassemble(path, &err) ? EXIT_DONE : cmd_fail(&err);
}
