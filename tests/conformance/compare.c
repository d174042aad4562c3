/* SPDX-License-Identifier: MIT */
/*
 * compare.c - two outcomes of one program, step by step.
 */
#include "tests/conformance/compare.h"

#include <inttypes.h>

#include "isa/cp0.h"
#include "tests/conformance/expect.h"
#include "tests/conformance/explain.h"

static void print_code(FILE *out, const struct program *program, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++) {
		uint64_t vaddr = program->code_vaddr + 4 * (uint64_t)i;
		char text[80];

		(void)isa_disasm(program->code[i], vaddr, true, text, sizeof(text));
		fprintf(out, "    %5x %016" PRIx64 "  %08" PRIx32 "  %s\n", 4 * i, vaddr,
			program->code[i], text);
	}
}

void print_step(FILE *out, const struct program *program, unsigned step)
{
	unsigned first = program->steps[step].first;
	unsigned end = step + 1 < program->step_count ? program->steps[step + 1].first
						      : program->code_count;

	print_code(out, program, first, end);
}

/* The word of the code that a record names, or the end of the code. */
static unsigned record_at(const struct program *program, const struct record *record)
{
	uint64_t offset = record->kind == 'o' ? record->field[FIELD_OFFSET]
					      : record->field[FIELD_EPC] - program->code_vaddr;

	return offset / 4 < program->code_count ? (unsigned)(offset / 4) : program->code_count;
}

/* Code around the first place where the two differ. */
static void print_place(FILE *out, const struct difference *d)
{
	unsigned at = d->program->code_count;
	unsigned first = (unsigned)d->step->first;

	if (d->our_count > 0) {
		at = record_at(d->program, d->ours);
	}
	if (d->their_count > 0) {
		unsigned their_at = record_at(d->program, d->theirs);

		at = their_at < at ? their_at : at;
	}
	first = at > first + 8 ? at - 8 : first;
	at = at + 4 < d->program->code_count ? at + 4 : d->program->code_count;
	print_code(out, d->program, first, at);
}

void print_records(FILE *out, const char *name, const struct record *records, size_t count)
{
	static const char *const names[] = { "vector",   "cause",   "epc",    "badvaddr", "context",
					     "xcontext", "entryhi", "status", "registers" };

	fprintf(out, "  %s:\n", name);
	for (size_t i = 0; i < count; i++) {
		const struct record *r = &records[i];

		fprintf(out, "    %c", r->kind);
		for (unsigned k = 0; k < r->fields; k++) {
			if ((r->undefined >> k & 1) != 0) {
				continue;
			}
			if (r->kind == 'x') {
				fprintf(out, " %s", names[k]);
			}
			fprintf(out, " %" PRIx64, r->field[k]);
		}
		if (r->kind == 'x') {
			fprintf(out, " (code %u%s)",
				(unsigned)(r->field[FIELD_CAUSE] & CAUSE_EXCCODE) >>
					CAUSE_EXCCODE_SHIFT,
				(r->field[FIELD_CAUSE] & CAUSE_BD) != 0 ? ", in delay slot" : "");
		}
		fprintf(out, "\n");
	}
}

static void report(struct comparison *c, const struct difference *d, const char *what)
{
	const struct program *program = d->program;

	c->unexplained[d->simulator] += d->simulator != MIRRORBALL;
	if (c->reports_left == 0) {
		return;
	}
	c->reports_left--;
	fprintf(c->report,
		"unexplained: program %u (%s, %s, status %08" PRIx64 ") against %s: %s\n",
		program->number, program_class_names[program->class],
		program_mode_names[program->mode], program->status, simulator_names[d->simulator],
		what);
	if (d->step != NULL) {
		fprintf(c->report, "  step %u, row %s, traits %" PRIx64 ", status %08" PRIx64 "\n",
			(unsigned)(d->step - program->steps), isa_descs[d->step->row].text,
			d->step->traits, d->step->status);
		fprintf(c->report,
			"  address %" PRIx64 ", fs %" PRIx64 ", ft %" PRIx64 ", fcr31 %" PRIx32
			"\n",
			d->step->address, d->step->fs, d->step->ft, d->step->fcr31);
		print_place(c->report, d);
	}
	print_records(c->report, "ours", d->ours, d->our_count);
	if (d->simulator != MIRRORBALL) {
		print_records(c->report, simulator_names[d->simulator], d->theirs, d->their_count);
	}
}

/* Equal, or different as a rule says that single records may be. */
static bool records_match(struct comparison *c, const struct difference *whole,
			  const struct record *ours, const struct record *theirs)
{
	struct difference d = *whole;

	d.ours = ours;
	d.theirs = theirs;
	return difference_explain_record(&d, c->explained);
}

static bool is_log(const struct record *record)
{
	return record->kind == 'x' || record->kind == 'o';
}

/* The records of the step that begins at `*at`; moves it behind them. */
static struct span take_step(const struct outcome *outcome, size_t *at, unsigned step)
{
	struct span span = { &outcome->records[*at], 0 };

