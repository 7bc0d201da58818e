-- Writes the records of jobs whose messages another broker is about to hold. ARGV[2]: how many jobs
-- the recent history holds; ARGV[3]: seconds that a record is kept which no broker has confirmed;
-- ARGV[4]: seconds that a publish may take; from ARGV[5]: tens (id, task, queue, priority,
-- fingerprint, request id, due, delay, expires in, client). Answers a pair for each: new, again (the publish
-- of an earlier call was never confirmed), busy (it may be under way) or duplicate; fingerprint.
local t = now()
local out, recent = {}, {}

local function seen_before(job, fingerprint)
  local f = redis.call('HMGET', job, 'state', 'unconfirmed', 'fingerprint', 'asked_at')
  if not f[1] then return nil end
  local word = 'duplicate'
  if f[2] then word = t - tonumber(f[4]) < tonumber(ARGV[4]) and 'busy' or 'again' end
  if word == 'again' and f[3] and f[3] ~= fingerprint then word = 'duplicate' end
  if word == 'again' then redis.call('HSET', job, 'asked_at', stamp(t)) end
  return {word, f[3] or ''}
end

local function entrust(id, task, queue, priority, fingerprint, request_id, due_at, delay, expires_in, client)
  local job = job_key(id)
  local known = seen_before(job, fingerprint)
  if known then return known end
  local due = tonumber(due_at) or (delay ~= '' and t + tonumber(delay))
  local waits = due and due > t
  local new_state = 'queued'
  if waits then new_state = 'scheduled' end
  redis.call('HSET', job, 'state', new_state, 'task', task, 'queue', queue,
    'owner', '', 'enqueued_at', stamp(t), 'asked_at', stamp(t), 'unconfirmed', '1')
  if waits then redis.call('HSET', job, 'due_at', stamp(due)) else redis.call('HSET', job, 'waiting_since', stamp(t)) end
  if priority ~= '0' then redis.call('HSET', job, 'priority', priority) end
  if fingerprint ~= '' then redis.call('HSET', job, 'fingerprint', fingerprint) end
  if client ~= '' then redis.call('HSET', job, 'client', client) end
  if request_id ~= '' then redis.call('HSET', job, 'request_id', request_id) end
  if expires_in ~= '' then redis.call('HSET', job, 'expires_at', stamp(t + tonumber(expires_in))) end
  redis.call('EXPIRE', job, ARGV[3])
  count(task, 'enqueued')
  count_sent(task, queue, 1)
  recent[#recent + 1] = id
  return {'new', fingerprint}
end

for i = 5, #ARGV, 10 do out[#out + 1] = entrust(unpack(ARGV, i, i + 9)) end
note_recent(recent, tonumber(ARGV[2]))
return out
