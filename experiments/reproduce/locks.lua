-- Which locks of native Linux are waited for, by CPUs: the paper's IRIX spent a quarter of pmake in its memlock.
local given = ...
local sizes = given.quick and { 1, 4 } or { 1, 4, 8, 16 }
local function pmake(cpus) return "pmake quick " .. cpus end
local loads = {
	{ key = "pmake", label = "pmake", what = pmake },
	{ key = "radix", label = "radix, threads of one process",
		what = function(cpus) return string.format("radix %s %d", given.quick and "quick" or "multi", cpus) end },
}
-- One lock for the memory of all processes, as IRIX had it, and a few; the kernel is not one of those that guests/build
-- makes without being asked.
local locks = given.quick and {} or { 4, 1 }
for _, count in ipairs(locks) do
	table.insert(loads, { key = "memlock" .. count, label = "pmake, locks for the memory of all processes: " .. count,
		what = pmake, kernel = "vmlinux-memlock", arguments = "memlock=" .. count .. " ", sizes = { 8 } })
end
local image = given.build .. "/guests/root.img"

local plan = {
	name = "locks",
	title = "Locks of native Linux",
	about = "A make of two jobs for each CPU, all in one file system, in size quick; and radix sort with a thread on "
		.. "each CPU, whose threads touch the same memory for the first time. Linux natively, a CPU on each node, pages "
		.. "dealt round robin. Time in the slow ways of locks, and who called."
		.. (given.quick and "" or " Pmake also with a kernel that has one lock for the memory of all processes, as IRIX had "
			.. "its memlock, or a few; who waits for one spins while its owner executes."),
	runs = {},
}
local options = { "--mode", "timing",
	"--measure=spin=callers:_raw_spin_lock,_raw_spin_lock_irqsave,_raw_spin_lock_irq,_raw_spin_lock_bh",
	"--measure=spin-wait=queued_spin_lock_slowpath",
	"--measure=rw-wait=callers:queued_read_lock_slowpath,queued_write_lock_slowpath",
	"--measure=semaphore=callers:down_read,down_read_killable,down_write,down_write_killable",
	"--measure=semaphore-wait=rwsem_down_read_slowpath,rwsem_down_write_slowpath",
	"--measure=mutex=callers:mutex_lock,mutex_lock_killable",
	"--measure=mutex-wait=__mutex_lock" }
local memlock_options = { "--measure=memlock=callers:memlock_take", "--measure=memlock-wait=memlock_spin" }
for i = #options, 1, -1 do table.insert(memlock_options, 1, options[i]) end
for _, load in ipairs(loads) do
	load.sizes = load.sizes or sizes
	for _, cpus in ipairs(load.sizes) do
		local name = load.key .. "-" .. cpus
		local set = { "machine.nodes=" .. cpus, "machine.memory_per_node=" .. (cpus == 1 and 64 or 32) .. "M",
			"machine.layout=round-robin", "machine.disks[1].image=" .. image,
			"program=" .. given.build .. "/guests/" .. (load.kernel or "vmlinux"),
			'bootargs=root=/dev/vda console=ttyS0 quiet ' .. (load.arguments or "") .. 'run="/workloads/'
				.. load.what(cpus) .. '"',
			"console[1].save=steady.ckpt", "console[1].mode=same", "console[1].stop=on" }
		table.insert(plan.runs, { name = name .. "-steady", config = "../workload.lua", set = set,
			expect = ": begin", seconds = 2 * cpus })
		table.insert(plan.runs, { name = name, resume = name .. "-steady", checkpoint = "steady.ckpt",
			options = load.kernel and memlock_options or options, expect = ", right", seconds = 3 * cpus })
	end
end
if not given.results then return plan end

local function busy(item)
	local time = item.parts.kernel
	return time.executed + time.stalled
end
local rows, points, spins, curves = {}, {}, {}, { "CPUs" }
for _, cpus in ipairs(sizes) do points[#points + 1] = { cpus } end
for _, load in ipairs(loads) do
	local all = load.sizes == sizes
	if all then table.insert(curves, load.key) end
	for i, cpus in ipairs(load.sizes) do
		local result = given.results[load.key .. "-" .. cpus]
		local measured, time = result.measured.timing, result.time
		local function share(cycles) return 100 * cycles / time.all end
		local memlock = measured["memlock-wait"]
		local spin = share(busy(measured["spin-wait"]) + busy(measured["rw-wait"]) + (memlock and busy(memlock) or 0))
		spins[load.key .. "-" .. cpus] = spin
		if all then table.insert(points[i], spin) end
		table.insert(rows, { load.label, cpus, time.all / cpus / 1e6, share(time.kernel.busy), spin,
			share(busy(measured.spin)), share(measured["semaphore-wait"].elapsed),
			share(measured["mutex-wait"].elapsed), measured["spin-wait"].count })
	end
end
plan.tables = { { title = "Time of all CPUs in percent",
	columns = { "load", "CPUs", "Mcycles", "kernel", "spinning", "taking spin locks", "waits for semaphores",
		"waits for mutexes", "spins" }, rows = rows,
	note = "Spinning: slow ways of spin and read-write locks. Taking: the fast way, mostly the miss for the lock's line. "
		.. "Who waits for a semaphore or mutex sleeps or spins; added up over all threads." } }

-- Who waited, with as many CPUs as there are; one CPU tells what it costs without others.
local function by_caller(result)
	local found = {}
	for _, item in ipairs(result.measured.callers) do
		if item.mode == "timing" then found[item.name .. " " .. (item.caller or "?")] = item end
	end
	return found
end
for _, load in ipairs(loads) do
	local cpus = load.sizes[#load.sizes]
	local result = given.results[load.key .. "-" .. cpus]
	local alone = by_caller(given.results[(load.kernel and "pmake" or load.key) .. "-1"])
	local list = {}
	for _, item in ipairs(result.measured.callers) do
		if item.mode == "timing" and #list < 12 then
			local one = alone[item.name .. " " .. (item.caller or "?")]
			table.insert(list, { item.caller or "?", item.name, item.count, item.elapsed / item.count,
				one and one.elapsed / one.count or "-", 100 * item.elapsed / result.time.all })
		end
	end
	table.insert(plan.tables, { title = load.label .. ", " .. cpus .. " CPUs: who takes locks for longest",
		columns = { "function", "lock", "times", "cycles each", "on one CPU", "% of all time" }, rows = list,
		note = "From the call to the return, sleeping included." })
end
plan.plots = { { kind = "lines", title = "Time spent spinning for locks", x = "CPUs", y = "percent of all time",
	columns = curves, rows = points } }
local cpus = given.quick and 4 or 8
local function claim(load, paper, counterfactual)
	local name = load .. "-" .. cpus
	table.insert(plan.claims, { text = load .. ": native time in the kernel's synchronisation, " .. cpus .. " CPUs",
		paper = paper, ours = spins[name], neutral = 0, unit = "%", runs = { name .. "-steady", name },
		counterfactual = counterfactual })
end
plan.claims = {}
local causes = {}
for i, count in ipairs(locks) do
	local name = "memlock" .. count .. "-8"
	causes[i] = { cause = "no memlock in Linux: locks for the memory of all processes, instead of one for each: " .. count,
		runs = { name .. "-steady", name }, before = spins["pmake-8"], after = spins[name] }
end
claim("pmake", 22.7, causes)
claim("radix", 5.0)
return plan
