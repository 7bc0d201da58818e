-- Who runs a job, if somebody does: state, queue, token, attempt, delivery.
return redis.call('HMGET', job_key(ARGV[2]), 'state', 'queue', 'owner', 'attempts', 'deliveries')
