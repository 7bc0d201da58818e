-- Hands out ends of jobs that are to be announced, at most ARGV[3], of the queues from ARGV[4]. Each
-- is handed out again after ARGV[2] seconds unless it was announced. Answers rows {id, queue,
-- message, state, error message, dead reason}.
run_when_full()
local lease, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local t = now()
local out = {}
for i = 4, #ARGV do
  local ends = key('longshore:ends:' .. ARGV[i])
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', stamp(t), 'LIMIT', 0, limit - #out)) do
    local raw = redis.call('HGET', key('longshore:end-messages'), id)
    local f = redis.call('HMGET', job_key(id), 'state', 'error_message', 'dead_reason')
    -- A record that is no longer kept is that of a job which was cancelled.
    local state = f[1] or 'cancelled'
    if raw and (state == 'dead' or state == 'cancelled') then
      redis.call('ZADD', ends, stamp(t + lease), id)
      out[#out + 1] = {id, ARGV[i], raw, state, f[2] or '', f[3] or ''}
    else
      -- Replayed or enqueued anew meanwhile: its next end is to be announced.
      redis.call('ZREM', ends, id)
      redis.call('HDEL', key('longshore:end-messages'), id)
    end
  end
  if #out >= limit then break end
end
return out
