/* SPDX-License-Identifier: MIT */
/*
 * test_guest_elf.c - the monitor's reader of guest kernels, with a good file and with damaged ones.
 *
 * The file is made here, in each class and byte order: one PT_LOAD segment and one PT_NOTE segment
 * with the boot header. Damaged files are copies on the heap of just their size, so that the
 * sanitized trees see an access outside.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

#include "src/platform/guest_elf.h"

#define FILE_BYTES 512
#define TEXT_AT    256
#define TEXT_BYTES 32
#define NOTE_AT    320
#define NOTE_BYTES 40

struct image {
	uint8_t bytes[FILE_BYTES];
	bool is_64;
	bool is_big;
};

static void put(struct image *image, size_t at, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = image->is_big ? 8 * (bytes - 1 - i) : 8 * i;

		image->bytes[at + i] = (uint8_t)(value >> shift);
	}
}

static void put_segment(struct image *image, size_t at, uint32_t type, uint64_t address,
			uint64_t offset, uint64_t in_file, uint64_t memory)
{
	unsigned width = image->is_64 ? 8 : 4;

	put(image, at, 4, type);
	put(image, at + (image->is_64 ? 8 : 4), width, offset);
	put(image, at + (image->is_64 ? 16 : 8), width, address);
	put(image, at + (image->is_64 ? 32 : 16), width, in_file);
	put(image, at + (image->is_64 ? 40 : 20), width, memory);
}

static void put_note(struct image *image)
{
	static const uint32_t words[] = { 11, VM_BOOT_HEADER_BYTES, VM_BOOT_NOTE_TYPE };
	static const uint32_t header[] = { VM_BOOT_VERSION, VM_BOOT_F_CALLS, 0x8000, 1 };

	for (unsigned i = 0; i < 3; i++) {
		put(image, NOTE_AT + 4 * i, 4, words[i]);
	}
	memcpy(image->bytes + NOTE_AT + 12, VM_BOOT_NOTE_NAME, 11);
	for (unsigned i = 0; i < 4; i++) {
		put(image, NOTE_AT + 24 + 4 * i, 4, header[i]);
	}
}

static void make(struct image *image, bool is_64, bool is_big)
{
	unsigned word = is_64 ? 8 : 4;
	size_t table = is_64 ? 64 : 52;
	size_t entry = is_64 ? 56 : 32;

	*image = (struct image){ .is_64 = is_64, .is_big = is_big };
	memcpy(image->bytes, "\177ELF", 4);
	image->bytes[4] = is_64 ? 2 : 1;
	image->bytes[5] = is_big ? 2 : 1;
	put(image, 16, 2, 2);
	put(image, 18, 2, 8);
	put(image, 24, word, is_64 ? 0xffffffffc0100000 : 0xc0100000);
	put(image, is_64 ? 32 : 28, word, table);
	put(image, is_64 ? 54 : 42, 2, entry);
	put(image, is_64 ? 56 : 44, 2, 2);
	put_segment(image, table, GUEST_ELF_LOAD, is_64 ? 0xffffffffc0100000 : 0xc0100000, TEXT_AT,
		    TEXT_BYTES, 0x1000);
	put_segment(image, table + entry, GUEST_ELF_NOTE, 0, NOTE_AT, NOTE_BYTES, NOTE_BYTES);
	put_note(image);
}

START_TEST(test_good)
{
	struct image image;
	struct guest_elf elf;
	struct guest_segment segment;
	struct vm_boot_header header;

	make(&image, _i & 1, _i & 2);
	ck_assert_int_eq(guest_elf_open(&elf, image.bytes, FILE_BYTES), OK);
	ck_assert_uint_eq(elf.entry, 0xffffffffc0100000);
	ck_assert_uint_eq(elf.segment_count, 2);
	ck_assert(elf.is_big == image.is_big);
	ck_assert(guest_elf_segment(&elf, 0, &segment));
	ck_assert_uint_eq(segment.type, GUEST_ELF_LOAD);
	ck_assert_uint_eq(segment.address, 0xffffffffc0100000);
	ck_assert_uint_eq(segment.offset, TEXT_AT);
	ck_assert_uint_eq(segment.file_bytes, TEXT_BYTES);
	ck_assert_uint_eq(segment.memory_bytes, 0x1000);
	ck_assert(!guest_elf_segment(&elf, 2, &segment));
	ck_assert(guest_elf_header(&elf, &header));
	ck_assert_uint_eq(header.version, VM_BOOT_VERSION);
	ck_assert_uint_eq(header.flags, VM_BOOT_F_CALLS);
	ck_assert_uint_eq(header.user_base, 0x8000);
}
END_TEST

/* What any reader of the file does; must survive whatever the file holds. */
static void read_all(const uint8_t *bytes, size_t size)
{
	struct guest_elf elf;
	struct guest_segment segment;
	struct vm_boot_header header;

	if (guest_elf_open(&elf, bytes, size) != OK) {
		return;
	}
	(void)guest_elf_header(&elf, &header);
	for (uint32_t i = 0; i < elf.segment_count; i++) {
		if (guest_elf_segment(&elf, i, &segment)) {
			ck_assert_uint_le(segment.offset, size);
			ck_assert_uint_le(segment.file_bytes, size - segment.offset);
			ck_assert_uint_le(segment.file_bytes, segment.memory_bytes);
		}
	}
}

