/* SPDX-License-Identifier: MIT */
/*
 * elf_file.c - opening executables: reading the file, checking its header and its tables.
 *
 * The file is read into memory as a whole, so that neither a disk that fails nor somebody who
 * rebuilds the program while it runs can do harm later. libelf takes it apart from there.
 */
#include "sim/elf/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "machine/boot.h"

/* Larger than any program for a machine of 32 GB that has its debugging information. */
#define IMAGE_BYTES_MAX (1ULL << 30)

/* Architecture level of e_flags: everything from MIPS IV on is more than an R4000 has. */
#define FLAGS_ARCH_SHIFT 28
#define FLAGS_ARCH_MIPS3 2U
#define FLAGS_MICROMIPS  0x02000000U
#define FLAGS_MIPS16     0x04000000U

static bool out_of_memory(struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

static bool read_bytes(struct elf_file *file, int fd, struct error *err)
{
	size_t done = 0;

	while (done < file->image_bytes) {
		ssize_t got = read(fd, file->image + done, file->image_bytes - done);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return error_set(err, EXIT_HOST_IO, "%s: cannot read it: %s", file->path,
					 got < 0 ? strerror(errno) : "it shrank meanwhile");
		}
		done += (size_t)got;
	}
	return true;
}

static bool read_image(struct elf_file *file, int fd, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0) {
		return error_set(err, EXIT_HOST_IO, "%s: %s", file->path, strerror(errno));
	}
	if (!S_ISREG(status.st_mode)) {
		return error_set(err, EXIT_HOST_IO, "%s: not a regular file", file->path);
	}
	if ((uint64_t)status.st_size > IMAGE_BYTES_MAX) {
		return error_set(err, EXIT_USAGE,
				 "%s: %" PRIu64 " MB, larger than any program (at most %" PRIu64
				 " MB)",
				 file->path, (uint64_t)status.st_size >> 20,
				 (uint64_t)(IMAGE_BYTES_MAX >> 20));
	}
	file->image_bytes = (size_t)status.st_size;
	file->image = malloc(file->image_bytes + 1); /* never 0 */
	return file->image != NULL ? read_bytes(file, fd, err) : out_of_memory(err);
}

/* What tells one of our files from others: before libelf, whose messages do not say. */
static bool check_ident(const struct elf_file *file, struct error *err)
{
	const uint8_t *ident = file->image;
	size_t size = file->image_bytes;
	size_t header = size > EI_CLASS && ident[EI_CLASS] == ELFCLASS32 ? sizeof(Elf32_Ehdr)
									 : sizeof(Elf64_Ehdr);

	if (size == 0) {
		return error_set(err, EXIT_HOST_IO, "%s: the file is empty", file->path);
	}
	if (memcmp(ident, ELFMAG, size < SELFMAG ? size : SELFMAG) != 0) {
		return error_set(err, EXIT_USAGE, "%s: not an ELF file", file->path);
	}
	if (size > EI_CLASS && ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) {
		return error_set(err, EXIT_USAGE, "%s: ELF class %u, expected 32 or 64 bits (1, 2)",
				 file->path, ident[EI_CLASS]);
	}
	if (size > EI_DATA && ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) {
		return error_set(err, EXIT_USAGE,
				 "%s: ELF byte order %u, expected little or big (1, 2)", file->path,
				 ident[EI_DATA]);
	}
	if (size < header) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: truncated: %zu bytes, the ELF header alone has %zu",
				 file->path, size, header);
	}
	if (ident[EI_VERSION] != EV_CURRENT) {
		return error_set(err, EXIT_USAGE, "%s: ELF version %u, expected %u", file->path,
				 ident[EI_VERSION], EV_CURRENT);
	}
	return true;
}

static bool check_header(const struct elf_file *file, struct error *err)
{
	const GElf_Ehdr *header = &file->header;

	if (header->e_machine != EM_MIPS) {
		return error_set(err, EXIT_USAGE, "%s: made for machine %u, expected MIPS (%u)",
				 file->path, header->e_machine, EM_MIPS);
	}
	if (header->e_type != ET_EXEC) {
		return error_set(err, EXIT_USAGE,
				 "%s: ELF type %u, expected a statically linked executable (%u)",
				 file->path, header->e_type, ET_EXEC);
	}
	return true;
}

