-- Celery's result document ARGV[3] of task ARGV[2], for those who wait for it; kept for ARGV[4] seconds,
-- 0: for ever. Of what a job that runs says of itself.
run_when_full()
local name = ARGV[2]
if tonumber(ARGV[4]) > 0 then redis.call('SETEX', name, ARGV[4], ARGV[3]) else redis.call('SET', name, ARGV[3]) end
redis.call('PUBLISH', name, ARGV[3])
return 1
