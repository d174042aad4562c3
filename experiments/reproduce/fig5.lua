-- Figure 5: what one virtual machine costs on one CPU.
--
-- Each workload comes to its steady state in fast mode and leaves a checkpoint there; from it the measured run
-- goes on in timing mode until the workload's end. Attribution of a resumed run is its own; the check of the
-- result behind the end, in fast mode, is in it.
local given = ...
local size = given.quick and "quick" or "uni"
local workloads = {
	{ key = "pmake", label = "Pmake", paper = { 116, 24.1 }, seconds = { 3, 40 } },
	{ key = "engineering", label = "Engineering", paper = { 106, 9.7 }, seconds = { 2, 20 } },
	{ key = "raytrace", label = "Raytrace", paper = { 103, 6.1 }, seconds = { 1, 5 } },
	{ key = "database", label = "Database", paper = { 116, 25.4 }, seconds = { 3, 30 } },
}
local systems = {
	{ key = "native", label = "native" },
	{ key = "vm", label = "VM", set = {} },
}
if not given.quick then
	table.insert(systems, { key = "large", label = "VM, large entries",
		set = { "vms[1].policies.large-entries=true" } })
end

local plan = {
	name = "fig5",
	title = "Figure 5: overhead of one virtual machine",
	about = "Linux on one CPU, natively and in a virtual machine with the patched HAL and as much memory; the four "
		.. "workloads in size " .. size .. ". Large entries go beyond the paper.",
	runs = {},
}
local function each(action)
	for _, workload in ipairs(workloads) do
		for _, system in ipairs(systems) do
			action(workload, system, workload.key .. "-" .. system.key)
		end
	end
end
each(function(workload, system, name)
	local prefix = system.set and "vms[1]." or ""
	local set = { "machine.disks[1].image=" .. given.build .. "/guests/root.img",
		string.format('%sbootargs=root=/dev/vda console=ttyS0 quiet run="/workloads/%s %s"', prefix,
			workload.key, size),
		"console[1].save=steady.ckpt", "console[1].mode=same", "console[1].stop=on" }
	local function add(...)
		for _, item in ipairs({ ... }) do table.insert(set, item) end
	end
	if system.set then
		add("program=" .. given.build .. "/src/monitor.elf",
			"modules[1].file=" .. given.build .. "/guests/vmlinux-vm",
			"machine.memory_per_node=160M", "vms[1].memory=128M", table.unpack(system.set))
	else
		add("program=" .. given.build .. "/guests/vmlinux", "machine.memory_per_node=128M")
	end
	table.insert(plan.runs, { name = name .. "-steady", set = set, expect = ": begin", seconds = 2,
		config = system.set and "../workload_vm.lua" or "../workload.lua" })
	table.insert(plan.runs, { name = name, resume = name .. "-steady", checkpoint = "steady.ckpt",
		options = { "--mode", "timing" }, expect = ", right", seconds = workload.seconds[given.quick and 1 or 2] })
end)
if not given.results then return plan end

-- Cycles in timing mode: user, kernel, monitor (each with its stalls), idle, all. The CPU's own counters begin
-- where the checkpoint's do not: it has none of timing mode.
local function split(name, is_vm)
	local time = given.results[name].time
	return { user = time.user.busy, kernel = time.supervisor.busy + (is_vm and 0 or time.kernel.busy),
		monitor = is_vm and time.kernel.busy or 0, idle = time.idle, total = time.all }
end

plan.tables, plan.plots, plan.claims = {}, {}, {}
local causes = { "tlb_write", "refill", "window", "privileged", "call", "page_fault", "reflect",
	"interrupt", "device", "schedule" }
local cause_rows, rows, bars, time, monitor = {}, {}, {}, {}, {}
each(function(workload, system, name)
	local part = split(name, system.set ~= nil)
	local base = split(workload.key .. "-native").total
	local function share(x) return 100 * x / base end
	time[name], monitor[name] = share(part.total), share(part.monitor)
	table.insert(rows, { workload.label, system.label, share(part.user), share(part.kernel),
		share(part.monitor), share(part.idle), time[name], part.total / 1e6 })
	table.insert(bars, { workload.label .. ": " .. system.label, share(part.user), share(part.kernel),
		share(part.monitor), share(part.idle) })
	if system.set then
		local row = { workload.label, system.label }
		for _, cause in ipairs(causes) do
			local c = given.results[name].attribution[cause]
			table.insert(row, share(c.executed + c.stalled))
		end
		table.insert(cause_rows, row)
	end
end)
table.insert(plan.plots, { kind = "bars", title = "Time, native = 100", y = "percent",
	columns = { "system", "user", "kernel", "monitor", "idle" }, rows = bars })
table.insert(plan.tables, { title = "Time in percent of native", columns = { "workload", "system", "user",
	"kernel", "monitor", "idle", "total", "million cycles" }, rows = rows,
	note = "Stalls are in the part that stalled. Kernel is the guest's." })
local columns = { "workload", "system" }
for _, cause in ipairs(causes) do table.insert(columns, cause) end
table.insert(plan.tables, { title = "The monitor by cause, percent of native time", columns = columns,
	rows = cause_rows, note = "With the check of the result behind the measured part." })
for _, workload in ipairs(workloads) do
	local function runs(key)
		local name = workload.key .. "-" .. key
		return { workload.key .. "-native-steady", workload.key .. "-native", name .. "-steady", name }
	end
	local claim = { text = workload.label .. ": time in a VM, native = 100", paper = workload.paper[1],
		ours = time[workload.key .. "-vm"], neutral = 100, tolerance = 0.05, unit = "%", runs = runs("vm") }
	if not given.quick then
		claim.counterfactual = { { cause = "TLB faults of the kernel's window: large entries instead of 4 KB pairs",
			runs = runs("large"), before = claim.ours, after = time[workload.key .. "-large"] } }
	end
	table.insert(plan.claims, claim)
	table.insert(plan.claims, { text = workload.label .. ": time in the monitor", paper = workload.paper[2],
		ours = monitor[workload.key .. "-vm"], neutral = 0, tolerance = 0.25, unit = "% of native time",
		runs = runs("vm") })
end
return plan