/* A table or contents that the headers tell of must lie inside the file. */
static bool check_inside(const struct elf_file *file, const char *what, uint64_t offset,
			 uint64_t bytes, struct error *err)
{
	if (offset <= file->image_bytes && bytes <= file->image_bytes - offset) {
		return true;
	}
	return error_set(err, EXIT_HOST_IO,
			 "%s: truncated or damaged: %s takes %" PRIu64 " bytes from %" PRIu64
			 ", the file has %zu",
			 file->path, what, bytes, offset, file->image_bytes);
}

static bool check_tables(const struct elf_file *file, struct error *err)
{
	const GElf_Ehdr *header = &file->header;
	size_t program_bytes = gelf_fsize(file->elf, ELF_T_PHDR, 1, EV_CURRENT);
	size_t section_bytes = gelf_fsize(file->elf, ELF_T_SHDR, 1, EV_CURRENT);

	if (header->e_phnum != 0 && header->e_phentsize != program_bytes) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: damaged: program headers of %u bytes, expected %zu",
				 file->path, header->e_phentsize, program_bytes);
	}
	if (header->e_shoff != 0 && header->e_shentsize != section_bytes) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: damaged: section headers of %u bytes, expected %zu",
				 file->path, header->e_shentsize, section_bytes);
	}
	return check_inside(file, "the program header table", header->e_phoff,
			    (uint64_t)header->e_phnum * program_bytes, err) &&
	       (header->e_shoff == 0 ||
		check_inside(file, "the section header table", header->e_shoff,
			     (uint64_t)header->e_shnum * section_bytes, err));
}

static bool add_code(struct elf_file *file, size_t names, const GElf_Shdr *header,
		     struct error *err)
{
	const char *name = elf_strptr(file->elf, names, header->sh_name);

	/* Grows by doubling: whenever the count is a power of two. */
	if ((file->code_count & (file->code_count - 1)) == 0) {
		size_t capacity = file->code_count == 0 ? 1 : file->code_count * 2;
		struct elf_code *larger = realloc(file->code, capacity * sizeof(*larger));

		if (larger == NULL) {
			return out_of_memory(err);
		}
		file->code = larger;
	}
	file->code[file->code_count++] = (struct elf_code){
		.name = name != NULL ? name : "?",
		.address = elf_address(file, header->sh_addr),
		.data = file->image + header->sh_offset,
		.size = header->sh_size,
	};
	return true;
}

bool elf_read_sections(struct elf_file *file, struct error *err)
{
	Elf_Scn *section = NULL;
	Elf_Scn *symbols = NULL;
	GElf_Shdr symbols_header = { 0 };
	size_t names = SHN_UNDEF;

	/* Without names there are still sections. */
	if (elf_getshdrstrndx(file->elf, &names) != 0) {
		names = SHN_UNDEF;
	}
	while ((section = elf_nextscn(file->elf, section)) != NULL) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) == NULL) {
			return error_set(err, EXIT_HOST_IO, "%s: damaged section header: %s",
					 file->path, elf_errmsg(-1));
		}
		if (header.sh_type == SHT_NULL || header.sh_type == SHT_NOBITS) {
			continue;
		}
		if (!check_inside(file, "a section", header.sh_offset, header.sh_size, err)) {
			return false;
		}
		if (header.sh_type == SHT_PROGBITS && (header.sh_flags & SHF_EXECINSTR) != 0 &&
		    !add_code(file, names, &header, err)) {
			return false;
		}
		if (header.sh_type == SHT_SYMTAB && symbols == NULL) {
			symbols = section;
			symbols_header = header;
		}
	}
	return symbols == NULL || elf_read_symbols(file, symbols, &symbols_header, err);
}

static bool parse_image(struct elf_file *file, struct error *err)
{
	if (!check_ident(file, err)) {
		return false;
	}
	if (elf_version(EV_CURRENT) == EV_NONE) {
		return error_set(err, EXIT_HOST_IO, "libelf does not know the current ELF version");
	}
	file->elf = elf_memory((char *)file->image, file->image_bytes);
	if (file->elf == NULL || gelf_getehdr(file->elf, &file->header) == NULL) {
		return error_set(err, EXIT_HOST_IO, "%s: damaged ELF header: %s", file->path,
				 elf_errmsg(-1));
	}
	return check_header(file, err) && check_tables(file, err) && elf_read_sections(file, err);
}

