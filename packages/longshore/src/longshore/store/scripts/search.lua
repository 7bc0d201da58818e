-- Records newest first, filtered. Looks at no more than ARGV[6] entries, then hands out a cursor:
-- the number of the last one looked at. ARGV[8], ARGV[9]: only what was accepted since and until; ARGV[10]:
-- only jobs of this client.
local state, task, queue, cursor = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local scan, limit = tonumber(ARGV[6]), tonumber(ARGV[7])
local since, until_ = tonumber(ARGV[8]) or 0, tonumber(ARGV[9]) or math.huge
local client = ARGV[10]
local gone = tonumber(redis.call('GET', key('longshore:accepted-gone')) or '0')
local number = gone + redis.call('LLEN', key('longshore:accepted'))
local from = 0
if cursor then
  from = math.max(number - cursor + 1, 0)
  number = math.min(number, cursor - 1)
end
local ids = redis.call('LRANGE', key('longshore:accepted'), from, from + scan - 1)
local out, last = {}, ''
for i, id in ipairs(ids) do
  last = tostring(number - i + 1)
  local f = redis.call('HMGET', job_key(id), 'state', 'task', 'queue', 'enqueued_at', 'client')
  local accepted = tonumber(f[4]) or 0
  if f[1] and accepted >= since and accepted <= until_ and (state == '' or f[1] == state)
      and (task == '' or f[2] == task) and (queue == '' or f[3] == queue) and (client == '' or f[5] == client) then
    out[#out + 1] = {id, redis.call('HGETALL', job_key(id))}
    if #out >= limit then break end
  end
end
if #out < limit and #ids < scan then last = '' end
return {last, out}
