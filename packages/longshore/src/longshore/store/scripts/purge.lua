-- Drops up to ARGV[3] waiting messages of list ARGV[2]; their jobs end as cancelled.
local out = 0
for _ = 1, tonumber(ARGV[3]) do
  local raw = redis.call('RPOP', key(ARGV[2]))
  if not raw then break end
  out = out + 1
  local ok, message = pcall(cjson.decode, raw)
  if ok and type(message) == 'table' and type(message.headers) == 'table'
      and type(message.headers.id) == 'string' and redis.call('EXISTS', job_key(message.headers.id)) == 1 then
    local id = message.headers.id
    redis.call('HSET', job_key(id), 'state', 'cancelled', 'finished_at', stamp(now()), 'owner', '')
    forget(id, 86400)
  end
end
return out
