-- Beyond the paper: how many misses should make a page hot?
local given = ...
local programs = given.build .. "/guests/parallel/"
local triggers = given.quick and { 16, 64, 256 } or { 8, 16, 32, 64, 128, 256, 512 }
local names = { "private", "shared" }
-- What makes a page hot: misses of the second-level cache, or of the TLB, which a monitor of its own counts.
local events = {
	{ key = "cache", label = "cache misses", monitor = "monitor", set = {} },
	{ key = "tlb", label = "TLB misses", monitor = "monitor_tlb", set = { "vms[1].policies.movement-by=tlb",
		"vms[1].policies.movement-trigger=4", "vms[1].policies.movement-sharing=2" } },
}
local programs_by = given.quick and names or { "private", "shared", "table", "radix", "stencil" }

local plan = {
	name = "trigger",
	title = "Beyond the paper: the trigger of page movement",
	about = "The programs of figure 8 with movement, from eager to reluctant. The sharing threshold is a "
		.. "quarter of the trigger. Time without movement is 100. Then misses of the TLB instead of the cache as "
		.. "what makes a page hot: 4 of them, for there are fewer.",
	runs = {},
}
local function add(name, run, set, monitor)
	local all = { "program=" .. given.build .. "/src/" .. (monitor or "monitor") .. ".elf",
		"modules[1].file=" .. programs .. "vm_parallel_" .. name .. ".elf" }
	for _, item in ipairs(set) do table.insert(all, item) end
	table.insert(plan.runs, { name = run, config = "../../tests/numa/machine.lua", set = all,
		expect = "the result is right", seconds = 5 })
end
for _, name in ipairs(programs_by) do
	add(name, name .. "-off", {})
	for _, event in ipairs(events) do
		add(name, name .. "-" .. event.key, { "vms[1].policies.movement=both", table.unpack(event.set) },
			event.monitor)
	end
end
for _, name in ipairs(names) do
	for _, trigger in ipairs(triggers) do
		add(name, name .. "-" .. trigger, { "vms[1].policies.movement=both",
			"vms[1].policies.movement-trigger=" .. trigger,
			"vms[1].policies.movement-sharing=" .. trigger // 4 })
	end
end
if not given.results then return plan end

-- Cycles of all CPUs, and the share of misses that are local.
local function sums(result)
	local near, far = result.memory.misses_local, result.memory.misses_remote
	return result.time.all, 100 * near / (near + far)
end

local rows, points, best = {}, {}, {}
for _, trigger in ipairs(triggers) do points[#points + 1] = { trigger } end
for _, name in ipairs(names) do
	local base, near = sums(given.results[name .. "-off"])
	table.insert(rows, { name, "off", 100, near, 0, 0 })
	best[name] = 100
	for i, trigger in ipairs(triggers) do
		local result = given.results[name .. "-" .. trigger]
		local cycles, share = sums(result)
		local time = 100 * cycles / base
		table.insert(rows, { name, trigger, time, share, result.movement.actions.migrate.count,
			result.movement.actions.replicate.count })
		table.insert(points[i], time)
		best[name] = math.min(best[name], time)
	end
end
plan.tables = { { title = "Time and actions by trigger",
	columns = { "program", "trigger", "time (%)", "misses local (%)", "migrations", "replications" },
	rows = rows } }
plan.plots = { { kind = "lines", title = "Time by trigger, without movement = 100",
	x = "misses of a CPU that make a page hot", y = "percent",
	columns = { "trigger", "private", "shared" }, rows = points } }
plan.claims = {}
for _, name in ipairs(names) do
	local used = { name .. "-off" }
	for _, trigger in ipairs(triggers) do table.insert(used, name .. "-" .. trigger) end
	table.insert(plan.claims, { text = name .. ": least time of these triggers", ours = best[name],
		unit = "% of no movement", runs = used })
end

rows = {}
for _, name in ipairs(programs_by) do
	local base = sums(given.results[name .. "-off"])
	local time = {}
	for _, event in ipairs(events) do
		local result = given.results[name .. "-" .. event.key]
		local cycles, share = sums(result)
		time[event.key] = 100 * cycles / base
		table.insert(rows, { name, event.label, time[event.key], share, result.movement.actions.migrate.count,
			result.movement.actions.replicate.count })
	end
	table.insert(plan.claims, { text = name .. ": time with TLB misses as the trigger, cache misses = 100",
		ours = 100 * time.tlb / time.cache, unit = "%", runs = { name .. "-off", name .. "-cache", name .. "-tlb" } })
end
table.insert(plan.tables, { title = "Misses of the cache or of the TLB as the trigger",
	columns = { "program", "trigger", "time (%)", "misses local (%)", "migrations", "replications" },
	rows = rows })
return plan
