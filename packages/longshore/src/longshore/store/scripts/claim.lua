-- Hands over up to ARGV[4] messages under a lease of ARGV[3] seconds to owner ARGV[2] in worker
-- ARGV[5]. From ARGV[6]: triples (list, queue, no_ack). A message leaves its list last, when its
-- claim is written: an error half-way costs nothing.
run_when_full()
local owner, lease, limit, worker = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local t = now()
local at, until_ = stamp(t), stamp(t + lease)
local out = {}
local HELD_BACK_SECONDS = 0.5

-- kombu does not know the shape: kept whole, under an id of our own.
local function bury_unreadable(queue, raw)
  local id = 'unreadable-' .. redis.call('INCR', key('longshore:unreadable'))
  redis.call('HSET', job_key(id), 'state', 'dead', 'task', '', 'queue', queue, 'owner', '',
    'enqueued_at', at, 'finished_at', at, 'dead_reason', 'undecodable',
    'error_type', 'Undecodable', 'error_message', 'the message on the queue is not a kombu envelope')
  note_recent({id}, 100000)
  redis.call('SADD', key('longshore:queues'), queue)
  bury(id, queue, raw, t)
end

local function envelope(raw)
  local ok, message = pcall(cjson.decode, raw)
  if not ok or type(message) ~= 'table' or type(message.properties) ~= 'table' then return nil end
  if type(message.properties.delivery_tag) ~= 'string' then return nil end
  if type(message.headers) ~= 'table' then message.headers = {} end
  return message
end

-- Seconds since the epoch of an ISO 8601 time; nil for what is none. No offset means UTC.
local function epoch(iso)
  local y, mo, d, h, mi, s, zone = string.match(iso, '^(%d+)-(%d+)-(%d+)[T ](%d+):(%d+):(%d+%.?%d*)(.*)$')
  if not y then return nil end
  y, mo, d = tonumber(y), tonumber(mo), tonumber(d)
  if mo <= 2 then
    y, mo = y - 1, mo + 12
  end
  local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400)
    + math.floor((153 * (mo - 3) + 2) / 5) + d - 1 - 719468
  local sign, zh, zm = string.match(zone, '^([+-])(%d%d):?(%d%d)$')
  local offset = sign and (tonumber(zh) * 3600 + tonumber(zm) * 60) * (sign == '-' and -1 or 1) or 0
  return days * 86400 + tonumber(h) * 3600 + tonumber(mi) * 60 + tonumber(s) - offset
end

local function first_sight(job, id, headers, queue, list)
  redis.call('HSET', job, 'task', type(headers.task) == 'string' and headers.task or '', 'queue', queue,
    'enqueued_at', at, 'waiting_since', at)
  if list ~= queue then redis.call('HSET', job, 'list', list) end
  local expires_at = type(headers.expires) == 'string' and epoch(headers.expires)
  if expires_at then redis.call('HSET', job, 'expires_at', stamp(expires_at)) end
  redis.call('SADD', key('longshore:queues'), queue)
  if type(headers.task) == 'string' then note_recent({id}, 100000) end
  return expires_at
end

-- A message whose job has ended meanwhile (cancelled, a second copy) is passed over.
local function is_over(job, state, tag, job_tag, tombstones)
  local from, to = string.find(tombstones or '', tag, 1, true)
  if from and to >= from then
    redis.call('HSET', job, 'tombstone', string.sub(tombstones, 1, from - 1) .. string.sub(tombstones, to + 1))
    return true
  end
  return tag == job_tag
    and (state == 'cancelled' or state == 'succeeded' or state == 'dead' or state == 'expired')
end

-- A stock producer puts a delayed job on the list, for its worker to hold: here it waits in Redis.
local function wait_until_due(job, id, queue, raw, message)
  local due = type(message.headers.eta) == 'string' and epoch(message.headers.eta)
  if not due or due <= t or redis.call('HEXISTS', job, 'due_at') == 1 then return false end
  redis.call('HSET', job, 'state', 'scheduled', 'due_at', stamp(due), 'owner', '',
    'tag', message.properties.delivery_tag, 'queue', queue)
  redis.call('HSET', key('longshore:delayed-messages'), id, raw)
  redis.call('ZADD', delayed_key(queue), stamp(due), id)
  return true
end

-- The tag that ends a message as kombu and Longshore write it, and the first id in it.
local function names_in(raw)
  local tag = string.match(string.sub(raw, -70), '"delivery_tag": "([^"\\]+)"}}$')
  local _, before = string.find(raw, '"id": "', 1, true)
  local after = tag and before and string.find(raw, '"', before + 1, true)
  if after then return string.sub(raw, before + 1, after - 1), tag end
end

-- So many microseconds ago.
local function ago(since) return since and math.max(math.floor((t - since) * 1000000), 0) or 0 end

local function hand_out(job, id, tag, queue, raw, token, attempt, delivery, moved, claimed, since, enqueued_at,
  expires_at)
  redis.call('HSET', job, 'state', 'running', 'owner', token, 'worker', worker, 'started_at', at,
    'attempts', attempt, 'deliveries', delivery, unpack(moved))
  local n = #claimed.tags
  claimed.tags[n + 1] = tag
  claimed.messages[2 * n + 1], claimed.messages[2 * n + 2] = tag, '[' .. raw .. claimed.tail
  local age = ago(tonumber(enqueued_at))
  out[#out + 1] = {queue, raw, id, tag, token, attempt, delivery, since and ago(tonumber(since)) or age, age,
    expires_at and stamp(tonumber(expires_at) - t) or ''}
