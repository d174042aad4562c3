/* SPDX-License-Identifier: MIT */
/*
 * test_models.c - how long requests take, against times worked out by hand.
 *
 * HP 97560: a rotation is 14,992,504 ns, so sector number a of a track begins to pass the head at
 * a * 14,992,504 / 72 of each. Sector 0 of the disk is on cylinder 1, head 4; its angle is
 * (1 * (18 * 8 + 18) + 4 * 8) mod 72 = 50 sectors.
 */
#include <check.h>
#include <stdlib.h>

#include "sim/disk/models.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"
#include "tests/suite.h"

#define ROTATION    14992504ULL
#define AT(sectors) ((uint64_t)(sectors)*ROTATION / 72)
#define OVERHEAD    2200000ULL
#define BUS         51200ULL

static struct disk_model *model;

static void setup(void)
{
	model = disk_model_hp97560();
	ck_assert_ptr_nonnull(model);
}

static void teardown(void)
{
	model->ops->destroy(model);
}

static uint64_t take(struct disk_model *from, enum disk_operation operation, uint64_t sector,
		     uint64_t sectors, uint64_t begin_ns)
{
	struct disk_request request = { operation, sector, sectors };

	return from->ops->service(from, &request, begin_ns);
}

static uint64_t serve(enum disk_operation operation, uint64_t sector, uint64_t sectors,
		      uint64_t begin_ns)
{
	return take(model, operation, sector, sectors, begin_ns);
}

/* 2.2 ms, a seek of one cylinder 3.24 + 0.4 ms = 5.84 ms: angle 50 comes at 10,411,461. */
START_TEST(hp97560_read_waits_for_seek_and_rotation)
{
	ck_assert_uint_eq(serve(DISK_READ, 0, 1, 0), AT(51) + BUS);
	ck_assert_uint_eq(AT(51) + BUS, 10670890);
}
END_TEST

START_TEST(hp97560_write_ends_on_the_platter)
{
	ck_assert_uint_eq(serve(DISK_WRITE, 0, 1, 0), 10619690);
}
END_TEST

/* Angle 50 and 72 sectors: to 122/72 of a rotation. */
START_TEST(hp97560_whole_track_takes_a_rotation)
{
	ck_assert_uint_eq(serve(DISK_WRITE, 0, 72, 0), 25403965);
}
END_TEST

/*
 * At 25,403,965 the heads are switched, until 27,003,965. The next track begins 8 sectors later, at
 * angle 58 of the second rotation: 27,069,798. One sector of it ends at 14,992,504 + 12,285,524.
 */
START_TEST(hp97560_skew_covers_the_switch_of_heads)
{
	ck_assert_uint_eq(serve(DISK_WRITE, 0, 73, 0), 27278028);
}
END_TEST

/*
 * Cylinder 1 has 15 tracks with data, 1080 sectors. The last one, head 18, begins at angle
 * (162 + 18 * 8) mod 72 = 18, cylinder 2 at 2 * 162 mod 72 = 36: 18 sectors, 3.748 ms, for a seek
 * of 3.64 ms. From sector 1079 (angle 17) to 1080: 19 sectors after its begin the next one comes.
 */
START_TEST(hp97560_skew_covers_the_step_to_the_next_cylinder)
{
	uint64_t one = serve(DISK_WRITE, 1079, 1, 0);

	teardown();
	setup();
	ck_assert_uint_eq(one % ROTATION, AT(18));
	ck_assert_uint_eq(serve(DISK_WRITE, 1079, 2, 0) - one, AT(37) - AT(18));
}
END_TEST

/* Sector 523,656 is cylinder 384, head 0, angle 0; 383 cylinders are 3.24 + 0.4 * 19.570 ms. */
START_TEST(hp97560_short_seek_has_a_square_root)
{
	serve(DISK_WRITE, 0, 1, 0);
	/* 20 + 2.2 + 11.068154 ms: three rotations, and a sector. */
	ck_assert_uint_eq(serve(DISK_WRITE, 523656, 1, 20000000), 45185741 - 20000000);
}
END_TEST

/* Sector 525,024 is cylinder 385, head 0, angle 18; 384 cylinders are 8 + 3.072 ms. */
START_TEST(hp97560_long_seek_is_linear)
{
	serve(DISK_WRITE, 0, 1, 0);
	/* 20 + 2.2 + 11.072 ms; angle 18 of the third rotation is at 33,733,134. */
	ck_assert_uint_eq(serve(DISK_WRITE, 525024, 1, 20000000), 33941363 - 20000000);
}
END_TEST

/* 2 * 645 cylinders of data before it, but cylinder 1308: 8 + 10.464 ms; angle 0. */
START_TEST(hp97560_regions_have_spare_cylinders_between)
{
	ck_assert_uint_eq(serve(DISK_WRITE, 2ULL * 645 * 19 * 72, 1, 0), 2 * ROTATION + AT(1));
	ck_assert_uint_eq(serve(DISK_WRITE, HP97560_SECTORS - 1, 1, 0) / ROTATION, 2);
}
END_TEST

START_TEST(hp97560_buffer_has_what_was_read_ahead)
{
	serve(DISK_READ, 0, 8, 0);
	ck_assert_uint_eq(serve(DISK_READ, 8, 8, 100000000), OVERHEAD + 8 * BUS);
	ck_assert_uint_eq(serve(DISK_READ, 16, 8, 200000000), OVERHEAD + 8 * BUS);
	/* What the host has taken is not kept. */
	ck_assert_uint_gt(serve(DISK_READ, 16, 8, 300000000), OVERHEAD + 8 * BUS);
}
END_TEST

/* The first read ends at angle 58, and the track's end comes at 122 sectors whoever waits for it.
 */
