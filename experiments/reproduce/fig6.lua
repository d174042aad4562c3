-- Figure 6: memory of 1 to 8 virtual machines, with and without what they share.
local given = ...
local counts = given.quick and { 1, 2, 4 } or { 1, 2, 4, 8 }
local command = "cat /bin/* /usr/bin/* /usr/lib/selfcheck/*/* >/dev/null; echo files are read"

local plan = {
	name = "fig6",
	title = "Figure 6: memory sharing",
	about = "Linux in 1 to 8 virtual machines of equal fractions of the machine reads the same programs and "
		.. "files from one copy-on-write disk. Virtual: what they have; machine: what the machine needs "
		.. "for it. Without sharing each has a copy of the disk to itself.",
	runs = {},
}
-- Settings of a machine with `count` VMs; `own`: each reads another disk of the same contents.
local function machine(count, own)
	local set = { "machine.nodes=4", "machine.memory_per_node=40M",
		"program=" .. given.build .. "/src/monitor.elf",
		"modules[1].file=" .. given.build .. "/guests/vmlinux-vm" }
	local function add(text, ...) table.insert(set, string.format(text, ...)) end
	for i = 1, own and count or 1 do
		add("machine.disks[%d].image=%s/guests/root.img", i, given.build)
	end
	for i = 1, count do
		add("vms[%d].name=vm%d", i, i)
		add("vms[%d].memory=%dM", i, 128 // count)
		if i > 1 then
			add("vms[%d].kernel=linux", i)
			add("vms[%d].privileged=shared-page", i)
			add("vms[%d].disks[1].persistent=off", i)
		end
		if i > 1 or own then add("vms[%d].disks[1].base=%d", i, own and i - 1 or 0) end
		add("vms[%d].bootargs=root=/dev/vda console=ttyS0 quiet run=\"%s\"", i, command)
	end
	return set
end
local function add(name, count, own)
	table.insert(plan.runs, { name = name, config = "../sharing.lua", set = machine(count, own),
		expect = "files are read", seconds = 4 * count })
end
for _, count in ipairs(counts) do add("vms-" .. count, count) end
local most = counts[#counts]
add("own-" .. most, most, true)
if not given.results then return plan end

local function mb(pages) return pages * 4 / 1024 end
local function parts(name)
	local f = given.results[name].footprint
	return { v = f.virtual, m = f.machine, virtual = mb(f.virtual.data + f.virtual.text + f.virtual.cache),
		machine = mb(f.machine.data + f.machine.text + f.machine.cache) }
end
local rows, bars = {}, {}
for _, run in ipairs(plan.runs) do
	local p = parts(run.name)
	local monitor = mb(p.m.monitor + p.m.replicas + p.m.alias)
	table.insert(rows, { run.name, mb(p.v.data), mb(p.v.text), mb(p.v.cache), p.virtual, mb(p.m.data),
		mb(p.m.text), mb(p.m.cache), p.machine, monitor })
	table.insert(bars, { run.name .. " V", mb(p.v.data), mb(p.v.text), mb(p.v.cache), monitor })
	table.insert(bars, { run.name .. " M", mb(p.m.data), mb(p.m.text), mb(p.m.cache), monitor })
end
plan.tables = { { title = "MB", rows = rows, columns = { "run", "virtual data", "text", "disk cache", "total",
	"machine data", "text", "disk cache", "total", "monitor" },
	note = "Disk cache: pages of disks that a machine has mapped without having stored to them." } }
plan.plots = { { kind = "bars", title = "Memory", y = "MB", columns = { "run", "data", "text", "disk cache",
	"monitor" }, rows = bars } }

-- The paper's V and M without Disco's own, 1 to 8 VMs.
local paper = { v = { 22.3, 31.0, 45.4, 72.6 }, m = { 22.3, 24.0, 27.4, 33.0 } }
local at = #counts
local one, last = parts("vms-1"), parts("vms-" .. most)
local both = { "vms-1", "vms-" .. most }
local own = parts("own-" .. most)
plan.claims = {
	{ text = "virtual memory of " .. most .. " VMs, of one = 1", paper = paper.v[at] / paper.v[1],
		ours = last.virtual / one.virtual, neutral = 1, tolerance = 0.25, unit = "x", runs = both },
	{ text = "machine memory of " .. most .. " VMs, of one = 1", paper = paper.m[at] / paper.m[1],
		ours = last.machine / one.machine, neutral = paper.v[at] / paper.v[1], tolerance = 0.25,
		unit = "x", runs = both },
	{ text = "saved by sharing with " .. most .. " VMs", paper = 100 * (1 - paper.m[at] / paper.v[at]),
		ours = 100 * (1 - last.machine / last.virtual), neutral = 0, tolerance = 0.25, unit = "%",
		runs = { "vms-" .. most } },
	{ text = "text of " .. most .. " VMs in machine memory, of one = 1", paper = 1,
		ours = last.m.text / one.m.text, neutral = most, unit = "x", runs = both },
	{ text = "saved with " .. most .. " VMs that share no disk",
		ours = 100 * (1 - own.machine / own.virtual), unit = "%", runs = { "own-" .. most } },
	{ text = "the monitor's own memory", paper = 2,
		ours = 100 * mb(last.m.monitor + last.m.replicas + last.m.alias) / mb(given.results["vms-" .. most].footprint.pages),
		neutral = 0, tolerance = 0.5, unit = "% of the machine", runs = { "vms-" .. most } },
}
return plan
