/* SPDX-License-Identifier: MIT */
/*
 * claim.h - does what we measured say what the paper says? The only place that decides it.
 *
 * A claim is a number of the paper and ours. `neutral` is what no effect would be: the direction is
 * the side of it. A counterfactual is a second measurement with the suspected cause of a gap
 * switched off or scaled; it explains only if it starts from our number, comes from other runs and
 * closes at least half of the gap.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum verdict {
	VERDICT_WITHIN,      /* of the tolerance */
	VERDICT_DIRECTION,   /* outside, on the same side of neutral */
	VERDICT_EXPLAINED,   /* differs, and a counterfactual closes the gap */
	VERDICT_UNEXPLAINED, /* differs */
	VERDICT_MEASURED,    /* the paper has no number */
	VERDICT_MISSING,     /* we have none */
	VERDICT_COUNT
};

/* `results`: outcomes by the names of runs. */
enum verdict claim_judge(const json_t *claim, const json_t *results);

/* Does this counterfactual of the claim explain its gap? */
bool claim_is_explained_by(const json_t *claim, const json_t *counterfactual,
			   const json_t *results);

/* As the report prints it, and a short word for CSV. */
const char *claim_verdict_text(enum verdict verdict);
const char *claim_verdict_word(enum verdict verdict);
