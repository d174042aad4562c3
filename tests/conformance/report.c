/* SPDX-License-Identifier: MIT */
/*
 * report.c - the summary, as tables that docs/conformance.md takes over.
 */
#include "tests/conformance/report.h"

#include <inttypes.h>

static const char *scope_name(enum rule_scope scope)
{
	switch (scope) {
	case SCOPE_RECORD:
		return "record";
	case SCOPE_STEP:
		return "step";
	case SCOPE_EXCLUDE:
		return "step not run";
	default:
		return "program not run";
	}
}

static void print_rules(const struct comparison *c, FILE *out)
{
	fprintf(out, "\n| rule | count | of | R4000 UM | the manual | the simulator |\n"
		     "|---|---|---|---|---|---|\n");
	for (unsigned i = 0; i < RULES; i++) {
		fprintf(out, "| %s | %" PRIu64 " | %s | %s | %s | %s |\n", rules[i].name,
			c->explained[i], scope_name(rules[i].scope), rules[i].section,
			rules[i].manual, rules[i].theirs);
	}
}

void report_print(const struct comparison *c, const double cpu_seconds[SIMULATORS], FILE *out)
{
	fprintf(out, "\n| against | programs | records | differences explained | unexplained |\n"
		     "|---|---|---|---|---|\n");
	for (unsigned s = QEMU; s < SIMULATORS; s++) {
		uint64_t explained = 0;

		for (unsigned i = 0; i < RULES; i++) {
			if (rules[i].simulator == s && rules[i].scope != SCOPE_EXCLUDE &&
			    rules[i].scope != SCOPE_PROGRAM) {
				explained += c->explained[i];
			}
		}
		fprintf(out, "| %s | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " |\n",
			simulator_names[s], c->programs[s], c->records[s], explained,
			c->unexplained[s]);
	}
	print_rules(c, out);
	fprintf(out,
		"\noutcomes that the generator knows from the manual: %" PRIu64
		", our CPU did otherwise: %" PRIu64 "\n",
		c->expected, c->unexpected);
	fprintf(out, "CPU seconds: mirrorball %.1f, qemu %.1f, gxemul %.1f\n",
		cpu_seconds[MIRRORBALL], cpu_seconds[QEMU], cpu_seconds[GXEMUL]);
}

bool report_check_rules(const struct comparison *c, FILE *out)
{
	bool all_used = true;

	for (unsigned i = 0; i < RULES; i++) {
		if (c->explained[i] == 0) {
			fprintf(out, "rule without a case: %s\n", rules[i].name);
			all_used = false;
		}
	}
	return all_used;
}
