-- Extends leases to ARGV[2] seconds from now. From ARGV[3]: fours (tag, queue, job id, token).
-- Answers one word for each: held, cancel (held, and a cancel was asked for), ended (by this very
-- token: settled, given back, or replaced by its own job) or lost.
run_when_full()
local lease = tonumber(ARGV[2])
local t = now()
local out = {}
for i = 3, #ARGV, 4 do
  local tag, queue, id, token = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local f = redis.call('HMGET', job_key(id), 'owner', 'cancel', 'cancel_how', 'settled_by', 'released_by')
  if f[1] == token and redis.call('ZSCORE', leases_key(queue), tag) then
    redis.call('ZADD', leases_key(queue), stamp(t + lease), tag)
    redis.call('ZADD', key('unacked_index'), stamp(t), tag)
    out[#out + 1] = f[2] == '1' and f[3] ~= 'asked' and 'cancel' or 'held'
  else
    out[#out + 1] = (f[4] == token or f[5] == token) and 'ended' or 'lost'
  end
end
return out
