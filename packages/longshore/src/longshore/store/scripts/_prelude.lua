-- Prepended to every script. ARGV[1] is the key prefix, always.
local PREFIX = ARGV[1]
local SEP = '\6\22'
local DAY = 86400

local function now()
  local t = redis.call('TIME')
  return tonumber(t[1]) + tonumber(t[2]) / 1000000
end

local function stamp(t) return string.format('%.6f', t) end
local function key(name) return PREFIX .. name end
local function job_key(id) return PREFIX .. 'longshore:job:' .. id end
local function leases_key(queue) return PREFIX .. 'longshore:leases:' .. queue end
local function delayed_key(queue) return PREFIX .. 'longshore:delayed:' .. queue end
local function task_key(task) return PREFIX .. 'longshore:task:' .. task end

-- What follows a message in kombu's unacked hash: [message, exchange, routing key].
local function unacked_tail(queue) return ',"",' .. cjson.encode(queue) .. ']' end
local function wrap(raw, queue) return '[' .. raw .. unacked_tail(queue) end
local function unwrap(value, queue) return string.sub(value, 2, -1 - #unacked_tail(queue)) end

local function ring(queue)
  local bell = key('longshore:bell:' .. queue)
  redis.call('LPUSH', bell, '1')
  redis.call('LTRIM', bell, 0, 15)
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
end

local function forget(id, ttl)
  redis.call('EXPIRE', job_key(id), ttl)
  redis.call('EXPIRE', key('longshore:attempts:' .. id), ttl)
end

-- Celery's result document of a job that ends inside a script, for whoever waits for it.
local function publish_end(id, status, kind, module, message, ttl)
  local meta = '{"status":"' .. status .. '","result":{"exc_type":' .. cjson.encode(kind) .. ',"exc_message":['
    .. cjson.encode(message) .. '],"exc_module":' .. cjson.encode(module)
    .. '},"traceback":null,"children":[],"date_done":null,"task_id":' .. cjson.encode(id) .. '}'
  redis.call('SETEX', key('celery-task-meta-' .. id), ttl, meta)
  redis.call('PUBLISH', key('celery-task-meta-' .. id), meta)
end

-- A cancel that was asked for while the job was running takes effect.
local function end_cancelled(id, task, t, ttl)
  redis.call('HSET', job_key(id), 'state', 'cancelled', 'finished_at', stamp(t), 'owner', '')
  publish_end(id, 'REVOKED', 'TaskRevokedError', 'celery.exceptions', 'revoked', ttl)
  count(task, 'cancelled')
  forget(id, ttl)
end

-- One run cut short: its place in the story, then back in line or, the limit reached, quarantine.
-- Returns 'queued' or 'dead'.
local function interrupt(id, queue, raw, t, worker, message, counted, max_deliveries, ttl)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'task', 'list', 'attempts', 'deliveries', 'started_at')
  local lost = 0
  if counted then lost = redis.call('HINCRBY', job, 'lost', 1) end
  redis.call('HINCRBY', job, 'interruptions', 1)
  count(f[1], 'interrupted')
  story(id, cjson.encode({
    attempt = tonumber(f[3]) or 1, delivery = tonumber(f[4]) or 1, worker = worker,
    started_at = tonumber(f[5]) or t, ended_at = t, outcome = 'interrupted',
    error_type = 'Interrupted', error_message = message,
  }))
  if counted and lost >= max_deliveries then
    local why = 'delivered ' .. lost .. ' times without an outcome'
    redis.call('HSET', job, 'state', 'dead', 'finished_at', stamp(t), 'owner', '',
      'dead_reason', 'quarantined', 'error_type', 'Quarantined', 'error_message', why)
    publish_end(id, 'FAILURE', 'WorkerLostError', 'billiard.exceptions', why, ttl)
    count(f[1], 'dead')
    bury(id, queue, raw, t)
    return 'dead'
  end
  redis.call('HSET', job, 'state', 'queued', 'owner', '')
  push_front(f[2] or queue, queue, raw)
  return 'queued'
end
