-- Drops up to ARGV[3] jobs of queue ARGV[2] that wait for their time; they end as cancelled.
-- Answers how many.
run_when_full()
local queue, t = ARGV[2], now()
local ids = redis.call('ZRANGE', delayed_key(queue), 0, tonumber(ARGV[3]) - 1)
for _, id in ipairs(ids) do
  local raw = redis.call('HGET', key('longshore:delayed-messages'), id)
  redis.call('ZREM', delayed_key(queue), id)
  redis.call('HDEL', key('longshore:delayed-messages'), id)
  local f = redis.call('HMGET', job_key(id), 'state', 'task')
  if f[1] == 'scheduled' or f[1] == 'retrying' then
    end_cancelled(id, f[2], t, DAY, queue, raw)
  end
end
return #ids
