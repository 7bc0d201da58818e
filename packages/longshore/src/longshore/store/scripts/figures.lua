-- {workers that have said within ARGV[2] seconds that they consume, what was enqueued, other counts}.
local ready = redis.call('ZCOUNT', key('longshore:workers'), stamp(now() - tonumber(ARGV[2])), '+inf')
return {ready, redis.call('HGETALL', key('longshore:sent')), redis.call('HGETALL', key('longshore:counts'))}
