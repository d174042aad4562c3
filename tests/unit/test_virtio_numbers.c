/* SPDX-License-Identifier: MIT */
/*
 * test_virtio_numbers.c - machine/virtio.h has the numbers of the standard, as Linux's headers on
 * this host have them.
 *
 * Both name things VIRTIO_...; where the names are the same, ours are taken down before Linux's
 * come.
 */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>

#include "machine/virtio.h"
#include "tests/suite.h"

enum {
	OURS_F_VERSION_1 = VIRTIO_F_VERSION_1,
	OURS_ID_BLOCK = VIRTIO_ID_BLOCK
};

#undef VIRTIO_F_VERSION_1
#undef VIRTIO_ID_BLOCK
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

struct pair {
	const char *name;
	unsigned long ours;
	unsigned long linux_has;
};

#define PAIR(ours, theirs)                                            \
	{                                                             \
#ours, (unsigned long)(ours), (unsigned long)(theirs) \
	}
#define FIELD(ours, type, member) PAIR(ours, offsetof(struct type, member))

static const struct pair registers[] = {
	PAIR(VIRTIO_MAGIC, VIRTIO_MMIO_MAGIC_VALUE),
	PAIR(VIRTIO_VERSION, VIRTIO_MMIO_VERSION),
	PAIR(VIRTIO_DEVICE_ID, VIRTIO_MMIO_DEVICE_ID),
	PAIR(VIRTIO_VENDOR_ID, VIRTIO_MMIO_VENDOR_ID),
	PAIR(VIRTIO_DEVICE_FEATURES, VIRTIO_MMIO_DEVICE_FEATURES),
	PAIR(VIRTIO_DEVICE_FEATURES_SEL, VIRTIO_MMIO_DEVICE_FEATURES_SEL),
	PAIR(VIRTIO_DRIVER_FEATURES, VIRTIO_MMIO_DRIVER_FEATURES),
	PAIR(VIRTIO_DRIVER_FEATURES_SEL, VIRTIO_MMIO_DRIVER_FEATURES_SEL),
	PAIR(VIRTIO_QUEUE_SEL, VIRTIO_MMIO_QUEUE_SEL),
	PAIR(VIRTIO_QUEUE_NUM_MAX, VIRTIO_MMIO_QUEUE_NUM_MAX),
	PAIR(VIRTIO_QUEUE_NUM, VIRTIO_MMIO_QUEUE_NUM),
	PAIR(VIRTIO_QUEUE_READY, VIRTIO_MMIO_QUEUE_READY),
	PAIR(VIRTIO_QUEUE_NOTIFY, VIRTIO_MMIO_QUEUE_NOTIFY),
	PAIR(VIRTIO_INTERRUPT_STATUS, VIRTIO_MMIO_INTERRUPT_STATUS),
	PAIR(VIRTIO_INTERRUPT_ACK, VIRTIO_MMIO_INTERRUPT_ACK),
	PAIR(VIRTIO_STATUS, VIRTIO_MMIO_STATUS),
	PAIR(VIRTIO_QUEUE_DESC_LO, VIRTIO_MMIO_QUEUE_DESC_LOW),
	PAIR(VIRTIO_QUEUE_DESC_HI, VIRTIO_MMIO_QUEUE_DESC_HIGH),
	PAIR(VIRTIO_QUEUE_DRIVER_LO, VIRTIO_MMIO_QUEUE_AVAIL_LOW),
	PAIR(VIRTIO_QUEUE_DRIVER_HI, VIRTIO_MMIO_QUEUE_AVAIL_HIGH),
	PAIR(VIRTIO_QUEUE_DEVICE_LO, VIRTIO_MMIO_QUEUE_USED_LOW),
	PAIR(VIRTIO_QUEUE_DEVICE_HI, VIRTIO_MMIO_QUEUE_USED_HIGH),
	PAIR(VIRTIO_CONFIG_GENERATION, VIRTIO_MMIO_CONFIG_GENERATION),
	PAIR(VIRTIO_CONFIG, VIRTIO_MMIO_CONFIG),
	PAIR(VIRTIO_INTERRUPT_USED, VIRTIO_MMIO_INT_VRING),
	PAIR(VIRTIO_INTERRUPT_CONFIG, VIRTIO_MMIO_INT_CONFIG),
	PAIR(VIRTIO_ID_NETWORK, VIRTIO_ID_NET),
	PAIR(OURS_ID_BLOCK, VIRTIO_ID_BLOCK),
	PAIR(VIRTIO_STATUS_ACKNOWLEDGE, VIRTIO_CONFIG_S_ACKNOWLEDGE),
	PAIR(VIRTIO_STATUS_DRIVER, VIRTIO_CONFIG_S_DRIVER),
	PAIR(VIRTIO_STATUS_DRIVER_OK, VIRTIO_CONFIG_S_DRIVER_OK),
	PAIR(VIRTIO_STATUS_FEATURES_OK, VIRTIO_CONFIG_S_FEATURES_OK),
	PAIR(VIRTIO_STATUS_NEEDS_RESET, VIRTIO_CONFIG_S_NEEDS_RESET),
	PAIR(VIRTIO_STATUS_FAILED, VIRTIO_CONFIG_S_FAILED),
};

