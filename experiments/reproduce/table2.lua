-- Table 2: what services of the kernel take in a virtual machine, and what for.
--
-- pmake on one CPU, natively and in a VM, from the steady states that Figure 5 has, too. A service is a visit to the
-- kernel from user mode in which one of its functions was entered, the first of this list that fits: special cases stand
-- before general ones, so that the page faults of a system call belong to the call.
local given = ...
local size = given.quick and "quick" or "uni"
local services = {
	{ key = "open", on = "user:do_sys_openat2", paper = { 9, 42, 1.63, 1.16, 0.08, 0.06, 0.02, 0.30 } },
	{ key = "write", on = "user:ksys_write", paper = { 6, 12, 2.14, 1.01, 0.24, 0.21, 0.31, 0.17 } },
	{ key = "read", on = "user:ksys_read", paper = { 6, 23, 1.53, 1.10, 0.13, 0.09, 0.01, 0.20 } },
	{ key = "execve", on = "user:do_execveat_common", paper = { 6, 437, 1.60, 0.97, 0.03, 0.05, 0.17, 0.40 } },
	{ key = "other-calls", label = "other system calls", on = "user:handle_sys" },
	{ key = "copy", label = "page copied on write", on = "user:wp_page_copy" },
	{ key = "file", label = "page of a file mapped", on = "user:finish_fault,filemap_map_pages,do_set_pte" },
	{ key = "demand-zero", label = "demand zero", on = "user:clear_page",
		paper = { 30, 21, 1.42, 0.43, 0.21, 0.16, 0.47, 0.16 } },
	{ key = "quick-fault", label = "quick fault", on = "user:do_page_fault",
		paper = { 10, 5, 3.17, 1.27, 0.80, 0.56, 0.00, 0.53 } },
	{ key = "interrupt", on = "user:handle_int" },
	{ key = "tlb-handler", label = "TLB handlers", on = "user:handle_tlbl,handle_tlbs,handle_tlbm" },
	{ key = "utlb-miss", label = "UTLB miss", on = "refill:",
		paper = { 7, 0.035, 1.35, 0.07, 1.22, 0.05, 0.00, 0.02 } },
	{ key = "rest", on = "user:" },
}
local plan = {
	name = "table2",
	title = "Table 2: services of the kernel in a virtual machine",
	about = "pmake (" .. size .. ") on one CPU. Each visit to the kernel from user mode is one service, found by the "
		.. "kernel's functions that it enters; nothing is patched for it. IRIX's services and ours are not the same "
		.. "code: docs/reproduction.md says what stands for what.",
	runs = {},
}
local options = { "--mode", "timing" }
for _, service in ipairs(services) do
	table.insert(options, "--measure=" .. service.key .. "=" .. service.on)
end
local image = "machine.disks[1].image=" .. given.build .. "/guests/root.img"
local steps = { "console[1].save=steady.ckpt", "console[1].mode=same", "console[1].stop=on" }
local function add(name, config, symbols, set)
	for _, item in ipairs(steps) do table.insert(set, item) end
	table.insert(plan.runs, { name = name .. "-steady", config = config, set = set, expect = ": begin",
		seconds = 2 })
	table.insert(plan.runs, { name = name, resume = name .. "-steady", checkpoint = "steady.ckpt",
		options = options, symbols = symbols, expect = ", right", seconds = given.quick and 4 or 50 })
end
local function boot(prefix, command)
	return string.format('%sbootargs=root=/dev/vda console=ttyS0 quiet run="%s"', prefix,
		command or "/workloads/pmake " .. size)
end
add("pmake-native", "../workload.lua", nil, { image, boot(""), "program=" .. given.build .. "/guests/vmlinux",
	"machine.memory_per_node=128M" })
add("pmake-vm", "../workload_vm.lua", given.build .. "/guests/vmlinux-vm", { image, boot("vms[1]."),
	"program=" .. given.build .. "/src/monitor.elf",
	"modules[1].file=" .. given.build .. "/guests/vmlinux-vm",
	"machine.memory_per_node=160M", "vms[1].memory=128M" })
-- The same programs, and two jobs again, but each of them one long file: without many short processes. `what` is done
-- to the file that the others have made.
local function add_long(name, count, before, what)
	local long = "mkdir -p /tmp/long/1 /tmp/long/2; cd /tmp/long; "
		.. "seq " .. count .. " | sed 's/.*/int f&(int a, int b) { int i; "
		.. "for (i = 0; i < b; ++i) { if (a > i) a -= b * &; else a ^= i; } return a; }/' >long.c; " .. before
		.. "both() { for i in 1 2; do (cd $i; " .. what .. ") & done; wait; }; "
		.. "both; mv 1/long.o right.o; echo long: begin; both; echo long: end; "
		.. "cmp 1/long.o right.o && cmp 2/long.o right.o && echo long, right"
	add(name, "../workload.lua", nil, { image, boot("", long), "program=" .. given.build .. "/guests/vmlinux",
		"machine.memory_per_node=128M" })
