-- Beyond the paper: small programs on one CPU, and what the cost of a virtual machine hangs on.
--
-- The configurations of experiments/overhead; the counters of a resumed run go on from those of the run that
-- saved the checkpoint, so they are subtracted. Attribution of a resumed run is its own.
local given = ...

-- What is typed at the prompt, as experiments/overhead has it.
local programs = {
	integer = [[lua -e 'for p=1,99 do local x=p for i=1,60000 do x=(x*31+i)%65521 end print("pass "..p..".") end']],
	tlb = [[lua -e 'local t,n={},1<<17 for i=1,n do t[i]=i end local x,s=1,0 for p=1,99 do ]]
		.. [[for i=1,60000 do x=(x*1103515245+12345)&(n-1) s=s+t[x+1] end print("pass "..p..".") end']],
	compile = [[cd /tmp; cp /usr/lib/selfcheck/cc65/demo.c .; i=0; while :; do for j in 1 2; do ]]
		.. [[cc65 -o $j.s demo.c; ca65 -o $j.o $j.s; rm $j.?; done; i=$((i+1)); echo "pass $i."; done]],
	spawn = [[cd /tmp; i=0; while :; do for j in 1 2 3; do cp /etc/passwd $j; cat $j /etc/group | ]]
		.. [[wc -l >/dev/null; rm $j; done; i=$((i+1)); echo "pass $i."; done]],
}
local order = given.quick and { "tlb", "spawn" } or { "integer", "tlb", "compile", "spawn" }
local systems = {
	{ key = "native", label = "native" },
	{ key = "vm", label = "VM", set = {} },
	{ key = "large", label = "VM, large entries", set = { "vms[1].policies.large-entries=true" } },
	{ key = "l2-off", label = "VM, no second level", set = { "vms[1].policies.second-level=0" },
		only = "tlb" },
	{ key = "l2-1024", label = "VM, second level 1K", set = { "vms[1].policies.second-level=1024" },
		only = "tlb" },
	{ key = "l2-4096", label = "VM, second level 4K", set = { "vms[1].policies.second-level=4096" },
		only = "tlb" },
}

local plan = {
	name = "overhead",
	title = "Beyond the paper: overhead of small programs",
	about = "Linux on one CPU, natively and in a virtual machine with the patched HAL. A program "
		.. "computes (integer), loads all over 2 MB (tlb), compiles a file again and again (compile), or only starts "
		.. "processes (spawn). Three equal pieces of work are measured with warm caches.",
	runs = {},
}
local function each(action)
	for _, program in ipairs(order) do
		for _, system in ipairs(systems) do
			if not system.only or system.only == program then
				action(program, system, program .. "-" .. system.key)
			end
		end
	end
end
each(function(program, system, name)
	local kind = system.set and "vm" or "native"
	local set = { "console[1].send=" .. programs[program] .. "\n",
		"machine.disks[1].image=" .. given.build .. "/guests/root.img",
		"program=" .. given.build .. (system.set and "/src/monitor.elf" or "/guests/vmlinux") }
	if system.set then
		table.insert(set, "modules[1].file=" .. given.build .. "/guests/vmlinux-vm")
		for _, item in ipairs(system.set) do table.insert(set, item) end
	end
	table.insert(plan.runs, { name = name .. "-warm", config = "../overhead_" .. kind .. ".lua",
		set = set, seconds = 12 })
	table.insert(plan.runs, { name = name, resume = name .. "-warm",
		checkpoint = "overhead_" .. kind .. ".ckpt", seconds = 3 })
end)
if not given.results then return plan end

-- Cycles: user, kernel, monitor (each with its stalls), idle, all.
local function split(name, is_vm)
	local before, after = given.results[name .. "-warm"].time, given.results[name].time
	local function busy(mode) return after[mode].busy - before[mode].busy end
	return { user = busy("user"), kernel = busy("supervisor") + (is_vm and 0 or busy("kernel")),
		monitor = is_vm and busy("kernel") or 0, idle = after.idle - before.idle, all = after.all - before.all }
end

local causes = { "tlb_write", "refill", "window", "privileged", "call", "page_fault", "reflect",
	"interrupt", "device" }
local parts = { "user", "kernel", "monitor", "idle" }
local cause_rows, rows, bars = {}, {}, {}
local time = {}
each(function(program, system, name)
	local part = split(name, system.set ~= nil)
	local unit = split(program .. "-native").all / 100
	local bar = { program .. ": " .. system.label }
	for _, key in ipairs(parts) do table.insert(bar, part[key] / unit) end
	table.insert(bars, bar)
	time[name] = part.all / unit
	table.insert(rows, { bar[1], time[name], table.unpack(bar, 2) })
	if system.set then
		local row = { bar[1] }
		for i, cause in ipairs(causes) do
			local spent = given.results[name].attribution[cause]
			row[i + 1] = (spent.executed + spent.stalled) / unit
		end
		table.insert(cause_rows, row)
	end
end)
plan.plots = { { kind = "bars", title = "Time, native = 100", y = "percent",
	columns = { "system", table.unpack(parts) }, rows = bars } }
plan.tables = {
	{ title = "Time in percent of native", columns = { "system", "time", table.unpack(parts) }, rows = rows,
		note = "Stalls are in the part that stalled. Kernel is the guest's." },
	{ title = "The monitor by cause, percent of native time", columns = { "system", table.unpack(causes) },
		rows = cause_rows },
}
plan.claims = {}
for _, program in ipairs(order) do
	for _, system in ipairs(systems) do
		if system.set and (not system.only or system.only == program) then
			local name, native = program .. "-" .. system.key, program .. "-native"
			table.insert(plan.claims, { text = program .. ": " .. system.label .. ", native = 100",
				ours = time[name], unit = "%",
				runs = { native .. "-warm", native, name .. "-warm", name } })
		end
	end
end
return plan
