-- Records newest first, filtered. Looks at no more than ARGV[6] entries, then hands out a cursor.
local state, task, queue, cursor = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local scan, limit = tonumber(ARGV[6]), tonumber(ARGV[7])
local from = cursor == '' and '+' or ('(' .. cursor)
local entries = redis.call('XREVRANGE', key('longshore:recent'), from, '-', 'COUNT', scan)
local out, last = {}, ''
for _, entry in ipairs(entries) do
  last = entry[1]
  local id = entry[2][2]
  local f = redis.call('HMGET', job_key(id), 'state', 'task', 'queue')
  if f[1] and (state == '' or f[1] == state) and (task == '' or f[2] == task)
      and (queue == '' or f[3] == queue) then
    out[#out + 1] = {id, redis.call('HGETALL', job_key(id))}
    if #out >= limit then break end
  end
end
if #out < limit and #entries < scan then last = '' end
return {last, out}
