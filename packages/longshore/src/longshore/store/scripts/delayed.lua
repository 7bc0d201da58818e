-- Up to ARGV[2] delayed jobs, soonest first in each queue: {queue, id, due, list, message}.
local limit = tonumber(ARGV[2])
local out = {}
for _, queue in ipairs(redis.call('SMEMBERS', key('longshore:queues'))) do
  if #out >= limit then break end
  local found = redis.call('ZRANGE', delayed_key(queue), 0, limit - #out - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    local id = found[i]
    out[#out + 1] = {queue, id, found[i + 1], redis.call('HGET', job_key(id), 'list') or queue,
      redis.call('HGET', key('longshore:delayed-messages'), id) or ''}
  end
end
return out
