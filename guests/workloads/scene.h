/* SPDX-License-Identifier: MIT */
/*
 * scene.h - spheres, a floor and lights, read from a file, in a hierarchical uniform grid.
 *
 * Made once, then only read, by all members at the same time. All arithmetic is in double with
 * +, -, *, / and sqrt alone: the same bits on every IEEE machine.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct vector {
	double x;
	double y;
	double z;
};

static inline struct vector vector_add(struct vector a, struct vector b)
{
	return (struct vector){ a.x + b.x, a.y + b.y, a.z + b.z };
}

static inline struct vector vector_scale(struct vector a, double by)
{
	return (struct vector){ a.x * by, a.y * by, a.z * by };
}

static inline struct vector vector_subtract(struct vector a, struct vector b)
{
	return (struct vector){ a.x - b.x, a.y - b.y, a.z - b.z };
}

static inline double vector_dot(struct vector a, struct vector b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline struct vector vector_unit(struct vector a)
{
	return vector_scale(a, 1.0 / __builtin_sqrt(vector_dot(a, a)));
}

struct sphere {
	struct vector centre;
	double radius;
	struct vector colour;
	double shine; /* part of the light that is reflected */
};

#define SCENE_LIGHTS_MAX 4U
#define SCENE_CELLS      8U /* of a grid, along each axis */

/* A cell: a list of spheres, or a grid of its own where there are too many. */
struct cell {
	uint32_t count;
	uint32_t *spheres; /* NULL if grid is not, or count is 0 */
	struct grid *grid;
};

struct grid {
	struct vector low;
	struct vector step; /* a cell's size */
	struct cell cells[SCENE_CELLS * SCENE_CELLS * SCENE_CELLS];
};

struct scene {
	uint32_t width;
	uint32_t height;
	struct vector eye;
	uint32_t light_count;
	struct vector lights[SCENE_LIGHTS_MAX];
	uint32_t sphere_count;
	uint32_t sphere_room;
	struct sphere *spheres;
	double floor; /* its height; the floor is a chessboard */
	struct grid *grid;
};

/* From the file's text, which ends with 0. False, with a message. */
bool scene_make(struct scene *scene, const char *text);
/* After scene_make(), whatever that said. */
void scene_free(struct scene *scene);

struct ray {
	struct vector origin;
	struct vector direction; /* of length 1 */
};

struct hit {
	double distance;
	struct vector normal;
	struct vector colour;
	double shine;
};

/* The nearest thing before `limit`; false if there is none. */
bool scene_hit(const struct scene *scene, const struct ray *ray, double limit, struct hit *hit);
/* Whether there is anything before `limit`. */
bool scene_shadow(const struct scene *scene, const struct ray *ray, double limit);
