/* SPDX-License-Identifier: MIT */
/*
 * test_workloads.c - the parts of the workloads, each against a second and slower way to the same.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "guests/lib/random.h"
#include "guests/workloads/logic.h"
#include "guests/workloads/memsim.h"
#include "guests/workloads/scene.h"

#define CYCLES 6U

/* One circuit of the 32, evaluated from its registers back through the gates, with booleans. */
struct slow {
	const struct netlist *netlist;
	bool *values; /* of the registers */
	signed char *known;
};

static bool find_value(struct slow *slow, uint32_t signal)
{
	const struct netlist_gate *gate;
	bool left;
	bool right;
	bool value;

	if (signal < slow->netlist->registers) {
		return slow->values[signal];
	}
	if (slow->known[signal] >= 0) {
		return slow->known[signal] != 0;
	}
	gate = &slow->netlist->gate[signal - slow->netlist->registers];
	left = find_value(slow, gate->inputs[0]);
	right = find_value(slow, gate->inputs[1]);
	if (gate->kind == NETLIST_AND || gate->kind == NETLIST_NAND) {
		value = left && right;
	} else if (gate->kind == NETLIST_OR || gate->kind == NETLIST_NOR) {
		value = left || right;
	} else {
		value = left != right;
	}
	value ^= gate->kind == NETLIST_NAND || gate->kind == NETLIST_NOR ||
		 gate->kind == NETLIST_XNOR;
	slow->known[signal] = value ? 1 : 0;
	return value;
}

/* Adds this circuit's bit of every register in every cycle to `history`. */
static void run_slowly(const struct netlist *netlist, unsigned bit, uint32_t *history)
{
	struct slow slow = { .netlist = netlist };
	bool *next = malloc(netlist->registers);

	slow.values = malloc(netlist->registers);
	slow.known = malloc(netlist->registers + netlist->gates);
	for (uint32_t i = 0; i < netlist->registers; i++) {
		slow.values[i] = (netlist->reset[i] >> bit & 1U) != 0;
	}
	for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
		memset(slow.known, -1, netlist->registers + netlist->gates);
		for (uint32_t i = 0; i < netlist->registers; i++) {
			next[i] = find_value(&slow, netlist->next[i]);
			history[cycle * netlist->registers + i] |= (uint32_t)next[i] << bit;
		}
		memcpy(slow.values, next, netlist->registers);
	}
	free(next);
	free(slow.values);
	free(slow.known);
}

START_TEST(logic_agrees_with_a_walk_through_the_gates)
{
	struct netlist netlist;
	struct logic logic;
	uint32_t *history;
	uint32_t signature = NETLIST_SIGNATURE;
	uint32_t changes = 0;

	ck_assert(netlist_make(&netlist, 64, 700, (uint32_t)_i + 1));
	ck_assert(logic_compile(&logic, &netlist));
	history = calloc((size_t)CYCLES * netlist.registers, sizeof(*history));
	for (unsigned bit = 0; bit < 32; bit++) {
		run_slowly(&netlist, bit, history);
	}
	for (uint32_t i = 0; i < CYCLES * netlist.registers; i++) {
		signature = netlist_sign(signature, history[i]);
		changes += i >= netlist.registers && history[i] != history[i - netlist.registers];
	}
	logic_run(&logic, CYCLES - 2);
	logic_run(&logic, 2);
	ck_assert_uint_eq(logic.signature, signature);
	/* The circuit does not stand still. */
	ck_assert_uint_gt(changes, CYCLES * netlist.registers / 3);
	free(history);
	logic_free(&logic);
	netlist_free(&netlist);
}
END_TEST

