-- Dead letters that nobody wants any more. ARGV[2]: a name for this very call; ARGV[3]: seconds that
-- their records are kept; ARGV[4]: why; from ARGV[5]: pairs (id, kept). A letter that has gone since
-- it was read, or has died again, is let be. Answers discarded or gone for each.
run_when_full()
local nonce, ttl, reason = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local out = {}

local function discard(id, kept)
  local job = job_key(id)
  local f = redis.call('HMGET', job, 'queue', 'discarded_by', 'batch')
  if tonumber(redis.call('ZSCORE', key('longshore:dead'), id)) ~= tonumber(kept) then
    return f[2] == nonce and 'discarded' or 'gone'
  end
  redis.call('ZREM', key('longshore:dead'), id)
  redis.call('HDEL', key('longshore:dead-messages'), id)
  if f[1] then
    redis.call('HINCRBY', key('longshore:dead-counts'), f[1], -1)
    if f[3] then tell_batch(f[3], id, 'cancelled', now()) end
    redis.call('HSET', job, 'state', 'cancelled', 'discard_reason', reason, 'discarded_by', nonce)
  end
  forget(id, ttl)
  return 'discarded'
end

for i = 5, #ARGV, 2 do
  out[#out + 1] = discard(ARGV[i], ARGV[i + 1])
end
return out
