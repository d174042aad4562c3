-- Figure 8 and table 3: what moving and copying pages brings.
--
-- In the quick set, programs of guests/parallel stand for the paper's: `private`, whose CPUs each use data of
-- their own that lie on one node, for Engineering; `shared`, whose CPUs all read one table, for Raytrace.
local given = ...
local programs = given.build .. "/guests/parallel/"
local guests = given.build .. "/guests/"

local moved = "vms[1].policies.movement=both"
local bars = {
	{ key = "numa", label = "native, NUMA" },
	{ key = "vm", label = "VM, no movement", set = {} },
	{ key = "moved", label = "VM, movement", set = { moved } },
	{ key = "uma", label = "native, UMA", native = { "machine.topology=bus", "machine.layout=round-robin" } },
}
local paper = {
	Engineering = { time = 67, uma = 48, before = 16, after = 78, migrate = 67, replicate = 57 },
	Raytrace = { time = 62, uma = 49, before = 6, after = 76, migrate = 102, replicate = 73 },
}
-- On Linux, in multiprocessor size: the paper's machines.
local workloads = {
	{ name = "engineering", stands = "Engineering", nodes = 8, set = {}, seconds = 45 },
	{ name = "raytrace", stands = "Raytrace", nodes = 16, set = { "memory.l2.size=256K" }, seconds = 10 },
}
local small = {
	{ name = "private", stands = "Engineering", is_small = true },
	{ name = "shared", stands = "Raytrace", is_small = true },
}
-- Raytrace in 16 times the pixels. `large`: of the same scene. `few`: of 7,381 spheres (4 MB, not 66; the paper's data fit
-- into 1 MB) with smaller caches, so that each page is missed more often. Results are what guests/workloads/raytrace.c
-- prints on the host with that scene.
local longer = {
	{ name = "large", spheres = 5, result = "399692e1", set = { "memory.l2.size=256K" }, bars = { bars[1], bars[3] },
		title = "raytrace, 16 times the pixels" },
	{ name = "few", spheres = 4, result = "ec449301", set = { "memory.l2.size=64K" },
		bars = { bars[1], bars[3] }, title = "raytrace, 16 times the pixels, 7,381 spheres, caches of 64 KB" },
}
for _, workload in ipairs(longer) do
	workload.program, workload.nodes, workload.seconds = "raytrace", 16, 30
	workload.expect = ": result " .. workload.result
	workload.before = string.format("sed 's/^picture.*/picture 768 576/;s/1000 5$/1000 %d/' /workloads/scenes/multi "
		.. ">/run/scene; mount -o bind /run/scene /workloads/scenes/multi; ", workload.spheres)
	-- The program knows no result of this scene: what it prints is compared here.
	table.insert(workload.set, "console[3].wait=: result")
end
local all = {}
for _, workload in ipairs(small) do table.insert(all, workload) end
if not given.quick then
	for _, workload in ipairs(workloads) do table.insert(all, workload) end
end

local runs = {}
local function add(name, config, expect, seconds, ...)
	local set = {}
	for _, list in ipairs({ ... }) do
		for _, item in ipairs(list) do table.insert(set, item) end
	end
	table.insert(runs, { name = name, config = config, set = set, expect = expect, seconds = seconds })
end
-- A program on the bare machine or in a virtual machine with as many VCPUs.
local function add_small(name, bar, run, more)
	if bar.set then
		add(run, "../../tests/numa/machine.lua", "the result is right", 4,
			{ "program=" .. given.build .. "/src/monitor.elf",
				"modules[1].file=" .. programs .. "vm_parallel_" .. name .. ".elf" }, bar.set, more)
	else
		add(run, "../../tests/numa/native.lua", "the result is right", 4,
			{ "program=" .. programs .. "parallel_" .. name .. ".elf" }, bar.native or {}, more)
	end
