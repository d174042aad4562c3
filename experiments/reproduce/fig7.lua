-- Figure 7: pmake over 1 to 8 virtual machines, and a parallel program on a library OS; Figure 6 with the same
-- machines, as the paper has it.
local given = ...
local cpus = given.quick and 4 or 8
-- Of pmake: 13 files, or, as "uni", all 380, which takes hours.
local size = "quick"
local guests = given.build .. "/guests/"
local root, linux, monitor = guests .. "root.img", guests .. "vmlinux-vm", given.build .. "/src/monitor.elf"

local plan = {
	name = "fig7",
	title = "Figures 6 and 7: virtual machines on a multiprocessor",
	about = "Pmake: " .. cpus .. " makes of two jobs each, of 13 files, on " .. cpus .. " nodes with a CPU and "
		.. "32 MB: on Linux natively (pages dealt round robin, as the paper had it for IRIX), in one virtual machine with "
		.. "all CPUs, in more with equal fractions, and in " .. cpus .. " of which one serves all files by NFS. Each make "
		.. "has a disk (HP 97560), but the eighth, which is on the root disk that all share: a machine has eight. Radix, "
		.. "on 8 nodes: on Linux, and on the library OS in a virtual machine and without one. Pages are not moved.",
	runs = {},
}
local function add(name, config, set, expect, seconds)
	table.insert(plan.runs, { name = name, config = config, set = set, expect = expect, seconds = seconds })
end

-- The machine for pmake: a disk for the root, and one for each make as far as it can have disks; the last make of
-- eight is on the root disk.
local work = math.min(cpus, 7)
local function pmake_machine(memory)
	local set = { "machine.nodes=" .. cpus, "machine.memory_per_node=" .. memory .. "M",
		"machine.disks[1].image=" .. root }
	for i = 1, work do
		-- What it holds does not matter: a file system is made there.
		table.insert(set, string.format("machine.disks[%d].image=%s", i + 1, root))
		table.insert(set, string.format("machine.disks[%d].model=hp97560", i + 1))
	end
	return set
end
local boot = "root=/dev/vda console=ttyS0 quiet "

-- Machines begin at the same time: what is prepared on a slow disk or over the network takes longer. Leaves a program
-- /run/wait, which waits until so many hundredths of a second after the start, and fails if that is over.
local wait = "echo 'read up rest </proc/uptime; left=$((4100 - ${up%.*} * 100 - 1${up#*.})); [ $left -gt 0 ] || exit 1; "
	.. "sleep $((left / 100)).$(printf %02d $((left % 100)))' >/run/wait; "
local together = wait .. "sed 's,^echo .*: begin.$,sh /run/wait || exit 2; &,' /workloads/pmake >/run/pmake; chmod +x /run/pmake; "
	.. "mount -o bind /run/pmake /workloads/pmake; "

-- Instead of 13 files two long ones for each make, about as much work: leaves a program /run/long in pmake's place.
-- The set of functions is compiled and assembled beforehand, for the result.
local compile = "cc65 -t sim6502 -Or -o long.s /run/long.c && ca65 -t sim6502 long.s"
local long = "cd /run; seq 12 | sed 's/.*/int f&(int a, int b) { int i; for (i = 0; i < b; ++i) "
	.. "{ if (a > i) a -= b * &; else a ^= i; } return a; }/' >long.c; " .. compile .. "; mkdir -p /root/pmake; "
	.. "echo 'cd /root/pmake; all=$(seq $((2 * $2))); mkdir $all; [ ! -e /run/wait ] || sh /run/wait || exit 2; echo long: begin; "
	.. "for i in $all; do (cd $i; " .. compile .. ") & done; wait; echo long: end; "
	.. "for i in $all; do cmp $i/long.o /run/long.o || exit 1; done; "
	.. "echo long: result $2 makes, right' >long; chmod +x long; "

