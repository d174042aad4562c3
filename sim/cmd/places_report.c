/* SPDX-License-Identifier: MIT */
/* places_report.c - --range, and misses by place as JSON. */
#include "sim/cmd/places_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/report.h"

#define NUMBER_BYTES_MAX 32U

/* ADDRESS+SIZE */
static bool parse_range(const char *text, struct places_range *range)
{
	char address[NUMBER_BYTES_MAX];
	size_t length = strcspn(text, "+");

	if (text[length] == '\0' || length >= sizeof(address)) {
		return false;
	}
	memcpy(address, text, length);
	address[length] = '\0';
	return options_parse_number(address, OPTION_SIZE, &range->address) &&
	       options_parse_number(text + length + 1, OPTION_SIZE, &range->size) &&
	       range->size > 0 && range->address <= UINT64_MAX - range->size;
}

bool places_parse(const struct option_list *list, struct places_range *ranges, size_t *count,
		  struct error *err)
{
	for (unsigned i = 0; i < list->count; i++) {
		const char *text = list->value[i];
		struct places_range range = { .name = text, .name_bytes = strcspn(text, "=") };

		if (range.name_bytes == 0 || text[range.name_bytes] == '\0' ||
		    !parse_range(text + range.name_bytes + 1, &range)) {
			return error_set(err, EXIT_USAGE,
					 "--range: '%s' is not NAME=ADDRESS+SIZE, as "
					 "heap=0x100000+64K",
					 text);
		}
		if (*count == PLACES_RANGES_MAX) {
			return error_set(err, EXIT_USAGE, "--range: more than %u ranges",
					 PLACES_RANGES_MAX);
		}
		ranges[(*count)++] = range;
	}
	return true;
}

static json_t *entry_report(const struct places_entry *entry)
{
	const struct places_counts *c = &entry->counts;
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "size", entry->size },
		{ "misses_local", c->misses_local },
		{ "misses_remote", c->misses_remote },
		{ "upgrades", c->upgrades },
		{ "misses_three_hop", c->three_hop },
		{ "cold_misses", c->cold },
		{ "replacement_misses", c->replacement },
		{ "true_sharing_misses", c->true_sharing },
		{ "false_sharing_misses", c->false_sharing },
		{ "uncached_accesses", c->uncached },
		{ "stall_local_cycles", c->stall_local },
		{ "stall_remote_cycles", c->stall_remote },
		{ "stall_uncached_cycles", c->stall_uncached },
	};
	json_t *object = json_object();

	json_object_set_new(object, "name",
			    entry->name != NULL ? report_text(entry->name, entry->name_bytes)
						: json_null());
	json_object_set_new(object, "address", json_sprintf("0x%016" PRIx64, entry->address));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		json_object_set_new(object, numbers[i].name,
				    json_integer((json_int_t)numbers[i].value));
	}
	return object;
}

json_t *places_report(const struct places *places)
{
	static const char *const names[] = {
		[PLACES_CODE] = "code", [PLACES_DATA] = "data", [PLACES_RANGES] = "ranges"
	};
	json_t *report = json_object();

	if (places == NULL) {
		json_decref(report);
		return json_null();
	}
	for (int kind = PLACES_CODE; kind <= PLACES_RANGES; kind++) {
		size_t count;
		struct places_entry *list = places_list(places, (enum places_kind)kind, &count);
		json_t *array = json_array();

		for (size_t i = 0; list != NULL && i < count; i++) {
			json_array_append_new(array, entry_report(&list[i]));
		}
		free(list);
		json_object_set_new(report, names[kind], array);
	}
	return report;
}
