-- Gives back, as not begun, what owner ARGV[2] had been handed when its process ended: the answer of
-- its last claim was read by nobody. Looks at the ARGV[3] claims of each queue whose leases end last.
-- Answers the ids.
run_when_full()
local owner, limit = ARGV[2] .. '#', tonumber(ARGV[3])
local given_back = {}

local function id_in(raw, tag)
  local id = string.match(raw, '"id": "([^"\\]+)"')
  if id and redis.call('HGET', job_key(id), 'tag') == tag then return id end
  local ok, message = pcall(cjson.decode, raw)
  local headers = ok and type(message) == 'table' and message.headers
  return type(headers) == 'table' and type(headers.id) == 'string' and headers.id or tag
end

-- The claim under this tag, when it is that owner's.
local function claim_of(queue, tag)
  local value = redis.call('HGET', key('unacked'), tag)
  if not value then return nil end
  local raw = unwrap(value, queue)
  local id = id_in(raw, tag)
  local f = redis.call('HMGET', job_key(id), 'owner', 'tag', 'enqueued_at')
  if not f[1] or f[2] ~= tag or string.sub(f[1], 1, #owner) ~= owner then return nil end
  return {id = id, tag = tag, raw = raw, token = f[1], since = tonumber(f[3]) or 0}
end

local function give_back(queue, claim)
  local job = job_key(claim.id)
  drop_claim(claim.tag, queue)
  redis.call('HSET', job, 'released_by', claim.token)
  given_back[#given_back + 1] = claim.id
  local f = redis.call('HMGET', job, 'list', 'cancel', 'task')
  if f[2] == '1' then
    end_cancelled(claim.id, f[3], now(), DAY, queue, claim.raw)
    return
  end
  redis.call('HINCRBY', job, 'attempts', -1)
  redis.call('HSET', job, 'state', 'queued', 'owner', '')
  push_front(f[1] or queue, queue, claim.raw)
end

local function later(one, other)
  if one.since ~= other.since then return one.since > other.since end
  return one.tag > other.tag
end

for _, queue in ipairs(redis.call('SMEMBERS', key('longshore:queues'))) do
  local claims = {}
  for _, tag in ipairs(redis.call('ZRANGE', leases_key(queue), -limit, -1)) do
    claims[#claims + 1] = claim_of(queue, tag)
  end
  -- Each goes to the head: the oldest last, so that it comes first again.
  table.sort(claims, later)
  for _, claim in ipairs(claims) do give_back(queue, claim) end
end
return given_back