local function memlock_argument(locks) return locks and "memlock=" .. locks .. " " or "" end
-- `prepare`: `long` or nothing; `locks`: for the memory of all processes, or as many as there are processes.
local function pmake_native(prepare, locks)
	local set = pmake_machine(32)
	table.insert(set, "machine.layout=round-robin")
	table.insert(set, "program=" .. guests .. (locks and "vmlinux-memlock" or "vmlinux"))
	table.insert(set, string.format('bootargs=%s%srun="%s%s %s %d"', boot, memlock_argument(locks),
		prepare or "", prepare and "/run/long" or "/workloads/pmake", size, cpus))
	return set
end

-- `count` machines; `server`: the first serves the others; `prepare` and `locks` as of pmake_native().
local function pmake_vms(count, server, prepare, locks)
	local set = pmake_machine(40)
	local vcpus, right = cpus // count, {}
	local first = prepare and wait .. prepare .. "mount -o bind long /workloads/pmake; " or count > 1 and together or ""
	local function put(text, ...) table.insert(set, string.format(text, ...)) end
	-- The programs for NFS instead of the second make's disk.
	if server then
		put("machine.disks[3].image=%snfs.img", guests)
		put("machine.disks[3].model=fixed")
	end
	put("program=%s", monitor)
	put("modules[1].file=%s", linux .. (locks and "-memlock" or ""))
	for i = 1, count do
		local function vm(text, ...) put("vms[%d]." .. text, i, ...) end
		vm("name=vm%d", i)
		vm("kernel=linux")
		vm("privileged=shared-page")
		vm("vcpus=%d", vcpus)
		vm("memory=%dM", server and i == 1 and 96 or 32 * vcpus)
		vm("policies.pinned=true")
		vm("disks[1].base=0")
		vm("disks[1].persistent=off")
		if server then
			-- The clients have no use for vdb.
			vm("disks[2].base=%d", i == 1 and 1 or 0)
			vm("disks[2].persistent=%s", i == 1 and "on" or "off")
			vm("disks[3].base=2")
			vm("disks[3].persistent=off")
			vm("nics[1].mac=02:00:00:00:00:%02x", i)
			vm("nics[1].mtu=9000")
			vm('bootargs=%snet=10.0.0.%d/24 run="%smkdir /run/nfs && cd /run/nfs && cpio -i </dev/vdc && '
				.. './pmake_nfs %s %s %d"', boot, i, first, i == 1 and "serve" or "use", size, i == 1 and count - 1 or i)
		else
			for v = 1, math.min(vcpus, work - (i - 1) * vcpus) do
				vm("disks[%d].base=%d", v + 1, (i - 1) * vcpus + v)
			end
			vm('bootargs=%s%srun="%s/workloads/pmake %s %d"', boot, memlock_argument(locks), first, size, vcpus)
		end
		right[i] = string.format("%s%s: result %d makes, right", count > 1 and "vm" .. i .. ": " or "",
			prepare and "long" or "workload pmake " .. size, vcpus)
		-- In timing mode from the first beginning to the last end.
		put("console[%d].wait=: end", i + 1)
		put("console[%d].timeout=1h", i + 1)
		put("console[%d].mode=%s", i + 1, i == count and "fast" or "same")
	end
	-- The results, in any order, are looked for when the run has ended.
	return set, right
end

local counts = given.quick and { 1, cpus } or { 1, 2, 4, 8 }
-- `name` is native, nfs, or the number of machines; `locks` as of pmake_native().
local function add_pmake(prefix, name, seconds, setting, locks)
	local set, right
	local prepare = prefix == "long" and long or nil
	if name == "native" then
		set, right = pmake_native(prepare, locks), ", right"
	else
		set, right = pmake_vms(name == "nfs" and cpus or name, name == "nfs", prepare, locks)
	end
	table.insert(set, setting)
	add(prefix .. "-" .. name, name == "native" and "../workload.lua" or "../vms.lua", set, right, seconds)
end
-- Communication dearer than it is: remote memory three times as far.
local far = "machine.remote_latency=2700ns"
local seconds = given.quick and 25 or 30
local names, several = { "native" }, { "native" }
for _, count in ipairs(counts) do
	table.insert(names, count)
	if count > 1 then table.insert(several, count) end
