/* SPDX-License-Identifier: MIT */
/*
 * elf_image.c - ELF files from a specification.
 *
 * Layout of a file: ELF header, program headers, the segments' bytes, .symtab, .strtab, .shstrtab,
 * section headers. So every prefix of it lacks something.
 */
#include "tests/cli/elf_image.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "isa/cp0.h"
#include "machine/annotation.h"
#include "machine/lines.h"
#include "machine/map.h"
#include "machine/power.h"
#include "machine/testmips.h"

#define KSEG1(paddr) (0xa0000000U + (paddr))

/* Instructions of the programs below, as assembler writes them (R4000 UM appendix A). */
#define LUI(rt, value)     (0x3c000000U | (uint32_t)(rt) << 16 | ((value)&0xffffU))
#define ORI(rt, rs, value) (0x34000000U | (uint32_t)(rs) << 21 | (uint32_t)(rt) << 16 | (value))
#define SB(rt, offset, base) \
	(0xa0000000U | (uint32_t)(base) << 21 | (uint32_t)(rt) << 16 | (offset))
#define SW(rt, offset, base) \
	(0xac000000U | (uint32_t)(base) << 21 | (uint32_t)(rt) << 16 | (offset))
#define LBU(rt, offset, base) \
	(0x90000000U | (uint32_t)(base) << 21 | (uint32_t)(rt) << 16 | (offset))
#define BEQ(rs, rt, words) \
	(0x10000000U | (uint32_t)(rs) << 21 | (uint32_t)(rt) << 16 | ((uint32_t)(words)&0xffffU))
#define MTC0(rt, rd) (0x40800000U | (uint32_t)(rt) << 16 | (uint32_t)(rd) << 11)
#define JR(rs)       (0x00000008U | (uint32_t)(rs) << 21)
#define NOP          0U
#define T0           8U
#define T1           9U
#define T2           10U
#define T3           11U

/* Base of a device's page in a register. */
#define LA(reg, paddr) LUI(reg, KSEG1(paddr) >> 16), ORI(reg, reg, KSEG1(paddr) & 0xffff)
#define LA_T0(paddr)   LA(T0, paddr)

#define ENDLESS BEQ(0, 0, -1), NOP

struct program {
	const char *name;
	uint32_t words[ELF_IMAGE_WORDS_MAX];
	unsigned count;
};

#define PROGRAM(name, ...)                                                                    \
	{                                                                                     \
		name, { __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t) \
	}

