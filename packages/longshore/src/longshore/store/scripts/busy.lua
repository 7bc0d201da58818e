-- {worker, job id...} of those that hold claims; at most ARGV[2] claims are looked at.
local left, held = tonumber(ARGV[2]), {}

local function note(tag)
  local ok, claim = pcall(cjson.decode, redis.call('HGET', key('unacked'), tag) or '')
  local message = ok and type(claim) == 'table' and claim[1]
  if type(message) ~= 'table' or type(message.headers) ~= 'table' then return end
  local id = message.headers.id
  if type(id) ~= 'string' then return end
  local worker = redis.call('HGET', job_key(id), 'worker')
  if not worker then return end
  held[worker] = held[worker] or { worker }
  table.insert(held[worker], id)
end

for _, queue in ipairs(redis.call('SMEMBERS', key('longshore:queues'))) do
  if left <= 0 then break end
  for _, tag in ipairs(redis.call('ZRANGE', leases_key(queue), 0, left - 1)) do
    left = left - 1
    note(tag)
  end
end

local out = {}
for _, row in pairs(held) do out[#out + 1] = row end
return out
