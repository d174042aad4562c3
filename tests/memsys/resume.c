/* SPDX-License-Identifier: MIT */
/*
 * resume.c - N + M quanta are N quanta, save, load, M quanta; and damaged archives do no harm.
 *
 *   resume            at many places of runs with random traffic; the memory system that loads is a
 *                     new one, or has a past of its own
 *   resume --damage ARCHIVES
 *                     so many with flipped bits and cut short are refused, or what they load runs
 *                     on without harm to the host
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/misscount.h"
#include "sim/memsys/archive.h"
#include "sim/memsys/misscount.h"
#include "tests/memsys/traffic.h"

#define NODES         4
#define CPUS_PER_NODE 2
#define FRAMES        16
#define LINES         24

/* An archive in host memory. */
struct buffer {
	uint8_t *bytes;
	size_t count, capacity;
	size_t position; /* of reading */
};

static bool buffer_write(void *context, const void *data, size_t bytes)
{
	struct buffer *buffer = context;

	if (buffer->count + bytes > buffer->capacity) {
		size_t capacity = 2 * (buffer->count + bytes);
		uint8_t *grown = realloc(buffer->bytes, capacity);

		if (!grown) {
			return false;
		}
		buffer->bytes = grown;
		buffer->capacity = capacity;
	}
	memcpy(buffer->bytes + buffer->count, data, bytes);
	buffer->count += bytes;
	return true;
}

static bool buffer_read(void *context, void *data, size_t bytes)
{
	struct buffer *buffer = context;

	if (bytes > buffer->count - buffer->position) {
		return false;
	}
	memcpy(data, buffer->bytes + buffer->position, bytes);
	buffer->position += bytes;
	return true;
}

static void make_config(struct memsys_config *config, unsigned seed)
{
	memsys_config_default(config, NODES, FRAMES);
	config->cpus_per_node = CPUS_PER_NODE;
	config->l1i = (struct memsys_geometry){ 96, 3, 32 };
	config->l1d = (struct memsys_geometry){ 256, 2, 32 };
	config->l2 = (struct memsys_geometry){ 1024, 2, 128 };
	config->topology = (enum memsys_topology)(seed % 3);
	config->jitter_cycles = seed % 2 ? 300 : 0;
	config->seed = seed;
	config->check = seed % 4 != 0;
}

static struct traffic_access next(struct traffic *traffic, struct traffic_cpu *cpu)
{
	static const enum traffic_kind kinds[8] = { TRAFFIC_LOAD,   TRAFFIC_LOAD,
						    TRAFFIC_STORE,  TRAFFIC_STORE,
						    TRAFFIC_FETCH,  TRAFFIC_UNCACHED_LOAD,
						    TRAFFIC_DEVICE, TRAFFIC_IDLE };
	uint64_t r = traffic_random(&cpu->random);
	struct traffic_access access = { kinds[r % 8], 8, 0 };
	uint64_t line = (r >> 8) % LINES;

	(void)traffic;
	access.paddr = line % NODES * (FRAMES * 4096) + line * 128 + (r >> 16 & 120);
	if (access.kind == TRAFFIC_DEVICE) {
		access.paddr = (r >> 16) % NODES;
	} else if (access.kind == TRAFFIC_IDLE) {
		access.paddr = (r >> 16) % 200;
	} else if (access.kind == TRAFFIC_LOAD && (r >> 32) % 16 == 0) {
		access.paddr = MAP_MISS_BASE + line % NODES * FRAMES * MISSCOUNT_ROW_BYTES;
	}
	return access;
}

static void between(struct traffic *traffic)
{
	uint64_t r = traffic_random(&traffic->random);

	if (r % 16 == 0 && traffic->dma_pending < 3) {
		traffic->dma_pending++;
		memsys_dma(traffic->memsys, (unsigned)(r >> 8) % NODES,
			   (r >> 16) % LINES * 128 + (r >> 24) % 64, 1 + (r >> 32) % 600,
			   (r >> 48) % 2, traffic->now + memsys_quantum(traffic->memsys), 1);
	}
	if (r % 32 == 1) {
		memsys_misscount_pop(traffic->memsys, (unsigned)(r >> 8) % NODES);
	}
}

static struct traffic *begin(const struct memsys_config *config)
{
	struct error err;
	struct traffic *traffic = traffic_create(config, config->seed, &err);

	if (!traffic) {
		printf("%s\n", err.text);
		exit(1);
	}
	traffic->next = next;
	traffic->between = between;
	for (unsigned node = 0; node < NODES; node++) {
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_THRESHOLD, 5, 0);
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_DECAY, 14, 0);
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_SAMPLE, node, 0);
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_CONTROL, 3, 0);
	}
	return traffic;
}

static bool save(const struct traffic *traffic, struct buffer *buffer)
{
	struct memsys_stream stream = { buffer, buffer_write, buffer_read };
	struct error err;

	buffer->count = 0;
	if (!memsys_archive_save(traffic->memsys, &stream, &err)) {
		printf("FAILED: %s\n", err.text);
		return false;
	}
	return true;
}