static const struct program programs[] = {
	PROGRAM("halt", LA_T0(TESTMIPS_CONSOLE_BASE), SB(0, TESTMIPS_CONSOLE_HALT, T0), ENDLESS),
	/* The program's own failure, code 7. */
	PROGRAM("fail", LA_T0(MAP_ANNOTATION_BASE), ORI(T1, 0, 7), SW(T1, ANNOTATION_EXIT, T0),
		ENDLESS),
	PROGRAM("panic", LA_T0(MAP_ANNOTATION_BASE), LUI(T1, 1), ORI(T1, T1, 2),
		SW(T1, ANNOTATION_PANIC_WHO, T0), LUI(T1, 0x8010),
		SW(T1, ANNOTATION_PANIC_PC + 4, T0), ORI(T1, 0, ANNOTATION_PANIC_GUEST),
		SW(T1, ANNOTATION_PANIC, T0), ENDLESS),
	PROGRAM("monitor-panic", LA_T0(MAP_ANNOTATION_BASE), ORI(T1, 0, ANNOTATION_PANIC_MONITOR),
		SW(T1, ANNOTATION_PANIC, T0), ENDLESS),
	PROGRAM("loop", ENDLESS),
	/* Sleeps with all interrupts masked: nothing can ever happen. */
	PROGRAM("hang", LA_T0(MAP_POWER_BASE), SW(0, POWER_SAVE, T0), ENDLESS),
	/* Prints "x\n" for ever. */
	PROGRAM("flood", LA_T0(TESTMIPS_CONSOLE_BASE), ORI(T1, 0, 'x'), ORI(T2, 0, '\n'),
		SB(T1, 0, T0), SB(T2, 0, T0), BEQ(0, 0, -3), NOP),
	/* Prints what no terminal and no JSON likes: no UTF-8, an escape, no newline at the end. */
	PROGRAM("bytes", LA_T0(TESTMIPS_CONSOLE_BASE), ORI(T1, 0, 0xff), SB(T1, 0, T0),
		ORI(T1, 0, 0xc3), SB(T1, 0, T0), ORI(T1, 0, 0xa9), SB(T1, 0, T0), ORI(T1, 0, 0x1b),
		SB(T1, 0, T0), ORI(T1, 0, 'e'), SB(T1, 0, T0), SB(0, TESTMIPS_CONSOLE_HALT, T0),
		ENDLESS),
	/* Prints what is typed, and halts behind the first '.'. */
	PROGRAM("echo", LA_T0(TESTMIPS_CONSOLE_BASE), ORI(T2, 0, '.'), LBU(T1, 0, T0),
		BEQ(T1, 0, -2), NOP, SB(T1, 0, T0), BEQ(T1, T2, 3), NOP, BEQ(0, 0, -7), NOP,
		SB(0, TESTMIPS_CONSOLE_HALT, T0), ENDLESS),
	/* The same, sleeping until something has been typed; IE is 0, so nothing interrupts. */
	PROGRAM("doze", LUI(T1, STATUS_CU1 >> 16),
		ORI(T1, T1, 1U << (STATUS_IM_SHIFT + LINES_IP_TESTMIPS_CONSOLE)),
		MTC0(T1, CP0_STATUS), LA_T0(TESTMIPS_CONSOLE_BASE), LA(T3, MAP_POWER_BASE),
		ORI(T2, 0, '.'), SW(0, POWER_SAVE, T3), LBU(T1, 0, T0), SB(T1, 0, T0),
		BEQ(T1, T2, 3), NOP, BEQ(0, 0, -6), NOP, SB(0, TESTMIPS_CONSOLE_HALT, T0), ENDLESS),
	/* Jumps to nowhere with BEV = 1: as a VM sees it, the vector's own fetch faults, too. */
	PROGRAM("faults", LUI(T1, (STATUS_CU1 | STATUS_BEV) >> 16), MTC0(T1, CP0_STATUS),
		ORI(T0, 0, 2), NOP, NOP, JR(T0), NOP, ENDLESS),
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

const char *const elf_image_program_names[] = { "halt", "fail", "panic",  "monitor-panic",
						"loop", "hang", "flood",  "bytes",
						"echo", "doze", "faults", NULL };

bool elf_image_set_program(struct elf_image_spec *spec, const char *name)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (strcmp(programs[i].name, name) == 0) {
			memcpy(spec->program, programs[i].words, sizeof(spec->program));
			spec->program_words = programs[i].count;
			if (spec->segment_count > 0) {
				spec->segment[0].file_bytes = 4 * (uint64_t)spec->program_words;
				spec->segment[0].memory_bytes = 4 * (uint64_t)spec->program_words;
			}
			return true;
		}
	}
	return false;
}

struct elf_image_spec elf_image_default(void)
{
	struct elf_image_spec spec = {
		.class = ELFCLASS64,
		.data = ELFDATA2MSB,
		.machine = EM_MIPS,
		.type = ET_EXEC,
		.flags = EF_MIPS_ARCH_3,
		.entry = 0xffffffff80100000,
		.segment = { { .paddr = 0xffffffff80100000, .vaddr = 0xffffffff80100000 } },
		.segment_count = 1,
		.symbol = { { .name = "_start", .address = 0xffffffff80100000, .type = STT_FUNC } },
		.symbol_count = 1,
	};

	elf_image_set_program(&spec, "halt");
	return spec;
}

/* A specification that libelf refuses is an error of the test. */
static void require(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "elf_image: %s: %s\n", what, elf_errmsg(-1));
		abort();
	}
}

/* An address as the file's class holds it. */
static uint64_t address(const struct elf_image_spec *spec, uint64_t value)
{
	return spec->class == ELFCLASS32 ? (uint32_t)value : value;
}

