-- Hands over up to ARGV[4] messages under a lease of ARGV[3] seconds to owner ARGV[2].
-- From ARGV[6]: triples (list, queue, no_ack). Nothing leaves a list without its claim.
local owner, lease, limit, worker = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local t = now()
local out = {}

-- kombu does not know the shape: kept whole, under an id of our own.
local function bury_unreadable(queue, raw)
  local id = 'unreadable-' .. redis.call('INCR', key('longshore:unreadable'))
  redis.call('HSET', job_key(id), 'state', 'dead', 'task', '', 'queue', queue, 'owner', '',
    'enqueued_at', stamp(t), 'finished_at', stamp(t), 'dead_reason', 'undecodable',
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
    'enqueued_at', stamp(t), 'waiting_since', stamp(t))
  if list ~= queue then redis.call('HSET', job, 'list', list) end
  redis.call('SADD', key('longshore:queues'), queue)
  if type(headers.task) == 'string' then
    redis.call('XADD', key('longshore:recent'), 'MAXLEN', '~', 100000, '*', 'id', id)
  end
end

-- Returns false for a message whose job has ended meanwhile (a cancelled one, a second copy).
local function take(list, queue, raw, message)
  local tag = message.properties.delivery_tag
  local id = type(message.headers.id) == 'string' and message.headers.id or tag
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'state', 'tag', 'tombstone')
  local state = f[1]
  if not state then
    first_sight(job, id, message.headers, queue, list)
  elseif f[3] == tag then
    return false
  elseif state == 'cancelled' and f[2] == tag then
    forget(id, 86400)
    return false
  elseif (state == 'succeeded' or state == 'dead' or state == 'expired') and f[2] == tag then
    return false
  end
  local attempt = (tonumber(message.headers.retries) or 0) + 1
  local delivery = redis.call('HINCRBY', job, 'deliveries', 1)
  local token = owner .. '#' .. delivery
  redis.call('HSET', job, 'state', 'running', 'owner', token, 'tag', tag, 'queue', queue,
    'worker', worker, 'started_at', stamp(t), 'attempts', attempt)
  redis.call('HSET', key('unacked'), tag, wrap(raw, queue))
  redis.call('ZADD', key('unacked_index'), stamp(t), tag)
  redis.call('ZADD', leases_key(queue), stamp(t + lease), tag)
  out[#out + 1] = {queue, raw, id, tag, token, attempt, delivery}
  return true
end

for i = 6, #ARGV, 3 do
  local list, queue, no_ack = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local looked = 0
  while #out < limit and looked < limit + 100 do
    local raw = redis.call('RPOP', key(list))
    if not raw then break end
    looked = looked + 1
    local message = envelope(raw)
    if not message then
      bury_unreadable(queue, raw)
    elseif no_ack == '1' then
      out[#out + 1] = {queue, raw}
    else
      take(list, queue, raw, message)
    end
  end
  if #out >= limit then break end
end
return out