end
local compiler, assembler = "cc65 -t sim6502 -Or -o long.s ", "ca65 -t sim6502 -o long.o "
add_long("long-native", given.quick and 20 or 100, "", compiler .. "../long.c; " .. assembler .. "long.s")
add_long("assembled-native", 100, compiler .. "long.c; ", assembler .. "../long.s")
if not given.results then return plan end

-- Causes by the paper's columns. A user's refill is a TLB write that the guest's handler would have made; one of the
-- kernel's is a fault that only a mapped kernel has.
local column_of = {
	kernel = 1, tlb_write = 2, privileged = 3, reflect = 3, interrupt = 3, call = 4, page_fault = 4, device = 4,
	window = 5, refill = 5,
}
local function split(run, service)
	local item = given.results[run].measured.timing[service.key]
	local parts, total = { 0, 0, 0, 0, 0, 0 }, 0
	for cause, time in pairs(item.parts) do
		local column = column_of[cause] or 6
		if cause == "refill" and service.on == "refill:" then column = 2 end
		parts[column] = parts[column] + time.executed + time.stalled
		total = total + time.executed + time.stalled
	end
	return item.count, total, parts
end

-- Native time of all services.
local function system_time(run)
	local system = 0
	for _, service in ipairs(services) do
		local _, total = split(run, service)
		system = system + total
	end
	return system
end
-- Share of the paper's seven.
local function share_of_seven(run)
	local seven = 0
	for _, service in ipairs(services) do
		local _, total = split(run, service)
		seven = seven + (service.paper and total or 0)
	end
	return 100 * seven / system_time(run)
end
local system = system_time("pmake-native")
local both = { "pmake-native-steady", "pmake-native", "pmake-vm-steady", "pmake-vm" }
local rows, counts, bars = {}, {}, {}
plan.claims = {}
for _, service in ipairs(services) do
	local label = service.label or service.key
	local count, native = split("pmake-native", service)
	local count_vm, vm, parts = split("pmake-vm", service)
	table.insert(counts, { label, count, count_vm, native / 1e6, vm / 1e6 })
	if count > 0 and count_vm > 0 then
		local each = native / count
		local row = { label, "ours", 100 * native / system, each / 400, vm / count_vm / each }
		local bar = { label }
		for column, cycles in ipairs(parts) do
			table.insert(row, cycles / count_vm / each)
			if service.paper then table.insert(bar, cycles / count_vm / each) end
		end
		table.insert(rows, row)
		if service.paper then
			table.insert(bars, bar)
			table.insert(rows, { label, "paper", table.unpack(service.paper) })
			rows[#rows][11] = 0
			table.insert(plan.claims, { text = label .. ": slowdown", paper = service.paper[3], ours = row[5],
				neutral = 1, tolerance = 0.25, unit = "x", runs = both })
		end
	end
end
table.insert(plan.claims, { text = "these seven services, of native system time", paper = 74,
	ours = share_of_seven("pmake-native"), unit = "%", runs = { "pmake-native-steady", "pmake-native" },
	counterfactual = {
		{ cause = "short processes: two long files compiled and assembled instead of many short ones",
			runs = { "long-native-steady", "long-native" }, before = share_of_seven("pmake-native"),
			after = share_of_seven("long-native") },
		{ cause = "short processes: two long files assembled instead of many short ones",
			runs = { "assembled-native-steady", "assembled-native" }, before = share_of_seven("pmake-native"),
			after = share_of_seven("assembled-native") } } })
local columns = { "service", "kernel", "TLB writes", "privileged", "calls, page faults", "kernel TLB faults", "rest" }
plan.plots = { { kind = "bars", title = "Time in a VM, native = 1", y = "native time", columns = columns,
	rows = bars } }
plan.tables = {
	{ title = "Services: share of native system time, native time of one, slowdown and what it is made of",
		columns = { "service", "whose", "% of system", "native us", "slowdown", table.unpack(columns, 2) }, rows = rows,
		note = "Parts are in native times of the service, stalls included; at 400 MHz. Privileged: exceptions and "
			.. "interrupts handed to the guest, too." },
	{ title = "Services and their cycles", columns = { "service", "native", "VM", "native Mcycles", "VM Mcycles" },
		rows = counts },
}
return plan