static const struct pair rings[] = {
	PAIR(VIRTIO_F_INDIRECT_DESC, VIRTIO_RING_F_INDIRECT_DESC),
	PAIR(VIRTIO_F_EVENT_IDX, VIRTIO_RING_F_EVENT_IDX),
	PAIR(OURS_F_VERSION_1, VIRTIO_F_VERSION_1),
	PAIR(VIRTIO_DESC_BYTES, sizeof(struct vring_desc)),
	FIELD(VIRTIO_DESC_ADDR, vring_desc, addr),
	FIELD(VIRTIO_DESC_LEN, vring_desc, len),
	FIELD(VIRTIO_DESC_FLAGS, vring_desc, flags),
	FIELD(VIRTIO_DESC_NEXT, vring_desc, next),
	PAIR(VIRTIO_DESC_F_NEXT, VRING_DESC_F_NEXT),
	PAIR(VIRTIO_DESC_F_WRITE, VRING_DESC_F_WRITE),
	PAIR(VIRTIO_DESC_F_INDIRECT, VRING_DESC_F_INDIRECT),
	FIELD(VIRTIO_RING_FLAGS, vring_avail, flags),
	FIELD(VIRTIO_RING_INDEX, vring_avail, idx),
	FIELD(VIRTIO_RING_ENTRIES, vring_avail, ring),
	FIELD(VIRTIO_RING_FLAGS, vring_used, flags),
	FIELD(VIRTIO_RING_INDEX, vring_used, idx),
	FIELD(VIRTIO_RING_ENTRIES, vring_used, ring),
	PAIR(VIRTIO_AVAIL_BYTES, sizeof(__virtio16)),
	PAIR(VIRTIO_USED_BYTES, sizeof(vring_used_elem_t)),
	PAIR(VIRTIO_AVAIL_F_NO_IRQ, VRING_AVAIL_F_NO_INTERRUPT),
	PAIR(VIRTIO_USED_F_NO_NOTIFY, VRING_USED_F_NO_NOTIFY),
};

static const struct pair block[] = {
	PAIR(VIRTIO_BLOCK_F_SIZE_MAX, VIRTIO_BLK_F_SIZE_MAX),
	PAIR(VIRTIO_BLOCK_F_SEG_MAX, VIRTIO_BLK_F_SEG_MAX),
	PAIR(VIRTIO_BLOCK_F_GEOMETRY, VIRTIO_BLK_F_GEOMETRY),
	PAIR(VIRTIO_BLOCK_F_RO, VIRTIO_BLK_F_RO),
	PAIR(VIRTIO_BLOCK_F_BLK_SIZE, VIRTIO_BLK_F_BLK_SIZE),
	PAIR(VIRTIO_BLOCK_F_FLUSH, VIRTIO_BLK_F_FLUSH),
	PAIR(VIRTIO_BLOCK_F_TOPOLOGY, VIRTIO_BLK_F_TOPOLOGY),
	PAIR(VIRTIO_BLOCK_F_DISCARD, VIRTIO_BLK_F_DISCARD),
	PAIR(VIRTIO_BLOCK_F_WRITE_ZEROES, VIRTIO_BLK_F_WRITE_ZEROES),
	FIELD(VIRTIO_BLOCK_CAPACITY, virtio_blk_config, capacity),
	FIELD(VIRTIO_BLOCK_SIZE_MAX, virtio_blk_config, size_max),
	FIELD(VIRTIO_BLOCK_SEG_MAX, virtio_blk_config, seg_max),
	FIELD(VIRTIO_BLOCK_CYLINDERS, virtio_blk_config, geometry.cylinders),
	FIELD(VIRTIO_BLOCK_HEADS, virtio_blk_config, geometry.heads),
	FIELD(VIRTIO_BLOCK_SECTORS, virtio_blk_config, geometry.sectors),
	FIELD(VIRTIO_BLOCK_BLK_SIZE, virtio_blk_config, blk_size),
	FIELD(VIRTIO_BLOCK_PHYSICAL_EXP, virtio_blk_config, physical_block_exp),
	FIELD(VIRTIO_BLOCK_ALIGNMENT, virtio_blk_config, alignment_offset),
	FIELD(VIRTIO_BLOCK_MIN_IO, virtio_blk_config, min_io_size),
	FIELD(VIRTIO_BLOCK_OPT_IO, virtio_blk_config, opt_io_size),
	FIELD(VIRTIO_BLOCK_MAX_DISCARD, virtio_blk_config, max_discard_sectors),
	FIELD(VIRTIO_BLOCK_MAX_DISCARD_SEG, virtio_blk_config, max_discard_seg),
	FIELD(VIRTIO_BLOCK_DISCARD_ALIGNMENT, virtio_blk_config, discard_sector_alignment),
	FIELD(VIRTIO_BLOCK_MAX_ZEROES, virtio_blk_config, max_write_zeroes_sectors),
	FIELD(VIRTIO_BLOCK_MAX_ZEROES_SEG, virtio_blk_config, max_write_zeroes_seg),
	FIELD(VIRTIO_BLOCK_ZEROES_MAY_UNMAP, virtio_blk_config, write_zeroes_may_unmap),
	PAIR(VIRTIO_BLOCK_HEADER_BYTES, sizeof(struct virtio_blk_outhdr)),
	PAIR(VIRTIO_BLOCK_T_IN, VIRTIO_BLK_T_IN),
	PAIR(VIRTIO_BLOCK_T_OUT, VIRTIO_BLK_T_OUT),
	PAIR(VIRTIO_BLOCK_T_FLUSH, VIRTIO_BLK_T_FLUSH),
	PAIR(VIRTIO_BLOCK_T_GET_ID, VIRTIO_BLK_T_GET_ID),
	PAIR(VIRTIO_BLOCK_T_DISCARD, VIRTIO_BLK_T_DISCARD),
	PAIR(VIRTIO_BLOCK_T_WRITE_ZEROES, VIRTIO_BLK_T_WRITE_ZEROES),
	PAIR(VIRTIO_BLOCK_S_OK, VIRTIO_BLK_S_OK),
	PAIR(VIRTIO_BLOCK_S_IOERR, VIRTIO_BLK_S_IOERR),
	PAIR(VIRTIO_BLOCK_S_UNSUPP, VIRTIO_BLK_S_UNSUPP),
	PAIR(VIRTIO_BLOCK_ID_BYTES, VIRTIO_BLK_ID_BYTES),
};