end
table.insert(names, "nfs")
for _, name in ipairs(names) do add_pmake("pmake", name, seconds) end
for _, name in ipairs(several) do add_pmake("far", name, seconds, far) end
-- One lock for the memory of all processes, as IRIX had it, and a few; the kernel is not one of those that guests/build
-- makes without being asked.
local locks = given.quick and {} or { 4, 2, 1 }
for _, count in ipairs(locks) do
	for _, name in ipairs({ "native", 2, 4 }) do add_pmake("memlock" .. count, name, seconds, nil, count) end
end
-- Few requests to the server.
add_pmake("long", "native", seconds)
add_pmake("long", "nfs", seconds)

-- Radix: machine and program.
local function radix(name, config, set, seconds)
	local all = { "machine.nodes=8", "machine.memory_per_node=24M" }
	for _, item in ipairs(set) do table.insert(all, item) end
	add("radix-" .. name, config, all, ", right", seconds)
end
local libos = guests .. "libos/libos_"
for name, kind in pairs({ linux = "threads", processes = "processes" }) do
	radix(name, "../workload.lua", { "machine.layout=round-robin", "machine.disks[1].image=" .. root,
		"program=" .. guests .. "vmlinux",
		string.format('bootargs=%srun="/workloads/radix multi 8 %s"', boot, kind) }, 8)
end
radix("libos", "../libos.lua", { "program=" .. monitor, "modules[1].file=" .. libos .. "radix.elf",
	"vms[1].vcpus=8", "vms[1].memory=128M", "vms[1].bootargs=multi" }, 8)
radix("bare", "../workload.lua", { "program=" .. libos .. "native_radix.elf",
	"machine.disks[1].image=" .. root, "bootargs=multi" }, 8)
if not given.results then return plan end

-- Cycles of all CPUs in timing mode. `who`: whose the kernel mode is; a guest's kernel runs in supervisor mode.
local function split(name, who)
	local time = given.results[name].time
	local all = { user = 0, user_stall = 0, kernel = 0, kernel_stall = 0, monitor = 0, idle = time.idle,
		total = time.all }
	for _, mode in ipairs({ "user", "supervisor", "kernel" }) do
		local part = time[mode]
		if mode == "kernel" and who == "monitor" then
			all.monitor = part.busy
		else
			local whose = (mode == "user" or who == "program") and "user" or "kernel"
			all[whose] = all[whose] + part.execution
			all[whose .. "_stall"] = all[whose .. "_stall"] + part.stalls
		end
	end
	return all
end

plan.plots, plan.tables, plan.claims = {}, {}, {}
local columns = { "system", "user", "its stalls", "kernel", "its stalls", "monitor", "idle" }
-- A figure of bars, the first of which is 100; returns the splits and totals by name.
local function figure(title, list)
	local parts, time, rows, base = {}, {}, {}, nil
	for _, bar in ipairs(list) do
		local part = split(bar.name, bar.who)
		base = base or part.total
		for key, cycles in pairs(part) do part[key] = 100 * cycles / base end
		parts[bar.name], time[bar.name] = part, part.total
		table.insert(rows, { bar.label, part.user, part.user_stall, part.kernel, part.kernel_stall,
			part.monitor, part.idle })
	end
	table.insert(plan.plots, { kind = "bars", title = title, y = "percent", columns = columns, rows = rows })
	local cells, names = {}, {}
	for _, name in ipairs(columns) do table.insert(names, name) end
	table.insert(names, "total")
	for i, row in ipairs(rows) do
		cells[i] = { table.unpack(row) }
		table.insert(cells[i], time[list[i].name])
	end
	table.insert(plan.tables, { title = title, columns = names, rows = cells,
		note = "Percent of the first line's time of all CPUs. Kernel is the guest's, with its locks." })
	return parts, time
end
local function claim(text, paper, ours, neutral, runs, counterfactual)
	table.insert(plan.claims, { text = text, paper = paper, ours = ours, neutral = neutral, unit = "%",
		runs = runs, counterfactual = counterfactual })
