-- Accepts a job: its record and its place are written together.
-- A job that its own claim enqueues again (retry, replace) moves from the claim to its new place.
local raw, id, tag, task, queue, list = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local priority, due, delay, expires_at = ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local nonce, unique, fingerprint, token, request_id = ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16]
local recent_limit, expires_in = ARGV[17], ARGV[18]
local job = job_key(id)
local t = now()
local old = redis.call('HMGET', job, 'state', 'nonce', 'owner', 'fingerprint', 'tag', 'queue', 'cancel')
local state = old[1]
local moved, tombstone = false, nil

if state then
  local finished = state == 'succeeded' or state == 'dead' or state == 'cancelled' or state == 'expired'
  if token ~= '' then
    if old[3] ~= token then return {'refused', old[4] or ''} end
    drop_claim(old[5], old[6])
    if old[7] == '1' then
      redis.call('HSET', job, 'state', 'cancelled', 'finished_at', stamp(t), 'owner', '', 'released_by', token)
      return {'cancelled', old[4] or ''}
    end
    moved = true
  elseif unique == '1' or not finished or old[2] == nonce then
    return {'duplicate', old[4] or ''}
  else
    if state == 'cancelled' then tombstone = old[5] end
    redis.call('DEL', job, key('longshore:attempts:' .. id), key('celery-task-meta-' .. id))
    redis.call('HDEL', key('longshore:dead-messages'), id)
    if redis.call('ZREM', key('longshore:dead'), id) == 1 then
      redis.call('HINCRBY', key('longshore:dead-counts'), old[6], -1)
    end
  end
elseif token ~= '' then
  return {'refused', ''}
end

local at = nil
if due ~= '' then at = tonumber(due) elseif delay ~= '' then at = t + tonumber(delay) end
local waits = at ~= nil and at > t
if expires_at == '' and expires_in ~= '' then expires_at = stamp(t + tonumber(expires_in)) end

local new_state = 'queued'
if moved then new_state = 'retrying' elseif waits then new_state = 'scheduled' end
redis.call('HSET', job, 'state', new_state, 'task', task, 'queue', queue, 'tag', tag, 'owner', '', 'nonce', nonce)
if moved then
  redis.call('HSET', job, 'released_by', token, 'lost', 0)
  count(task, 'retried')
else
  redis.call('HSET', job, 'enqueued_at', stamp(t))
  if request_id ~= '' then redis.call('HSET', job, 'request_id', request_id) end
  if fingerprint ~= '' then redis.call('HSET', job, 'fingerprint', fingerprint) end
  redis.call('SADD', key('longshore:queues'), queue)
  redis.call('XADD', key('longshore:recent'), 'MAXLEN', '~', recent_limit, '*', 'id', id)
  count(task, 'enqueued')
end
if tombstone then redis.call('HSET', job, 'tombstone', tombstone) end
if priority ~= '0' then redis.call('HSET', job, 'priority', priority) end
if list ~= queue then redis.call('HSET', job, 'list', list) end
if expires_at ~= '' then redis.call('HSET', job, 'expires_at', expires_at) end

if waits then
  redis.call('HSET', job, 'due_at', stamp(at))
  redis.call('HSET', key('longshore:delayed-messages'), id, raw)
  redis.call('ZADD', delayed_key(queue), stamp(at), id)
else
  redis.call('HSET', job, 'waiting_since', stamp(t))
  push(list, queue, raw)
end
return {'created', fingerprint}