/* A file being made; contents are kept until it is written. */
struct builder {
	const struct elf_image_spec *spec;
	Elf *elf;
	uint64_t end;  /* of what is laid out */
	uint64_t last; /* where the last section begins */
	uint8_t contents[ELF_IMAGE_SEGMENTS_MAX][4 * ELF_IMAGE_WORDS_MAX];
	char names[64];
	char strings[1024];
	uint8_t symbols[(ELF_IMAGE_SYMBOLS_MAX + 1) * sizeof(Elf64_Sym)];
};

/* Adds a section at `builder->last`; its contents may still be changed. */
static Elf_Data *add_section(struct builder *builder, GElf_Shdr header, Elf_Data contents)
{
	Elf_Scn *section = elf_newscn(builder->elf);
	GElf_Shdr known;

	require(section != NULL, "elf_newscn");
	Elf_Data *data = elf_newdata(section);

	require(data != NULL, "elf_newdata");
	contents.d_version = EV_CURRENT;
	contents.d_align = 1;
	*data = contents;
	require(gelf_getshdr(section, &known) != NULL, "gelf_getshdr");
	builder->end = (builder->end + 7) & ~7ULL;
	builder->last = builder->end;
	header.sh_offset = builder->last;
	header.sh_size = contents.d_size;
	header.sh_addralign = 1;
	require(gelf_update_shdr(section, &header), "gelf_update_shdr");
	builder->end += contents.d_size;
	return data;
}

static void put_word(const struct elf_image_spec *spec, uint8_t *bytes, uint32_t word)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned place = spec->data == ELFDATA2MSB ? 3 - i : i;

		bytes[place] = (uint8_t)(word >> (8 * i));
	}
}

static void add_segment(struct builder *builder, unsigned number)
{
	const struct elf_image_spec *spec = builder->spec;
	const struct elf_image_segment *segment = &spec->segment[number];
	uint8_t *bytes = builder->contents[number];

	require(segment->file_bytes <= sizeof(builder->contents[number]), "segment size");
	for (unsigned i = 0; number == 0 && i < spec->program_words; i++) {
		put_word(spec, bytes + 4 * (size_t)i, spec->program[i]);
	}
	GElf_Shdr section = {
		.sh_name = 1,
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = address(spec, segment->vaddr),
	};
	Elf_Data data = { .d_buf = bytes, .d_type = ELF_T_BYTE, .d_size = segment->file_bytes };

	add_section(builder, section, data);
	GElf_Phdr header = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W | PF_X,
		.p_offset = builder->last,
		.p_vaddr = address(spec, segment->vaddr),
		.p_paddr = address(spec, segment->paddr),
		.p_filesz = segment->file_bytes,
		.p_memsz = segment->memory_bytes,
		.p_align = 1,
	};

	require(gelf_update_phdr(builder->elf, (int)number, &header), "gelf_update_phdr");
}

static Elf_Data *add_symbol_table(struct builder *builder)
{
	size_t entry = gelf_fsize(builder->elf, ELF_T_SYM, 1, EV_CURRENT);
	GElf_Shdr header = {
		.sh_name = 7,
		.sh_type = SHT_SYMTAB,
		.sh_link = builder->spec->segment_count + 2,
		.sh_info = 1,
		.sh_entsize = entry,
	};
	Elf_Data data = { .d_buf = builder->symbols,
			  .d_type = ELF_T_SYM,
			  .d_size = entry * (builder->spec->symbol_count + 1) };

	return add_section(builder, header, data);
}

