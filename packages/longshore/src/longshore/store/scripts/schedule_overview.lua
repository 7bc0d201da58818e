-- {now, leader's fields, {name, fields} of each entry}.
local out = {}
for _, name in ipairs(redis.call('SMEMBERS', ENTRIES)) do
  out[#out + 1] = {name, redis.call('HGETALL', entry_key(name))}
end
return {stamp(now()), redis.call('HGETALL', LEADER), out}
