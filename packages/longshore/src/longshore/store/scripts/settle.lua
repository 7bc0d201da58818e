-- Records outcomes and ends the claims under which they were reached. ARGV[2]: seconds that a
-- record is kept; from ARGV[3]: tens (id, tag, queue, token, state, result meta, seconds that it
-- is kept, error type, error message, reason). Answers 1 for each settled, 0 for each refused.
local ttl = tonumber(ARGV[2])
local t = now()
local at = stamp(t)
local out = {}
local totals = {}

local function tally(task, field, by)
  local fields = totals[task]
  if not fields then
    fields = {}
    totals[task] = fields
  end
  fields[field] = (fields[field] or 0) + by
end

local function longest(task, field, seconds)
  local fields = totals[task]
  if seconds > (fields[field] or 0) then fields[field] = seconds end
end

local function publish(id, result, seconds)
  redis.call('SETEX', key('celery-task-meta-' .. id), seconds, result)
  redis.call('PUBLISH', key('celery-task-meta-' .. id), result)
end

local function settle(id, tag, queue, token, state, result, result_ttl, error_type, error_message, reason)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'owner', 'task', 'settled_by', 'started_at', 'waiting_since',
    'attempts', 'deliveries', 'worker', 'cancel', 'released_by')
  if f[1] ~= token then
    if f[3] == token and result ~= '' then publish(id, result, result_ttl) end
    if f[3] == token or f[10] == token then return 1 end
    if f[2] then count(f[2], 'refused') end
    return 0
  end
  local task = f[2]
  local keeps = state == 'dead' or state == 'expired'
  local raw = keeps and redis.call('HGET', key('unacked'), tag)
  drop_claim(tag, queue)
  if task == '' then
    if not keeps then
      redis.call('DEL', job)
      return 1
    end
  else
    local started, waiting = tonumber(f[4]) or t, tonumber(f[5]) or t
    if state == 'dead' and f[9] == '1' then
      state, keeps = 'cancelled', false
    end
    tally(task, state, 1)
    tally(task, 'run_seconds_total', t - started)
    tally(task, 'wait_seconds_total', math.max(started - waiting, 0))
    longest(task, 'run_seconds_max', t - started)
    longest(task, 'wait_seconds_max', started - waiting)
  end
  redis.call('HSET', job, 'state', state, 'finished_at', at, 'owner', '', 'settled_by', token)
  if result ~= '' then publish(id, result, result_ttl) end
  if error_type ~= '' then
    redis.call('HSET', job, 'error_type', error_type, 'error_message', error_message)
    story(id, cjson.encode({
      attempt = tonumber(f[6]), delivery = tonumber(f[7]), worker = f[8],
      started_at = tonumber(f[4]) or t, ended_at = t, outcome = state == 'dead' and 'failed' or state,
      error_type = error_type, error_message = error_message,
    }))
    if not keeps then redis.call('EXPIRE', key('longshore:attempts:' .. id), ttl) end
  end
  if keeps then
    redis.call('HSET', job, 'dead_reason', reason)
    if raw then bury(id, queue, unwrap(raw, queue), t) end
  else
    redis.call('EXPIRE', job, ttl)
    if tonumber(f[7]) > 1 then redis.call('EXPIRE', key('longshore:attempts:' .. id), ttl) end
  end
  return 1
end

for i = 3, #ARGV, 10 do
  out[#out + 1] = settle(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5],
    ARGV[i + 6], ARGV[i + 7], ARGV[i + 8], ARGV[i + 9])
end

for task, fields in pairs(totals) do
  local k = task_key(task)
  for field, by in pairs(fields) do
    if string.sub(field, -4) == '_max' then
      if by > tonumber(redis.call('HGET', k, field) or '0') then redis.call('HSET', k, field, stamp(by)) end
    elseif string.sub(field, -6) == '_total' then
      redis.call('HINCRBYFLOAT', k, field, stamp(by))
    else
      redis.call('HINCRBY', k, field, by)
    end
  end
end
return out
