-- The tasks of which jobs have ended.
return redis.call('SMEMBERS', key('longshore:tasks'))
