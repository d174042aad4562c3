/* SPDX-License-Identifier: MIT */
/*
 * scene.c - reads a scene and puts its spheres into grids (scene.h).
 *
 * The file has a command a line, all numbers are integers, thousandths where a length is meant:
 *   picture WIDTH HEIGHT     eye X Y Z     light X Y Z     floor Y
 *   flake X Y Z RADIUS DEPTH: a sphere with nine smaller ones on it, and so on, DEPTH times
 */
#include "guests/workloads/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell with more spheres than this becomes a grid, at most twice. */
#define CELL_SPHERES_MAX 12U
#define GRID_DEPTH_MAX   2U

static bool fail(const char *what)
{
	fprintf(stderr, "scene: %s\n", what);
	return false;
}

static bool add_sphere(struct scene *scene, struct vector centre, double radius, unsigned depth)
{
	struct sphere *sphere;

	if (scene->sphere_count == scene->sphere_room) {
		uint32_t room = scene->sphere_room * 2 + 16;
		struct sphere *spheres = realloc(scene->spheres, room * sizeof(*spheres));

		if (spheres == NULL) {
			return fail("not enough memory");
		}
		scene->spheres = spheres;
		scene->sphere_room = room;
	}
	sphere = &scene->spheres[scene->sphere_count++];
	sphere->centre = centre;
	sphere->radius = radius;
	sphere->colour =
		(struct vector){ depth % 3 == 0 ? 0.75 : 0.375, depth % 3 == 1 ? 0.75 : 0.5,
				 depth % 3 == 2 ? 0.75 : 0.25 };
	sphere->shine = 0.375;
	return true;
}

/* Six around the sphere's middle and three above. */
static bool add_flake(struct scene *scene, struct vector centre, double radius, unsigned depth,
		      unsigned left)
{
	static const struct vector directions[] = {
		{ 4, 1, 0 },   { 2, -1, 3 }, { -2, 1, 3 }, { -4, -1, 0 }, { -2, 1, -3 },
		{ 2, -1, -3 }, { 1, 3, 1 },  { -1, 3, 1 }, { 0, 3, -1 },
	};

	if (!add_sphere(scene, centre, radius, depth)) {
		return false;
	}
	for (unsigned i = 0; left > 0 && i < sizeof(directions) / sizeof(directions[0]); i++) {
		double away = radius + radius / 3;
		struct vector to = vector_scale(vector_unit(directions[i]), away);

		if (!add_flake(scene, vector_add(centre, to), radius / 3, depth + 1, left - 1)) {
			return false;
		}
	}
	return true;
}

/* The numbers behind a command's name; returns how many there are. */
static unsigned read_numbers(const char *text, double *numbers, unsigned room)
{
	unsigned count = 0;
	char *end;

	while (count < room) {
		long value = strtol(text, &end, 10);

		if (end == text) {
			break;
		}
		numbers[count++] = (double)value;
		text = end;
	}
	return count;
}

static bool read_command(struct scene *scene, const char *line)
{
	double n[5] = { 0 };
	size_t name = strcspn(line, " ");
	unsigned count = read_numbers(line + name, n, 5);
	struct vector place = { n[0] / 1000, n[1] / 1000, n[2] / 1000 };

	if (name == 7 && memcmp(line, "picture", 7) == 0 && count == 2 && n[0] > 0 && n[1] > 0 &&
	    n[0] <= 4096 && n[1] <= 4096) {
		scene->width = (uint32_t)n[0];
		scene->height = (uint32_t)n[1];
	} else if (name == 3 && memcmp(line, "eye", 3) == 0 && count == 3) {
		scene->eye = place;
	} else if (name == 5 && memcmp(line, "light", 5) == 0 && count == 3 &&
		   scene->light_count < SCENE_LIGHTS_MAX) {
		scene->lights[scene->light_count++] = place;
	} else if (name == 5 && memcmp(line, "floor", 5) == 0 && count == 1) {
		scene->floor = n[0] / 1000;
	} else if (name == 5 && memcmp(line, "flake", 5) == 0 && count == 5 && n[3] > 0 &&
		   n[4] >= 0 && n[4] <= 6) {
		return add_flake(scene, place, n[3] / 1000, 0, (unsigned)n[4]);
	} else if (name != 0 && line[0] != '#') {
		fprintf(stderr, "scene: cannot read the line \"%s\"\n", line);
		return false;
	}
	return true;
}

static struct cell *cell_at(struct grid *grid, uint32_t x, uint32_t y, uint32_t z)
{
	return &grid->cells[(z * SCENE_CELLS + y) * SCENE_CELLS + x];
}

/* Which cells of one axis the range reaches; false: none. */
static bool cell_range(double from, double to, double low, double step, uint32_t range[2])
{
	double first = (from - low) / step;
	double last = (to - low) / step;

	if (last < 0 || first >= SCENE_CELLS) {
		return false;
	}
	range[0] = first < 0 ? 0 : (uint32_t)first;
	range[1] = last >= SCENE_CELLS ? SCENE_CELLS - 1 : (uint32_t)last;
	return true;
}

