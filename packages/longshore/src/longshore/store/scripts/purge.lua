-- Drops up to ARGV[3] waiting messages of list ARGV[2]; their jobs end as cancelled. Answers how many,
-- or -1: its queue ARGV[4] is not known, and what lies there are no messages.
run_when_full()
local out = 0
local t = now()
if redis.call('SISMEMBER', key('longshore:queues'), ARGV[4]) == 0 then
  local raw = redis.pcall('LINDEX', key(ARGV[2]), -1)
  local ok, message = pcall(cjson.decode, raw or '{"headers":{}}')
  if not ok or type(message) ~= 'table' or type(message.headers) ~= 'table' then return -1 end
end
for _ = 1, tonumber(ARGV[3]) do
  local raw = redis.call('RPOP', key(ARGV[2]))
  if not raw then break end
  out = out + 1
  local ok, message = pcall(cjson.decode, raw)
  if ok and type(message) == 'table' and type(message.headers) == 'table'
      and type(message.headers.id) == 'string' then
    local id = message.headers.id
    local f = redis.call('HMGET', job_key(id), 'state', 'task', 'queue')
    if f[1] == 'queued' or f[1] == 'retrying' then
      end_cancelled(id, f[2], t, DAY, f[3] or '', raw)
    elseif f[1] == 'cancelled' then
      forget(id, DAY)
      announce_end(id, f[3] or '', raw, t)
    end
  end
end
return out
