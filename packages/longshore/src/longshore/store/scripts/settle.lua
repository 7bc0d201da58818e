-- Records outcomes and ends the claims under which they were reached. ARGV[2]: seconds that a
-- record is kept; from ARGV[3]: tens (id, tag, queue, token, state, result meta, seconds that it
-- is kept, error type, error message, reason). Answers 1 for each settled, 0 for each refused.
run_when_full()
local ttl = ARGV[2]
local t = now()
local at = stamp(t)
local UNACKED, RESULT = key('unacked'), key('celery-task-meta-')
local out = {}
local groups = {}
local ended = {}

-- No handler has ended these: a worker stores the result and announces the end, see ends.lua.
local UNRUNNABLE = {unknown_task = true, undecodable = true}

-- Claims end together, in a few commands, when each outcome is written.
local function end_claim(tag, queue)
  local tags = ended[queue]
  if not tags then
    tags = {}
    ended[queue] = tags
  end
  tags[#tags + 1] = tag
end

-- Jobs of one task and queue are counted together. Buckets: see sketches.py.
local function group_of(task, queue)
  local by_queue = groups[task]
  if not by_queue then
    by_queue = {}
    groups[task] = by_queue
  end
  local group = by_queue[queue]
  if not group then
    group = {outcomes = {}, waits = {}, runs = {}, wait = 0, run = 0, wait_max = 0, run_max = 0}
    by_queue[queue] = group
  end
  return group
end

local function bucket(seconds)
  return math.floor(math.log(math.max(seconds, 0.0001)) * 5.770780163555854)
end

local function publish(id, result, seconds)
  redis.call('SETEX', RESULT .. id, seconds, result)
  redis.call('PUBLISH', RESULT .. id, result)
end

-- What became of a claim that this token no longer holds.
local function ended_before(job, id, task, queue, token, result, result_ttl)
  local f = redis.call('HMGET', job, 'settled_by', 'released_by')
  if f[1] == token and result ~= '' then publish(id, result, result_ttl) end
  if f[1] == token or f[2] == token then return 1 end
  if task then count(task, 'refused') end
  note_count('refused', queue)
  return 0
end

local function tell(id, job, f, state, error_type, error_message)
  local more = redis.call('HMGET', job, 'attempts', 'deliveries', 'worker')
  local traceback
  error_message, traceback = parted(error_message)
  redis.call('HSET', job, 'error_type', error_type, 'error_message', error_message)
  story(id, cjson.encode({
    attempt = tonumber(more[1]), delivery = tonumber(more[2]), worker = more[3],
    started_at = tonumber(f[3]) or t, ended_at = t, outcome = state == 'dead' and 'failed' or state,
    error_type = error_type, error_message = error_message, traceback = traceback,
  }))
end

local function measure(group, state, f)
  local started, waiting = tonumber(f[3]) or t, tonumber(f[4] or f[5]) or t
  local run, wait = t - started, started - waiting
  if wait < 0 then wait = 0 end
  local outcomes, waits, runs = group.outcomes, group.waits, group.runs
  outcomes[state] = (outcomes[state] or 0) + 1
  local at_wait, at_run = bucket(wait), bucket(run)
  waits[at_wait] = (waits[at_wait] or 0) + 1
  runs[at_run] = (runs[at_run] or 0) + 1
  group.wait, group.run = group.wait + wait, group.run + run
  if wait > group.wait_max then group.wait_max = wait end
  if run > group.run_max then group.run_max = run end
end

local function settle(id, tag, queue, token, state, result, result_ttl, error_type, error_message, reason)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'owner', 'task', 'started_at', 'waiting_since', 'enqueued_at',
    'batch')
  local task = f[2]
  if f[1] ~= token then return ended_before(job, id, task, queue, token, result, result_ttl) end
  local keeps = state == 'dead' or state == 'expired'
  if keeps and task ~= '' and state == 'dead' and redis.call('HGET', job, 'cancel') == '1' then
    state, keeps = 'cancelled', false
  end
  end_claim(tag, queue)
  if task == '' and not keeps then
    redis.call('DEL', job)
    return 1
  end
  if task ~= '' then
    local group = group_of(task, queue)
    if reason == 'unknown_task' then group.shown_as = '(unknown)' end
    measure(group, state, f)
  end
  if f[6] then tell_batch(f[6], id, state, t) end
  redis.call('HSET', job, 'state', state, 'finished_at', at, 'owner', '', 'settled_by', token)
  if result ~= '' then publish(id, result, result_ttl) end
  if error_type ~= '' then tell(id, job, f, state, error_type, error_message) end
  if keeps then
    redis.call('HSET', job, 'dead_reason', reason)
    local raw = redis.call('HGET', UNACKED, tag)
    if raw then
      bury(id, queue, unwrap(raw, queue), t)
      if UNRUNNABLE[reason] then enlist_end(id, queue, unwrap(raw, queue), t) end
    end
  else
    redis.call('EXPIRE', job, ttl)
    -- A first run that simply succeeded has no story.
    if error_type ~= '' or string.sub(token, -2) ~= '#1' then
      redis.call('EXPIRE', key('longshore:attempts:' .. id), ttl)
    end
  end
  return 1
end

for i = 3, #ARGV, 10 do
  out[#out + 1] = settle(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5],
    ARGV[i + 6], ARGV[i + 7], ARGV[i + 8], ARGV[i + 9])
end

for queue, tags in pairs(ended) do
  redis.call('ZREM', leases_key(queue), unpack(tags))
  redis.call('ZREM', key('unacked_index'), unpack(tags))
  redis.call('HDEL', UNACKED, unpack(tags))
end

local function longest(k, field, seconds)
  if seconds > tonumber(redis.call('HGET', k, field) or '0') then
    redis.call('HSET', k, field, stamp(seconds))
  end
end

local function count_buckets(minute, hour, stem, buckets)
  for at_bucket, jobs in pairs(buckets) do
    redis.call('HINCRBY', minute, stem .. at_bucket, jobs)
    redis.call('HINCRBY', hour, stem .. at_bucket, jobs)
  end
end

for task, by_queue in pairs(groups) do
  local k = task_key(task)
  for queue, group in pairs(by_queue) do
    local shown_as = group.shown_as or task
    local minute, hour = slot_keys(shown_as, t)
    for outcome, jobs in pairs(group.outcomes) do
      redis.call('HINCRBY', k, outcome, jobs)
      if count_recent(shown_as, queue, outcome, jobs, t) then
        redis.call('SADD', key('longshore:tasks'), shown_as)
      end
    end
    redis.call('HINCRBYFLOAT', k, 'run_seconds_total', stamp(group.run))
    redis.call('HINCRBYFLOAT', k, 'wait_seconds_total', stamp(group.wait))
    longest(k, 'run_seconds_max', group.run_max)
    longest(k, 'wait_seconds_max', group.wait_max)
    count_buckets(minute, hour, queue .. '\31r', group.runs)
    count_buckets(minute, hour, queue .. '\31w', group.waits)
  end
end
return out
