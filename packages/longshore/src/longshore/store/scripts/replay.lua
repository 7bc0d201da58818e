-- Dead letters go back to work. ARGV[2]: a name for this very call; ARGV[3]: how many a second, or
-- nothing for all at once; from ARGV[4]: triples (id, kept, message). A letter that has gone since
-- it was read, or has died again, is let be. Answers replayed or gone for each.
run_when_full()
local nonce, rate = ARGV[2], tonumber(ARGV[3])
local t = now()
-- Paced replays stand in line behind one another, whoever asks for them.
local pace = rate and math.max(t, tonumber(redis.call('GET', key('longshore:replay-pace')) or '0'))

-- Attempts and lost runs count anew, hand-overs do not: a token is never used twice.
local function revive(job, new_state)
  redis.call('HDEL', job, 'runs_before', 'cancel', 'cancel_how', 'finished_at', 'expires_at', 'due_at',
    'error_type', 'error_message', 'dead_reason', 'progress', 'progress_at',
    'discard_reason')
  redis.call('HSET', job, 'state', new_state, 'owner', '', 'attempts', '0', 'lost', '0',
    'waiting_since', stamp(t), 'replayed_by', nonce)
  redis.call('HINCRBY', job, 'replays', 1)
end

local function replay(id, kept, raw)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'queue', 'list', 'replayed_by')
  if tonumber(redis.call('ZSCORE', key('longshore:dead'), id)) ~= tonumber(kept) or not f[1] then
    return f[3] == nonce and 'replayed' or 'gone'
  end
  redis.call('ZREM', key('longshore:dead'), id)
  redis.call('HDEL', key('longshore:dead-messages'), id)
  redis.call('HINCRBY', key('longshore:dead-counts'), f[1], -1)
  redis.call('DEL', key('celery-task-meta-' .. id))
  redis.call('SADD', key('longshore:queues'), f[1])
  local new_state = 'queued'
  if pace then
    new_state = 'scheduled'
    revive(job, new_state)
    redis.call('HSET', job, 'due_at', stamp(pace))
    redis.call('HSET', key('longshore:delayed-messages'), id, raw)
    redis.call('ZADD', delayed_key(f[1]), stamp(pace), id)
    pace = pace + 1 / rate
  else
    revive(job, new_state)
    push(f[2] or f[1], f[1], raw)
  end
  return 'replayed'
end

local out = {}
for i = 4, #ARGV, 3 do
  out[#out + 1] = replay(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
if pace and pace > t then
  redis.call('SETEX', key('longshore:replay-pace'), math.ceil(pace - t) + 1, stamp(pace))
end
return out
