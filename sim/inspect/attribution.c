/* SPDX-License-Identifier: MIT */
/*
 * attribution.c - cycles by VCPU and cause.
 *
 * The frames with the monitor's struct inspect_cpu are watched (RAM_WATCHED), so that the core says
 * when one is written, and it says when its mode changes. At each of both the time since the last
 * one is counted to what was in force. Kernel-mode time before the monitor says what it does waits
 * until it does; what it does after it has written INSPECT_CAUSE_GUEST is still for the same cause,
 * until the guest runs.
 */
#include "sim/inspect/attribution.h"

#include <stdlib.h>

#include "sim/control.h"
#include "sim/core/core.h"
#include "sim/core/exception.h"
#include "sim/core/mmu.h"
#include "sim/inspect/inspect_priv.h"

#define NOT_SAID UINT32_MAX

/* A CPU's cycles so far, of each kind. */
struct marks {
	uint64_t executed;
	uint64_t stalled;
	uint64_t idle;
};

struct account {
	struct marks mark; /* counted up to here */
	uint32_t vcpu;     /* as the monitor has said */
	uint32_t cause;    /* NOT_SAID since the guest was left */
	enum core_mode mode;
	bool at_refill;                /* the guest was left for a refill vector */
	bool was_user;                 /* the guest was left in user mode */
	uint8_t code;                  /* Cause.ExcCode, for which it was left */
	uint64_t said;                 /* physical address of its struct inspect_cpu; 0: none */
	struct attribution_time waits; /* kernel mode, cause not said yet */
};

struct attribution {
	struct machine *machine;
	uint64_t header;
	struct inspect view;
	bool has_begun; /* the view is one */
	bool is_open;   /* the CPUs' words are watched */
	void (*listener)(void *context, unsigned cpu, uint64_t cycle);
	void *listener_context;
	struct attribution_observer observer; /* `spent` NULL: none */
	struct account account[MACHINE_CPUS_MAX];
	/* The last row is nobody's. */
	struct attribution_time time[INSPECT_VCPUS_MAX + 1][ATTRIBUTION_PARTS];
	uint64_t traps[2][ATTRIBUTION_CODES][INSPECT_CAUSE_COUNT]; /* from kernels; from users */
};

static const char *const names[ATTRIBUTION_PARTS] = {
	[ATTRIBUTION_USER] = "user",
	[ATTRIBUTION_KERNEL] = "kernel",
#define MONITOR(cause) [ATTRIBUTION_MONITOR + INSPECT_CAUSE_##cause - 1]
	MONITOR(TLB_WRITE) = "tlb_write",
	MONITOR(REFILL) = "refill",
	MONITOR(PRIVILEGED) = "privileged",
	MONITOR(CALL) = "call",
	MONITOR(PAGE_FAULT) = "page_fault",
	MONITOR(WINDOW) = "window",
	MONITOR(INTERRUPT) = "interrupt",
	MONITOR(SCHEDULE) = "schedule",
	MONITOR(REFLECT) = "reflect",
	MONITOR(DEVICE) = "device",
	MONITOR(MIGRATE) = "migrate",
	MONITOR(REPLICATE) = "replicate",
	MONITOR(SHOOTDOWN) = "shootdown",
	MONITOR(IDLE) = "idle",
	MONITOR(BOOT) = "boot",
	MONITOR(OTHER) = "other",
#undef MONITOR
};

const char *attribution_name(unsigned part)
{
	return names[part];
}

static struct attribution_time *row_of(struct attribution *attribution, uint32_t vcpu)
{
	bool is_one = attribution->has_begun && vcpu < attribution->view.header.vcpu_count;

	return attribution->time[is_one ? vcpu : INSPECT_VCPUS_MAX];
}

/* What the monitor says, or OTHER. */
static uint32_t known_cause(uint32_t cause)
{
	return cause > 0 && cause < INSPECT_CAUSE_COUNT ? cause : INSPECT_CAUSE_OTHER;
}

static unsigned monitor_part(uint32_t cause)
{
	return ATTRIBUTION_MONITOR + known_cause(cause) - 1;
}

static void add(struct attribution_time *sum, const struct attribution_time *time)
{
	sum->executed += time->executed;
	sum->stalled += time->stalled;
	sum->idle += time->idle;
	sum->entries += time->entries;
}

static void spend(struct attribution *attribution, const struct account *account, unsigned part,
		  const struct attribution_time *time)
{
	add(&row_of(attribution, account->vcpu)[part], time);
	if (attribution->observer.spent != NULL) {
		attribution->observer.spent(attribution->observer.context, account->vcpu, part,
					    time);
	}
}

bool attribution_has_monitor(const struct attribution *attribution)
{
	return attribution->header != 0;
}

/* Does the guest itself execute in this mode? Then its part. */
static bool is_guest(const struct attribution *attribution, enum core_mode mode, unsigned *part)
{
	*part = mode == CORE_USER ? ATTRIBUTION_USER : ATTRIBUTION_KERNEL;
	return mode != CORE_KERNEL || !attribution_has_monitor(attribution);
}

