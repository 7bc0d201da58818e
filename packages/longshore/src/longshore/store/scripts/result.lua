-- {state, result meta}; the state is '' for an unknown id.
return {
  redis.call('HGET', job_key(ARGV[2]), 'state') or '',
  redis.call('GET', key('celery-task-meta-' .. ARGV[2])) or '',
}
