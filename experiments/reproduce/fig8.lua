-- Figure 8 and table 3: what moving and copying pages brings.
--
-- Programs of guests/parallel stand for the paper's: `private`, whose CPUs each use data of their own
-- that lie on one node, for Engineering; `shared`, whose CPUs all read one table, for Raytrace.
local given = ...
local programs = given.build .. "/guests/parallel/"
local native = "../../tests/numa/native.lua"
local virtual = "../../tests/numa/machine.lua"

local bars = {
	{ key = "numa", label = "native, NUMA" },
	{ key = "vm", label = "VM, no movement", set = {} },
	{ key = "moved", label = "VM, movement", set = { "vms[1].policies.movement=both" } },
	{ key = "uma", label = "native, UMA" },
}
local paper = {
	private = { time = 67, uma = 48, before = 16, after = 78, migration = 67, replication = 57 },
	shared = { time = 62, uma = 49, before = 6, after = 76, migration = 102, replication = 73 },
}
local titles = { private = "Engineering", shared = "Raytrace" }
local names = { "private", "shared" }

local runs = {}
local function add(name, config, set)
	table.insert(runs, { name = name, config = config, set = set,
		expect = "the result is right", seconds = 4 })
end
for _, name in ipairs(names) do
	local alone = "program=" .. programs .. "parallel_" .. name .. ".elf"
	add(name .. "-numa", native, { alone })
	add(name .. "-uma", native, { alone, "machine.topology=bus", "machine.layout=round-robin" })
	for _, bar in ipairs(bars) do
		if bar.set then
			local set = { "program=" .. given.build .. "/src/monitor.elf",
				"modules[1].file=" .. programs .. "vm_parallel_" .. name .. ".elf" }
			for _, item in ipairs(bar.set) do table.insert(set, item) end
			add(name .. "-" .. bar.key, virtual, set)
		end
	end
end

local plan = {
	name = "fig8",
	title = "Figure 8 and table 3: page migration and replication",
	about = "Two parallel programs on 8 nodes with second-level caches of 256 KB; all data is "
		.. "initialised by CPU 0. Small programs stand for the paper's workloads: private data "
		.. "for Engineering, a shared table for Raytrace.",
	runs = runs,
}
local results = given.results
if not results then return plan end

-- Cycles of all CPUs by part; `inside` is the monitor's share, stalls included.
local function split(result, is_vm)
	local all = { execution = 0, stall_local = 0, stall_remote = 0, inside = 0 }
	for mode, parts in pairs(result.memory.time) do
		if is_vm and mode == "kernel" then
			for _, cycles in pairs(parts) do all.inside = all.inside + cycles end
		else
			all.execution = all.execution + parts.execution + parts.stall_l2
				+ parts.stall_uncached + parts.idle
			all.stall_local = all.stall_local + parts.stall_local
			all.stall_remote = all.stall_remote + parts.stall_remote
		end
	end
	all.total = all.execution + all.stall_local + all.stall_remote + all.inside
	local memory = result.memory
	all.near = 100 * memory.misses_local / (memory.misses_local + memory.misses_remote)
	return all
end

-- Pages moved or copied, and the time of the CPU that did it: all from the queue's entry on, and copying.
local function cost(result, action)
	local part = result.movement.actions[action]
	if part.count == 0 then return 0, 0, 0 end
	return part.count, part.total_cycles / part.count / 400, part.copy_cycles / part.count / 400
end

plan.tables, plan.plots, plan.claims = {}, {}, {}
local actions = { title = "Table 3: actions on hot pages",
	columns = { "program", "action", "number", "us each", "of it copying" }, rows = {},
	note = "400 MHz. From the monitor's log of movement: time of the CPU that does it, from the entry in the "
		.. "queue of hot pages on." }
for _, name in ipairs(names) do
	local rows, value, base = {}, {}, nil
	for _, bar in ipairs(bars) do
		local part = split(results[name .. "-" .. bar.key], bar.set ~= nil)
		base = base or part.total
		local function share(x) return 100 * x / base end
		value[bar.key] = part
		part.time = share(part.total)
		table.insert(rows, { bar.label, share(part.execution), share(part.stall_local),
			share(part.stall_remote), share(part.inside) })
	end
	table.insert(plan.plots, { kind = "bars", title = name .. " (for " .. titles[name] .. ")",
		y = "percent of native NUMA",
		columns = { "bar", "execution", "local stall", "remote stall", "monitor" }, rows = rows })
	local cells = {}
	for i, bar in ipairs(bars) do
		local near = value[bar.key].near
		table.insert(cells, { bar.label, rows[i][2], rows[i][3], rows[i][4], rows[i][5],
			value[bar.key].time, bar.key == "uma" and "-" or near })
	end
	table.insert(plan.tables, { title = name .. ", percent of the native NUMA time",
		columns = { "bar", "execution", "local stall", "remote stall", "monitor", "total",
			"misses local (%)" },
		rows = cells })
	local p, t = paper[name], titles[name]
	local both = { name .. "-numa", name .. "-moved" }
	local function claim(text, number, ours, unit, neutral, tolerance, used)
		table.insert(plan.claims, { text = t .. ": " .. text, paper = number, ours = ours,
			unit = unit, neutral = neutral, tolerance = tolerance, runs = used or both })
	end
	claim("time with movement, native NUMA = 100", p.time, value.moved.time, "%", 100, 0.15)
	claim("time on the UMA machine", p.uma, value.uma.time, "%", 100, 0.15,
		{ name .. "-numa", name .. "-uma" })
	claim("local misses on native NUMA", p.before, value.numa.near, "%", 100 / 2, 0.25)
	claim("local misses with movement", p.after, value.moved.near, "%", p.before, 0.15)
	for _, action in ipairs({ "migrate", "replicate" }) do
		local number, us, copying = cost(results[name .. "-moved"], action)
		table.insert(actions.rows, { name, action, number, us, copying })
		local is_main = (name == "private") == (action == "migrate")
		if is_main then
			claim("time of one " .. (action == "migrate" and "migration" or "replication"),
				action == "migrate" and p.migration or p.replication, us, "us", nil, 0.25,
				{ name .. "-moved" })
		end
	end
end
table.insert(plan.tables, actions)
return plan
