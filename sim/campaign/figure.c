/* SPDX-License-Identifier: MIT */
/* figure.c - gnuplot's part of the report. */
#include "sim/campaign/figure.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 4096

/* Text in gnuplot's double quotes, inside of a data block or not. */
static void put_text(FILE *gnuplot, const char *text)
{
	fputc('"', gnuplot);
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		/* What ends the string or begins something in it has no place in a label. */
		fputc(byte < ' ' || strchr("\"\\`$%@", byte) != NULL ? ' ' : byte, gnuplot);
	}
	fputc('"', gnuplot);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* Rows as a data block; what is no number is a text, what is missing a gap. */
static void put_data(FILE *gnuplot, const json_t *rows)
{
	const json_t *row;
	const json_t *cell;
	size_t index;
	size_t at;

	fputs("$data << END_OF_DATA\n", gnuplot);
	json_array_foreach(rows, index, row)
	{
		json_array_foreach(row, at, cell)
		{
			fputc(' ', gnuplot);
			if (json_is_number(cell) && isfinite(json_number_value(cell))) {
				fprintf(gnuplot, "%.9g", json_number_value(cell));
			} else if (json_is_string(cell)) {
				put_text(gnuplot, json_string_value(cell));
			} else {
				fputs("NaN", gnuplot);
			}
		}
		fputc('\n', gnuplot);
	}
	fputs("END_OF_DATA\n", gnuplot);
}

static void put_program(FILE *gnuplot, const json_t *plot, const char *id, const char *path)
{
	const json_t *columns = json_object_get(plot, "columns");
	bool is_bars = strcmp(text_of(plot, "kind"), "bars") == 0;
	size_t count = json_array_size(columns);

	fprintf(gnuplot,
		"set terminal svg size 860,380 dynamic noenhanced name '%s' font 'sans,13'\n"
		"set output '%s'\nset encoding utf8\nset title ",
		id, path);
	put_text(gnuplot, text_of(plot, "title"));
	fputs("\nset xlabel ", gnuplot);
	put_text(gnuplot, text_of(plot, "x"));
	fputs("\nset ylabel ", gnuplot);
	put_text(gnuplot, text_of(plot, "y"));
	fputs("\nset key outside right top\nset grid ytics lc rgb '#999999'\n"
	      "set style fill solid 0.85 noborder\nset datafile missing NaN\n",
	      gnuplot);
	put_data(gnuplot, json_object_get(plot, "rows"));
	if (is_bars) {
		fputs("set style data histograms\nset style histogram rowstacked\n"
		      "set boxwidth 0.7\nset yrange [0:*]\nset xtics rotate by -30\n",
		      gnuplot);
	}
	fputs("plot ", gnuplot);
	for (size_t i = 1; i < count; i++) {
		if (is_bars) {
			fprintf(gnuplot, "%s$data using %zu:xtic(1) title ", i > 1 ? ", " : "",
				i + 1);
		} else {
			fprintf(gnuplot, "%s$data using 1:%zu with linespoints lw 2 pt 7 title ",
				i > 1 ? ", " : "", i + 1);
		}
		put_text(gnuplot, json_string_value(json_array_get(columns, i)));
	}
	fputs("\n", gnuplot);
}

/* From the <svg> on: what comes before belongs to a file of its own. */
static bool copy_picture(FILE *page, const char *path, struct error *err)
{
	char line[LINE_BYTES];
	bool is_inside = false;
	FILE *picture = fopen(path, "re");

	if (picture == NULL) {
		return error_set(err, EXIT_HOST_IO, "gnuplot has drawn nothing: %s",
				 strerror(errno));
	}
	while (fgets(line, sizeof(line), picture) != NULL) {
		is_inside = is_inside || strncmp(line, "<svg", 4) == 0;
		if (is_inside) {
			fputs(line, page);
		}
	}
	fclose(picture);
	return is_inside || error_set(err, EXIT_HOST_IO, "gnuplot has drawn no SVG");
}

bool figure_draw(FILE *page, const json_t *plot, const char *id, struct error *err)
{
	char path[] = "/tmp/mirrorball-figure-XXXXXX";
	int file = mkstemp(path);

	if (file < 0) {
		return error_set(err, EXIT_HOST_IO, "cannot make a temporary file: %s",
				 strerror(errno));
	}
	close(file);
	FILE *gnuplot = popen("gnuplot", "w");
	bool good = gnuplot != NULL;

	if (good) {
		put_program(gnuplot, plot, id, path);
		good = pclose(gnuplot) == 0;
	}
	good = good ? copy_picture(page, path, err)
		    : error_set(err, EXIT_HOST_IO, "gnuplot failed to draw '%s' (is it installed?)",
				text_of(plot, "title"));
	unlink(path);
	return good;
}
