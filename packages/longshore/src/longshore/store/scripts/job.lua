-- One record: {fields} or {} when the id is unknown.
return redis.call('HGETALL', job_key(ARGV[2]))
