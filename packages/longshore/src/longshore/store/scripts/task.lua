return redis.call('HGETALL', task_key(ARGV[2]))
