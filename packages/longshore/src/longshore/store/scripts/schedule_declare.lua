-- The leader says which entries there are: pairs (name, definition) from ARGV[4]. An entry that
-- is gone keeps its state for ARGV[3] seconds, so that a rolled-back release finds it again.
-- Answers {anchor, last slot or ''} for each, or nothing when this token does not lead.
run_when_full()
local token, keep = ARGV[2], ARGV[3]
local t = now()
if not leads(token, t) then return {} end
local out, declared = {}, {}
for i = 4, #ARGV, 2 do
  local name = ARGV[i]
  local entry = entry_key(name)
  declared[name] = true
  redis.call('SADD', ENTRIES, name)
  redis.call('PERSIST', entry)
  redis.call('HSETNX', entry, 'anchor', stamp(t))
  redis.call('HSET', entry, 'definition', ARGV[i + 1])
  local f = redis.call('HMGET', entry, 'anchor', 'last_slot')
  out[#out + 1] = {f[1], f[2] or ''}
end
for _, name in ipairs(redis.call('SMEMBERS', ENTRIES)) do
  if not declared[name] then
    redis.call('SREM', ENTRIES, name)
    redis.call('EXPIRE', entry_key(name), keep)
  end
end
return out
