/* SPDX-License-Identifier: MIT */
/*
 * points.c - break- and watchpoints of processes.
 *
 * The machine knows virtual addresses only: it stops whoever comes to one. A stop that concerns no
 * process, because another VM or the monitor came to that address, is passed over.
 */
#include "sim/gdb/gdb_priv.h"

#define TYPE_IS_BREAK(type) ((type) <= 1)
#define TYPE_ON_READ(type)  ((type) >= 3)
#define TYPE_ON_WRITE(type) ((type) == 2 || (type) == 4)
#define ACCESS_BYTES_MAX    8U

static bool add_to_machine(struct machine *machine, const struct point *point)
{
	return TYPE_IS_BREAK(point->type)
		       ? control_add_breakpoint(machine, point->address)
		       : control_add_watchpoint(machine, point->address, point->size,
						TYPE_ON_READ(point->type),
						TYPE_ON_WRITE(point->type));
}

static void remove_from_machine(struct machine *machine, const struct point *point)
{
	if (TYPE_IS_BREAK(point->type)) {
		(void)control_remove_breakpoint(machine, point->address);
	} else {
		(void)control_remove_watchpoint(machine, point->address, point->size,
						TYPE_ON_READ(point->type),
						TYPE_ON_WRITE(point->type));
	}
}

bool point_add(struct session *session, const struct point *point)
{
	if (session->point_count == POINTS_MAX || !add_to_machine(session->machine, point)) {
		return false;
	}
	session->point[session->point_count++] = *point;
	return true;
}

static void remove_at(struct session *session, unsigned index)
{
	remove_from_machine(session->machine, &session->point[index]);
	session->point[index] = session->point[--session->point_count];
}

bool point_remove(struct session *session, const struct point *point)
{
	for (unsigned i = 0; i < session->point_count; i++) {
		const struct point *other = &session->point[i];

		if (other->process == point->process && other->type == point->type &&
		    other->address == point->address && other->size == point->size) {
			remove_at(session, i);
			return true;
		}
	}
	return false;
}

void points_remove_process(struct session *session, unsigned process)
{
	for (unsigned i = session->point_count; i-- > 0;) {
		if (session->point[i].process == process) {
			remove_at(session, i);
		}
	}
}

void points_clear(struct session *session)
{
	session->point_count = 0;
	control_clear_points(session->machine);
}

static bool is_hit(const struct point *point, const struct stop *stop)
{
	if (stop->reason == STOP_BREAKPOINT) {
		return TYPE_IS_BREAK(point->type) && point->address == stop->addr;
	}
	return !TYPE_IS_BREAK(point->type) &&
	       (stop->is_write ? TYPE_ON_WRITE(point->type) : TYPE_ON_READ(point->type)) &&
	       point->address < stop->addr + ACCESS_BYTES_MAX &&
	       stop->addr < point->address + point->size;
}

/* A point that was hit, and by whom. A virtual machine's comes before the machine's. */
static bool find_hit(struct session *session, const struct stop *stop)
{
	bool is_found = false;

	for (unsigned i = 0; i < session->point_count; i++) {
		const struct point *point = &session->point[i];
		struct thread thread;

		if ((!is_found || point->process > session->stopped.process) &&
		    is_hit(point, stop) &&
		    thread_on_cpu(session, point->process, stop->cpu, &thread)) {
			is_found = true;
			session->stopped = thread;
			if (session->last.addr < point->address) {
				session->last.addr = point->address;
			}
		}
	}
	return is_found;
}

/* Nobody's point: the thread that the debugger looks at, or what its process does on that CPU. */
static void choose_thread(struct session *session, unsigned cpu)
{
	unsigned process = session->thread.process;

	if (process < PROCESSES && session->attached[process] &&
	    thread_on_cpu(session, process, cpu, &session->stopped)) {
		return;
	}
	session->stopped = session->thread;
	for (unsigned i = 1; i < PROCESSES && !session->attached[session->stopped.process]; i++) {
		session->stopped = (struct thread){ i, 0 };
	}
}

bool session_take_stop(struct session *session, const struct stop *stop)
{
	session->last = *stop;
	switch (stop->reason) {
	case STOP_BREAKPOINT:
	case STOP_WATCHPOINT:
		return find_hit(session, stop);
	case STOP_EXCEPTION:
		session->stopped = (struct thread){ PROCESS_MACHINE, stop->cpu };
		return session->attached[PROCESS_MACHINE];
	case STOP_STEPPED:
		session->stopped = session->step;
		return true;
	default:
		choose_thread(session, stop->cpu);
		return true;
	}
}
