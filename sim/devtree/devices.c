/* SPDX-License-Identifier: MIT */
/* devices.c - CPUs, lines and devices, as docs/machine/devtree.md has them. */
#include "sim/devtree/devices.h"

#include "machine/annotation.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "machine/devtree.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "machine/uart.h"
#include "machine/virtio.h"

#define UART_CLOCK_HZ  1843200U
#define UART_REG_SHIFT 3U
#define RNG_SEED_WORDS 4U

void devices_write_root(struct devtree_writer *writer, const char *compatible, const char *model)
{
	writer_text(writer, "compatible", compatible);
	writer_text(writer, "model", model);
	writer_cells(writer, 2, 2);
	writer_u32(writer, "interrupt-parent", PHANDLE_INTC);
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void devices_write_chosen(struct devtree_writer *writer, const char *bootargs, uint64_t seed,
			  uint64_t salt)
{
	uint64_t state = seed;
	uint64_t words[RNG_SEED_WORDS];

	state = next_random(&state) + salt;
	for (unsigned i = 0; i < RNG_SEED_WORDS; i++) {
		words[i] = next_random(&state);
	}
	writer_text(writer, "stdout-path", "/soc/serial@1f000900");
	writer_text(writer, "bootargs", bootargs);
	writer_u64_list(writer, DEVTREE_RNG_SEED, words, RNG_SEED_WORDS);
}

void devices_write_cpu(struct devtree_writer *writer, unsigned number, uint64_t clock_hz,
		       uint32_t tlb_entries, int node)
{
	writer_enter_at(writer, "cpu", number);
	writer_text(writer, "device_type", "cpu");
	writer_text(writer, "compatible", DEVTREE_CPU);
	writer_u32(writer, "reg", number);
	writer_u32(writer, "clock-frequency", (uint32_t)clock_hz);
	if (node >= 0) {
		writer_u32(writer, "numa-node-id", (uint32_t)node);
	}
	writer_u32(writer, DEVTREE_TLB_ENTRIES, tlb_entries);
	writer_leave(writer);
}

static void write_controller(struct devtree_writer *writer, uint32_t phandle)
{
	writer_u32(writer, "#address-cells", 0);
	writer_u32(writer, "#interrupt-cells", 1);
	writer_empty(writer, "interrupt-controller");
	writer_u32(writer, "phandle", phandle);
}

void devices_write_lines(struct devtree_writer *writer)
{
	writer_enter(writer, "cpu-interrupt-controller");
	writer_text(writer, "compatible", DEVTREE_CPU_LINES);
	write_controller(writer, PHANDLE_LINES);
	/* Itself: otherwise it would have the root's, which is behind it. */
	writer_u32(writer, "interrupt-parent", PHANDLE_LINES);
	writer_leave(writer);
}

static void write_serial(struct devtree_writer *writer)
{
	const uint64_t base = MAP_CONSOLE_BASE + UART_OFFSET;

	writer_enter_at(writer, "serial", base);
	writer_text(writer, "compatible", DEVTREE_UART);
	writer_reg(writer, base, UART_BYTES);
	writer_u32(writer, "reg-shift", UART_REG_SHIFT);
	writer_u32(writer, "clock-frequency", UART_CLOCK_HZ);
	writer_u32(writer, "interrupts", LINES_SOURCE_UART);
	writer_leave(writer);
}

static void write_intc(struct devtree_writer *writer, unsigned cpus)
{
	uint64_t reg[2 * MACHINE_CPUS_MAX];
	uint32_t lines[MACHINE_CPUS_MAX];

	for (unsigned i = 0; i < cpus; i++) {
		reg[2 * i] = MAP_INTC_BASE + i * INTC_CPU_STRIDE;
		reg[2 * i + 1] = INTC_CPU_STRIDE;
		lines[i] = LINES_IP_DEVICE;
	}
	writer_enter_at(writer, "interrupt-controller", MAP_INTC_BASE);
	writer_text(writer, "compatible", DEVTREE_INTC);
	writer_u64_list(writer, "reg", reg, 2 * (size_t)cpus);
	write_controller(writer, PHANDLE_INTC);
	writer_u32(writer, "interrupt-parent", PHANDLE_LINES);
	writer_u32_list(writer, "interrupts", lines, cpus);
	writer_leave(writer);

	writer_enter_at(writer, "messages", MAP_INTC_BASE + INTC_IPI_BASE);
	writer_text(writer, "compatible", DEVTREE_MESSAGES);
	writer_reg(writer, MAP_INTC_BASE + INTC_IPI_BASE, INTC_BYTES - INTC_IPI_BASE);
	writer_u32(writer, "interrupt-parent", PHANDLE_LINES);
	writer_u32(writer, "interrupts", LINES_IP_IPI);
	writer_leave(writer);
}

/* A device with registers and nothing else. */
static void begin_plain(struct devtree_writer *writer, const char *name, const char *compatible,
			uint64_t base, uint64_t bytes)
{
	writer_enter_at(writer, name, base);
	writer_text(writer, "compatible", compatible);
	writer_reg(writer, base, bytes);
}

void devices_write_virtio(struct devtree_writer *writer, unsigned slot, bool is_swap)
{
	begin_plain(writer, "virtio", DEVTREE_VIRTIO, MAP_VIRTIO_BASE + slot * MAP_PAGE_BYTES,
		    VIRTIO_BYTES);
	writer_empty(writer, "dma-coherent");
	writer_u32(writer, "interrupts", LINES_SOURCE_VIRTIO + slot);
	if (is_swap) {
		writer_empty(writer, DEVTREE_SWAP);
	}
	writer_leave(writer);
}

static void write_power(struct devtree_writer *writer)
{
	static const char compatible[] = DEVTREE_POWER "\0syscon";

	writer_enter_at(writer, "power", MAP_POWER_BASE);
	writer_bytes(writer, "compatible", compatible, sizeof(compatible));
	writer_reg(writer, MAP_POWER_BASE, POWER_BYTES);
	writer_empty(writer, "native-endian");
	writer_u32(writer, "phandle", PHANDLE_POWER);
	writer_leave(writer);
}

void devices_begin_soc(struct devtree_writer *writer, unsigned cpus, uint64_t clock_hz)
{
	writer_enter(writer, "soc");
	writer_text(writer, "compatible", "simple-bus");
	writer_cells(writer, 2, 2);
	writer_empty(writer, "ranges");
	write_serial(writer);
	begin_plain(writer, "annotation", DEVTREE_ANNOTATION, MAP_ANNOTATION_BASE,
		    ANNOTATION_BYTES);
	writer_leave(writer);
	write_intc(writer, cpus);
	begin_plain(writer, "cpuctl", DEVTREE_CPUCTL, MAP_CPUCTL_BASE, CPUCTL_BYTES);
	writer_leave(writer);
	begin_plain(writer, "clock", DEVTREE_CLOCK, MAP_CLOCK_BASE, CLOCK_BYTES);
	writer_u32(writer, "clock-frequency", (uint32_t)clock_hz);
	writer_leave(writer);
	begin_plain(writer, "rtc", DEVTREE_RTC, MAP_RTC_BASE, RTC_BYTES);
	writer_empty(writer, "native-endian");
	writer_u32(writer, "interrupts", LINES_SOURCE_RTC);
	writer_leave(writer);
	write_power(writer);
}

static void write_syscon(struct devtree_writer *writer, const char *name, const char *compatible)
{
	writer_enter(writer, name);
	writer_text(writer, "compatible", compatible);
	writer_u32(writer, "regmap", PHANDLE_POWER);
	writer_u32(writer, "offset", POWER_OFF);
	writer_u32(writer, "value", POWER_RESTART_GO);
	writer_leave(writer);
}

void devices_write_poweroff(struct devtree_writer *writer)
{
	write_syscon(writer, "poweroff", "syscon-poweroff");
	write_syscon(writer, "reboot", "syscon-reboot");
}

void devices_write_initrd(struct devtree_writer *writer, uint64_t paddr, uint64_t bytes)
{
	if (bytes != 0) {
		writer_u64(writer, DEVTREE_INITRD_START, paddr);
		writer_u64(writer, DEVTREE_INITRD_END, paddr + bytes);
	}
}
