/* SPDX-License-Identifier: MIT */
/* driver.c - a guest's driver of a virtio device, on the model of the machine. */
#include "tests/monitor/driver.h"

#include <check.h>
#include <string.h>

#include "machine/lines.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/net/uplink.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"

#define STATUS_UP                                                                       \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK | \
	 VIRTIO_STATUS_DRIVER_OK)

unsigned driver_logged;
unsigned driver_frames;
unsigned driver_out;
void (*driver_meanwhile)(const struct vm *vm);

/* src/cpu's part. */
void vm_set_source(struct vm *vm, unsigned source, bool is_up)
{
	ck_assert_uint_eq(vm->lock.word, 1);
	vm->source_level = (vm->source_level & ~(1U << source)) | (uint32_t)is_up << source;
	if (driver_meanwhile != NULL) {
		driver_meanwhile(vm);
	}
}

void platform_log(const struct vm *vm, const char *what, uint32_t number)
{
	(void)vm;
	(void)what;
	(void)number;
	driver_logged++;
}

void platform_frame(const struct nic_frame *frame)
{
	driver_frames += frame != NULL;
}

#if MONITOR_GATEWAY
void uplink_send(const struct nic *from)
{
	driver_out += from != NULL;
}
#endif

struct pmap_caller cpu_pmap_caller(void)
{
	return model_caller();
}

void guest_memory_restore_text(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	ck_assert_int_eq(pmap_protect(pmap, gpn, 0, caller), OK);
}

void driver_make_vm(struct driver *driver, uint32_t vm)
{
	memset(driver, 0, sizeof(*driver));
	driver->vm.number = vm;
	driver->vm.pmap = &model.pmap[vm];
}

static uint64_t access_register(struct driver *driver, uint32_t offset, bool write, uint32_t value)
{
	struct pmap_caller here = model_caller();
	uint64_t bus = LE32(value);

	ck_assert(virtio_access(driver->virtio, offset, 4, write, &bus, &here));
	return LE32((uint32_t)bus);
}

uint32_t driver_read(struct driver *driver, uint32_t offset)
{
	return (uint32_t)access_register(driver, offset, false, 0);
}

void driver_write(struct driver *driver, uint32_t offset, uint32_t value)
{
	(void)access_register(driver, offset, true, value);
}

static void start_queue(struct driver *driver, uint32_t queue)
{
	static const uint8_t none[DRIVER_ENTRIES * VIRTIO_USED_BYTES + 6];

	driver_put(driver, DRIVER_AVAIL(queue), none, sizeof(none));
	driver_put(driver, DRIVER_USED(queue), none, sizeof(none));
	driver->offered[queue] = 0;
	driver->seen[queue] = 0;
	driver_write(driver, VIRTIO_QUEUE_SEL, queue);
	driver_write(driver, VIRTIO_QUEUE_NUM, DRIVER_ENTRIES);
	driver_write(driver, VIRTIO_QUEUE_DESC_LO, (uint32_t)DRIVER_DESC(queue));
	driver_write(driver, VIRTIO_QUEUE_DRIVER_LO, (uint32_t)DRIVER_AVAIL(queue));
	driver_write(driver, VIRTIO_QUEUE_DEVICE_LO, (uint32_t)DRIVER_USED(queue));
	driver_write(driver, VIRTIO_QUEUE_READY, 1);
	ck_assert_uint_eq(driver_read(driver, VIRTIO_QUEUE_READY), 1);
}

void driver_start(struct driver *driver, struct virtio *virtio, uint32_t queues)
{
	driver->virtio = virtio;
	driver_write(driver, VIRTIO_STATUS, 0);
	for (uint32_t half = 0; half < 2; half++) {
		driver_write(driver, VIRTIO_DEVICE_FEATURES_SEL, half);
		driver_write(driver, VIRTIO_DRIVER_FEATURES_SEL, half);
		driver_write(driver, VIRTIO_DRIVER_FEATURES,
			     driver_read(driver, VIRTIO_DEVICE_FEATURES));
	}
	for (uint32_t i = 0; i < queues; i++) {
		start_queue(driver, i);
	}
	driver_write(driver, VIRTIO_STATUS, STATUS_UP);
	ck_assert_uint_eq(driver_read(driver, VIRTIO_STATUS), STATUS_UP);
}

void driver_put(struct driver *driver, uint64_t gpa, const void *bytes, size_t count)
{
	struct pmap_caller here = model_caller();

	ck_assert(guest_memory_write(driver->vm.pmap, gpa, bytes, count, &here));
}

void driver_get(struct driver *driver, void *bytes, uint64_t gpa, size_t count)
{
	struct pmap_caller here = model_caller();

	ck_assert(guest_memory_read(driver->vm.pmap, bytes, gpa, count, &here));
}

void driver_put_desc(struct driver *driver, uint32_t queue, uint32_t index, uint64_t gpa,
		     uint32_t bytes, uint32_t flags, uint32_t next)
{
	uint8_t desc[VIRTIO_DESC_BYTES] __attribute__((aligned(8)));

	le_write64(desc, gpa);
	le_write32(desc + VIRTIO_DESC_LEN, bytes);
	le_write16(desc + VIRTIO_DESC_FLAGS, (uint16_t)flags);
	le_write16(desc + VIRTIO_DESC_NEXT, (uint16_t)next);
	driver_put(driver, DRIVER_DESC(queue) + (uint64_t)index * VIRTIO_DESC_BYTES, desc,
		   sizeof(desc));
}

void driver_offer(struct driver *driver, uint32_t queue, uint32_t head)
{
	uint32_t entry = driver->offered[queue] % DRIVER_ENTRIES;
	uint16_t wire = LE16((uint16_t)head);

	driver_put(driver, DRIVER_AVAIL(queue) + VIRTIO_RING_ENTRIES + entry * 2ULL, &wire, 2);
	driver->offered[queue]++;
	wire = LE16(driver->offered[queue]);
	driver_put(driver, DRIVER_AVAIL(queue) + VIRTIO_RING_INDEX, &wire, 2);
	driver_write(driver, VIRTIO_QUEUE_NOTIFY, queue);
}

bool driver_used(struct driver *driver, uint32_t queue, uint32_t *head, uint32_t *bytes)
{
	uint64_t used = DRIVER_USED(queue);
	uint32_t entry[2];
	uint16_t index;

	driver_get(driver, &index, used + VIRTIO_RING_INDEX, 2);
	if (LE16(index) == driver->seen[queue]) {
		return false;
	}
	used += VIRTIO_RING_ENTRIES + driver->seen[queue] % DRIVER_ENTRIES * VIRTIO_USED_BYTES;
	driver_get(driver, entry, used, sizeof(entry));
	*head = LE32(entry[0]);
	*bytes = LE32(entry[1]);
	driver->seen[queue]++;
	return true;
}

uint32_t driver_interrupts(struct driver *driver)
{
	uint32_t bit = 1U << (LINES_SOURCE_VIRTIO + driver->virtio->slot);
	uint32_t causes = driver_read(driver, VIRTIO_INTERRUPT_STATUS);

	ck_assert_int_eq((driver->vm.source_level & bit) != 0, causes != 0);
	driver_write(driver, VIRTIO_INTERRUPT_ACK, causes);
	ck_assert_uint_eq(driver->vm.source_level & bit, 0);
	return causes;
}
