-- What became of a task's jobs in the last six minutes, hour and day, to the slot that runs:
-- three flat lists of field and count. A field is a queue, a separator and an outcome or a bucket.
local task, t = ARGV[2], now()
local minute, hour = math.floor(t / 60), math.floor(t / 3600)

local function add(into, slot)
  local flat = redis.call('HGETALL', key('longshore:stats:' .. slot .. ':' .. task))
  for i = 1, #flat, 2 do into[flat[i]] = (into[flat[i]] or 0) + tonumber(flat[i + 1]) end
end

local function flattened(sums)
  local out = {}
  for field, jobs in pairs(sums) do
    out[#out + 1] = field
    out[#out + 1] = jobs
  end
  return out
end

local few, many, day = {}, {}, {}
for i = 0, 60 do add(i <= 5 and few or many, 'm' .. (minute - i)) end
for field, jobs in pairs(few) do many[field] = (many[field] or 0) + jobs end
for i = 0, 24 do add(day, 'h' .. (hour - i)) end
return {flattened(few), flattened(many), flattened(day)}
