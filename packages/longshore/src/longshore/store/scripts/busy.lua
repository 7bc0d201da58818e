-- {worker, claims} of those that hold claims; at most ARGV[2] claims are looked at.
local left, counts = tonumber(ARGV[2]), {}

local function worker_of(tag)
  local ok, held = pcall(cjson.decode, redis.call('HGET', key('unacked'), tag) or '')
  local message = ok and type(held) == 'table' and held[1]
  if type(message) ~= 'table' or type(message.headers) ~= 'table' then return nil end
  if type(message.headers.id) ~= 'string' then return nil end
  return redis.call('HGET', job_key(message.headers.id), 'worker')
end

for _, queue in ipairs(redis.call('SMEMBERS', key('longshore:queues'))) do
  if left <= 0 then break end
  for _, tag in ipairs(redis.call('ZRANGE', leases_key(queue), 0, left - 1)) do
    left = left - 1
    local worker = worker_of(tag)
    if worker then counts[worker] = (counts[worker] or 0) + 1 end
  end
end

local out = {}
for worker, count in pairs(counts) do out[#out + 1] = { worker, count } end
return out
