/* SPDX-License-Identifier: MIT */
/*
 * gdb.h - a debugger on a machine: the remote serial protocol of GDB over TCP.
 *
 * Uses sim/control.h and sim/inspect and nothing else of the simulator, so debugging changes no
 * result except where the debugger writes. The peer is not trusted.
 */
#pragma once

#include <stdbool.h>

#include "sim/control.h"
#include "sim/error.h"

struct gdb_server;

/* Listens at "PORT" or "ADDRESS:PORT" (127.0.0.1 if no address; port 0: any). NULL after an error.
 */
struct gdb_server *gdb_listen(const char *address, struct error *err);
void gdb_close(struct gdb_server *server);

/* The port it listens at. */
unsigned gdb_port(const struct gdb_server *server);

/*
 * Runs the machine to its end or its budget, like control_run(), for whoever connects. With `wait`
 * it stands still until a debugger has connected; a debugger may connect at any time and stops the
 * machine. After the end the debugger is told, and disconnected. `inspect` is the physical address
 * where a monitor publishes its virtual machines (sim/inspect), 0 for a program that is none.
 */
struct stop gdb_serve(struct gdb_server *server, struct machine *machine, uint64_t inspect,
		      bool wait, const struct control_limits *limits);
