/* SPDX-License-Identifier: MIT */
/* test_claim.c - the checker of claims, with true and falsified results. */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "sim/campaign/claim.h"
#include "tests/suite.h"

static const char results_text[] =
	"{\"a\": {\"good\": true, \"key\": \"1\"}, \"b\": {\"good\": true, \"key\": \"2\"},"
	" \"same\": {\"good\": true, \"key\": \"1\"}, \"bad\": {\"good\": false, \"key\": \"3\"}}";

/* The claim has its text in single quotes, to be read. */
static enum verdict judge(const char *text)
{
	char buffer[1024];
	size_t length = strlen(text);

	ck_assert_uint_lt(length, sizeof(buffer));
	memcpy(buffer, text, length + 1);
	for (char *at = buffer; (at = strchr(at, '\'')) != NULL;) {
		*at = '"';
	}
	json_t *claim = json_loads(buffer, 0, NULL);
	json_t *results = json_loads(results_text, 0, NULL);

	ck_assert_ptr_nonnull(claim);
	ck_assert_ptr_nonnull(results);
	enum verdict verdict = claim_judge(claim, results);

	json_decref(claim);
	json_decref(results);
	return verdict;
}

#define RUNS "'runs': ['a'], "

START_TEST(tolerance_bounds)
{
	ck_assert_int_eq(judge("{" RUNS "'paper': 100, 'ours': 110}"), VERDICT_WITHIN);
	ck_assert_int_eq(judge("{" RUNS "'paper': 100, 'ours': 111}"), VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge("{" RUNS "'paper': 100, 'ours': 130, 'tolerance': 0.3}"),
			 VERDICT_WITHIN);
	ck_assert_int_eq(judge("{" RUNS "'paper': 100, 'ours': 101, 'tolerance': 0}"),
			 VERDICT_UNEXPLAINED);
}
END_TEST

START_TEST(direction_needs_side_and_size)
{
	ck_assert_int_eq(judge("{" RUNS "'paper': 60, 'ours': 90, 'neutral': 100}"),
			 VERDICT_DIRECTION);
	ck_assert_int_eq(judge("{" RUNS "'paper': 60, 'ours': 110, 'neutral': 100}"),
			 VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge("{" RUNS "'paper': 60, 'ours': 100, 'neutral': 100}"),
			 VERDICT_UNEXPLAINED);
	/* 1 of 40 is noise. */
	ck_assert_int_eq(judge("{" RUNS "'paper': 60, 'ours': 99, 'neutral': 100}"),
			 VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge("{" RUNS "'paper': 160, 'ours': 300, 'neutral': 100}"),
			 VERDICT_DIRECTION);
}
END_TEST

#define COUNTER(runs, before, after)                                            \
	"'counterfactual': [{'cause': 'x', 'runs': " runs ", 'before': " before \
	", 'after': " after "}]}"
#define FAR "{" RUNS "'paper': 100, 'ours': 200, "

START_TEST(counterfactual_must_close_gap)
{
	ck_assert_int_eq(judge(FAR COUNTER("['b']", "200", "140")), VERDICT_EXPLAINED);
	ck_assert_int_eq(judge(FAR COUNTER("['b']", "200", "151")), VERDICT_UNEXPLAINED);
	/* The wrong way. */
	ck_assert_int_eq(judge(FAR COUNTER("['b']", "200", "260")), VERDICT_UNEXPLAINED);
	/* Beyond. */
	ck_assert_int_eq(judge(FAR COUNTER("['b']", "200", "20")), VERDICT_UNEXPLAINED);
}
END_TEST

START_TEST(counterfactual_must_be_real)
{
	/* Not from our number; no other run; the same run under another name; a failed, no run. */
	ck_assert_int_eq(judge(FAR COUNTER("['b']", "190", "110")), VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge(FAR COUNTER("['a']", "200", "110")), VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge(FAR COUNTER("['same']", "200", "110")), VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge(FAR COUNTER("['bad']", "200", "110")), VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge(FAR COUNTER("['c']", "200", "110")), VERDICT_UNEXPLAINED);
	ck_assert_int_eq(judge(FAR COUNTER("[]", "200", "110")), VERDICT_UNEXPLAINED);
}
END_TEST

START_TEST(results_must_be_there)
{
	ck_assert_int_eq(judge("{" RUNS "'paper': 100}"), VERDICT_MISSING);
	ck_assert_int_eq(judge("{'runs': ['bad'], 'paper': 100, 'ours': 100}"), VERDICT_MISSING);
	ck_assert_int_eq(judge("{'runs': ['none'], 'paper': 100, 'ours': 100}"), VERDICT_MISSING);
	ck_assert_int_eq(judge("{'runs': [], 'paper': 100, 'ours': 100}"), VERDICT_MISSING);
	ck_assert_int_eq(judge("{" RUNS "'ours': 100}"), VERDICT_MEASURED);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("claim");
	TCase *tests = tcase_create("verdicts");

	tcase_add_test(tests, tolerance_bounds);
	tcase_add_test(tests, direction_needs_side_and_size);
	tcase_add_test(tests, counterfactual_must_close_gap);
	tcase_add_test(tests, counterfactual_must_be_real);
	tcase_add_test(tests, results_must_be_there);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