static struct elf_file *new_file(const char *path, struct error *err)
{
	struct elf_file *file = calloc(1, sizeof(*file));

	if (file != NULL) {
		file->path = strdup(path);
	}
	if (file == NULL || file->path == NULL) {
		out_of_memory(err);
		elf_close(file);
		return NULL;
	}
	return file;
}

struct elf_file *elf_open(const char *path, struct error *err)
{
	struct elf_file *file = new_file(path, err);

	if (file == NULL) {
		return NULL;
	}
	/* A named pipe must not make us wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool good = fd >= 0;

	if (!good) {
		error_set(err, EXIT_HOST_IO, "%s: %s", path, strerror(errno));
	} else {
		good = read_image(file, fd, err) && parse_image(file, err);
		close(fd);
	}
	if (!good) {
		elf_close(file);
		return NULL;
	}
	return file;
}

struct elf_file *elf_open_memory(const char *name, const void *bytes, size_t size,
				 struct error *err)
{
	struct elf_file *file = new_file(name, err);

	if (file == NULL) {
		return NULL;
	}
	file->image_bytes = size;
	file->image = malloc(size + 1); /* never 0 */
	if (file->image == NULL) {
		out_of_memory(err);
	} else {
		memcpy(file->image, bytes, size);
	}
	if (file->image == NULL || !parse_image(file, err)) {
		elf_close(file);
		return NULL;
	}
	return file;
}

void elf_close(struct elf_file *file)
{
	if (file == NULL) {
		return;
	}
	if (file->elf != NULL) {
		elf_end(file->elf);
	}
	elf_close(file->more);
	free(file->symbol);
	free(file->code);
	free(file->image);
	free(file->path);
	free(file);
}

uint64_t elf_content_bytes(const struct elf_file *file)
{
	return file->image_bytes;
}

uint64_t elf_content_hash(const struct elf_file *file)
{
	return XXH3_64bits(file->image, file->image_bytes);
}

bool elf_is_big_endian(const struct elf_file *file)
{
	return file->header.e_ident[EI_DATA] == ELFDATA2MSB;
}

bool elf_is_64(const struct elf_file *file)
{
	return file->header.e_ident[EI_CLASS] == ELFCLASS64;
}

bool elf_is_new_abi(const struct elf_file *file)
{
	return elf_is_64(file) || (file->header.e_flags & EF_MIPS_ABI2) != 0;
}

uint64_t elf_address(const struct elf_file *file, uint64_t address)
{
	return elf_is_64(file) ? address : (uint64_t)(int64_t)(int32_t)(uint32_t)address;
}

bool elf_wants_fr(const struct elf_file *file)
{
	return elf_is_64(file) || (file->header.e_flags & BOOT_ELF32_FLAGS_FR1) != 0;
}

const char *elf_foreign_isa(const struct elf_file *file)
{
	static const char *const levels[16] = { "MIPS I",   "MIPS II",  "MIPS III", "MIPS IV",
						"MIPS V",   "MIPS32",   "MIPS64",   "MIPS32r2",
						"MIPS64r2", "MIPS32r6", "MIPS64r6", "level 11",
						"level 12", "level 13", "level 14", "level 15" };
	uint32_t flags = file->header.e_flags;
	uint32_t level = flags >> FLAGS_ARCH_SHIFT;

	if ((flags & FLAGS_MICROMIPS) != 0) {
		return "microMIPS";
	}
	if ((flags & FLAGS_MIPS16) != 0) {
		return "MIPS16";
	}
	return level > FLAGS_ARCH_MIPS3 ? levels[level] : NULL;
}

uint64_t elf_entry(const struct elf_file *file)
{
	return elf_address(file, file->header.e_entry);
}

bool elf_code_section(const struct elf_file *file, size_t index, struct elf_code *out)
{
	if (index >= file->code_count) {
		return false;
	}
	*out = file->code[index];
	return true;
}
