-- Accepts jobs: the record and the place of each are written together. A job that its own claim
-- enqueues again (retry, replace) moves from the claim to its new place.
-- ARGV[2]: how many jobs the recent history holds; from ARGV[3]: groups of jobs that are alike. A
-- group is what they share (how many they are, task, queue, list, priority, unique, token, attempts
-- before, due, delay, expires at, expires in, client), then sixes (message, id, tag, nonce, fingerprint,
-- request id). Answers 1 for each that was created with its own fingerprint, or a pair:
-- created, duplicate, refused or cancelled; fingerprint.
local t = now()
local at = stamp(t)
local out, pushes, queues, counts, recent = {}, {}, {}, {}, {}
local task, queue, list, priority, unique, group_token, attempts, due_at, delay, expires_at, expires_in, client

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
local function leave_claim(id, job, old, token)
  if old[3] ~= token then return 'refused' end
  local value = old[7] == '1' and redis.call('HGET', key('unacked'), old[5])
  drop_claim(old[5], old[6])
  if old[7] ~= '1' then return nil end
  redis.call('HSET', job, 'released_by', token)
  end_cancelled(id, task, t, DAY, old[6], value and unwrap(value, old[6]))
  return 'cancelled'
end

-- Upkeep looks at the known queues only.
local function know(queue)
  if queues[queue] then return end
  queues[queue] = true
  redis.call('SADD', key('longshore:queues'), queue)
end

local function remember(id)
  know(queue)
  recent[#recent + 1] = id
  local by_queue = counts[task]
  if not by_queue then
    by_queue = {}
    counts[task] = by_queue
  end
  by_queue[queue] = (by_queue[queue] or 0) + 1
end

local function place(id, raw, due)
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

local function due_time()
  local due = nil
  if due_at ~= '' then
    due = tonumber(due_at)
  elseif delay ~= '' then
    due = t + tonumber(delay)
  end
  if due and due > t then return due end
end

local function accept(i)
  local raw, id, tag, fingerprint, request_id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 4], ARGV[i + 5]
  local nonce = ARGV[i + 3] ~= '' and ARGV[i + 3] or tag
  local job, token = job_key(id), group_token
  local state, old, tombstone, run = redis.call('HGET', job, 'state'), nil, nil, nil
  if state then
    old = redis.call('HMGET', job, 'state', 'nonce', 'owner', 'fingerprint', 'tag', 'queue', 'cancel',
      'tombstone', 'run', 'started_at', 'worker')
  end
  -- The job that stands in for a replaced one may be enqueued before that one's claim has ended.
  if token == 'replaced' then
    token = state == 'running' and old[2] ~= nonce and old[3] or ''
    -- Its retries count from none again, its hand-overs do not: a token is never used twice.
    if token ~= '' then redis.call('HSET', job, 'runs_before', redis.call('HGET', job, 'deliveries')) end
  end
  if token ~= '' then
    local refusal = state and leave_claim(id, job, old, token) or (not state and 'refused')
    if refusal then return {refusal, old and old[4] or ''} end
  elseif state then
    if unique == '1' or not is_finished(state) or old[2] == nonce then
      return {'duplicate', old[4] or ''}
    end
    tombstone = clear(id, job, state, old[5], old[6], old[8])
    run = (tonumber(old[9]) or 0) + 1
  end

  local due = due_time()
  local new_state = 'queued'
  if token ~= '' then new_state = 'retrying' elseif due then new_state = 'scheduled' end
  local f = {'state', new_state, 'task', task, 'queue', queue, 'tag', tag, 'nonce', nonce}
  local function with(name, value)
    f[#f + 1] = name
    f[#f + 1] = value
  end
  if token ~= '' then
    with('owner', '')
    with('released_by', token)
    with('left_started_at', old[10] or at)
    with('left_worker', old[11] or '')
    with('lost', '0')
    redis.call('HDEL', job, 'list', 'priority')
    if not due then with('waiting_since', at) end
    know(queue)
    count(task, 'retried')
    count_recent(task, queue, 'retried', 1, t)
  else
    -- It waits since then, unless it is due later: a field more for each job is felt.
    with('enqueued_at', at)
    if attempts ~= '' then with('attempts', attempts) end
    if request_id ~= '' then with('request_id', request_id) end
    if fingerprint ~= '' then with('fingerprint', fingerprint) end
    if client ~= '' then with('client', client) end
    remember(id)
  end
  if due then with('due_at', stamp(due)) end
  if tombstone then with('tombstone', tombstone) end
  if run then with('run', run) end
  if priority ~= '0' then with('priority', priority) end
  if list ~= queue then with('list', list) end
  if expires_at ~= '' then
    with('expires_at', expires_at)
  elseif expires_in ~= '' then
    with('expires_at', stamp(t + tonumber(expires_in)))
  end
  redis.call('HSET', job, unpack(f))
  place(id, raw, due)
  return 1
end

local i = 3
while ARGV[i] do
  local last = i + 12 + 6 * tonumber(ARGV[i])
  task, queue, list, priority, unique, group_token, attempts, due_at, delay, expires_at, expires_in, client =
    unpack(ARGV, i + 1, i + 12)
  for j = i + 13, last, 6 do out[#out + 1] = accept(j) end
  i = last + 1
end
note_recent(recent, tonumber(ARGV[2]))
for name, waiting in pairs(pushes) do
  redis.call('LPUSH', key(name), unpack(waiting))
  ring(waiting.queue, #waiting)
end
for name, by_queue in pairs(counts) do
  for in_queue, jobs in pairs(by_queue) do
    count(name, 'enqueued', jobs)
    count_sent(name, in_queue, jobs)
  end
end
return out
