/* SPDX-License-Identifier: MIT */
/* page.c - HTML of the report. */
#include "sim/campaign/page.h"

#include <math.h>
#include <string.h>

#include "sim/campaign/figure.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<title>Mirrorball: the Disco paper, reproduced</title>\n<style>\n"
	":root { color-scheme: light dark; --ground: #fdfdfb; --text: #1b1b1b; --soft: #66655f;\n"
	"  --line: #d8d6cf; --good: #1a7f37; --fair: #8a6100; --bad: #b42318; }\n"
	"@media (prefers-color-scheme: dark) { :root { --ground: #161618; --text: #e8e6e1;\n"
	"  --soft: #a09d94; --line: #3a3a3e; --good: #56d364; --fair: #e3b341; --bad: #ff7b72; } "
	"}\n"
	"body { background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, "
	"sans-serif;\n"
	"  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }\n"
	"table { border-collapse: collapse; margin: 1rem 0; font-size: 0.92rem; display: block;\n"
	"  overflow-x: auto; }\n"
	"th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.7rem; text-align: left; "
	"}\n"
	"td.number { text-align: right; font-variant-numeric: tabular-nums; }\n"
	"h2 { border-top: 1px solid var(--line); padding-top: 1.2rem; margin-top: 2.5rem; }\n"
	".soft, code { color: var(--soft); } code { font-size: 0.85em; }\n"
	".within, .direction { color: var(--good); } .explained { color: var(--fair); }\n"
	".unexplained, .missing, .incomplete { color: var(--bad); }\n"
	/* What gnuplot draws black is the page's text. */
	"svg { max-width: 100%; height: auto; }\n"
	"svg text { fill: var(--text); }\n"
	"svg [stroke=black] { stroke: var(--soft); }\n"
	"</style>\n</head>\n<body>\n";

static void put_escaped(FILE *page, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", page);
			break;
		case '>':
			fputs("&gt;", page);
			break;
		case '&':
			fputs("&amp;", page);
			break;
		case '"':
			fputs("&quot;", page);
			break;
		default:
			fputc(*text, page);
		}
	}
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void put_number(FILE *page, double value)
{
	double size = fabs(value);

	if (floor(value) == value && size < 1e15) {
		fprintf(page, "%.0f", value);
	} else {
		fprintf(page, "%.*f", size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3, value);
	}
}

static void put_cell(FILE *page, const json_t *value)
{
	if (json_is_number(value)) {
		fputs("<td class=\"number\">", page);
		put_number(page, json_number_value(value));
	} else {
		fputs("<td>", page);
		put_escaped(page, json_is_string(value) ? json_string_value(value) : "");
	}
	fputs("</td>", page);
}

static void put_head(FILE *page, const char *const *names, size_t count)
{
	fputs("<table>\n<tr>", page);
	for (size_t i = 0; i < count; i++) {
		fprintf(page, "<th>%s</th>", names[i]);
	}
	fputs("</tr>\n", page);
}

static void put_table(FILE *page, const json_t *table)
{
	const json_t *item;
	const json_t *row;
	size_t index;
	size_t at;

	fputs("<h3>", page);
	put_escaped(page, text_of(table, "title"));
	fputs("</h3>\n<table>\n<tr>", page);
	json_array_foreach(json_object_get(table, "columns"), index, item)
	{
		fputs("<th>", page);
		put_escaped(page, json_string_value(item));
		fputs("</th>", page);
	}
	fputs("</tr>\n", page);
	json_array_foreach(json_object_get(table, "rows"), index, row)
	{
		fputs("<tr>", page);
		json_array_foreach(row, at, item)
		{
			put_cell(page, item);
		}
		fputs("</tr>\n", page);
	}
	fputs("</table>\n", page);
	if (text_of(table, "note")[0] != '\0') {
		fputs("<p class=\"soft\">", page);
		put_escaped(page, text_of(table, "note"));
		fputs("</p>\n", page);
	}
}

static void put_counterfactuals(FILE *page, const json_t *claim)
{
	const json_t *item;
	size_t index;

	json_array_foreach(json_object_get(claim, "counterfactual"), index, item)
	{
		fputs("<br><span class=\"soft\">Counterfactual: ", page);
		put_escaped(page, text_of(item, "cause"));
		fputs(": before ", page);
		put_number(page, json_number_value(json_object_get(item, "before")));
		fputs(", after ", page);
		put_number(page, json_number_value(json_object_get(item, "after")));
		fprintf(page, "; %s.</span>",
			json_is_true(json_object_get(item, "explains"))
				? "closes the gap"
				: "does not close half of the gap: no explanation");
	}
}

