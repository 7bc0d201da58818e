-- {queue, waiting, delayed, claimed, dead, oldest waiting since} of the known queues and of
-- those named from ARGV[3]; ARGV[2] holds the priority steps, comma-separated.
local t = now()
local names, seen = redis.call('SMEMBERS', key('longshore:queues')), {}
for i = 3, #ARGV do names[#names + 1] = ARGV[i] end

local function since(list)
  local raw = redis.call('LINDEX', key(list), -1)
  if not raw then return nil end
  local ok, message = pcall(cjson.decode, raw)
  if not ok or type(message) ~= 'table' or type(message.headers) ~= 'table' then return nil end
  if type(message.headers.id) ~= 'string' then return nil end
  return tonumber(redis.call('HGET', job_key(message.headers.id), 'waiting_since') or '')
end

local out = {}
for _, queue in ipairs(names) do
  if not seen[queue] then
    seen[queue] = true
    local waiting, oldest = 0, nil
    for step in string.gmatch(ARGV[2], '[^,]+') do
      local list = step == '0' and queue or (queue .. SEP .. step)
      waiting = waiting + redis.call('LLEN', key(list))
      local s = since(list)
      if s and (not oldest or s < oldest) then oldest = s end
    end
    out[#out + 1] = {
      queue, waiting, redis.call('ZCARD', delayed_key(queue)), redis.call('ZCARD', leases_key(queue)),
      tonumber(redis.call('HGET', key('longshore:dead-counts'), queue) or '0'),
      oldest and stamp(t - oldest) or '',
    }
  end
end
return out