end

-- The paper's bars; a machine for each CPU is its 8VMs.
local paper = { [1] = 136, [2] = 92, [4] = 64, [cpus] = 60, nfs = 86 }
-- A figure of pmake in machines `names`, the first of them native. `other`: runs by name that are not of `prefix`.
local function show_pmake(prefix, title, names, other)
	local list = {}
	for _, name in ipairs(names) do
		local label = name == "native" and "Linux, native" or name == "nfs" and cpus .. " VMs, NFS"
			or name == 1 and "1 VM" or name .. " VMs"
		table.insert(list, { name = other and other[name] or prefix .. "-" .. name, label = label,
			who = name ~= "native" and "monitor" or nil })
	end
	local parts, time = figure(title .. ", native Linux = 100", list)
	return parts, time, list
end
local title, most = "Pmake, 13 files", "pmake-" .. cpus
local parts, time, list = show_pmake("pmake", title, names)
-- What the second-level caches miss for: the paper's IRIX stalls above all by communication, true sharing.
local misses = {}
for _, bar in ipairs(list) do
	local m = given.results[bar.name].memory
	table.insert(misses, { bar.label, m.cold_misses / 1e3, m.replacement_misses / 1e3, m.true_sharing_misses / 1e3,
		m.false_sharing_misses / 1e3, m.upgrades / 1e3 })
end
table.insert(plan.tables, { title = title .. ": misses by cause, in thousands", rows = misses,
	columns = { "system", "cold", "replacement", "true sharing", "false sharing", "upgrades" } })
local _, long_time = show_pmake("long", "Pmake, 2 long files", { "native", "nfs" })
local causes = { ["pmake-nfs"] = { { cause = "short compilations, so that many requests wait for one server: each make "
	.. "compiles two long files instead of 13", runs = { "long-native", "long-nfs" }, before = time["pmake-nfs"],
	after = long_time["long-nfs"] } } }
-- Two machines and more, natively and with one cause otherwise.
local function show_cause(prefix, what, cause, other)
	local _, after = show_pmake(prefix, title .. ", " .. what, several, other)
	for i = 2, #several do
		local name = "pmake-" .. several[i]
		local run = other and other[several[i]] or prefix .. "-" .. several[i]
		causes[name] = causes[name] or {}
		table.insert(causes[name], { cause = cause, runs = { prefix .. "-native", run }, before = time[name],
			after = after[run] })
	end
end
show_cause("far", "remote memory at 2,700 ns",
	"little communication in Linux's kernel: remote memory at 2,700 ns instead of 900")
-- In machines with one CPU nobody waits for a lock: there the usual kernel will do.
for _, count in ipairs(locks) do
	local text = (count == 1 and "one lock" or count .. " locks") .. " for the memory of all processes"
	show_cause("memlock" .. count, text, "no memlock in Linux: " .. text .. " in each kernel instead of one for each process",
		{ [cpus] = most })
end
for i = 2, #list do
	local name = list[i].name
	claim(title .. ": " .. list[i].label .. ", native = 100", paper[names[i]], time[name], 100,
		{ "pmake-native", name }, causes[name])
end
claim(title .. ": a VM for each CPU, one VM = 100", 100 * 60 / 136, 100 * time[most] / time["pmake-1"], 100,
	{ "pmake-1", most })
claim(title .. ": kernel's time of native Linux", 56.8, parts["pmake-native"].kernel + parts["pmake-native"].kernel_stall,
	0, { "pmake-native" })

-- Figure 6: MB that the machines have (V), and that the machine needs for it (M), when the last has ended.
local function memory(run)
	local f = given.results[run].footprint
	local function mb(part) return { (part.data + part.process) / 256, part.text / 256, part.cache / 256 } end
	local v, m = mb(f.virtual), mb(f.machine)
	local monitor = (f.machine.monitor + f.machine.replicas + f.machine.alias) / 256
	return { v = v, m = m, virtual = v[1] + v[2] + v[3], machine = m[1] + m[2] + m[3], monitor = monitor }
