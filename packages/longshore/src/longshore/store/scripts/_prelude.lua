-- Prepended to every script. ARGV[1] is the key prefix, always.
local PREFIX = ARGV[1]
local SEP = '\6\22'
local DAY = 86400

local function stamp(t) return string.format('%.6f', t) end
local function key(name) return PREFIX .. name end
local function job_key(id) return PREFIX .. 'longshore:job:' .. id end
local function leases_key(queue) return PREFIX .. 'longshore:leases:' .. queue end
local function delayed_key(queue) return PREFIX .. 'longshore:delayed:' .. queue end
local function task_key(task) return PREFIX .. 'longshore:task:' .. task end

-- At its maxmemory a server refuses a script's first write if that may take memory, but none after a
-- write: Redis 6.2 and later and Valkey alike. A script that ends, renews or moves work begins with
-- a write that takes none, so that a full server drains; one that only adds work does not.
local function run_when_full() redis.call('DEL', key('longshore:nothing')) end

-- What follows a message in kombu's unacked hash: [message, exchange, routing key].
local function unacked_tail(queue) return ',"",' .. cjson.encode(queue) .. ']' end
local function wrap(raw, queue) return '[' .. raw .. unacked_tail(queue) end
local function unwrap(value, queue) return string.sub(value, 2, -1 - #unacked_tail(queue)) end

local function ring(queue, times)
  local bell, rings = key('longshore:bell:' .. queue), {}
  for i = 1, math.min(times or 1, 16) do rings[i] = '1' end
  redis.call('LPUSH', bell, unpack(rings))
  redis.call('LTRIM', bell, 0, 15)
end

-- The recent history, newest left. With how many have left it, each entry has a number for ever.
local function note_recent(ids, limit)
  if #ids == 0 then return end
  local held = redis.call('LPUSH', key('longshore:accepted'), unpack(ids))
  if held < limit + 1000 then return end
  redis.call('LTRIM', key('longshore:accepted'), 0, limit - 1)
  redis.call('INCRBY', key('longshore:accepted-gone'), held - limit)
end

-- New work joins at the left; RPOP takes from the right.
local function push(list, queue, raw)
  redis.call('LPUSH', key(list), raw)
  ring(queue)
end

-- Taken-back work is next in line.
local function push_front(list, queue, raw)
  redis.call('RPUSH', key(list), raw)
  ring(queue)
end

local function drop_claim(tag, queue)
  redis.call('ZREM', leases_key(queue), tag)
  redis.call('ZREM', key('unacked_index'), tag)
  redis.call('HDEL', key('unacked'), tag)
end

local function count(task, field, by)
  if task and task ~= '' then redis.call('HINCRBY', task_key(task), field, by or 1) end
end

-- What an exporter shows, whoever did it: kind, queue and what else belongs to it, one field each.
local function note_count(kind, ...)
  redis.call('HINCRBY', key('longshore:counts'), table.concat({kind, ...}, '\31'), 1)
end

-- Whoever enqueues may name any task: what is one too many is counted under one name.
local function count_sent(task, queue, by)
  local sent, field = key('longshore:sent'), task .. '\31' .. queue
  if redis.call('HINCRBY', sent, field, by) > by then return end
  if redis.call('HINCRBY', sent, '', 1) <= 1000 then return end
  redis.call('HINCRBY', sent, '', -1)
  redis.call('HDEL', sent, field)
  redis.call('HINCRBY', sent, '(unknown)\31' .. queue, by)
end

-- The slots of the last hour and of the last day that figures of this instant belong to.
local function slot_keys(task, t)
  local stem = PREFIX .. 'longshore:stats:'
  return stem .. 'm' .. math.floor(t / 60) .. ':' .. task, stem .. 'h' .. math.floor(t / 3600) .. ':' .. task
end

-- So many of a task's jobs ended so, just now: in both slots, which pass by themselves. Tells whether
-- it was the first of the hour.
local function count_recent(task, queue, outcome, by, t)
  if not task or task == '' then return end
  local minute, hour = slot_keys(task, t)
  local field = queue .. '\31' .. outcome
  if redis.call('HINCRBY', minute, field, by) == by then redis.call('EXPIRE', minute, 3900) end
  local first = redis.call('HINCRBY', hour, field, by) == by
  if first then redis.call('EXPIRE', hour, 93600) end
  return first
end

local function story(id, entry)
  local list = key('longshore:attempts:' .. id)
  redis.call('RPUSH', list, entry)
  redis.call('LTRIM', list, -50, -1)
end

local function bury(id, queue, raw, t)
  redis.call('HSET', key('longshore:dead-messages'), id, raw)
  if redis.call('ZADD', key('longshore:dead'), t, id) == 1 then
    redis.call('HINCRBY', key('longshore:dead-counts'), queue, 1)
  end
  local f = redis.call('HMGET', job_key(id), 'task', 'dead_reason')
  local task, reason = f[1] or '', f[2] or ''
  if task == '' or reason == 'unknown_task' then task = '(unknown)' end
  note_count('dead', queue, task, reason)
end

local function forget(id, ttl)
  redis.call('EXPIRE', job_key(id), ttl)
  redis.call('EXPIRE', key('longshore:attempts:' .. id), ttl)
end

-- Every member of a batch has ended: its callback is enqueued in the very step of the last end.
local function end_batch(name, t)
  redis.call('HSET', name, 'ended_at', stamp(t))
  local f = redis.call('HMGET', name, 'callback', 'message', 'task', 'queue', 'list', 'priority', 'tag',
    'fingerprint', 'ttl', 'jobs', 'client')
  redis.call('EXPIRE', name, f[9])
  redis.call('EXPIRE', f[10], f[9])
  local id, queue, list, at = f[1], f[4], f[5], stamp(t)
  if not id or redis.call('EXISTS', job_key(id)) == 1 then return end
  redis.call('HSET', job_key(id), 'state', 'queued', 'task', f[3], 'queue', queue, 'tag', f[7],
    'nonce', f[7], 'owner', '', 'enqueued_at', at, 'waiting_since', at, 'attempts', '0', 'fingerprint', f[8])
  if f[6] ~= '0' then redis.call('HSET', job_key(id), 'priority', f[6], 'list', list) end
  if f[11] then redis.call('HSET', job_key(id), 'client', f[11]) end
  redis.call('SADD', key('longshore:queues'), queue)
  note_recent({id}, 100000)
  count(f[3], 'enqueued')
  count_sent(f[3], queue, 1)
  push(list, queue, f[2])
end

-- A member of a batch has ended, for the first time or, after a replay, otherwise than before.
local function tell_batch(batch, id, outcome, t)
  local name, jobs = key('longshore:batch:' .. batch), key('longshore:batch-jobs:' .. batch)
  local before = redis.call('HGET', jobs, id)
  if not before or before == outcome then return end
  redis.call('HSET', jobs, id, outcome)
  redis.call('HINCRBY', name, outcome, 1)
  local left = redis.call('HINCRBY', name, before, -1)
  if before == 'open' and left == 0 then end_batch(name, t) end
end

-- Celery's result document of a job that ends inside a script, for whoever waits for it.
local function publish_end(id, status, kind, module, message, ttl)
  local meta = '{"status":"' .. status .. '","result":{"exc_type":' .. cjson.encode(kind) .. ',"exc_message":['
    .. cjson.encode(message) .. '],"exc_module":' .. cjson.encode(module)
    .. '},"traceback":null,"children":[],"date_done":null,"task_id":' .. cjson.encode(id) .. '}'
  redis.call('SETEX', key('celery-task-meta-' .. id), ttl, meta)
  redis.call('PUBLISH', key('celery-task-meta-' .. id), meta)
end

-- How the body of a Celery message ends that names no chain, chord or error callback, in base64,
-- by its length.
local UNFOLLOWED = {
  'ImVycmJhY2tzIjogbnVsbCwgImNoYWluIjogbnVsbCwgImNob3JkIjogbnVsbH1d"',
  'cnJiYWNrcyI6IG51bGwsICJjaGFpbiI6IG51bGwsICJjaG9yZCI6IG51bGx9XQ=="',
  'ZXJyYmFja3MiOiBudWxsLCAiY2hhaW4iOiBudWxsLCAiY2hvcmQiOiBudWxsfV0="',
}

-- A job has ended in a script. A worker, which can read the message, announces that to its chord,
-- chain and error callbacks: see ends.lua.
local function enlist_end(id, queue, raw, t)
  redis.call('HSET', key('longshore:end-messages'), id, raw)
  redis.call('ZADD', key('longshore:ends:' .. queue), stamp(t), id)
end

local function announce_end(id, queue, raw, t)
  for _, tail in ipairs(UNFOLLOWED) do
    if string.find(raw, tail, 1, true) then return end
  end
  enlist_end(id, queue, raw, t)
end

-- A cancel that was asked for while the job was running takes effect.
local function end_cancelled(id, task, t, ttl, queue, raw)
  local f = redis.call('HMGET', job_key(id), 'batch', 'queue')
  if f[1] then tell_batch(f[1], id, 'cancelled', t) end
  redis.call('HSET', job_key(id), 'state', 'cancelled', 'finished_at', stamp(t), 'owner', '')
  publish_end(id, 'REVOKED', 'TaskRevokedError', 'celery.exceptions', 'revoked', ttl)
  count(task, 'cancelled')
  count_recent(task, f[2] or '', 'cancelled', 1, t)
  forget(id, ttl)
  if raw then announce_end(id, queue, raw, t) end
end

-- An error's message with its traceback behind a separator, as two.
local function parted(message)
  local at = string.find(message, '\31', 1, true)
  if not at then return message, nil end
  return string.sub(message, 1, at - 1), string.sub(message, at + 1)
end

-- A job may bear fewer lost runs than others do: its message says how many.
local function most_lost(raw, max_deliveries)
  local ok, message = pcall(cjson.decode, raw)
  local own = ok and type(message) == 'table' and type(message.headers) == 'table'
    and tonumber(message.headers.longshore_max_deliveries)
  return own and math.min(own, max_deliveries) or max_deliveries
end

-- One run cut short: its place in the story, then back in line or, the limit reached, quarantine.
-- Returns 'queued' or 'dead'.
local function interrupt(id, queue, raw, t, worker, message, counted, max_deliveries, ttl)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'task', 'list', 'attempts', 'deliveries', 'started_at', 'batch')
  local lost = 0
  if counted then lost = redis.call('HINCRBY', job, 'lost', 1) end
  redis.call('HINCRBY', job, 'interruptions', 1)
  count(f[1], 'interrupted')
  count_recent(f[1], queue, 'interrupted', 1, t)
  story(id, cjson.encode({
    attempt = tonumber(f[3]) or 1, delivery = tonumber(f[4]) or 1, worker = worker,
    started_at = tonumber(f[5]) or t, ended_at = t, outcome = 'interrupted',
    error_type = 'Interrupted', error_message = message,
  }))
  local most = counted and most_lost(raw, max_deliveries)
  if counted and lost >= most then
    local reason, kind, why = 'quarantined', 'Quarantined', 'delivered ' .. lost .. ' times without an outcome'
    if most == 1 then reason, kind, why = 'worker_lost', 'WorkerLost', message end
    redis.call('HSET', job, 'state', 'dead', 'finished_at', stamp(t), 'owner', '',
      'dead_reason', reason, 'error_type', kind, 'error_message', why)
    publish_end(id, 'FAILURE', 'WorkerLostError', 'billiard.exceptions', why, ttl)
    count(f[1], 'dead')
    count_recent(f[1], queue, 'dead', 1, t)
    bury(id, queue, raw, t)
    enlist_end(id, queue, raw, t)
    if f[6] then tell_batch(f[6], id, 'dead', t) end
    return 'dead'
  end
  redis.call('HSET', job, 'state', 'queued', 'owner', '')
  -- Holds only while the count is this one: see claim.
  if counted and lost == most - 1 then redis.call('HSET', job, 'last_chance', lost) end
  push_front(f[2] or queue, queue, raw)
  return 'queued'
end
