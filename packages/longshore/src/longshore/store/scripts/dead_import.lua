-- Dead letters from a file. From ARGV[2]: sixes (id, kept, queue, message, fields of the record as
-- JSON, attempts as JSON). A job of that id that is known here stays as it is, unless it was discarded.
-- Answers imported or known for each.
local out = {}

local function import(id, kept, queue, raw, fields, attempts)
  local job = job_key(id)
  local known = redis.call('HMGET', job, 'state', 'discard_reason')
  if known[1] and not known[2] then return 'known' end
  redis.call('DEL', job)
  local new_state = 'dead'
  local f = {'queue', queue, 'owner', ''}
  for name, value in pairs(cjson.decode(fields)) do
    if name == 'dead_reason' and value == 'expired' then new_state = 'expired' end
    f[#f + 1] = name
    f[#f + 1] = value
  end
  redis.call('HSET', job, 'state', new_state, unpack(f))
  redis.call('DEL', key('longshore:attempts:' .. id))
  for _, entry in ipairs(cjson.decode(attempts)) do story(id, entry) end
  redis.call('SADD', key('longshore:queues'), queue)
  note_recent({id}, 100000)
  bury(id, queue, raw, kept)
  return 'imported'
end

for i = 2, #ARGV, 6 do
  out[#out + 1] = import(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end
return out
