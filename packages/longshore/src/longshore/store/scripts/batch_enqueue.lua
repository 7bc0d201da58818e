-- Accepts the jobs of a batch and the batch itself, together. ARGV[2]: its id; ARGV[3]: seconds that
-- it is kept once it has ended; from ARGV[4]: its callback (id, message, task, queue, list, priority,
-- tag, fingerprint; all empty when there is none); ARGV[12]: how many jobs there are; their ids; the
-- enqueue script's own arguments, whose answers these are. What was there before is no member, and a
-- batch that is known keeps the members that it has.
local FIELDS = {'callback', 'message', 'task', 'queue', 'list', 'priority', 'tag', 'fingerprint'}
local batch, ttl, many = ARGV[2], ARGV[3], tonumber(ARGV[12])
local name, jobs = key('longshore:batch:' .. batch), key('longshore:batch-jobs:' .. batch)
local known = redis.call('EXISTS', name) == 1
local inner = {}
for i = 13 + many, #ARGV do inner[#inner + 1] = ARGV[i] end
local answers = enqueue(inner)
if known then return answers end

local size, t = 0, now()
for i = 1, many do
  if answers[i] == 1 then
    size = size + 1
    redis.call('HSET', jobs, ARGV[12 + i], 'open')
    redis.call('HSET', job_key(ARGV[12 + i]), 'batch', batch)
  end
end
redis.call('HSET', name, 'size', size, 'open', size, 'created_at', stamp(t), 'ttl', ttl, 'jobs', jobs)
local client = redis.call('HGET', job_key(ARGV[13]), 'client')
if client then redis.call('HSET', name, 'client', client) end
if ARGV[4] ~= '' then
  for i, field in ipairs(FIELDS) do redis.call('HSET', name, field, ARGV[3 + i]) end
end
if size == 0 then end_batch(name, t) end
return answers
