/* SPDX-License-Identifier: MIT */
/* fuzz_options.c - libFuzzer on the options of exec, keys and numbers among them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/exec_options.h"

#define WORDS_MAX 32
#define BYTES_MAX 4096U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines of the input are the words of the command. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "exec";
	char text[BYTES_MAX];
	char *words[WORDS_MAX + 1] = { NULL };
	int count = 1;
	struct exec_options options = { 0 };
	struct error err = { 0 };
	char first[sizeof(name)];

	if (size >= sizeof(text)) {
		return -1;
	}
	memcpy(text, data, size);
	text[size] = '\0';
	memcpy(first, name, sizeof(name));
	words[0] = first;
	for (char *word = text; count < WORDS_MAX && word != NULL;) {
		words[count++] = word;
		word = strchr(word, '\n');
		if (word != NULL) {
			*word++ = '\0';
		}
	}
	bool good = exec_options_parse(&options, count, words, &err);

	/* Either there is a program, or help, or a reason why not. */
	if (good ? options.program == NULL && !options.run.help : err.code != EXIT_USAGE) {
		abort();
	}
	return 0;
}
