-- Gives back, as not begun, what owner ARGV[2] had been handed when its process ended: the answer of
-- its last claim was read by nobody. Looks at the ARGV[3] claims of each queue whose leases end last.
-- Answers the ids.
local owner, limit = ARGV[2] .. '#', tonumber(ARGV[3])
local given_back = {}

local function id_in(raw, tag)
  local id = string.match(raw, '"id": "([^"\\]+)"')
  if id and redis.call('HGET', job_key(id), 'tag') == tag then return id end
  local ok, message = pcall(cjson.decode, raw)
  local headers = ok and type(message) == 'table' and message.headers
  return type(headers) == 'table' and type(headers.id) == 'string' and headers.id or tag
end

local function look_at(queue, tag)
  local value = redis.call('HGET', key('unacked'), tag)
  if not value then return end
  local raw = unwrap(value, queue)
  local id = id_in(raw, tag)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'owner', 'tag', 'list', 'cancel', 'task')
  if not f[1] or f[2] ~= tag or string.sub(f[1], 1, #owner) ~= owner then return end
  drop_claim(tag, queue)
  redis.call('HSET', job, 'released_by', f[1])
  given_back[#given_back + 1] = id
  if f[4] == '1' then
    end_cancelled(id, f[5], now(), DAY)
    return
  end
  redis.call('HINCRBY', job, 'attempts', -1)
  redis.call('HSET', job, 'state', 'queued', 'owner', '')
  push_front(f[3] or queue, queue, raw)
end

for _, queue in ipairs(redis.call('SMEMBERS', key('longshore:queues'))) do
  local tags = redis.call('ZRANGE', leases_key(queue), -limit, -1)
  -- What was handed out last goes back first, so that it stands behind the others again.
  for i = #tags, 1, -1 do look_at(queue, tags[i]) end
end
return given_back
