-- Wakes one idle consumer of a queue that holds no jobs (replies to remote control). The client
-- behind it may be gone: the bell goes by itself, the rest is left to the janitor.
run_when_full()
ring(ARGV[2])
redis.call('EXPIRE', key('longshore:bell:' .. ARGV[2]), 60)
redis.call('ZADD', key('longshore:passing'), stamp(now()), ARGV[2])
return 1