START_TEST(memory_simulation_keeps_caches_coherent)
{
	struct memsim memsim;
	uint32_t cached = 0;

	ck_assert(memsim_make(&memsim, 2048, 64, 3));
	memsim_run(&memsim, 3000);
	ck_assert_uint_eq(memsim.hits + memsim.misses + memsim.upgrades, 3000 * MEMSIM_CPUS);
	for (uint32_t line = 0; line < memsim.lines; line++) {
		unsigned holders = 0;
		unsigned owners = 0;

		for (unsigned cpu = 0; cpu < MEMSIM_CPUS; cpu++) {
			const struct memsim_line *set =
				memsim.cache + ((size_t)cpu * memsim.sets + line % 64) * 2;

			for (unsigned way = 0; way < 2; way++) {
				if (set[way].tag == line + 1) {
					ck_assert((memsim.directory[line] & 1U << cpu) != 0);
					holders++;
					owners += set[way].state >> 31;
				}
			}
		}
		ck_assert_uint_eq(holders,
				  (unsigned)__builtin_popcount(memsim.directory[line] & 0xffU));
		ck_assert(owners == 0 || holders == 1);
		ck_assert_uint_eq(owners, memsim.directory[line] >> 15);
		cached += holders;
	}
	ck_assert_uint_gt(cached, MEMSIM_CPUS * 64);
	ck_assert(memsim.transfers != 0 && memsim.write_backs != 0 && memsim.upgrades != 0);
	memsim_free(&memsim);
}
END_TEST

/* The nearest of all spheres that the ray meets, without grids. */
static double nearest_sphere(const struct scene *scene, const struct ray *ray)
{
	double nearest = 1000;

	for (uint32_t i = 0; i < scene->sphere_count; i++) {
		const struct sphere *sphere = &scene->spheres[i];
		struct vector to = vector_subtract(sphere->centre, ray->origin);
		double middle = vector_dot(to, ray->direction);
		double square =
			middle * middle - vector_dot(to, to) + sphere->radius * sphere->radius;
		double distance = square > 0 ? middle - __builtin_sqrt(square) : 1000;

		if (distance > 0 && distance < nearest) {
			nearest = distance;
		}
	}
	return nearest;
}

START_TEST(grids_lose_no_sphere)
{
	struct scene scene;
	uint32_t random = 7;
	unsigned hits = 0;

	ck_assert(scene_make(&scene, "picture 8 8\nfloor -9000000\nflake 0 0 0 1000 3\n"));
	ck_assert_uint_eq(scene.sphere_count, 1 + 9 + 81 + 729);
	for (unsigned i = 0; i < 3000; i++) {
		struct ray ray;
		struct hit hit;
		double wanted;
		double n[6];

		for (unsigned j = 0; j < 6; j++) {
			n[j] = (double)(random_next(&random) % 4000) / 1000 - 2;
		}
		ray.origin = (struct vector){ n[0] * 3, n[1] + 5, n[2] * 3 };
		ray.direction = vector_unit(
			vector_subtract((struct vector){ n[3], n[4], n[5] }, ray.origin));
		wanted = nearest_sphere(&scene, &ray);
		if (wanted < 1000) {
			ck_assert(scene_hit(&scene, &ray, 1000, &hit));
			ck_assert_double_eq_tol(hit.distance, wanted, 1e-9);
			ck_assert(scene_shadow(&scene, &ray, wanted + 0.01));
			hits++;
		} else {
			ck_assert(!scene_hit(&scene, &ray, 1000, &hit));
		}
		ck_assert(!scene_shadow(&scene, &ray, wanted - 0.01));
	}
	ck_assert_uint_gt(hits, 300);
	scene_free(&scene);
}
END_TEST

START_TEST(bad_scenes_are_refused)
{
	static const char *const bad[] = {
		"",
		"picture 8 8\n",
		"flake 0 0 0 1000 1\n",
		"picture 8 8\nflake 0 0 0 1000 1\ncube 1\n",
		"picture 8 0\nflake 0 0 0 1000 1\n",
		"picture 8 8\nflake 0 0 0 1000 7\n",
		"picture 8 8\nflake 0 0 0 0 1\n",
		"picture 8 8\nflake 0 0 0\n",
	};
	struct scene scene;

	ck_assert(!scene_make(&scene, bad[_i]));
	scene_free(&scene);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("workloads");
	TCase *parts = tcase_create("parts");

	tcase_add_loop_test(parts, logic_agrees_with_a_walk_through_the_gates, 0, 4);
	tcase_add_test(parts, memory_simulation_keeps_caches_coherent);
	tcase_add_test(parts, grids_lose_no_sphere);
	tcase_add_loop_test(parts, bad_scenes_are_refused, 0, 8);
	suite_add_tcase(suite, parts);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
