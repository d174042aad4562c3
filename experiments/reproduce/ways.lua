-- Beyond the paper: ways of reaching privileged registers, and what becomes of ASIDs.
local given = ...
local ways = {
	{ key = "trap", label = "trap", set = { "vms[1].privileged=trap" } },
	{ key = "shared-page", label = "shared page", set = { "vms[1].privileged=shared-page" } },
	{ key = "rewrite", label = "rewriting", set = { "vms[1].privileged=rewrite" } },
	{ key = "virtual-asids", label = "trap, virtual ASIDs",
		set = { "vms[1].privileged=trap", "vms[1].policies.virtual-asids=true" } },
}
-- Lines of guests/vm/traps.
local paths = { "mfc0 PRId", "mfc0 Status", "mfc0 Count", "mtc0 Status", "mtc0 EPC", "mtc0 EntryHi", "mtc0 Compare",
	"eret", "tlbwr", "tlbwi", "tlbp", "second-level hit", "window refill", "miss reflected, refilled",
	"syscall reflected, handled", "interrupt delivered, handled", "two yields, two VCPU switches",
	"monitor call VERSION" }

local plan = {
	name = "ways",
	title = "Beyond the paper: three ways to privileged registers, ASIDs",
	about = "Cycles of the ways into the monitor and back, in timing mode with warm caches, measured by a "
		.. "guest of its own (guests/vm/traps). The paper's Disco has the shared page, and flushes the TLB "
		.. "when another VCPU runs; virtual ASIDs flush nothing.",
	runs = {},
}
local find = {}
for _, path in ipairs(paths) do find[path] = "\n" .. path .. "  " end
for _, way in ipairs(ways) do
	local set = { "program=" .. given.build .. "/src/monitor.elf",
		"modules[1].file=" .. given.build .. "/guests/vm/vm_traps.elf", "machine.nodes=1",
		"machine.memory_per_node=32M", "vms[1].vcpus=2", "vms[1].policies.pinned=false" }
	for _, item in ipairs(way.set) do table.insert(set, item) end
	table.insert(plan.runs, { name = way.key, config = "../../tests/numa/machine.lua", set = set,
		find = find, options = { "--mode", "timing" }, seconds = 1 })
end
if not given.results then return plan end

local columns, rows = { "path" }, {}
for _, way in ipairs(ways) do table.insert(columns, way.label) end
for _, path in ipairs(paths) do
	local row = { path }
	for _, way in ipairs(ways) do
		table.insert(row, given.results[way.key].values[path] or "-")
	end
	table.insert(rows, row)
end
plan.tables = { { title = "Cycles", columns = columns, rows = rows } }
local values = {}
for _, way in ipairs(ways) do values[way.key] = given.results[way.key].values end
plan.claims = {}
local function claim(text, ours, unit, runs)
	table.insert(plan.claims, { text = text, ours = ours, unit = unit, runs = runs })
end
claim("a system call and back: rewriting, trap = 100", 100 * values.rewrite[paths[15]] / values.trap[paths[15]],
	"%", { "trap", "rewrite" })
claim("two switches of VCPUs: virtual ASIDs, flush = 100",
	100 * values["virtual-asids"][paths[17]] / values.trap[paths[17]], "%", { "trap", "virtual-asids" })
claim("second-level hit: virtual ASIDs, flush = 100",
	100 * values["virtual-asids"][paths[12]] / values.trap[paths[12]], "%", { "trap", "virtual-asids" })
return plan
