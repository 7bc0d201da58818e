-- Dead letters, whole: {id, kept, record, message, attempts} of each job named from ARGV[2] that is one.
local out = {}
for i = 2, #ARGV do
  local id = ARGV[i]
  local kept = redis.call('ZSCORE', key('longshore:dead'), id)
  if kept then
    out[#out + 1] = {
      id, kept, redis.call('HGETALL', job_key(id)), redis.call('HGET', key('longshore:dead-messages'), id) or '',
      redis.call('LRANGE', key('longshore:attempts:' .. id), 0, -1),
    }
  end
end
return out
