-- Goes past ARGV[5] slots, up to ARGV[4], without a job: they count as missed. Without a slot
-- only the next one is noted. Answers deposed, passed (it was gone past before) or noted.
run_when_full()
local token, name, slot, missed, next_slot = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if not leads(token, now()) then return 'deposed' end
if slot ~= '' then
  if not is_later(name, slot) then return 'passed' end
  redis.call('HSET', entry_key(name), 'last_slot', slot)
  redis.call('HINCRBY', entry_key(name), 'missed', missed)
end
redis.call('HSET', entry_key(name), 'next_slot', next_slot)
return 'noted'
