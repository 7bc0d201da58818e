return redis.call('LRANGE', key('longshore:attempts:' .. ARGV[2]), 0, -1)
