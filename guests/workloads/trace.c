/* SPDX-License-Identifier: MIT */
/* trace.c - what a ray hits first: the floor, or a sphere found by walking through grids. */
#include <stddef.h>

#include "guests/workloads/scene.h"

#define FAR     1000000.0
#define NEAREST 0.0009765625 /* a ray does not hit what it comes from */

/* What a walk looks for: the nearest sphere, or any. */
struct search {
	const struct scene *scene;
	const struct ray *ray;
	double distance; /* of the nearest so far, or the limit */
	const struct sphere *found;
	bool any;
};

/* Along one axis: where the ray crosses a cell's border next, and where from then on. */
struct axis {
	int32_t cell;
	int32_t step;
	double next;
	double delta;
};

static void test_sphere(struct search *search, const struct sphere *sphere)
{
	struct vector to = vector_subtract(sphere->centre, search->ray->origin);
	double middle = vector_dot(to, search->ray->direction);
	double square = middle * middle - vector_dot(to, to) + sphere->radius * sphere->radius;
	double half;
	double distance;

	if (square <= 0) {
		return;
	}
	half = __builtin_sqrt(square);
	distance = middle - half > NEAREST ? middle - half : middle + half;
	if (distance > NEAREST && distance < search->distance) {
		search->distance = distance;
		search->found = sphere;
	}
}

/* The part of the ray between two planes across an axis; false: it is outside. */
static bool clip(double origin, double direction, double low, double high, double range[2])
{
	double enter;
	double leave;

	if (direction > -1e-9 && direction < 1e-9) {
		return origin >= low && origin < high;
	}
	enter = (low - origin) / direction;
	leave = (high - origin) / direction;
	if (enter > leave) {
		double swap = enter;

		enter = leave;
		leave = swap;
	}
	range[0] = enter > range[0] ? enter : range[0];
	range[1] = leave < range[1] ? leave : range[1];
	return range[0] <= range[1];
}

static struct axis axis_start(double origin, double direction, double low, double step,
			      double enter)
{
	double place = (origin + direction * enter - low) / step;
	struct axis axis = { .next = FAR, .delta = FAR };

	axis.cell = place < 0 ? 0 : (int32_t)place;
	if (axis.cell >= (int32_t)SCENE_CELLS) {
		axis.cell = (int32_t)SCENE_CELLS - 1;
	}
	if (direction >= 1e-9) {
		axis.step = 1;
		axis.next = (low + step * (axis.cell + 1) - origin) / direction;
		axis.delta = step / direction;
	} else if (direction <= -1e-9) {
		axis.step = -1;
		axis.next = (low + step * axis.cell - origin) / direction;
		axis.delta = -step / direction;
	}
	return axis;
}

static void walk(struct search *search, const struct grid *grid, double from, double to);

static void test_cell(struct search *search, const struct cell *cell, double from, double to)
{
	if (cell->grid != NULL) {
		walk(search, cell->grid, from, to);
		return;
	}
	for (uint32_t i = 0; i < cell->count; i++) {
		test_sphere(search, &search->scene->spheres[cell->spheres[i]]);
	}
}

/* Goes from cell to cell until something lies in the present one, or the grid ends. */
static void walk(struct search *search, const struct grid *grid, double from, double to)
{
	const struct vector *o = &search->ray->origin;
	const struct vector *d = &search->ray->direction;
	struct axis axes[3];
	double range[2] = { from, to };

	if (!clip(o->x, d->x, grid->low.x, grid->low.x + grid->step.x * SCENE_CELLS, range) ||
	    !clip(o->y, d->y, grid->low.y, grid->low.y + grid->step.y * SCENE_CELLS, range) ||
	    !clip(o->z, d->z, grid->low.z, grid->low.z + grid->step.z * SCENE_CELLS, range)) {
		return;
	}
	axes[0] = axis_start(o->x, d->x, grid->low.x, grid->step.x, range[0]);
	axes[1] = axis_start(o->y, d->y, grid->low.y, grid->step.y, range[0]);
	axes[2] = axis_start(o->z, d->z, grid->low.z, grid->step.z, range[0]);
	for (;;) {
		unsigned nearest = axes[0].next < axes[1].next ? 0 : 1;
		double leave;

		nearest = axes[nearest].next < axes[2].next ? nearest : 2;
		leave = axes[nearest].next;
		test_cell(search,
			  &grid->cells[((uint32_t)axes[2].cell * SCENE_CELLS +
					(uint32_t)axes[1].cell) *
					       SCENE_CELLS +
				       (uint32_t)axes[0].cell],
			  range[0], leave);
		if (search->found != NULL && (search->any || search->distance <= leave)) {
			return;
		}
		if (leave > range[1] || leave > search->distance) {
			return;
		}
		axes[nearest].cell += axes[nearest].step;
		if (axes[nearest].cell < 0 || axes[nearest].cell >= (int32_t)SCENE_CELLS) {
			return;
		}
		axes[nearest].next += axes[nearest].delta;
		range[0] = leave;
	}
}

static bool hit_floor(const struct scene *scene, const struct ray *ray, double limit,
		      struct hit *hit)
{
	struct vector at;
	int32_t square;

	if (ray->direction.y > -1e-9) {
		return false;
	}
	hit->distance = (scene->floor - ray->origin.y) / ray->direction.y;
	if (hit->distance < NEAREST || hit->distance >= limit || hit->distance > 1000) {
		return false;
	}
	at = vector_add(ray->origin, vector_scale(ray->direction, hit->distance));
	square = (int32_t)(at.x + 2000) + (int32_t)(at.z + 2000);
	hit->normal = (struct vector){ 0, 1, 0 };
	hit->colour = square % 2 == 0 ? (struct vector){ 0.75, 0.75, 0.75 }
				      : (struct vector){ 0.25, 0.25, 0.3125 };
	hit->shine = 0.125;
	return true;
}

bool scene_hit(const struct scene *scene, const struct ray *ray, double limit, struct hit *hit)
{
	struct search search = { .scene = scene, .ray = ray, .distance = limit };
	struct vector at;
	bool floor;

	floor = hit_floor(scene, ray, limit, hit);
	if (floor) {
		search.distance = hit->distance;
	}
	walk(&search, scene->grid, 0, search.distance);
	if (search.found == NULL) {
		return floor;
	}
	at = vector_add(ray->origin, vector_scale(ray->direction, search.distance));
	hit->distance = search.distance;
	hit->normal = vector_unit(vector_subtract(at, search.found->centre));
	hit->colour = search.found->colour;
	hit->shine = search.found->shine;
	return true;
}

bool scene_shadow(const struct scene *scene, const struct ray *ray, double limit)
{
	struct search search = {
		.scene = scene,
		.ray = ray,
		.distance = limit,
		.any = true,
	};

	walk(&search, scene->grid, 0, limit);
	return search.found != NULL;
}