static void put_claims(FILE *page, const json_t *claims)
{
	static const char *const names[] = { "claim", "paper", "ours", "unit", "verdict" };
	const json_t *claim;
	size_t index;

	if (json_array_size(claims) == 0) {
		return;
	}
	fputs("<h3>Claims</h3>\n", page);
	put_head(page, names, sizeof(names) / sizeof(names[0]));
	json_array_foreach(claims, index, claim)
	{
		fputs("<tr><td>", page);
		put_escaped(page, text_of(claim, "text"));
		put_counterfactuals(page, claim);
		fputs("</td>", page);
		put_cell(page, json_object_get(claim, "paper"));
		put_cell(page, json_object_get(claim, "ours"));
		put_cell(page, json_object_get(claim, "unit"));
		fprintf(page, "<td class=\"%s\">%s</td></tr>\n", text_of(claim, "verdict"),
			text_of(claim, "verdict_text"));
	}
	fputs("</table>\n", page);
}

static void put_settings(FILE *page, const json_t *settings)
{
	const json_t *item;
	size_t index;

	json_array_foreach(settings, index, item)
	{
		fputs(index > 0 ? " " : "", page);
		put_escaped(page, json_string_value(item));
	}
}

static void put_runs(FILE *page, const json_t *runs)
{
	static const char *const names[] = { "run",          "end",        "cycles",
					     "instructions", "state hash", "settings" };
	const json_t *run;
	size_t index;

	fprintf(page, "<details><summary>%zu runs</summary>\n", json_array_size(runs));
	put_head(page, names, sizeof(names) / sizeof(names[0]));
	json_array_foreach(runs, index, run)
	{
		fputs("<tr>", page);
		put_cell(page, json_object_get(run, "name"));
		put_cell(page, json_object_get(run, "reason"));
		put_cell(page, json_object_get(run, "cycles"));
		put_cell(page, json_object_get(run, "instructions"));
		fprintf(page, "<td><code>%s</code></td><td><code>", text_of(run, "state_hash"));
		put_settings(page, json_object_get(run, "settings"));
		fputs("</code></td></tr>\n", page);
	}
	fputs("</table></details>\n", page);
}

static bool put_part(FILE *page, const json_t *part, struct error *err)
{
	const json_t *item;
	size_t index;
	char id[80];

	fprintf(page, "<h2 id=\"%s\">", text_of(part, "name"));
	put_escaped(page, text_of(part, "title"));
	fputs("</h2>\n<p>", page);
	put_escaped(page, text_of(part, "about"));
	fputs("</p>\n", page);
	if (!json_is_true(json_object_get(part, "complete"))) {
		fputs("<p class=\"incomplete\">Not complete: ", page);
		put_escaped(page, text_of(part, "why"));
		fputs("</p>\n", page);
	}
	json_array_foreach(json_object_get(part, "plots"), index, item)
	{
		/* gnuplot takes letters, digits and _ only. */
		snprintf(id, sizeof(id), "%s_%zu", text_of(part, "name"), index + 1);
		for (char *at = strchr(id, '-'); at != NULL; at = strchr(at, '-')) {
			*at = '_';
		}
		if (!figure_draw(page, item, id, err)) {
			return false;
		}
	}
	json_array_foreach(json_object_get(part, "tables"), index, item)
	{
		put_table(page, item);
	}
	put_claims(page, json_object_get(part, "claims"));
	put_runs(page, json_object_get(part, "runs"));
	return true;
}

bool page_write(FILE *page, const json_t *report, struct error *err)
{
	const json_t *part;
	const char *word;
	const json_t *count;
	size_t index;

	fputs(head, page);
	fputs("<h1>Mirrorball: experiments</h1>\n<p>Measured on the simulated machine; "
	      "docs/reproduction.md tells how, and what the numbers are worth. ",
	      page);
	fprintf(page, "%s variants, simulator <code>%s</code>.</p>\n<p>Claims: ",
		json_is_true(json_object_get(report, "quick")) ? "Quick" : "Full",
		text_of(report, "simulator"));
	json_object_foreach(json_object_get(report, "verdicts"), word, count)
	{
		fprintf(page, "<span class=\"%s\">%s %" JSON_INTEGER_FORMAT "</span> ", word, word,
			json_integer_value(count));
	}
	fputs("</p>\n", page);
	json_array_foreach(json_object_get(report, "experiments"), index, part)
	{
		if (!put_part(page, part, err)) {
			return false;
		}
	}
	fputs("</body>\n</html>\n", page);
	return true;
}
