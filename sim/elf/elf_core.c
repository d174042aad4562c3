/* SPDX-License-Identifier: MIT */
/* elf_core.c - headers by libelf, then the notes of the threads, then memory. */
#include "sim/elf/elf_core.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#define PAGE        4096U
#define CHUNK_BYTES 65536U
#define NOTE_NAME   "CORE" /* and its 0: 5 bytes, padded to 8 */
#define NAME_BYTES  8U
#define NAME_OFFSET 12U
#define NOTE_BYTES  (NAME_OFFSET + NAME_BYTES)

/* <elf.h> has no name for it. */
#define EF_MIPS_ABI_O32 0x1000U

/* Offsets and sizes of Linux's structures, by ABI. */
struct layout {
	int class;
	uint32_t flags;
	unsigned word; /* bytes of a general register */
	unsigned prstatus_bytes;
	unsigned pid;
	unsigned registers; /* of elf_gregset_t in prstatus */
	unsigned first;     /* number of $0 in it */
	unsigned psinfo_bytes;
	unsigned psinfo_name;
};

static const struct layout layouts[] = {
	[ELF_CORE_O32] = { ELFCLASS32, EF_MIPS_ABI_O32, 4, 256, 24, 72, 6, 128, 32 },
	[ELF_CORE_N32] = { ELFCLASS32, EF_MIPS_ABI2, 8, 440, 24, 72, 0, 128, 32 },
	[ELF_CORE_N64] = { ELFCLASS64, 0, 8, 480, 32, 112, 0, 136, 40 },
};

/* Behind the general registers in elf_gregset_t. */
enum {
	EF_LO = 32,
	EF_HI,
	EF_EPC,
	EF_BADVADDR,
	EF_STATUS,
	EF_CAUSE
};

#define FPREGS_BYTES (33U * 8U)
#define FPREGS_FCR31 (32U * 8U)

static const struct layout *layout_of(const struct elf_core *core)
{
	return &layouts[core->abi];
}

static void put(const struct elf_core *core, uint8_t *at, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		at[core->big_endian ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
	}
}

static void begin_note(const struct elf_core *core, uint8_t *note, uint32_t type, unsigned bytes)
{
	put(core, note, sizeof(NOTE_NAME), 4);
	put(core, note + 4, bytes, 4);
	put(core, note + 8, type, 4);
	memcpy(note + NAME_OFFSET, NOTE_NAME, sizeof(NOTE_NAME));
}

static size_t thread_bytes(const struct layout *layout)
{
	return NOTE_BYTES + layout->prstatus_bytes + NOTE_BYTES + FPREGS_BYTES;
}

static size_t notes_bytes(const struct elf_core *core)
{
	const struct layout *layout = layout_of(core);

	return NOTE_BYTES + layout->psinfo_bytes + core->threads * thread_bytes(layout);
}

static void fill_thread(const struct elf_core *core, const struct elf_core_thread *thread,
			uint8_t *note)
{
	const struct layout *layout = layout_of(core);
	const uint64_t others[] = { thread->lo,       thread->hi,     thread->pc,
				    thread->badvaddr, thread->status, thread->cause };
	uint8_t *status = note + NOTE_BYTES;
	uint8_t *registers = status + layout->registers + (size_t)layout->first * layout->word;
	uint8_t *fpregs = status + layout->prstatus_bytes + NOTE_BYTES;

	begin_note(core, note, NT_PRSTATUS, layout->prstatus_bytes);
	put(core, status + layout->pid, thread->number, 4);
	for (size_t i = 0; i < 32; i++) {
		put(core, registers + i * layout->word, thread->gpr[i], layout->word);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		put(core, registers + (EF_LO + i) * layout->word, others[i], layout->word);
	}
	begin_note(core, fpregs - NOTE_BYTES, NT_FPREGSET, FPREGS_BYTES);
	for (size_t i = 0; i < 32; i++) {
		put(core, fpregs + i * 8, thread->fpr[i], 8);
	}
	put(core, fpregs + FPREGS_FCR31, thread->fcr31, 4);
}

static uint8_t *make_notes(const struct elf_core *core)
{
	const struct layout *layout = layout_of(core);
	uint8_t *notes = calloc(1, notes_bytes(core));
	uint8_t *at = notes;

	if (notes == NULL) {
		return NULL;
	}
	begin_note(core, at, NT_PRPSINFO, layout->psinfo_bytes);
	/* pr_fname, and pr_psargs right behind its 16 bytes. */
	strncpy((char *)at + NOTE_BYTES + layout->psinfo_name, core->name, 15);
	strncpy((char *)at + NOTE_BYTES + layout->psinfo_name + 16, core->name, 79);
	at += NOTE_BYTES + layout->psinfo_bytes;
	for (uint32_t i = 0; i < core->threads; i++) {
		fill_thread(core, &core->thread[i], at);
		at += thread_bytes(layout);
	}
	return notes;
}