static void count(struct attribution *attribution, unsigned cpu, const struct marks *now)
{
	struct account *account = &attribution->account[cpu];
	const struct attribution_time time = {
		.executed = now->executed - account->mark.executed,
		.stalled = now->stalled - account->mark.stalled,
		.idle = now->idle - account->mark.idle,
	};
	unsigned part;

	account->mark = *now;
	if (is_guest(attribution, account->mode, &part)) {
		spend(attribution, account, part, &time);
	} else if (account->cause == NOT_SAID) {
		add(&account->waits, &time);
	} else {
		spend(attribution, account, monitor_part(account->cause), &time);
	}
}

static void count_until(struct attribution *attribution, const struct core *core, uint64_t cycle)
{
	struct marks now = {
		.executed = cycle - core->idle_cycles - core->stall_cycles,
		.stalled = core->stall_cycles,
		.idle = core->idle_cycles,
	};

	count(attribution, core->id, &now);
}

/* What has waited was for `cause`. */
static void say(struct attribution *attribution, struct account *account, uint32_t cause)
{
	struct attribution_time time = account->waits;

	account->waits = (struct attribution_time){ 0 };
	time.entries = account->cause != cause;
	spend(attribution, account, monitor_part(cause), &time);
	if (time.entries != 0) {
		attribution->traps[account->was_user][account->code][known_cause(cause)]++;
	}
	account->cause = cause;
}

/* No cause was written at all: a refill, or some other way too short for it. */
static void say_nothing(struct attribution *attribution, struct account *account)
{
	if (account->cause == NOT_SAID && attribution_has_monitor(attribution)) {
		say(attribution, account,
		    account->at_refill ? INSPECT_CAUSE_REFILL : INSPECT_CAUSE_OTHER);
	}
}

static bool cpu_paddr(const struct attribution *attribution, unsigned cpu, uint64_t *paddr)
{
	uint64_t entry = attribution->view.header.cpu_table + cpu * sizeof(uint64_t);
	uint8_t bytes[sizeof(uint64_t)];

	if (cpu >= attribution->view.header.cpu_count ||
	    !machine_read_physical(attribution->machine, entry, bytes, sizeof(bytes))) {
		return false;
	}
	*paddr = machine_number(attribution->machine, bytes, sizeof(bytes));
	return true;
}

static void read_cpu(struct attribution *attribution, unsigned cpu)
{
	struct account *account = &attribution->account[cpu];
	struct inspect_cpu said;

	if (!inspect_cpu(&attribution->view, cpu, &said)) {
		return;
	}
	if (said.cause != INSPECT_CAUSE_GUEST) {
		/* For whom it was that the monitor was entered. */
		say(attribution, account, said.cause);
	}
	account->vcpu = said.vcpu;
}

/* Something is published: the CPUs' words are watched from now on. */
static void open(struct attribution *attribution, struct core *core)
{
	unsigned cpus = machine_get_config(attribution->machine)->cpus;

	if (!inspect_open(&attribution->view, attribution->machine, attribution->header)) {
		return;
	}
	attribution->has_begun = true;
	attribution->is_open = true;
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		uint64_t paddr;
		uint64_t frame;

		if (cpu_paddr(attribution, cpu, &paddr) && ram_frame(core->ram, paddr, &frame)) {
			mmu_guard_frame(core, frame);
			core->ram->flags[frame] |= RAM_WATCHED;
			attribution->account[cpu].said = paddr;
			read_cpu(attribution, cpu);
		}
	}
}

static void tell(const struct attribution *attribution, unsigned cpu, uint64_t cycle)
{
	if (attribution->listener != NULL && attribution->is_open) {
		attribution->listener(attribution->listener_context, cpu, cycle);
	}
}

static void on_watched(void *context, struct core *core, uint64_t cycle, uint64_t paddr)
{
	struct attribution *attribution = context;

	/* Most stores are to something else on the page. */
	if ((paddr & ~(uint64_t)(INSPECT_CPU_BYTES - 1)) != attribution->account[core->id].said) {
		return;
	}
	count_until(attribution, core, cycle);
	read_cpu(attribution, core->id);
	tell(attribution, core->id, cycle);
}

/* The mode has changed. */
static void tell_observer(const struct attribution *attribution, const struct core *core,
			  const struct account *account, bool was_user)
{
	const struct attribution_observer *observer = &attribution->observer;

	if (observer->spent != NULL && was_user) {
		observer->left(observer->context, core, account->vcpu, account->at_refill);
	} else if (observer->spent != NULL && account->mode == CORE_USER) {
		observer->entered(observer->context, core, account->vcpu);
	}
}

