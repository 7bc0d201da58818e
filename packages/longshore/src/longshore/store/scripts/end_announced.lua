-- The end of job ARGV[2] of queue ARGV[3] was announced to its chord, chain and error callbacks.
run_when_full()
redis.call('ZREM', key('longshore:ends:' .. ARGV[3]), ARGV[2])
redis.call('HDEL', key('longshore:end-messages'), ARGV[2])
return 1
