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

local function minus(a, b)
	local result = {}
	for mode, parts in pairs(a) do
		result[mode] = {}
		for part, cycles in pairs(parts) do result[mode][part] = cycles - b[mode][part] end
	end
	return result
end
local function stalls(part)
	return part.stall_l2 + part.stall_local + part.stall_remote + part.stall_uncached
end

-- Cycles: user, kernel, monitor (each with its stalls), idle, all.
local function split(name, is_vm)
	local warm, result = given.results[name .. "-warm"], given.results[name]
	local time = minus(result.memory.time, warm.memory.time)
	local all = { user = 0, kernel = 0, monitor = 0, idle = 0,
		cycles = result.cycles - warm.cycles }
	for mode, part in pairs(time) do
		local busy = part.execution + stalls(part)
		all.idle = all.idle + part.idle
		if mode == "user" then all.user = all.user + busy
		elseif is_vm and mode == "kernel" then all.monitor = all.monitor + busy
		else all.kernel = all.kernel + busy end
	end
	return all
end

plan.tables, plan.plots, plan.claims = {}, {}, {}
local causes = { "tlb_write", "refill", "window", "privileged", "call", "page_fault", "reflect",
	"interrupt", "device" }
local cause_rows, rows, bars = {}, {}, {}
local time = {}
each(function(program, system, name)
	local part = split(name, system.set ~= nil)
	local base = split(program .. "-native").cycles
	local function share(x) return 100 * x / base end
	time[name] = share(part.cycles)
	table.insert(rows, { program, system.label, share(part.user), share(part.kernel),
		share(part.monitor), share(part.idle), time[name] })
	table.insert(bars, { program .. ": " .. system.label, share(part.user), share(part.kernel),
		share(part.monitor), share(part.idle) })
	if system.set then
		local row = { program, system.label }
		for _, cause in ipairs(causes) do
			local c = given.results[name].attribution[cause]
			table.insert(row, share(c.executed + c.stalled))
		end
		table.insert(cause_rows, row)
	end
end)
table.insert(plan.plots, { kind = "bars", title = "Time, native = 100", y = "percent",
	columns = { "system", "user", "kernel", "monitor", "idle" }, rows = bars })
table.insert(plan.tables, { title = "Time in percent of native",
	columns = { "program", "system", "user", "kernel", "monitor", "idle", "total" }, rows = rows,
	note = "Stalls are in the part that stalled. Kernel is the guest's." })
local columns = { "program", "system" }
for _, cause in ipairs(causes) do table.insert(columns, cause) end
table.insert(plan.tables, { title = "The monitor by cause, percent of native time", columns = columns,
	rows = cause_rows })
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