START_TEST(hp97560_read_behind_a_read_loses_no_rotation)
{
	uint64_t first = serve(DISK_READ, 0, 8, 0);

	ck_assert_uint_eq(first, AT(58) + BUS);
	ck_assert_uint_eq(serve(DISK_READ, 8, 64, first), AT(122) + BUS - first);
}
END_TEST

/*
 * At 1 s the buffer has sectors 8 to 263. For 264 (cylinder 1, head 7, angle 2 + 48) it must wait:
 * from 1,002,200,000 to angle 50 of the rotation that begins at 67 * 14,992,504.
 */
START_TEST(hp97560_full_buffer_stops_reading_ahead)
{
	serve(DISK_READ, 0, 8, 0);
	ck_assert_uint_eq(serve(DISK_READ, 8, 264, 1000000000),
			  67 * ROTATION + AT(58) + BUS - 1000000000);
}
END_TEST

START_TEST(hp97560_write_gives_up_reading_ahead)
{
	serve(DISK_READ, 0, 8, 0);
	serve(DISK_WRITE, 5000, 1, 100000000);
	ck_assert_uint_gt(serve(DISK_READ, 8, 8, 200000000), OVERHEAD + 8 * BUS);
}
END_TEST

START_TEST(hp97560_flush_and_discard_cost_the_controller)
{
	ck_assert_uint_eq(serve(DISK_FLUSH, 0, 0, 0), OVERHEAD);
	ck_assert_uint_eq(serve(DISK_DISCARD, 0, 1000, 0), OVERHEAD);
}
END_TEST

/* Requests to and fro: what one of several disks does is nothing to the others. */
START_TEST(hp97560_disks_have_arms_of_their_own)
{
	struct disk_model *other = disk_model_hp97560();
	struct disk_model *alone = disk_model_hp97560();
	uint64_t now = 0;

	for (uint64_t i = 1; i < 200; i++) {
		uint64_t sector = i * 7919 * 331 % (HP97560_SECTORS - 64);
		enum disk_operation operation = i % 3 == 0 ? DISK_WRITE : DISK_READ;
		uint64_t ns = serve(operation, sector, 1 + i % 64, now);

		ck_assert_uint_eq(take(alone, operation, sector, 1 + i % 64, now), ns);
		take(other, DISK_READ, HP97560_SECTORS - 100 - sector, 8, now);
		now += ns;
	}
	other->ops->destroy(other);
	alone->ops->destroy(alone);
}
END_TEST

static uint64_t hash_of(const struct disk_model *of)
{
	struct state_hash *hash = state_hash_create();
	uint64_t result;

	of->ops->hash(of, hash);
	result = state_hash_result(hash);
	state_hash_destroy(hash);
	return result;
}

START_TEST(hp97560_goes_on_from_a_checkpoint)
{
	struct disk_model *copy = disk_model_hp97560();
	struct state_io io = { 0 };

	serve(DISK_READ, 100000, 8, 0);
	ck_assert_uint_ne(hash_of(model), hash_of(copy));
	model->ops->state(model, &io);
	io.is_loading = true;
	io.at = 0;
	copy->ops->state(copy, &io);
	ck_assert(state_io_is_complete(&io));
	ck_assert_uint_eq(hash_of(model), hash_of(copy));
	ck_assert_uint_eq(serve(DISK_READ, 100008, 8, 40000000),
			  take(copy, DISK_READ, 100008, 8, 40000000));
	io.is_loading = false;
	state_io_release(&io);
	copy->ops->destroy(copy);
}
END_TEST

START_TEST(fixed_has_a_latency_and_a_rate)
{
	struct disk_model *fixed = disk_model_fixed(100000, 10000000);

	ck_assert_uint_eq(take(fixed, DISK_READ, 0, 8, 5), 100000 + 409600);
	ck_assert_uint_eq(take(fixed, DISK_FLUSH, 0, 0, 5), 100000);
	ck_assert_uint_eq(take(fixed, DISK_DISCARD, 0, 8, 5), 100000);
	fixed->ops->destroy(fixed);
	fixed = disk_model_fixed(7, 0);
	ck_assert_uint_eq(take(fixed, DISK_WRITE, 0, 1000, 5), 7);
	fixed->ops->destroy(fixed);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("models");
	TCase *tcase = tcase_create("models");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, hp97560_read_waits_for_seek_and_rotation);
	tcase_add_test(tcase, hp97560_write_ends_on_the_platter);
	tcase_add_test(tcase, hp97560_whole_track_takes_a_rotation);
	tcase_add_test(tcase, hp97560_skew_covers_the_switch_of_heads);
	tcase_add_test(tcase, hp97560_skew_covers_the_step_to_the_next_cylinder);
	tcase_add_test(tcase, hp97560_short_seek_has_a_square_root);
	tcase_add_test(tcase, hp97560_long_seek_is_linear);
	tcase_add_test(tcase, hp97560_regions_have_spare_cylinders_between);
	tcase_add_test(tcase, hp97560_buffer_has_what_was_read_ahead);
	tcase_add_test(tcase, hp97560_read_behind_a_read_loses_no_rotation);
	tcase_add_test(tcase, hp97560_full_buffer_stops_reading_ahead);
	tcase_add_test(tcase, hp97560_write_gives_up_reading_ahead);
	tcase_add_test(tcase, hp97560_flush_and_discard_cost_the_controller);
	tcase_add_test(tcase, hp97560_disks_have_arms_of_their_own);
	tcase_add_test(tcase, hp97560_goes_on_from_a_checkpoint);
	tcase_add_test(tcase, fixed_has_a_latency_and_a_rate);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