static const struct pair network[] = {
	PAIR(VIRTIO_NETWORK_F_CSUM, VIRTIO_NET_F_CSUM),
	PAIR(VIRTIO_NETWORK_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM),
	PAIR(VIRTIO_NETWORK_F_MTU, VIRTIO_NET_F_MTU),
	PAIR(VIRTIO_NETWORK_F_MAC, VIRTIO_NET_F_MAC),
	PAIR(VIRTIO_NETWORK_F_MRG_RXBUF, VIRTIO_NET_F_MRG_RXBUF),
	PAIR(VIRTIO_NETWORK_F_STATUS, VIRTIO_NET_F_STATUS),
	FIELD(VIRTIO_NETWORK_MAC, virtio_net_config, mac),
	FIELD(VIRTIO_NETWORK_STATUS, virtio_net_config, status),
	FIELD(VIRTIO_NETWORK_MTU, virtio_net_config, mtu),
	PAIR(VIRTIO_NETWORK_S_LINK_UP, VIRTIO_NET_S_LINK_UP),
	PAIR(VIRTIO_NETWORK_HEADER_BYTES, sizeof(struct virtio_net_hdr_v1)),
	FIELD(VIRTIO_NETWORK_HEADER_FLAGS, virtio_net_hdr_v1, flags),
	FIELD(VIRTIO_NETWORK_HEADER_SPLIT, virtio_net_hdr_v1, hdr_len),
	FIELD(VIRTIO_NETWORK_HEADER_CSUM, virtio_net_hdr_v1, csum_start),
	PAIR(VIRTIO_NETWORK_NEEDS_CSUM, VIRTIO_NET_HDR_F_NEEDS_CSUM),
	FIELD(VIRTIO_NETWORK_HEADER_BUFFERS, virtio_net_hdr_v1, num_buffers),
};

static void compare(const struct pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(pairs[i].ours == pairs[i].linux_has, "%s is 0x%lx, Linux has 0x%lx",
			      pairs[i].name, pairs[i].ours, pairs[i].linux_has);
	}
}

START_TEST(registers_are_the_standards)
{
	compare(registers, sizeof(registers) / sizeof(registers[0]));
}
END_TEST

START_TEST(rings_are_the_standards)
{
	compare(rings, sizeof(rings) / sizeof(rings[0]));
}
END_TEST

START_TEST(block_is_the_standards)
{
	compare(block, sizeof(block) / sizeof(block[0]));
}
END_TEST

START_TEST(network_is_the_standards)
{
	compare(network, sizeof(network) / sizeof(network[0]));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("virtio_numbers");
	TCase *tcase = tcase_create("virtio_numbers");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, registers_are_the_standards);
	tcase_add_test(tcase, rings_are_the_standards);
	tcase_add_test(tcase, block_is_the_standards);
	tcase_add_test(tcase, network_is_the_standards);
	return suite_run(suite);
}
