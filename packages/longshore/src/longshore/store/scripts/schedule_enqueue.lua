-- Enqueues one slot's job, whose id is ARGV[6], and records the slot, together; from ARGV[7] the
-- enqueue script's own arguments. Answers deposed, passed (the slot is not later than the last one) or enqueued.
local token, name, slot, next_slot = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local t = now()
if not leads(token, t) then return 'deposed' end
if not is_later(name, slot) then return 'passed' end
local inner = {}
for i = 7, #ARGV do inner[#inner + 1] = ARGV[i] end
enqueue(inner)
redis.call('HSET', entry_key(name), 'last_slot', slot, 'next_slot', next_slot, 'last_job_id', ARGV[6])
redis.call('HINCRBY', entry_key(name), 'enqueued', 1)
return 'enqueued'