end
local cells, bars = {}, {}
for i = 2, #names do
	local name = "pmake-" .. names[i]
	local p = memory(name)
	local label = names[i] == "nfs" and cpus .. " VMs, NFS" or names[i] == 1 and "1 VM" or names[i] .. " VMs"
	table.insert(cells, { label, p.v[1], p.v[2], p.v[3], p.virtual, p.m[1], p.m[2], p.m[3], p.machine, p.monitor })
	table.insert(bars, { label .. " V", p.v[1], p.v[2], p.v[3], p.monitor })
	table.insert(bars, { label .. " M", p.m[1], p.m[2], p.m[3], p.monitor })
end
table.insert(plan.tables, { title = "Figure 6: memory of the machines that do pmake, 13 files (MB)", rows = cells,
	columns = { "system", "virtual data", "text", "disk cache", "total", "machine data", "text", "disk cache",
		"total", "monitor" }, note = "Disk cache: pages of disks that a machine has mapped without having stored to them." })
table.insert(plan.plots, { kind = "bars", title = "Figure 6: memory", y = "MB", rows = bars,
	columns = { "system", "data", "text", "disk cache", "monitor" } })
local paper_v, paper_m = { 22.3, 31.0, [4] = 45.4, [8] = 72.6 }, { 22.3, 24.0, [4] = 27.4, [8] = 33.0 }
local one, last, nfs = memory("pmake-1"), memory("pmake-" .. cpus), memory("pmake-nfs")
local function claim_memory(text, number, ours, neutral, runs, unit)
	table.insert(plan.claims, { text = "memory: " .. text, paper = number, ours = ours, neutral = neutral,
		tolerance = 0.25, unit = unit, runs = runs })
end
local ends = { "pmake-1", "pmake-" .. cpus }
claim_memory("virtual of " .. cpus .. " VMs, of one = 1", paper_v[cpus] / paper_v[1], last.virtual / one.virtual, 1,
	ends, "x")
claim_memory("machine of " .. cpus .. " VMs, of one = 1", paper_m[cpus] / paper_m[1], last.machine / one.machine,
	paper_v[cpus] / paper_v[1], ends, "x")
claim_memory("saved by sharing with " .. cpus .. " VMs", 100 * (1 - paper_m[cpus] / paper_v[cpus]),
	100 * (1 - last.machine / last.virtual), 0, { ends[2] }, "%")
claim_memory("saved by sharing with " .. cpus .. " VMs and NFS", not given.quick and 100 * (1 - 34.1 / 75.7) or nil,
	100 * (1 - nfs.machine / nfs.virtual), 0, { "pmake-nfs" }, "%")

parts, time = figure("Radix, native Linux = 100", {
	{ name = "radix-linux", label = "Linux, threads" },
	{ name = "radix-processes", label = "Linux, processes" },
	{ name = "radix-libos", label = "library OS, VM", who = "monitor" },
	{ name = "radix-bare", label = "library OS, native", who = "program" } })
claim("radix: library OS in a VM, native Linux = 100", 34, time["radix-libos"], 100, { "radix-linux", "radix-libos" },
	{ { cause = "few page faults on Linux: a process for each CPU instead of threads, so that each faults on all pages",
		runs = { "radix-processes", "radix-libos" }, before = time["radix-libos"],
		after = 100 * time["radix-libos"] / time["radix-processes"] } })
claim("radix: kernel's time of native Linux", 27.3, parts["radix-linux"].kernel + parts["radix-linux"].kernel_stall, 0,
	{ "radix-linux" },
	{ { cause = "few page faults on Linux: a process for each CPU instead of threads, so that each faults on all pages",
		runs = { "radix-processes" },
		before = parts["radix-linux"].kernel + parts["radix-linux"].kernel_stall,
		after = 100 * (parts["radix-processes"].kernel + parts["radix-processes"].kernel_stall)
			/ time["radix-processes"] } })
claim("radix: monitor's time under the library OS", 3.7, parts["radix-libos"].monitor, 0,
	{ "radix-linux", "radix-libos" })
return plan
