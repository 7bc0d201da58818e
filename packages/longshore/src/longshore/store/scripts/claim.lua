-- Hands over up to ARGV[4] messages under a lease of ARGV[3] seconds to owner ARGV[2] in worker
-- ARGV[5]. From ARGV[6]: triples (list, queue, no_ack). A message leaves its list last, when its
-- claim is written: an error half-way costs nothing.
local owner, lease, limit, worker = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local t = now()
local at, until_ = stamp(t), stamp(t + lease)
local out = {}

-- kombu does not know the shape: kept whole, under an id of our own.
local function bury_unreadable(queue, raw)
  local id = 'unreadable-' .. redis.call('INCR', key('longshore:unreadable'))
  redis.call('HSET', job_key(id), 'state', 'dead', 'task', '', 'queue', queue, 'owner', '',
    'enqueued_at', at, 'finished_at', at, 'dead_reason', 'undecodable',
    'error_type', 'Undecodable', 'error_message', 'the message on the queue is not a kombu envelope')
  redis.call('XADD', key('longshore:recent'), 'MAXLEN', '~', 100000, '*', 'id', id)
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

local function first_sight(job, id, headers, queue, list)
  redis.call('HSET', job, 'task', type(headers.task) == 'string' and headers.task or '', 'queue', queue,
    'enqueued_at', at, 'waiting_since', at)
  if list ~= queue then redis.call('HSET', job, 'list', list) end
  redis.call('SADD', key('longshore:queues'), queue)
  if type(headers.task) == 'string' then
    redis.call('XADD', key('longshore:recent'), 'MAXLEN', '~', 100000, '*', 'id', id)
  end
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

local function take(list, queue, raw, message, claimed)
  local tag = message.properties.delivery_tag
  local id = type(message.headers.id) == 'string' and message.headers.id or tag
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'state', 'tag', 'tombstone', 'deliveries', 'runs_before', 'run')
  if not f[1] then
    first_sight(job, id, message.headers, queue, list)
  elseif is_over(job, f[1], tag, f[2], f[3]) then
    if f[1] == 'cancelled' then forget(id, 86400) end
    return
  end
  if wait_until_due(job, id, queue, raw, message) then return end
  local attempt = (tonumber(message.headers.retries) or 0) + 1 + (tonumber(f[5]) or 0)
  local delivery = (tonumber(f[4]) or 0) + 1
  -- Counted anew when a finished id is enqueued again: the run keeps old tokens from fitting.
  local token = owner .. '#' .. (f[6] and f[6] .. '.' or '') .. delivery
  redis.call('HSET', job, 'state', 'running', 'owner', token, 'tag', tag, 'queue', queue,
    'worker', worker, 'started_at', at, 'attempts', attempt, 'deliveries', delivery)
  local n = #claimed.messages
  claimed.messages[n + 1], claimed.messages[n + 2] = tag, wrap(raw, queue)
  claimed.index[n + 1], claimed.index[n + 2] = at, tag
  claimed.leases[n + 1], claimed.leases[n + 2] = until_, tag
  out[#out + 1] = {queue, raw, id, tag, token, attempt, delivery}
end

local function drain(list, queue, no_ack)
  local raws = redis.call('LRANGE', key(list), #out - limit, -1)
  if #raws == 0 then return false end
  local claimed = {messages = {}, index = {}, leases = {}}
  for i = #raws, 1, -1 do
    local message = envelope(raws[i])
    if not message then
      bury_unreadable(queue, raws[i])
    elseif no_ack then
      out[#out + 1] = {queue, raws[i]}
    else
      take(list, queue, raws[i], message, claimed)
    end
  end
  if #claimed.messages > 0 then
    redis.call('HSET', key('unacked'), unpack(claimed.messages))
    redis.call('ZADD', key('unacked_index'), unpack(claimed.index))
    redis.call('ZADD', leases_key(queue), unpack(claimed.leases))
  end
  redis.call('RPOP', key(list), #raws)
  return true
end

for i = 6, #ARGV, 3 do
  local rounds = 0
  while #out < limit and rounds < 10 and drain(ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1') do
    rounds = rounds + 1
  end
  if #out >= limit then break end
end
return out
