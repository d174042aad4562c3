-- Beyond the paper: machines of 8 to 64 CPUs, native and in one virtual machine.
local given = ...
local programs = given.build .. "/guests/parallel/"
local sizes = given.quick and { 8, 16, 32 } or { 8, 16, 32, 64 }
local names = given.quick and { "matmul" } or { "matmul", "stencil", "radix" }

local plan = {
	name = "cpus",
	title = "Beyond the paper: 8 to 64 CPUs",
	about = "Programs of guests/parallel with a CPU on each node, natively and in one virtual machine. The "
		.. "work of a CPU stays the same (weak scaling) but in matmul, where all share one product.",
	runs = {},
}
for _, name in ipairs(names) do
	for _, size in ipairs(sizes) do
		local nodes = "machine.nodes=" .. size
		table.insert(plan.runs, { name = name .. "-native-" .. size,
			config = "../../tests/numa/native.lua", seconds = size / 4,
			-- The programs see memory in KSEG0: all of it lies below the devices.
			set = { nodes, "machine.memory_per_node=" .. (size == 64 and 7 or 8) .. "M",
				"program=" .. programs .. "parallel_" .. name .. ".elf" } })
		table.insert(plan.runs, { name = name .. "-vm-" .. size,
			config = "../../tests/numa/machine.lua", seconds = size / 4,
			set = { nodes, "machine.memory_per_node=8M", "vms[1].vcpus=" .. size,
				"vms[1].memory=" .. 4 * size .. "M",
				"program=" .. given.build .. "/src/monitor.elf",
				"modules[1].file=" .. programs .. "vm_parallel_" .. name .. ".elf" } })
	end
end
for _, run in ipairs(plan.runs) do run.expect = "the result is right" end
if not given.results then return plan end

local function cycles(result) return result.time.all / result.cpu_count end
local rows, points = {}, {}
for _, size in ipairs(sizes) do points[#points + 1] = { size } end
plan.claims = {}
for _, name in ipairs(names) do
	for i, size in ipairs(sizes) do
		local native, vm = name .. "-native-" .. size, name .. "-vm-" .. size
		local before, after = cycles(given.results[native]), cycles(given.results[vm])
		table.insert(rows, { name, size, before, after, 100 * after / before })
		table.insert(points[i], 100 * after / before)
		if i == #sizes then
			table.insert(plan.claims, { text = name .. " on " .. size .. " CPUs: time in a VM",
				ours = 100 * after / before, unit = "% of native", runs = { native, vm } })
		end
	end
end
plan.tables = { { title = "Cycles of a CPU", columns = { "program", "CPUs", "native", "VM",
	"VM of native (%)" }, rows = rows } }
local columns = { "CPUs" }
for _, name in ipairs(names) do table.insert(columns, name) end
plan.plots = { { kind = "lines", title = "Time in a virtual machine, native = 100", x = "CPUs",
	y = "percent", columns = columns, rows = points } }
return plan
