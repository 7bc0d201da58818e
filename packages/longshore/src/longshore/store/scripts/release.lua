-- Gives a claimed job back to the head of its queue, if the caller's token still holds it.
-- counted = 1: the run was cut short by a lost process; at the limit the job is quarantined.
-- begun = 0: the handler never saw it, so only the count of hand-overs tells of it; ARGV[11]
-- seconds, if any, must then pass before it is handed over again.
run_when_full()
local id, tag, queue, token = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local counted, begun, message = ARGV[6] == '1', ARGV[7] == '1', ARGV[8]
local max_deliveries, result_ttl, delay = tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11]
local job = job_key(id)
local f = redis.call('HMGET', job, 'owner', 'worker', 'list', 'task', 'cancel', 'released_by')
if f[1] ~= token then
  return f[6] == token and 'queued' or 'refused'
end
local t = now()
local value = redis.call('HGET', key('unacked'), tag)
drop_claim(tag, queue)
redis.call('HSET', job, 'released_by', token)
if not value then return 'refused' end
local raw = unwrap(value, queue)
if f[5] == '1' then
  end_cancelled(id, f[4], t, result_ttl, queue, raw)
  return 'cancelled'
end
if begun then
  return interrupt(id, queue, raw, t, f[2] or '', message, counted, max_deliveries, result_ttl)
end
redis.call('HINCRBY', job, 'attempts', -1)
if delay ~= '' then
  local due = stamp(t + tonumber(delay))
  redis.call('HSET', job, 'state', 'scheduled', 'owner', '', 'due_at', due)
  redis.call('HSET', key('longshore:delayed-messages'), id, raw)
  redis.call('ZADD', delayed_key(queue), due, id)
  return 'scheduled'
end
redis.call('HSET', job, 'state', 'queued', 'owner', '')
push_front(f[3] or queue, queue, raw)
return 'queued'