/* Where the notes begin, and the memory. */
static uint64_t notes_offset(const struct elf_core *core)
{
	bool is_64 = layout_of(core)->class == ELFCLASS64;
	size_t header = is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	size_t row = is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	return header + (core->segments + (uint64_t)1) * row;
}

static uint64_t memory_offset(const struct elf_core *core)
{
	return (notes_offset(core) + notes_bytes(core) + PAGE - 1) / PAGE * PAGE;
}

static bool fill_headers(const struct elf_core *core, Elf *elf)
{
	const struct layout *layout = layout_of(core);
	uint64_t offset = memory_offset(core);
	GElf_Ehdr header;

	if (gelf_newehdr(elf, layout->class) == NULL ||
	    gelf_newphdr(elf, core->segments + 1) == NULL || gelf_getehdr(elf, &header) == NULL) {
		return false;
	}
	header.e_ident[EI_DATA] = core->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	header.e_type = ET_CORE;
	header.e_machine = EM_MIPS;
	header.e_flags = EF_MIPS_ARCH_3 | layout->flags;
	header.e_phoff = header.e_ehsize = (GElf_Half)gelf_fsize(elf, ELF_T_EHDR, 1, EV_CURRENT);
	if (gelf_update_ehdr(elf, &header) == 0) {
		return false;
	}
	GElf_Phdr note = { .p_type = PT_NOTE,
			   .p_offset = notes_offset(core),
			   .p_filesz = notes_bytes(core),
			   .p_align = 4 };

	if (gelf_update_phdr(elf, 0, &note) == 0) {
		return false;
	}
	for (uint32_t i = 0; i < core->segments; i++) {
		const struct elf_core_segment *segment = &core->segment[i];
		GElf_Phdr load = { .p_type = PT_LOAD,
				   .p_flags = PF_R | PF_W | PF_X,
				   .p_offset = offset,
				   .p_vaddr = layout->class == ELFCLASS64
						      ? segment->vaddr
						      : (uint32_t)segment->vaddr,
				   .p_filesz = segment->bytes,
				   .p_memsz = segment->bytes,
				   .p_align = PAGE };

		if (gelf_update_phdr(elf, (int)(i + 1), &load) == 0) {
			return false;
		}
		offset += segment->bytes;
	}
	(void)elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
	return elf_update(elf, ELF_C_WRITE) >= 0;
}

static bool write_headers(const struct elf_core *core, FILE *stream, const char *path,
			  struct error *err)
{
	(void)elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fileno(stream), ELF_C_WRITE, NULL);
	bool good = elf != NULL && fill_headers(core, elf);

	if (!good) {
		error_set(err, EXIT_HOST_IO, "cannot write %s: %s", path, elf_errmsg(-1));
	}
	(void)elf_end(elf);
	return good;
}

static bool write_segment(const struct elf_core *core, const struct elf_core_segment *segment,
			  uint8_t *chunk, FILE *stream)
{
	uint64_t part;

	for (uint64_t done = 0; done < segment->bytes; done += part) {
		part = segment->bytes - done < CHUNK_BYTES ? segment->bytes - done : CHUNK_BYTES;
		if (!core->read(core->context, segment->source + done, chunk, part) ||
		    fwrite(chunk, 1, part, stream) != part) {
			return false;
		}
	}
	return true;
}

bool elf_core_write(const struct elf_core *core, FILE *stream, const char *path, struct error *err)
{
	uint8_t *notes = make_notes(core);
	uint8_t *chunk = malloc(CHUNK_BYTES);
	bool good = notes != NULL && chunk != NULL;

	if (!good) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
	} else if (write_headers(core, stream, path, err)) {
		good = fseek(stream, (long)notes_offset(core), SEEK_SET) == 0 &&
		       fwrite(notes, 1, notes_bytes(core), stream) == notes_bytes(core) &&
		       fseek(stream, (long)memory_offset(core), SEEK_SET) == 0;
		for (uint32_t i = 0; good && i < core->segments; i++) {
			good = write_segment(core, &core->segment[i], chunk, stream);
		}
		if (!good || fflush(stream) != 0) {
			good = error_set(err, EXIT_HOST_IO, "cannot write %s: %s", path,
					 strerror(errno));
		}
	} else {
		good = false;
	}
	free(notes);
	free(chunk);
	return good;
}
