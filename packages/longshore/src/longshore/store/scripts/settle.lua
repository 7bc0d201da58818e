-- Records a job's outcome and releases its claim, if the caller's token still holds it.
local id, tag, queue, token = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local state, result, result_ttl, ttl = ARGV[6], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local error_type, error_message, reason = ARGV[10], ARGV[11], ARGV[12]
local job = job_key(id)
local t = now()
local f = redis.call('HMGET', job, 'owner', 'task', 'settled_by', 'started_at', 'waiting_since',
  'attempts', 'deliveries', 'worker', 'cancel', 'released_by')
if f[1] ~= token then
  if f[3] == token and result ~= '' then
    redis.call('SETEX', key('celery-task-meta-' .. id), result_ttl, result)
    redis.call('PUBLISH', key('celery-task-meta-' .. id), result)
  end
  if f[3] == token or f[10] == token then return 'settled' end
  count(f[2], 'refused')
  return 'refused'
end
local task = f[2]
local raw = redis.call('HGET', key('unacked'), tag)
drop_claim(tag, queue)
if task == '' then
  redis.call('DEL', job)
  return 'settled'
end
if state == 'dead' and f[9] == '1' then state = 'cancelled' end
redis.call('HSET', job, 'state', state, 'finished_at', stamp(t), 'owner', '', 'settled_by', token)
if result ~= '' then
  redis.call('SETEX', key('celery-task-meta-' .. id), result_ttl, result)
  redis.call('PUBLISH', key('celery-task-meta-' .. id), result)
end
local started, waiting = tonumber(f[4]) or t, tonumber(f[5]) or t
local function longest(field, seconds)
  local top = tonumber(redis.call('HGET', task_key(task), field) or '0')
  if seconds > top then redis.call('HSET', task_key(task), field, stamp(seconds)) end
end
count(task, state)
redis.call('HINCRBYFLOAT', task_key(task), 'run_seconds_total', stamp(t - started))
redis.call('HINCRBYFLOAT', task_key(task), 'wait_seconds_total', stamp(math.max(started - waiting, 0)))
longest('run_seconds_max', t - started)
longest('wait_seconds_max', started - waiting)
if error_type ~= '' then
  redis.call('HSET', job, 'error_type', error_type, 'error_message', error_message)
  story(id, cjson.encode({
    attempt = tonumber(f[6]), delivery = tonumber(f[7]), worker = f[8], started_at = started,
    ended_at = t, outcome = state == 'dead' and 'failed' or state,
    error_type = error_type, error_message = error_message,
  }))
end
if state == 'dead' or state == 'expired' then
  redis.call('HSET', job, 'dead_reason', reason)
  if raw then bury(id, queue, unwrap(raw, queue), t) end
else
  forget(id, ttl)
end
return 'settled'
