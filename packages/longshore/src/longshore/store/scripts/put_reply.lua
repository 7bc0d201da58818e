-- A reply to remote control, for whoever waits at list ARGV[2], also when the server is full: a worker
-- answers its probe then. ARGV[3] is the message, ARGV[4] for how many milliseconds the list is kept, if
-- that is said. What nobody reads is left to the janitor.
run_when_full()
redis.call('LPUSH', key(ARGV[2]), ARGV[3])
if ARGV[4] ~= '' then redis.call('EXPIRE', key(ARGV[2]), math.ceil(ARGV[4] / 1000)) end
ring(ARGV[2])
redis.call('EXPIRE', key('longshore:bell:' .. ARGV[2]), 60)
redis.call('ZADD', key('longshore:passing'), stamp(now()), ARGV[2])
return 1
