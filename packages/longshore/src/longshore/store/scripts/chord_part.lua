-- Notes the outcome of a chord's member, if the claim under which it was reached is still held or,
-- with the token ended, its end is being announced.
-- ARGV: id and token of the job that runs, group, member, part, whether parts are ordered, index,
-- seconds that the end is remembered (0: a day). Keys and parts are Celery's own.
-- Answers refused, closed (the body was enqueued), waiting, or complete with the body's nonce.
run_when_full()
local id, token, group, member, part = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local ordered, index, ttl = ARGV[7] == '1', ARGV[8], tonumber(ARGV[9])
if ttl == 0 then ttl = DAY end
local name = key('celery-taskset-meta-' .. group)
local parts, sizes, more, seen, body = name .. '.j', name .. '.s', name .. '.t', name .. '.d', name .. '.c'

local holds = redis.call('HGET', job_key(id), 'owner') == token
  or (token == 'ended' and redis.call('HEXISTS', key('longshore:end-messages'), id) == 1)
if not holds then return {'refused'} end
if redis.call('GET', body) == 'done' then return {'closed'} end
if redis.call('SADD', seen, member .. ':' .. index) == 1 then
  if ordered then redis.call('ZADD', parts, index, part) else redis.call('RPUSH', parts, part) end
end
local size = tonumber(redis.call('GET', sizes) or '')
-- However long a member takes: what is known of an open chord is kept until it ends.
for _, k in ipairs({parts, more, sizes, seen, name}) do
  if size then redis.call('PERSIST', k) else redis.call('EXPIRE', k, ttl) end
end
local there = redis.call(ordered and 'ZCARD' or 'LLEN', parts)
if not size or there ~= size + tonumber(redis.call('GET', more) or '0') then return {'waiting'} end
-- Whoever runs this member again, and whoever else sees the chord complete, enqueues the body
-- under the same nonce: it is one job. A stock worker's mark has no # and ends by itself. One token
-- may have claimed many jobs: a body that stands in for itself is set off again by another chord.
local nonce = redis.call('GET', body)
if not nonce then
  nonce = token .. '#' .. group
  redis.call('SET', body, nonce)
  redis.call('EXPIRE', body, ttl)
end
return string.find(nonce, '#', 1, true) and {'complete', nonce} or {'waiting'}
