/* SPDX-License-Identifier: MIT */
/* attribution_report.c - whose time it was, as JSON. */
#include "sim/cmd/attribution_report.h"

#include <string.h>

#include "isa/names.h"
#include "sim/cmd/report.h"

json_t *attribution_report_times(const struct attribution_time *times)
{
	json_t *object = json_object();

	for (unsigned part = 0; part < ATTRIBUTION_PARTS; part++) {
		const struct attribution_time *time = &times[part];

		json_object_set_new(
			object, attribution_name(part),
			json_pack("{s:I, s:I, s:I, s:I}", "entries", (json_int_t)time->entries,
				  "executed", (json_int_t)time->executed, "stalled",
				  (json_int_t)time->stalled, "idle", (json_int_t)time->idle));
	}
	return object;
}

static json_t *vm_report(const struct attribution *attribution, const struct inspect_vm *vm)
{
	json_t *object = json_object();
	json_t *vcpus = json_array();

	for (uint32_t i = 0; i < vm->vcpu_count; i++) {
		json_array_append_new(vcpus, attribution_report_times(attribution_of(
						     attribution, vm->vcpu_first + i)));
	}
	json_object_set_new(object, "name",
			    report_text(vm->name, strnlen(vm->name, sizeof(vm->name))));
	json_object_set_new(object, "vcpus", vcpus);
	return object;
}

/* What the monitor did, by exception; nothing that it never did. */
static json_t *traps_report(const struct attribution *attribution, bool is_user)
{
	json_t *object = json_object();

	for (unsigned code = 0; code < ATTRIBUTION_CODES; code++) {
		const char *name = isa_exceptions[code].name;
		json_t *row = json_object();

		for (unsigned cause = 1; cause < INSPECT_CAUSE_COUNT; cause++) {
			uint64_t count = attribution_traps(attribution, is_user, code, cause);

			if (count != 0) {
				json_object_set_new(
					row, attribution_name(ATTRIBUTION_MONITOR + cause - 1),
					json_integer((json_int_t)count));
			}
		}
		if (name != NULL && json_object_size(row) != 0) {
			json_object_set(object, name, row);
		}
		json_decref(row);
	}
	return object;
}

json_t *attribution_report(struct attribution *attribution)
{
	const struct inspect *view;
	json_t *object;
	json_t *vms;

	if (attribution == NULL || !attribution_has_monitor(attribution)) {
		return json_null();
	}
	object = json_object();
	vms = json_array();
	attribution_settle(attribution);
	view = attribution_view(attribution);
	for (uint32_t i = 0; view != NULL && i < view->header.vm_count; i++) {
		struct inspect_vm vm;

		if (inspect_vm(view, i, &vm)) {
			json_array_append_new(vms, vm_report(attribution, &vm));
		}
	}
	json_object_set_new(object, "vms", vms);
	json_object_set_new(object, "nobody",
			    attribution_report_times(attribution_of(attribution, INSPECT_NONE)));
	json_object_set_new(object, "traps",
			    json_pack("{s:o, s:o}", "kernel", traps_report(attribution, false),
				      "user", traps_report(attribution, true)));
	return object;
}