START_TEST(test_cut)
{
	struct image image;

	make(&image, _i & 1, _i & 2);
	for (size_t size = 0; size < FILE_BYTES; size++) {
		uint8_t *copy = malloc(size ? size : 1);

		memcpy(copy, image.bytes, size);
		read_all(copy, size);
		free(copy);
	}
}
END_TEST

START_TEST(test_damaged)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct image image;
	uint8_t *copy = malloc(FILE_BYTES);

	make(&image, _i & 1, _i & 2);
	for (size_t at = 0; at < NOTE_AT + NOTE_BYTES; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			memcpy(copy, image.bytes, FILE_BYTES);
			copy[at] = values[v];
			read_all(copy, FILE_BYTES);
			/* The whole word, too. */
			memset(copy + (at & ~(size_t)3), values[v], 4);
			read_all(copy, FILE_BYTES);
		}
	}
	free(copy);
}
END_TEST

START_TEST(test_refused)
{
	struct image image;
	struct guest_elf elf;
	struct vm_boot_header header;
	struct guest_segment segment;

	make(&image, _i & 1, _i & 2);
	/* Another machine, no executable, no program headers. */
	put(&image, 18, 2, 62);
	ck_assert_int_eq(guest_elf_open(&elf, image.bytes, FILE_BYTES), ERR_INVALID);
	make(&image, _i & 1, _i & 2);
	put(&image, 16, 2, 3);
	ck_assert_int_eq(guest_elf_open(&elf, image.bytes, FILE_BYTES), ERR_INVALID);
	make(&image, _i & 1, _i & 2);
	put(&image, image.is_64 ? 56 : 44, 2, 0);
	ck_assert_int_eq(guest_elf_open(&elf, image.bytes, FILE_BYTES), ERR_INVALID);
	/* A note of another name; a segment larger in the file than in memory. */
	make(&image, _i & 1, _i & 2);
	image.bytes[NOTE_AT + 12] = 'm';
	ck_assert_int_eq(guest_elf_open(&elf, image.bytes, FILE_BYTES), OK);
	ck_assert(!guest_elf_header(&elf, &header));
	put_segment(&image, image.is_64 ? 64 : 52, GUEST_ELF_LOAD, 0, TEXT_AT, 64, 32);
	ck_assert(!guest_elf_segment(&elf, 0, &segment));
	/* Offsets near the end of 64 bits do not wrap. */
	put_segment(&image, image.is_64 ? 64 : 52, GUEST_ELF_LOAD, 0, UINT64_MAX - 15, 32, 32);
	ck_assert(!guest_elf_segment(&elf, 0, &segment));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("guest_elf");
	TCase *tcase = tcase_create("files");

	tcase_add_loop_test(tcase, test_good, 0, 4);
	tcase_add_loop_test(tcase, test_cut, 0, 4);
	tcase_add_loop_test(tcase, test_damaged, 0, 4);
	tcase_add_loop_test(tcase, test_refused, 0, 4);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
