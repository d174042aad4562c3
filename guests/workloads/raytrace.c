/* SPDX-License-Identifier: MIT */
/*
 * raytrace.c - a parallel ray tracer as SPLASH-2 describes its own: raytrace SIZE [MEMBERS] [KIND].
 *
 * The scene, in a hierarchical uniform grid, is read by all members. The picture is cut into jobs
 * of 8 x 8 pixels; each member has a queue of them, and takes from others when its own is empty.
 * The result is a number made of the picture's pixels in their order.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "guests/workloads/options.h"
#include "guests/workloads/scene.h"
#include "guests/workloads/team.h"

#define JOB_PIXELS  8U
#define DEPTH_MAX   3U
#define SCENE_BYTES 4096U

#ifndef SCENES
#define SCENES "/workloads/scenes"
#endif

static const char *const size_names[] = { "quick", "uni", "multi" };
static const struct {
	const char *file;
	uint32_t result;
} sizes[] = {
	{ SCENES "/quick", 0xfa9fc597 },
	{ SCENES "/uni", 0x1fe3aadd },
	{ SCENES "/multi", 0x26036a62 },
};

/* Jobs [next, end) of a member, in a line of the caches for itself. */
struct queue {
	struct team_lock lock;
	uint32_t next;
	uint32_t end;
} __attribute__((aligned(128)));

static unsigned members;
static struct scene scene;
static struct queue *queues;
static uint32_t *picture;
static uint32_t jobs_across;

static struct vector sky(const struct ray *ray)
{
	double up = ray->direction.y > 0 ? ray->direction.y : 0;

	return (struct vector){ 0.5 - 0.25 * up, 0.625 - 0.25 * up, 0.875 };
}

static struct vector trace(const struct ray *ray, unsigned depth);

/* Light that comes straight from the lights, and a small bright spot of each. */
static struct vector shade(const struct ray *ray, const struct hit *hit, struct vector at)
{
	struct vector sum = vector_scale(hit->colour, 0.1875);

	for (uint32_t i = 0; i < scene.light_count; i++) {
		struct vector to = vector_subtract(scene.lights[i], at);
		double distance = __builtin_sqrt(vector_dot(to, to));
		struct ray shadow = { at, vector_scale(to, 1.0 / distance) };
		double angle = vector_dot(shadow.direction, hit->normal);
		double spot;

		if (angle <= 0.001 || scene_shadow(&scene, &shadow, distance)) {
			continue;
		}
		sum = vector_add(sum, vector_scale(hit->colour, angle * 0.5));
		spot = 2 * angle * vector_dot(hit->normal, ray->direction) -
		       vector_dot(shadow.direction, ray->direction);
		/* Its 16th power; small ones would have no number that the FPU takes. */
		if (spot < -0.25) {
			spot *= spot;
			spot *= spot;
			spot *= spot;
			spot *= spot;
			sum = vector_add(sum, (struct vector){ spot / 2, spot / 2, spot / 2 });
		}
	}
	return sum;
}

static struct vector trace(const struct ray *ray, unsigned depth)
{
	struct ray mirrored;
	struct vector colour;
	struct hit hit;

	if (!scene_hit(&scene, ray, 1000, &hit)) {
		return sky(ray);
	}
	mirrored.origin = vector_add(ray->origin, vector_scale(ray->direction, hit.distance));
	colour = shade(ray, &hit, mirrored.origin);
	if (depth < DEPTH_MAX) {
		double along = 2 * vector_dot(ray->direction, hit.normal);

		mirrored.direction = vector_unit(
			vector_subtract(ray->direction, vector_scale(hit.normal, along)));
		colour = vector_add(vector_scale(colour, 1 - hit.shine),
				    vector_scale(trace(&mirrored, depth + 1), hit.shine));
	}
	return colour;
}

static uint32_t channel(double value)
{
	return value >= 1 ? 255 : (uint32_t)(value * 256);
}