	while (*at < outcome->count && is_log(&outcome->records[*at]) &&
	       outcome->records[*at].step == step) {
		span.count++;
		(*at)++;
	}
	return span;
}

void compare_expected(struct comparison *c, const struct program *program,
		      const struct outcome *ours)
{
	size_t at = 0;

	for (unsigned i = 0; i < program->step_count; i++) {
		const struct step *step = &program->steps[i];
		struct difference d = { .program = program, .step = step };
		struct span span;

		/* Records without a step (a final state) cannot come before the end. */
		span = take_step(ours, &at, i);
		if (step->expected == EXPECT_NOTHING || ours->end != END_COMPLETE) {
			continue;
		}
		c->expected++;
		if (!expect_matches(program, step, span.records, span.count)) {
			c->unexpected++;
			d.ours = span.records;
			d.our_count = span.count;
			report(c, &d, "not as the manual says");
			return;
		}
	}
}

/* Compares what one step left; false after an unexplained difference. */
static bool compare_step(struct comparison *c, struct difference *d)
{
	enum rule_id id;

	d->all_ours = d->ours;
	d->all_our_count = d->our_count;
	d->all_theirs = d->theirs;
	d->all_their_count = d->their_count;
	while (d->our_count > 0 && d->their_count > 0 && records_match(c, d, d->ours, d->theirs)) {
		d->ours++;
		d->theirs++;
		d->our_count--;
		d->their_count--;
	}
	while (d->our_count > 0 && d->their_count > 0 &&
	       records_match(c, d, &d->ours[d->our_count - 1], &d->theirs[d->their_count - 1])) {
		d->our_count--;
		d->their_count--;
	}
	if (d->our_count == 0 && d->their_count == 0) {
		return true;
	}
	id = difference_explain(d);
	if (id == RULES) {
		report(c, d, "a step differs");
		return false;
	}
	c->explained[id]++;
	return true;
}

static unsigned next_step(const struct outcome *outcome, size_t at)
{
	return at < outcome->count && is_log(&outcome->records[at]) ? outcome->records[at].step
								    : PROGRAM_STEPS;
}

/* A program that the simulator cannot run counts under the rule that says why. */
static void count_skipped(struct comparison *c, enum simulator simulator)
{
	for (unsigned i = 0; i < RULES; i++) {
		if (rules[i].scope == SCOPE_PROGRAM && rules[i].simulator == simulator) {
			c->explained[i]++;
		}
	}
}

/* Steps that the simulator does not run count under their rule. */
static void count_excluded(struct comparison *c, const struct program *program,
			   enum simulator simulator)
{
	for (unsigned i = 0; i < program->step_count; i++) {
		unsigned excluded = program->steps[i].excluded;

		if (excluded != 0 && rules[excluded - 1].simulator == simulator) {
			c->explained[excluded - 1]++;
		}
	}
}

/* The final state, as one more step without traits: `d` has what is left of both outcomes. */
static void compare_final(struct comparison *c, struct difference *d, enum outcome_end ours,
			  enum outcome_end theirs)
{
	if (ours != END_COMPLETE || theirs != END_COMPLETE) {
		d->step = NULL;
		report(c, d,
		       ours != END_COMPLETE ? "ours did not come to the end"
					    : "theirs did not come to the end");
		return;
	}
	while (d->our_count > 0 && d->their_count > 0 && records_match(c, d, d->ours, d->theirs)) {
		d->ours++;
		d->theirs++;
		d->our_count--;
		d->their_count--;
	}
	if (d->our_count > 0 || d->their_count > 0) {
		d->step = NULL;
		report(c, d, "the final state differs");
	}
}

void compare_program(struct comparison *c, const struct program *program, enum simulator simulator,
		     const struct outcome *ours, const struct outcome *theirs)
{
	struct difference d = { .program = program, .simulator = simulator };
	size_t our_at = 0;
	size_t their_at = 0;

	if (theirs->end == END_SKIPPED && (program->platforms & PLATFORM_OF(simulator)) == 0) {
		count_skipped(c, simulator);
		return;
	}
	count_excluded(c, program, simulator);
	c->programs[simulator]++;
	c->records[simulator] += theirs->count;
	for (;;) {
		unsigned our_step = next_step(ours, our_at);
		unsigned their_step = next_step(theirs, their_at);
		unsigned step = our_step < their_step ? our_step : their_step;
		struct span a;
		struct span b;

		if (step == PROGRAM_STEPS) {
			break;
		}
		a = take_step(ours, &our_at, step);
		b = take_step(theirs, &their_at, step);
		d.step = &program->steps[step];
		d.ours = a.records;
		d.our_count = a.count;
		d.theirs = b.records;
		d.their_count = b.count;
		if (d.step->excluded != 0 && rules[d.step->excluded - 1].simulator == simulator) {
			continue;
		}
		if (!compare_step(c, &d)) {
			return;
		}
	}
	d.step = &program->steps[0];
	d.ours = &ours->records[our_at];
	d.our_count = ours->count - our_at;
	d.theirs = &theirs->records[their_at];
	d.their_count = theirs->count - their_at;
	compare_final(c, &d, ours->end, theirs->end);
}