/* Makes `to` what `from` was when `buffer` was saved: the CPUs are the test's own. */
static bool load(struct traffic *to, const struct traffic *from, struct buffer *buffer,
		 struct error *err)
{
	struct memsys_stream stream = { buffer, buffer_write, buffer_read };

	buffer->position = 0;
	if (!memsys_archive_load(to->memsys, &stream, err)) {
		return false;
	}
	memcpy(to->cpus, from->cpus, to->cpu_count * sizeof(*to->cpus));
	memcpy(to->writes, from->writes, to->line_count * sizeof(*to->writes));
	to->now = from->now;
	to->random = from->random;
	to->dma_pending = from->dma_pending;
	to->failure = NULL;
	return buffer->position == buffer->count;
}

/* One run, saved and loaded again and again; `other` always continues what the archive says. */
static bool check_run(unsigned seed)
{
	struct memsys_config config;
	struct traffic *first;
	struct traffic *second;
	struct buffer buffer = { 0 };
	struct error err = { .text = "bytes are left over" };
	bool good = true;

	make_config(&config, seed);
	first = begin(&config);
	second = begin(&config);
	for (unsigned step = 0; good && step < 60; step++) {
		uint64_t cycles = traffic_random(&first->random) % 3000;
		uint64_t middle = first->now + cycles;

		good = traffic_run(first, middle) && save(first, &buffer);
		if (good && !load(second, first, &buffer, &err)) {
			printf("FAILED: %s\n", err.text);
			good = false;
			break;
		}
		if (traffic_hash(first) != traffic_hash(second)) {
			printf("FAILED: loaded is not what was saved\n");
			good = false;
			break;
		}
		good = good && traffic_run(first, middle + 2000) &&
		       traffic_run(second, middle + 2000);
		if (good && traffic_hash(first) != traffic_hash(second)) {
			printf("FAILED: seed %u, saved at %llu: it goes on differently\n", seed,
			       (unsigned long long)middle);
			good = false;
		}
	}
	printf("seed %u: %s, archive of %zu bytes\n", seed,
	       good ? "as if nothing had been" : "FAILED", buffer.count);
	free(buffer.bytes);
	traffic_destroy(first);
	traffic_destroy(second);
	return good;
}

/* Another configuration is refused as such. */
static bool check_other_configuration(void)
{
	struct memsys_config config;
	struct traffic *first;
	struct traffic *second;
	struct buffer buffer = { 0 };
	struct error err = { 0 };
	bool good;

	make_config(&config, 1);
	first = begin(&config);
	config.l2.bytes *= 2;
	second = begin(&config);
	good = save(first, &buffer) && !load(second, first, &buffer, &err) &&
	       err.code == EXIT_USAGE;
	printf("another configuration: %s\n", good ? "refused" : "FAILED");
	free(buffer.bytes);
	traffic_destroy(first);
	traffic_destroy(second);
	return good;
}

/* Lets a damaged state run: it may fail, and must not harm. */
static void run_damaged(struct traffic *traffic)
{
	for (unsigned i = 0; i < 50 && !memsys_failure(traffic->memsys); i++) {
		traffic->failure = NULL;
		traffic_run(traffic, traffic->now + 64);
	}
	memsys_check(traffic->memsys, traffic->now);
}

static int check_damage(unsigned archives)
{
	struct memsys_config config;
	struct traffic *first;
	struct traffic *second;
	struct buffer buffer = { 0 };
	uint64_t random = 1;
	unsigned refused = 0;
	unsigned loaded = 0;
	struct error err;

	make_config(&config, 5);
	first = begin(&config);
	second = begin(&config);
	if (!traffic_run(first, 20000) || !save(first, &buffer)) {
		return 1;
	}
	for (unsigned i = 0; i < archives; i++) {
		size_t at = traffic_random(&random) % buffer.count;
		/* Mostly in the lowest byte of a number, where values are. */
		size_t place = i % 4 ? at / 8 * 8 : at;
		uint8_t old = buffer.bytes[place];
		size_t count = buffer.count;

		buffer.bytes[place] ^= (uint8_t)(1U << (i % 8));
		if (i % 50 == 0) {
			buffer.count = at;
		}
		if (load(second, first, &buffer, &err)) {
			loaded++;
			run_damaged(second);
		} else {
			refused++;
		}
		buffer.bytes[place] = old;
		buffer.count = count;
	}
	printf("%zu bytes; %u damaged archives: %u refused, %u loaded and run\n", buffer.count,
	       archives, refused, loaded);
	free(buffer.bytes);
	traffic_destroy(first);
	traffic_destroy(second);
	return refused > 0 && loaded > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	bool good = true;

	if (argc == 3 && strcmp(argv[1], "--damage") == 0) {
		return check_damage((unsigned)strtoul(argv[2], NULL, 10));
	}
	if (argc > 1) {
		fprintf(stderr, "usage: resume [--damage ARCHIVES]\n");
		return 2;
	}
	for (unsigned seed = 1; seed <= 12; seed++) {
		good = check_run(seed) && good;
	}
	good = check_other_configuration() && good;
	return good ? 0 : 1;
}