end

-- Counted anew when a finished id is enqueued again: the run keeps old tokens from fitting.
local function token_of(run, delivery) return owner .. '#' .. (run and run .. '.' or '') .. delivery end

local SAME = {}

-- The first hand-over of what enqueue accepted. Its record, written in the step that listed the
-- message, names this id and this tag, so that nothing in the message has to be looked for: it is
-- JSON, due, and of the attempt after those counted. Any doubt is left to the envelope.
local function take_known(queue, raw, claimed)
  local id, tag = names_in(raw)
  if not id then return false end
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'state', 'tag', 'queue', 'attempts', 'deliveries', 'run',
    'waiting_since', 'enqueued_at', 'expires_at')
  if f[1] ~= 'queued' or f[2] ~= tag or f[3] ~= queue or not f[4] or f[5] then return false end
  hand_out(job, id, tag, queue, raw, token_of(f[6], 1), tonumber(f[4]) + 1, 1, SAME, claimed,
    f[7], f[8], f[9])
  return true
end

-- One more lost run and it is quarantined: such a job shares its worker with no other such job, or
-- one that stands by each time would be taken for the one that ends its workers. Tells whether it
-- must wait, and else that this worker has it.
local function must_wait_for_other(job, id, queue, raw, tag, token)
  local place = key('longshore:last-chance:' .. worker)
  local other = redis.call('HMGET', place, 'id', 'token')
  if other[1] and other[1] ~= id and redis.call('HGET', job_key(other[1]), 'owner') == other[2] then
    local due = stamp(t + HELD_BACK_SECONDS)
    redis.call('HSET', job, 'state', 'scheduled', 'owner', '', 'due_at', due, 'tag', tag)
    redis.call('HSET', key('longshore:delayed-messages'), id, raw)
    redis.call('ZADD', delayed_key(queue), due, id)
    return true
  end
  redis.call('HSET', place, 'id', id, 'token', token)
  redis.call('EXPIRE', place, DAY)
  return false
end

local function take(list, queue, raw, message, claimed)
  local tag = message.properties.delivery_tag
  local id = type(message.headers.id) == 'string' and message.headers.id or tag
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'state', 'tag', 'tombstone', 'deliveries', 'runs_before', 'run',
    'lost', 'last_chance', 'waiting_since', 'enqueued_at', 'expires_at')
  if not f[1] then
    f[11] = first_sight(job, id, message.headers, queue, list)
  elseif is_over(job, f[1], tag, f[2], f[3]) then
    if f[1] == 'cancelled' then
      forget(id, 86400)
      if tag == f[2] then enlist_end(id, queue, raw, t) end
    end
    return
  end
  if wait_until_due(job, id, queue, raw, message) then return end
  local attempt = (tonumber(message.headers.retries) or 0) + 1 + (tonumber(f[5]) or 0)
  local delivery = (tonumber(f[4]) or 0) + 1
  local token = token_of(f[6], delivery)
  if f[8] and f[8] == f[7] and must_wait_for_other(job, id, queue, raw, tag, token) then return end
  hand_out(job, id, tag, queue, raw, token, attempt, delivery, {'tag', tag, 'queue', queue}, claimed,
    f[9], f[10], f[11])
end

-- kombu's two keys and the leases learn of all that was taken from one list together.
local function note_claims(queue, claimed)
  local index, leases = {}, {}
  for i, tag in ipairs(claimed.tags) do
    index[2 * i - 1], index[2 * i] = at, tag
    leases[2 * i - 1], leases[2 * i] = until_, tag
  end
  redis.call('HSET', key('unacked'), unpack(claimed.messages))
  redis.call('ZADD', key('unacked_index'), unpack(index))
  redis.call('ZADD', leases_key(queue), unpack(leases))
end

local function drain(list, queue, no_ack)
  local raws = redis.pcall('LRANGE', key(list), #out - limit, -1)
  -- Somebody else's key of this name, which is no list, is no reason to claim nothing elsewhere.
  if raws.err or #raws == 0 then return false end
  local claimed = {tags = {}, messages = {}, tail = unacked_tail(queue)}
  for i = #raws, 1, -1 do
    if no_ack or not take_known(queue, raws[i], claimed) then
      local message = envelope(raws[i])
      if not message then
        bury_unreadable(queue, raws[i])
      elseif no_ack then
        out[#out + 1] = {queue, raws[i]}
      else
        take(list, queue, raws[i], message, claimed)
      end
    end
  end
  if #claimed.tags > 0 then note_claims(queue, claimed) end
  redis.call('LTRIM', key(list), 0, -1 - #raws)
  return true
end

local paused = {}
for _, queue in ipairs(redis.call('HKEYS', key('longshore:paused'))) do paused[queue] = true end

for i = 6, #ARGV, 3 do
  local rounds = 0
  while not paused[ARGV[i + 1]] and #out < limit and rounds < 10 and drain(ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1') do
    rounds = rounds + 1
  end
  if #out >= limit then break end
end
return out
