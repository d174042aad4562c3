-- Figure 7, its second half: a parallel program on Linux, and on a library OS in one virtual machine.
local given = ...
local cpus = given.quick and 4 or 8
local size = given.quick and "quick" or "multi"

local plan = {
	name = "fig7",
	title = "Figure 7: radix on Linux and on a library OS",
	about = "Radix sort with a thread on each of " .. cpus .. " CPUs: on Linux natively, with pages dealt over the "
		.. "nodes, and on the library OS in one virtual machine, which has no virtual memory of its own. No "
		.. "movement of pages. From the line \"begin\" to \"end\": memory is touched for the first time in "
		.. "between. The library OS without a monitor is beside them.",
	runs = {},
}
local function add(name, config, set, seconds)
	local all = { "machine.nodes=" .. cpus, "machine.memory_per_node=24M" }
	for _, item in ipairs(set) do table.insert(all, item) end
	table.insert(plan.runs, { name = name, config = config, set = all, expect = ", right",
		seconds = seconds })
end
local libos = given.build .. "/guests/libos/libos_"
add("linux", "../workload.lua", { "machine.layout=round-robin",
	"machine.disks[1].image=" .. given.build .. "/guests/root.img",
	"program=" .. given.build .. "/guests/vmlinux",
	string.format('bootargs=root=/dev/vda console=ttyS0 quiet run="/workloads/radix %s"', size) }, 30)
add("libos", "../libos.lua", { "program=" .. given.build .. "/src/monitor.elf",
	"modules[1].file=" .. libos .. "radix.elf", "vms[1].vcpus=" .. cpus,
	"vms[1].memory=" .. 16 * cpus .. "M", "vms[1].bootargs=" .. size }, 8)
add("native", "../workload.lua", { "program=" .. libos .. "native_radix.elf",
	"machine.disks[1].image=" .. given.build .. "/guests/root.img", "bootargs=" .. size }, 8)
if not given.results then return plan end

-- Cycles of all CPUs in timing mode; kernel: Linux, or the monitor.
local function split(name, is_vm)
	local all = { program = 0, stalls = 0, kernel = 0, idle = 0, total = 0 }
	for mode, parts in pairs(given.results[name].memory.time) do
		local stalls = parts.stall_l2 + parts.stall_local + parts.stall_remote + parts.stall_uncached
		all.idle = all.idle + parts.idle
		if mode == "kernel" and name ~= "native" then
			all.kernel = all.kernel + parts.execution + stalls
		else
			all.program = all.program + parts.execution
			all.stalls = all.stalls + stalls
		end
	end
	all.total = all.program + all.stalls + all.kernel + all.idle
	return all
end
local base = split("linux").total
local rows, time = {}, {}
local labels = { linux = "Linux, native", libos = "library OS, VM", native = "library OS, native" }
for _, name in ipairs({ "linux", "libos", "native" }) do
	local part = split(name)
	local function share(x) return 100 * x / base end
	time[name] = share(part.total)
	table.insert(rows, { labels[name], share(part.program), share(part.stalls), share(part.kernel),
		share(part.idle), time[name] })
end
local bars = {}
for _, row in ipairs(rows) do table.insert(bars, { row[1], row[2], row[3], row[4], row[5] }) end
local columns = { "system", "program", "its stalls", "Linux or monitor", "idle" }
plan.plots = { { kind = "bars", title = "Radix, native Linux = 100", y = "percent", columns = columns, rows = bars } }
plan.tables = { { title = "Percent of native Linux", rows = rows,
	columns = { columns[1], columns[2], columns[3], columns[4], columns[5], "total" } } }
plan.claims = {
	{ text = "radix: library OS in a VM, native Linux = 100", paper = 34, ours = time.libos, neutral = 100,
		unit = "%", runs = { "linux", "libos" } },
	{ text = "radix: time in the operating system of native Linux", paper = 27.3, ours = rows[1][4],
		neutral = 0, unit = "%", runs = { "linux" } },
	{ text = "radix: time in the monitor under the library OS", paper = 3.7, ours = rows[2][4],
		neutral = 0, unit = "% of native Linux", runs = { "linux", "libos" } },
}
return plan
