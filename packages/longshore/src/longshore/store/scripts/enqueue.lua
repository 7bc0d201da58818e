-- Accepts jobs: the record and the place of each are written together. A job that its own claim
-- enqueues again (retry, replace) moves from the claim to its new place.
-- ARGV[2]: how many jobs the recent history holds; from ARGV[3]: sixteens (message, id, tag, task,
-- queue, list, priority, due, delay, expires at, nonce, unique, fingerprint, token, request id,
-- expires in). Answers a pair for each: created, duplicate, refused or cancelled; fingerprint.
local recent_limit = ARGV[2]
local t = now()
local at = stamp(t)
local out, pushes, queues, counts = {}, {}, {}, {}

local function is_finished(state)
  return state == 'succeeded' or state == 'dead' or state == 'cancelled' or state == 'expired'
end

-- A new run of a job that had ended: what its last run left is cleared away. The message of a
-- cancelled run may still lie on a list; there may be several, and each is passed over by its tag.
local function clear(id, job, state, tag, queue, tombstones)
  redis.call('DEL', job, key('longshore:attempts:' .. id), key('celery-task-meta-' .. id))
  redis.call('HDEL', key('longshore:dead-messages'), id)
  if redis.call('ZREM', key('longshore:dead'), id) == 1 then
    redis.call('HINCRBY', key('longshore:dead-counts'), queue, -1)
  end
  if state ~= 'cancelled' then return tombstones end
  return tombstones and tombstones .. ' ' .. tag or tag
end

-- Ends the claim under which this very job is being enqueued again, or says why that is not so.
local function leave_claim(id, job, old, task, token)
  if old[3] ~= token then return 'refused' end
  drop_claim(old[5], old[6])
  if old[7] ~= '1' then return nil end
  redis.call('HSET', job, 'released_by', token)
  end_cancelled(id, task, t, DAY)
  return 'cancelled'
end

-- Upkeep looks at the known queues only.
local function know(queue)
  if queues[queue] then return end
  queues[queue] = true
  redis.call('SADD', key('longshore:queues'), queue)
end

local function remember(id, queue, task)
  know(queue)
  redis.call('XADD', key('longshore:recent'), 'MAXLEN', '~', recent_limit, '*', 'id', id)
  counts[task] = (counts[task] or 0) + 1
end

local function place(id, queue, list, raw, due)
  if due then
    redis.call('HSET', key('longshore:delayed-messages'), id, raw)
    redis.call('ZADD', delayed_key(queue), stamp(due), id)
  else
    local waiting = pushes[list]
    if not waiting then
      waiting = {queue = queue}
      pushes[list] = waiting
    end
    waiting[#waiting + 1] = raw
  end
end

local function accept(i)
  local id, tag, task, queue, list = ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local nonce, fingerprint, token = ARGV[i + 10], ARGV[i + 12], ARGV[i + 13]
  local job = job_key(id)
  local old = redis.call('HMGET', job, 'state', 'nonce', 'owner', 'fingerprint', 'tag', 'queue', 'cancel',
    'tombstone', 'run', 'started_at', 'worker')
  local state, tombstone, run = old[1], nil, nil
  -- The job that stands in for a replaced one may be enqueued before that one's claim has ended.
  if token == 'replaced' then
    token = state == 'running' and old[2] ~= nonce and old[3] or ''
    -- Its retries count from none again, its hand-overs do not: a token is never used twice.
    if token ~= '' then redis.call('HSET', job, 'runs_before', redis.call('HGET', job, 'deliveries')) end
  end
  if token ~= '' then
    local refusal = state and leave_claim(id, job, old, task, token) or (not state and 'refused')
    if refusal then return refusal, old[4] or '' end
  elseif state then
    if ARGV[i + 11] == '1' or not is_finished(state) or old[2] == nonce then
      return 'duplicate', old[4] or ''
    end
    tombstone = clear(id, job, state, old[5], old[6], old[8])
    run = (tonumber(old[9]) or 0) + 1
  end

  local due = nil
  if ARGV[i + 7] ~= '' then
    due = tonumber(ARGV[i + 7])
  elseif ARGV[i + 8] ~= '' then
    due = t + tonumber(ARGV[i + 8])
  end
  if due and due <= t then due = nil end
  local expires_at = ARGV[i + 9]
  if expires_at == '' and ARGV[i + 15] ~= '' then expires_at = stamp(t + tonumber(ARGV[i + 15])) end

  local new_state = 'queued'
  if token ~= '' then new_state = 'retrying' elseif due then new_state = 'scheduled' end
  local f = {'state', new_state, 'task', task, 'queue', queue, 'tag', tag, 'owner', '', 'nonce', nonce}
  local function with(name, value)
    f[#f + 1] = name
    f[#f + 1] = value
  end
  if token ~= '' then
    with('released_by', token)
    with('left_started_at', old[10] or at)
    with('left_worker', old[11] or '')
    with('lost', '0')
    redis.call('HDEL', job, 'list', 'priority')
    know(queue)
    count(task, 'retried')
  else
    with('enqueued_at', at)
    if ARGV[i + 14] ~= '' then with('request_id', ARGV[i + 14]) end
    if fingerprint ~= '' then with('fingerprint', fingerprint) end
    remember(id, queue, task)
  end
  if due then with('due_at', stamp(due)) else with('waiting_since', at) end
  if tombstone then with('tombstone', tombstone) end
  if run then with('run', run) end
  if ARGV[i + 6] ~= '0' then with('priority', ARGV[i + 6]) end
  if list ~= queue then with('list', list) end
  if expires_at ~= '' then with('expires_at', expires_at) end
  redis.call('HSET', job, unpack(f))
  place(id, queue, list, ARGV[i], due)
  return 'created', fingerprint
end

for i = 3, #ARGV, 16 do
  out[#out + 1], out[#out + 2] = accept(i)
end
for list, waiting in pairs(pushes) do
  redis.call('LPUSH', key(list), unpack(waiting))
  for _ = 1, math.min(#waiting, 16) do ring(waiting.queue) end
end
for task, jobs in pairs(counts) do count(task, 'enqueued', jobs) end
return out
