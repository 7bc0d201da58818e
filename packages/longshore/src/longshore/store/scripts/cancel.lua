-- Asks that a job not run (again). It holds across restarts: the record remembers it.
-- A delayed job leaves its place now; a queued one is skipped when its message comes up;
-- a running one is ended through its lease renewal; when ARGV[6] is asked its handler is told and may
-- go on, when it is 0 it runs to its end.
-- ARGV[3] is the result meta for waiters.
run_when_full()
local id, result, result_ttl, ttl = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local job = job_key(id)
local t = now()
local f = redis.call('HMGET', job, 'state', 'queue', 'task', 'batch')
if not f[1] then return 'unknown' end
local state, queue = f[1], f[2]
local function finish()
  redis.call('HSET', job, 'state', 'cancelled', 'finished_at', stamp(t), 'owner', '', 'cancel', '1')
  if result ~= '' then
    redis.call('SETEX', key('celery-task-meta-' .. id), result_ttl, result)
    redis.call('PUBLISH', key('celery-task-meta-' .. id), result)
  end
  count(f[3], 'cancelled')
  count_recent(f[3], queue, 'cancelled', 1, t)
  if f[4] then tell_batch(f[4], id, 'cancelled', t) end
end
if state == 'succeeded' or state == 'dead' or state == 'cancelled' or state == 'expired' then return state end
if state == 'running' then
  if ARGV[6] == '1' then
    redis.call('HSET', job, 'cancel', '1')
    redis.call('HDEL', job, 'cancel_how')
  elseif ARGV[6] == 'asked' and redis.call('HSETNX', job, 'cancel', '1') == 1 then
    redis.call('HSET', job, 'cancel_how', 'asked')
  end
  return 'running'
end
finish()
if redis.call('ZREM', delayed_key(queue), id) == 1 then
  local raw = redis.call('HGET', key('longshore:delayed-messages'), id)
  redis.call('HDEL', key('longshore:delayed-messages'), id)
  if raw then announce_end(id, queue, raw, t) end
  forget(id, ttl)
end
return 'cancelled'
