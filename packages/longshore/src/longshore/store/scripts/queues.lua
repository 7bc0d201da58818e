-- {queue, waiting, delayed, claimed, dead, age of the oldest that waits, paused since, due, age of the
-- oldest that waits or is due} of the known queues and of those named from ARGV[3]; ARGV[2] holds the
-- priority steps, comma-separated.
local t = now()
local names, seen = redis.call('SMEMBERS', key('longshore:queues')), {}
for i = 3, #ARGV do names[#names + 1] = ARGV[i] end

local function since(list)
  local raw = redis.call('LINDEX', key(list), -1)
  if not raw then return nil end
  local ok, message = pcall(cjson.decode, raw)
  if not ok or type(message) ~= 'table' or type(message.headers) ~= 'table' then return nil end
  if type(message.headers.id) ~= 'string' then return nil end
  local f = redis.call('HMGET', job_key(message.headers.id), 'waiting_since', 'enqueued_at')
  return tonumber(f[1] or f[2] or '')
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
    local head, latest = redis.call('ZRANGE', delayed_key(queue), 0, 0, 'WITHSCORES'), oldest
    local due_since = tonumber(head[2] or '')
    if due_since and due_since <= t and (not oldest or due_since < oldest) then latest = due_since end
    out[#out + 1] = {
      queue, waiting, redis.call('ZCARD', delayed_key(queue)), redis.call('ZCARD', leases_key(queue)),
      tonumber(redis.call('HGET', key('longshore:dead-counts'), queue) or '0'),
      oldest and stamp(t - oldest) or '', redis.call('HGET', key('longshore:paused'), queue) or '',
      redis.call('ZCOUNT', delayed_key(queue), '-inf', stamp(t)), latest and stamp(t - latest) or '',
    }
  end
end
return out
