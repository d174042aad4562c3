/* SPDX-License-Identifier: MIT */
/* claim.c - verdicts. */
#include "sim/campaign/claim.h"

#include <math.h>
#include <string.h>

#define TOLERANCE   0.10 /* of the paper's number, where the claim names none */
#define LEAST_SHARE 0.10 /* of the paper's effect: less is no direction */
#define CLOSED      0.50 /* of the gap */
#define EXACT       1e-9

static const struct {
	const char *word;
	const char *text;
} verdicts[VERDICT_COUNT] = {
	[VERDICT_WITHIN] = { "within", "within tolerance" },
	[VERDICT_DIRECTION] = { "direction", "same direction" },
	[VERDICT_EXPLAINED] = { "explained", "differs, explained" },
	[VERDICT_UNEXPLAINED] = { "unexplained", "differs, unexplained" },
	[VERDICT_MEASURED] = { "measured", "not in the paper" },
	[VERDICT_MISSING] = { "missing", "not measured" },
};

/* Did every named run end as it should? */
static bool are_good(const json_t *names, const json_t *results)
{
	const json_t *name;
	size_t index;

	json_array_foreach(names, index, name)
	{
		const json_t *result = json_object_get(results, json_string_value(name));

		if (!json_is_true(json_object_get(result, "good"))) {
			return false;
		}
	}
	return json_array_size(names) > 0;
}

/* Is one of the counterfactual's runs none of the claim's? Same key, same result. */
static bool has_other_run(const json_t *claim, const json_t *counterfactual, const json_t *results)
{
	const json_t *name;
	const json_t *of_claim;
	size_t index;
	size_t at;

	json_array_foreach(json_object_get(counterfactual, "runs"), index, name)
	{
		const char *key = json_string_value(
			json_object_get(json_object_get(results, json_string_value(name)), "key"));
		bool is_other = key != NULL;

		json_array_foreach(json_object_get(claim, "runs"), at, of_claim)
		{
			const char *other = json_string_value(json_object_get(
				json_object_get(results, json_string_value(of_claim)), "key"));

			is_other = is_other && other != NULL && strcmp(key, other) != 0;
		}
		if (is_other) {
			return true;
		}
	}
	return false;
}

bool claim_is_explained_by(const json_t *claim, const json_t *counterfactual, const json_t *results)
{
	double paper = json_number_value(json_object_get(claim, "paper"));
	double ours = json_number_value(json_object_get(claim, "ours"));
	double before = json_number_value(json_object_get(counterfactual, "before"));
	double after = json_number_value(json_object_get(counterfactual, "after"));

	return are_good(json_object_get(counterfactual, "runs"), results) &&
	       has_other_run(claim, counterfactual, results) &&
	       fabs(before - ours) <= EXACT * (1 + fabs(ours)) &&
	       fabs(after - paper) <= (1 - CLOSED) * fabs(before - paper);
}

static bool is_explained(const json_t *claim, const json_t *results)
{
	const json_t *counterfactual;
	size_t index;

	json_array_foreach(json_object_get(claim, "counterfactual"), index, counterfactual)
	{
		if (claim_is_explained_by(claim, counterfactual, results)) {
			return true;
		}
	}
	return false;
}

enum verdict claim_judge(const json_t *claim, const json_t *results)
{
	const json_t *paper = json_object_get(claim, "paper");
	const json_t *ours = json_object_get(claim, "ours");
	const json_t *neutral = json_object_get(claim, "neutral");
	const json_t *tolerance = json_object_get(claim, "tolerance");

	if (ours == NULL || !are_good(json_object_get(claim, "runs"), results)) {
		return VERDICT_MISSING;
	}
	if (paper == NULL) {
		return VERDICT_MEASURED;
	}
	double want = json_number_value(paper);
	double have = json_number_value(ours);
	double allowed = tolerance != NULL ? json_number_value(tolerance) : TOLERANCE;

	if (fabs(have - want) <= allowed * fabs(want)) {
		return VERDICT_WITHIN;
	}
	if (neutral != NULL) {
		double effect = want - json_number_value(neutral);
		double seen = have - json_number_value(neutral);

		if (effect * seen > 0 && fabs(seen) >= LEAST_SHARE * fabs(effect)) {
			return VERDICT_DIRECTION;
		}
	}
	return is_explained(claim, results) ? VERDICT_EXPLAINED : VERDICT_UNEXPLAINED;
}

const char *claim_verdict_text(enum verdict verdict)
{
	return verdicts[verdict].text;
}

const char *claim_verdict_word(enum verdict verdict)
{
	return verdicts[verdict].word;
}