end
local function add_linux(workload, bar, run)
	local boot = string.format('bootargs=root=/dev/vda console=ttyS0 quiet run="%s/workloads/%s multi"',
		workload.before or "", workload.program or workload.name)
	local expect = workload.expect or ", right"
	local machine = { "machine.nodes=" .. workload.nodes, "machine.disks[1].image=" .. guests .. "root.img" }
	if bar.set then
		add(run, "../workload_vm.lua", expect, workload.seconds, machine,
			{ "machine.memory_per_node=" .. 256 // workload.nodes + 8 .. "M", "vms[1].vcpus=" .. workload.nodes,
				"vms[1].memory=256M", "vms[1].policies.pinned=true", "vms[1]." .. boot,
				"program=" .. given.build .. "/src/monitor.elf",
				"modules[1].file=" .. guests .. "vmlinux-vm" }, workload.set, bar.set)
	else
		add(run, "../workload.lua", expect, workload.seconds, machine,
			{ "machine.memory_per_node=" .. 256 // workload.nodes .. "M", boot,
				"program=" .. guests .. "vmlinux" }, workload.set, bar.native or {})
	end
end
for _, workload in ipairs(all) do
	for _, bar in ipairs(bars) do
		local run = workload.name .. "-" .. bar.key
		if workload.is_small then add_small(workload.name, bar, run, {}) else add_linux(workload, bar, run) end
	end
end
-- Figure 8 and Table 3 with one thing otherwise.
local more = given.quick and {} or {
	{ workload = 1, name = "engineering-sharing-2", bar = { set = { moved, "vms[1].policies.movement-sharing=2" } } },
}
-- What a move waits for: remote memory, here nearer. Of Engineering's few copies the time wavers: a step more.
local latencies, linux_latencies = { 750, 600 }, given.quick and {} or { 750, 600, 450 }
for _, latency in ipairs(linux_latencies) do
	table.insert(more, { workload = 1, name = "engineering-moved-" .. latency,
		bar = { set = { moved, "machine.remote_latency=" .. latency .. "ns" } } })
