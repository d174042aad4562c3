/* SPDX-License-Identifier: MIT */
/* report.h - what a run's end means, in words and in JSON. Schemas: docs/command.md. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct session;
struct machine_config;
struct elf_file;
struct input;

#define REPORT_VERSION 1 /* of every document */

/* "halt", "exit", "max-cycles", ... */
const char *report_reason(const struct session *session);

/* True if the run ended well, else the exit code and what to say. */
bool report_judge(const struct session *session, struct error *err);

/* What stats.json and --json have in common. */
json_t *report_result(const struct session *session, const struct error *verdict, uint64_t hash);

/* Prints the documents that --json and --dump-registers ask for. */
bool report_print(const struct session *session, json_t *config, json_t *result, struct error *err);

/* A file that went into the run: name, size and hash. */
json_t *report_file(const char *name, uint64_t bytes, uint64_t hash);

/* What config.json has for every subcommand; the program and all else is for it to add. */
json_t *report_config(const struct session *session, const char *subcommand);

/* Bytes as a JSON string: what is no UTF-8 becomes U+FFFD. */
json_t *report_text(const char *bytes, size_t size);