/* Counts the sphere in each cell that its box meets, or, where lists are there, writes it down. */
static void enter_sphere(struct grid *grid, const struct sphere *sphere, uint32_t number,
			 bool write)
{
	const struct vector *c = &sphere->centre;
	double r = sphere->radius;
	uint32_t x[2];
	uint32_t y[2];
	uint32_t z[2];

	if (!cell_range(c->x - r, c->x + r, grid->low.x, grid->step.x, x) ||
	    !cell_range(c->y - r, c->y + r, grid->low.y, grid->step.y, y) ||
	    !cell_range(c->z - r, c->z + r, grid->low.z, grid->step.z, z)) {
		return;
	}
	for (uint32_t k = z[0]; k <= z[1]; k++) {
		for (uint32_t j = y[0]; j <= y[1]; j++) {
			for (uint32_t i = x[0]; i <= x[1]; i++) {
				struct cell *cell = cell_at(grid, i, j, k);

				if (write) {
					cell->spheres[cell->count] = number;
				}
				cell->count++;
			}
		}
	}
}

static bool make_lists(struct grid *grid, const struct scene *scene, const uint32_t *numbers,
		       uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		enter_sphere(grid, &scene->spheres[numbers[i]], numbers[i], false);
	}
	for (uint32_t i = 0; i < SCENE_CELLS * SCENE_CELLS * SCENE_CELLS; i++) {
		struct cell *cell = &grid->cells[i];

		if (cell->count != 0) {
			cell->spheres = malloc(cell->count * sizeof(uint32_t));
			if (cell->spheres == NULL) {
				return fail("not enough memory");
			}
			cell->count = 0;
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		enter_sphere(grid, &scene->spheres[numbers[i]], numbers[i], true);
	}
	return true;
}

static void free_grid(struct grid *grid)
{
	for (uint32_t i = 0; grid != NULL && i < SCENE_CELLS * SCENE_CELLS * SCENE_CELLS; i++) {
		free(grid->cells[i].spheres);
		free_grid(grid->cells[i].grid);
	}
	free(grid);
}

void scene_free(struct scene *scene)
{
	free_grid(scene->grid);
	free(scene->spheres);
	*scene = (struct scene){ 0 };
}

static struct grid *make_grid(const struct scene *scene, struct vector low, struct vector size,
			      const uint32_t *numbers, uint32_t count, unsigned depth)
{
	struct grid *grid = calloc(1, sizeof(*grid));

	if (grid == NULL) {
		fail("not enough memory");
		return NULL;
	}
	grid->low = low;
	grid->step = vector_scale(size, 1.0 / SCENE_CELLS);
	if (!make_lists(grid, scene, numbers, count)) {
		free_grid(grid);
		return NULL;
	}
	for (uint32_t i = 0; i < SCENE_CELLS * SCENE_CELLS * SCENE_CELLS; i++) {
		struct cell *cell = &grid->cells[i];
		uint32_t y = i / SCENE_CELLS % SCENE_CELLS;
		uint32_t z = i / SCENE_CELLS / SCENE_CELLS;
		struct vector at = { low.x + grid->step.x * (i % SCENE_CELLS),
				     low.y + grid->step.y * y, low.z + grid->step.z * z };

		if (cell->count <= CELL_SPHERES_MAX || depth == GRID_DEPTH_MAX) {
			continue;
		}
		cell->grid =
			make_grid(scene, at, grid->step, cell->spheres, cell->count, depth + 1);
		if (cell->grid == NULL) {
			free_grid(grid);
			return NULL;
		}
		free(cell->spheres);
		cell->spheres = NULL;
	}
	return grid;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

static bool place_spheres(struct scene *scene)
{
	struct vector low = scene->spheres[0].centre;
	struct vector high = low;
	uint32_t *numbers = malloc(scene->sphere_count * sizeof(*numbers));

	if (numbers == NULL) {
		return fail("not enough memory");
	}
	for (uint32_t i = 0; i < scene->sphere_count; i++) {
		const struct vector *c = &scene->spheres[i].centre;
		double r = scene->spheres[i].radius + 0.0009765625;

		numbers[i] = i;
		low = (struct vector){ least(low.x, c->x - r), least(low.y, c->y - r),
				       least(low.z, c->z - r) };
		high = (struct vector){ most(high.x, c->x + r), most(high.y, c->y + r),
					most(high.z, c->z + r) };
	}
	scene->grid =
		make_grid(scene, low, vector_subtract(high, low), numbers, scene->sphere_count, 0);
	free(numbers);
	return scene->grid != NULL;
}

bool scene_make(struct scene *scene, const char *text)
{
	char line[128];

	*scene = (struct scene){ 0 };
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (length >= sizeof(line)) {
			return fail("a line is too long");
		}
		memcpy(line, text, length);
		line[length] = '\0';
		if (!read_command(scene, line)) {
			return false;
		}
		text += length;
		text += *text == '\n';
	}
	if (scene->width == 0 || scene->sphere_count == 0) {
		return fail("no picture, or no spheres");
	}
	return place_spheres(scene);
}