end
-- The largest step, for Raytrace, too.
local least = linux_latencies[#linux_latencies]
if not given.quick then
	table.insert(more, { workload = 2, name = "raytrace-moved-" .. least,
		bar = { set = { moved, "machine.remote_latency=" .. least .. "ns" } } })
end
for _, item in ipairs(more) do add_linux(workloads[item.workload], item.bar, item.name) end
if not given.quick then
	for _, workload in ipairs(longer) do
		for _, bar in ipairs(workload.bars) do add_linux(workload, bar, "raytrace-" .. workload.name .. "-" .. bar.key) end
	end
end
for _, workload in ipairs(small) do
	for _, latency in ipairs(latencies) do
		add_small(workload.name, bars[3], workload.name .. "-moved-" .. latency,
			{ "machine.remote_latency=" .. latency .. "ns" })
	end
end

local plan = {
	name = "fig8",
	title = "Figure 8 and table 3: page migration and replication",
	about = (given.quick and "Two parallel programs on 8 nodes with second-level caches of 256 KB; all data is "
		.. "initialised by CPU 0. Private data stands for the paper's Engineering, a shared table for Raytrace."
		or "Linux natively and in one virtual machine with all CPUs: engineering on 8 nodes, raytrace on 16 with "
		.. "second-level caches of 256 KB, as the paper's. Beside them two small programs on 8 nodes, whose data "
		.. "is initialised by CPU 0 (private, shared).")
		.. " The UMA machine has a bus and the local latency."
		.. (given.quick and "" or " Then movement with one thing otherwise."),
	runs = runs,
}
local results = given.results
if not results then return plan end

-- Cycles of all CPUs by part; `inside` is the monitor's share, stalls included.
local function split(result, is_vm)
	local all = { execution = 0, stall_local = 0, stall_remote = 0, inside = is_vm and result.time.kernel.busy or 0,
		idle = result.time.idle, total = result.time.all }
	for mode, parts in pairs(result.memory.time) do
		if not (is_vm and mode == "kernel") then
			all.execution = all.execution + parts.execution + parts.stall_l2
				+ parts.stall_uncached
			all.stall_local = all.stall_local + parts.stall_local
			all.stall_remote = all.stall_remote + parts.stall_remote
		end
	end
	local memory = result.memory
	all.near = 100 * memory.misses_local / (memory.misses_local + memory.misses_remote)
	return all
end

-- Pages moved or copied, and the time of the CPU that did it: all from the queue's entry on, and copying.
local function cost(result, action)
	local part = result.movement.actions[action]
	if part.pages == 0 then return 0, 0, 0 end
	return part.pages, part.total_cycles / part.pages / 400, part.copy_cycles / part.pages / 400
end

plan.tables, plan.plots, plan.claims = {}, {}, {}
local actions = { title = "Table 3: actions on hot pages",
	columns = { "program", "action", "number", "a second", "us each", "of it copying" }, rows = {},
	note = "400 MHz. From the monitor's log of movement: time of the CPU that does it, from the entry in the "
		.. "queue of hot pages on; a second of the part in timing mode." }
local function show(workload, prefix)
	local name, rows, value, cells, base = prefix or workload.name, {}, {}, {}, nil
	for _, bar in ipairs(workload.bars or bars) do
		local part = split(results[name .. "-" .. bar.key], bar.set ~= nil)
		base = base or part.total
		local function share(x) return 100 * x / base end
		value[bar.key] = part
		part.time = share(part.total)
		local row = { bar.label, share(part.execution), share(part.stall_local),
			share(part.stall_remote), share(part.inside), share(part.idle) }
		table.insert(rows, row)
		table.insert(cells, { row[1], row[2], row[3], row[4], row[5], row[6], part.time,
			bar.key == "uma" and "-" or part.near })
	end
	local title = workload.title or name .. (workload.is_small and " (small)" or "")
	table.insert(plan.plots, { kind = "bars", title = title, y = "percent of native NUMA",
		columns = { "bar", "execution", "local stall", "remote stall", "monitor", "idle" }, rows = rows })
	table.insert(plan.tables, { title = title .. ", percent of the native NUMA time", rows = cells,
		columns = { "bar", "execution", "local stall", "remote stall", "monitor", "idle", "total",
			"misses local (%)" } })
	return value
end

-- Movement on Linux with one thing otherwise: a table beside the claims.
local otherwise = { title = "Movement with one thing otherwise", rows = {}, columns = { "run", "time (%)",
	"misses local (%)", "migrated", "us each", "copied", "us each", "refused: too many mappings" },
	note = "Time in percent of native NUMA, of the same program with remote memory at 900 ns." }
local function show_moves(name, base)
	local result = results[name]
	local part = split(result, true)
	local moves, moved_us = cost(result, "migrate")
	local copies, copied_us = cost(result, "replicate")
	table.insert(otherwise.rows, { name, 100 * part.total / results[base].time.all, part.near, moves, moved_us, copies,
		copied_us, result.movement.actions.none.reasons.spread or 0 })
end
-- Why Engineering and Raytrace differ, by what the claim is about.
local causes = { engineering = {}, raytrace = {} }
local function explain(workload, claim, cause, runs, after)
	causes[workload][claim] = causes[workload][claim] or {}
	table.insert(causes[workload][claim], { cause = cause, runs = runs, after = after })
end
if not given.quick then
	show_moves("engineering-moved", "engineering-numa")
	for _, item in ipairs(more) do show_moves(item.name, workloads[item.workload].name .. "-numa") end
	show_moves("raytrace-moved", "raytrace-numa")
	-- The largest step alone: copies are few, and the time of each wavers by more than the smaller ones.
	for _, name in ipairs({ "engineering", "raytrace" }) do
		local moved_name = name .. "-moved-" .. least
		local _, us = cost(results[moved_name], "replicate")
		explain(name, "replicate", "what a copy waits for at other nodes: remote memory at " .. least
			.. " ns instead of 900", { moved_name }, us)
	end
	local run = "engineering-sharing-2"
	local _, us = cost(results[run], "replicate")
	explain("engineering", "replicate", "few copies, whose code and tables are not in the caches: shared are pages from 2 "
		.. "misses of another node on instead of 32", { run }, us)
	for _, workload in ipairs(longer) do
		local prefix = "raytrace-" .. workload.name
		local value = show(workload, prefix)
		for i = 2, #workload.bars do
			local bar = workload.bars[i]
			local cause = "few misses of many pages in a short run: " .. workload.title
			local used = { prefix .. "-numa", prefix .. "-" .. bar.key }
			-- Small caches make the time hang on where pages lie by chance, 8 % of it: it explains nothing then.
			if workload.name == "large" then explain("raytrace", "time", cause, used, value[bar.key].time) end
			explain("raytrace", "after", cause, used, value[bar.key].near)
			show_moves(used[2], used[1])
		end
	end
end

for _, workload in ipairs(all) do
	local name, value = workload.name, show(workload)
	local p = workload.is_small and not given.quick and {} or paper[workload.stands]
	local title = workload.is_small and workload.name .. " (for " .. workload.stands .. ")" or workload.stands
	local both = { name .. "-numa", name .. "-moved" }
	local function claim(text, number, ours, unit, neutral, tolerance, used, counterfactual)
		for _, cause in ipairs(counterfactual or {}) do cause.before = ours end
		table.insert(plan.claims, { text = title .. ": " .. text, paper = number, ours = ours,
			unit = unit, neutral = neutral, tolerance = tolerance, runs = used or both,
			counterfactual = counterfactual })
	end
	local why = causes[name] or {}
	claim("time with movement, native NUMA = 100", p.time, value.moved.time, "%", 100, 0.15, nil, why.time)
	claim("time with movement, without = 100", nil, 100 * value.moved.time / value.vm.time, "%", nil, nil,
		{ name .. "-vm", name .. "-moved" })
	claim("time on the UMA machine", p.uma, value.uma.time, "%", 100, 0.15,
		{ name .. "-numa", name .. "-uma" })
	claim("local misses on native NUMA", p.before, value.numa.near, "%", 50, 0.25)
	claim("local misses with movement", p.after, value.moved.near, "%", p.before, 0.15, nil, why.after)
	for _, action in ipairs({ "migrate", "replicate" }) do
		local result = results[name .. "-moved"]
		local number, us, copying = cost(result, action)
		local seconds = value.moved.total / result.cpu_count / 400e6
		table.insert(actions.rows, { name, action, number, number / seconds, us, copying })
		if number >= 20 then
			local explained = why[action]
			if workload.is_small then
				local _, near = cost(results[name .. "-moved-600"], action)
				explained = { { cause = "what a move waits for at other nodes: remote memory at 600 ns instead of 900",
					runs = { name .. "-moved-600" }, after = near } }
			end
			claim("time of one " .. (action == "migrate" and "migration" or "replication"), p[action], us,
				"us", nil, 0.25, { name .. "-moved" }, explained)
		end
	end
end
table.insert(plan.tables, actions)
if not given.quick then table.insert(plan.tables, otherwise) end
local rows = {}
local function show_latencies(name, action, latencies)
	local function row(latency, run)
		local _, us, copying = cost(results[run], action)
		table.insert(rows, { name, action, latency, us, copying })
	end
	row(900, name .. "-moved")
	for _, latency in ipairs(latencies) do row(latency, name .. "-moved-" .. latency) end
end
show_latencies("private", "migrate", latencies)
show_latencies("shared", "replicate", latencies)
if not given.quick then show_latencies("engineering", "replicate", linux_latencies) end
table.insert(plan.tables, { title = "Time of a move by remote latency", columns = { "program", "action",
	"remote latency (ns)", "us each", "of it copying" }, rows = rows })
return plan