static void on_mode(void *context, struct core *core)
{
	struct attribution *attribution = context;
	struct account *account = &attribution->account[core->id];
	enum core_mode mode = core_get_mode(core);
	bool was_user = account->mode == CORE_USER;
	unsigned part;

	if (mode == account->mode) {
		return;
	}
	count_until(attribution, core, core_now(core));
	if (!attribution->is_open) {
		open(attribution, core);
	}
	account->mode = mode;
	if (mode == CORE_KERNEL) {
		uint64_t offset = core->pc - core_vector_base(core);

		account->cause = NOT_SAID;
		account->at_refill = offset == VECTOR_TLB_REFILL || offset == VECTOR_XTLB_REFILL;
		account->was_user = was_user;
		account->code = (uint8_t)((core->cp0.cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT);
	} else {
		say_nothing(attribution, account);
	}
	tell_observer(attribution, core, account, was_user);
	if (is_guest(attribution, mode, &part)) {
		row_of(attribution, account->vcpu)[part].entries++;
		tell(attribution, core->id, core_now(core));
	}
}

static enum core_mode mode_of(const struct machine *machine, unsigned cpu)
{
	return core_mode_of((uint32_t)control_read_register(machine, cpu, REG_CP0 + CP0_STATUS));
}

/* A machine that was resumed is in the middle of it: what each CPU does now. */
static void begin_in_between(struct attribution *attribution, unsigned cpu)
{
	struct account *account = &attribution->account[cpu];
	struct inspect_cpu said;

	if (!inspect_cpu(&attribution->view, cpu, &said)) {
		return;
	}
	account->mode = mode_of(attribution->machine, cpu);
	account->vcpu = said.vcpu;
	account->cause = said.cause != INSPECT_CAUSE_GUEST ? said.cause : NOT_SAID;
}

struct attribution *attribution_begin(struct machine *machine, uint64_t header)
{
	struct attribution *attribution = calloc(1, sizeof(*attribution));
	unsigned cpus = machine_get_config(machine)->cpus;

	if (attribution == NULL) {
		return NULL;
	}
	attribution->machine = machine;
	attribution->header = header;
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		attribution->account[cpu] = (struct account){
			.mark = { .executed = machine_cpu_instructions(machine, cpu),
				  .stalled = machine_cpu_stall_cycles(machine, cpu),
				  .idle = machine_cpu_idle_cycles(machine, cpu) },
			.vcpu = header != 0 ? INSPECT_NONE : cpu,
			.cause = INSPECT_CAUSE_BOOT,
			.mode = header != 0 ? CORE_KERNEL : mode_of(machine, cpu),
		};
	}
	if (inspect_open(&attribution->view, machine, header)) {
		/* From here on its VCPUs are known; open() follows with the first change of mode.
		 */
		attribution->has_begun = true;
		for (unsigned cpu = 0; cpu < cpus; cpu++) {
			begin_in_between(attribution, cpu);
		}
	}
	return attribution;
}

void attribution_add_hooks(struct attribution *attribution, struct core_hooks *hooks)
{
	hooks->account = attribution;
	hooks->mode = on_mode;
	hooks->watched = on_watched;
}

void attribution_set_listener(struct attribution *attribution,
			      void (*listener)(void *context, unsigned cpu, uint64_t cycle),
			      void *context)
{
	attribution->listener = listener;
	attribution->listener_context = context;
}

void attribution_set_observer(struct attribution *attribution,
			      const struct attribution_observer *observer)
{
	attribution->observer = *observer;
}

bool attribution_in_kernel(struct attribution *attribution, const struct core *core, uint64_t cycle,
			   uint32_t *vcpu)
{
	const struct account *account = &attribution->account[core->id];
	unsigned part;

	if (!is_guest(attribution, account->mode, &part) || part != ATTRIBUTION_KERNEL) {
		return false;
	}
	count_until(attribution, core, cycle);
	*vcpu = account->vcpu;
	return true;
}

void attribution_end(struct attribution *attribution)
{
	free(attribution);
}

void attribution_settle(struct attribution *attribution)
{
	unsigned cpus = machine_get_config(attribution->machine)->cpus;

	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		struct marks now = {
			.executed = machine_cpu_instructions(attribution->machine, cpu),
			.stalled = machine_cpu_stall_cycles(attribution->machine, cpu),
			.idle = machine_cpu_idle_cycles(attribution->machine, cpu),
		};

		count(attribution, cpu, &now);
		say_nothing(attribution, &attribution->account[cpu]);
	}
}

uint64_t attribution_traps(const struct attribution *attribution, bool is_user, unsigned code,
			   unsigned cause)
{
	return attribution->traps[is_user][code % ATTRIBUTION_CODES][known_cause(cause)];
}

const struct inspect *attribution_view(const struct attribution *attribution)
{
	return attribution->has_begun ? &attribution->view : NULL;
}

const struct attribution_time *attribution_of(const struct attribution *attribution, uint32_t vcpu)
{
	return attribution->time[vcpu < INSPECT_VCPUS_MAX ? vcpu : INSPECT_VCPUS_MAX];
}
