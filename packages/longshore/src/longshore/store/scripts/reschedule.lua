-- A delayed job becomes due at ARGV[3] or, without that, ARGV[4] seconds from now; what is due by now
-- goes to its list at once. Answers moved, or the state of a job that is not delayed, or unknown.
run_when_full()
local id = ARGV[2]
local job = job_key(id)
local t = now()
local f = redis.call('HMGET', job, 'state', 'queue', 'list')
if not f[1] then return 'unknown' end
if not redis.call('ZSCORE', delayed_key(f[2]), id) then return f[1] end
local due = tonumber(ARGV[3]) or t + tonumber(ARGV[4])
if due > t then
  redis.call('HSET', job, 'due_at', stamp(due))
  redis.call('ZADD', delayed_key(f[2]), stamp(due), id)
  return 'moved'
end
local raw = redis.call('HGET', key('longshore:delayed-messages'), id)
if not raw then return f[1] end
redis.call('ZREM', delayed_key(f[2]), id)
redis.call('HDEL', key('longshore:delayed-messages'), id)
redis.call('HSET', job, 'state', 'queued', 'waiting_since', stamp(t))
push(f[3] or f[2], f[2], raw)
return 'moved'
