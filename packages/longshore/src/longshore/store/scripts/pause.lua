-- A queue from which nothing is claimed until it is resumed (ARGV[3] is 0); enqueuing goes on.
-- Answers 1 when that changed anything.
run_when_full()
local queue = ARGV[2]
if ARGV[3] == '1' then return redis.call('HSETNX', key('longshore:paused'), queue, stamp(now())) end
local resumed = redis.call('HDEL', key('longshore:paused'), queue)
if resumed == 1 then
  for _ = 1, 16 do ring(queue) end
end
return resumed
