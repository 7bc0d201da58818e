-- How far a batch is: {fields} or {} when the id is unknown.
return redis.call('HGETALL', key('longshore:batch:' .. ARGV[2]))