static void add_symbols(struct builder *builder)
{
	const struct elf_image_spec *spec = builder->spec;
	Elf_Data *table = add_symbol_table(builder);
	size_t strings_size = 1;

	for (unsigned i = 0; i < spec->symbol_count; i++) {
		const struct elf_image_symbol *symbol = &spec->symbol[i];
		size_t length = strlen(symbol->name) + 1;
		GElf_Sym made = {
			.st_name = (GElf_Word)strings_size,
			.st_info = GELF_ST_INFO(STB_GLOBAL, symbol->type),
			.st_shndx = symbol->is_absolute ? SHN_ABS : 1,
			.st_value = address(spec, symbol->address),
			.st_size = symbol->size,
		};

		require(strings_size + length <= sizeof(builder->strings), "symbol names");
		memcpy(builder->strings + strings_size, symbol->name, length);
		strings_size += length;
		require(gelf_update_sym(table, (int)i + 1, &made), "gelf_update_sym");
	}
	GElf_Shdr header = { .sh_name = 15, .sh_type = SHT_STRTAB };
	Elf_Data data = { .d_buf = builder->strings, .d_type = ELF_T_BYTE, .d_size = strings_size };

	add_section(builder, header, data);
}

static void add_section_names(struct builder *builder)
{
	static const char names[] = "\0.text\0.symtab\0.strtab\0.shstrtab";
	GElf_Shdr header = { .sh_name = 23, .sh_type = SHT_STRTAB };
	Elf_Data data = { .d_buf = builder->names, .d_type = ELF_T_BYTE, .d_size = sizeof(names) };

	memcpy(builder->names, names, sizeof(names));
	add_section(builder, header, data);
}

static void build(struct builder *builder)
{
	const struct elf_image_spec *spec = builder->spec;
	unsigned headers = spec->segment_count + (spec->has_interpreter ? 1 : 0);
	GElf_Ehdr header;

	elf_flagelf(builder->elf, ELF_C_SET, ELF_F_LAYOUT);
	require(gelf_newehdr(builder->elf, spec->class) != 0, "gelf_newehdr");
	require(gelf_getehdr(builder->elf, &header) != NULL, "gelf_getehdr");
	header.e_ident[EI_DATA] = spec->data;
	header.e_machine = spec->machine;
	header.e_type = spec->type;
	header.e_version = EV_CURRENT;
	header.e_flags = spec->flags;
	header.e_entry = address(spec, spec->entry);
	header.e_phoff = gelf_fsize(builder->elf, ELF_T_EHDR, 1, EV_CURRENT);
	require(gelf_update_ehdr(builder->elf, &header), "gelf_update_ehdr");
	require(headers == 0 || gelf_newphdr(builder->elf, headers) != 0, "gelf_newphdr");
	builder->end = header.e_phoff + gelf_fsize(builder->elf, ELF_T_PHDR, headers, EV_CURRENT);
	for (unsigned i = 0; i < spec->segment_count; i++) {
		add_segment(builder, i);
	}
	if (spec->has_interpreter) {
		GElf_Phdr interpreter = { .p_type = PT_INTERP };

		require(gelf_update_phdr(builder->elf, (int)spec->segment_count, &interpreter),
			"gelf_update_phdr");
	}
	add_symbols(builder);
	add_section_names(builder);
	require(gelf_getehdr(builder->elf, &header) != NULL, "gelf_getehdr");
	header.e_shstrndx = (GElf_Half)(spec->segment_count + 3);
	header.e_shoff = (builder->end + 7) & ~7ULL;
	require(gelf_update_ehdr(builder->elf, &header), "gelf_update_ehdr");
	require(elf_update(builder->elf, ELF_C_WRITE) >= 0, "elf_update");
}

uint8_t *elf_image_make(const struct elf_image_spec *spec, size_t *size)
{
	struct builder *builder = calloc(1, sizeof(*builder));
	int fd = memfd_create("elf_image", MFD_CLOEXEC);

	if (builder == NULL || fd < 0) {
		abort();
	}
	builder->spec = spec;
	require(elf_version(EV_CURRENT) != EV_NONE, "elf_version");
	builder->elf = elf_begin(fd, ELF_C_WRITE, NULL);
	require(builder->elf != NULL, "elf_begin");
	build(builder);
	elf_end(builder->elf);
	free(builder);
	off_t bytes = lseek(fd, 0, SEEK_END);
	uint8_t *image = bytes > 0 ? malloc((size_t)bytes) : NULL;

	if (image == NULL || pread(fd, image, (size_t)bytes, 0) != bytes) {
		abort();
	}
	close(fd);
	*size = (size_t)bytes;
	return image;
}