static uint32_t pixel(uint32_t x, uint32_t y)
{
	double scale = 1.0 / scene.width;
	struct ray ray = { scene.eye,
			   { (x + 0.5 - scene.width * 0.5) * scale,
			     (scene.height * 0.5 - y - 0.5) * scale, 1 } };
	struct vector colour;

	ray.direction = vector_unit(ray.direction);
	colour = trace(&ray, 0);
	return channel(colour.x) << 16 | channel(colour.y) << 8 | channel(colour.z);
}

static void do_job(uint32_t job)
{
	uint32_t left = job % jobs_across * JOB_PIXELS;
	uint32_t top = job / jobs_across * JOB_PIXELS;

	for (uint32_t y = top; y < top + JOB_PIXELS && y < scene.height; y++) {
		for (uint32_t x = left; x < left + JOB_PIXELS && x < scene.width; x++) {
			picture[y * scene.width + x] = pixel(x, y);
		}
	}
}

/* The owner takes from the front; the others take from the end. */
static bool take_job(struct queue *queue, bool is_own, uint32_t *job)
{
	bool found;

	team_lock(&queue->lock);
	found = queue->next < queue->end;
	if (found) {
		*job = is_own ? queue->next++ : --queue->end;
	}
	team_unlock(&queue->lock);
	return found;
}

static void work(unsigned member)
{
	uint32_t job;

	team_begin();
	for (unsigned i = 0; i < members; i++) {
		while (take_job(&queues[(member + i) % members], i == 0, &job)) {
			do_job(job);
		}
	}
	team_end();
}

static bool read_scene(const char *path)
{
	static char text[SCENE_BYTES];
	int file = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t part = 1;

	while (file >= 0 && part > 0 && length < sizeof(text) - 1) {
		part = read(file, text + length, sizeof(text) - 1 - length);
		length += part > 0 ? (size_t)part : 0;
	}
	if (file < 0 || part != 0) {
		fprintf(stderr, "raytrace: cannot read %s, or it is too long\n", path);
		return false;
	}
	close(file);
	return scene_make(&scene, text);
}

static bool make_queues(void)
{
	uint32_t jobs;

	jobs_across = (scene.width + JOB_PIXELS - 1) / JOB_PIXELS;
	jobs = jobs_across * ((scene.height + JOB_PIXELS - 1) / JOB_PIXELS);
	queues = team_memory(members * sizeof(*queues));
	picture = team_memory(scene.width * scene.height * sizeof(*picture));
	for (unsigned i = 0; queues != NULL && i < members; i++) {
		queues[i].next = (uint32_t)((uint64_t)jobs * i / members);
		queues[i].end = (uint32_t)((uint64_t)jobs * (i + 1) / members);
		if (!team_lock_init(&queues[i].lock)) {
			return false;
		}
	}
	return queues != NULL && picture != NULL;
}

int main(int argc, char **argv)
{
	struct options options = { .members = 1, .kind = TEAM_THREADS };
	uint32_t hash = 2166136261U;

	if (!options_read(&options, argc, argv, size_names, sizeof(sizes) / sizeof(sizes[0])) ||
	    !team_open("raytrace", size_names[options.size], options.members, options.kind)) {
		return 2;
	}
	members = options.members;
	if (!read_scene(sizes[options.size].file) || !make_queues() || !team_run(work)) {
		return 2;
	}
	for (uint32_t i = 0; i < scene.width * scene.height; i++) {
		hash = (hash ^ picture[i]) * 16777619U;
	}
#ifdef PICTURE
	/* For a look at it on the host. */
	fprintf(stderr, "P6 %u %u 255\n", scene.width, scene.height);
	for (uint32_t i = 0; i < scene.width * scene.height; i++) {
		fprintf(stderr, "%c%c%c", (int)(picture[i] >> 16), (int)(picture[i] >> 8 & 255),
			(int)(picture[i] & 255));
	}
#endif
	return team_result(hash, sizes[options.size].result);
}
