-- The run of an entrusted job ends in a retry, whose message the other broker holds by now. Result
-- meta and record are left alone when that has been taken up already; the story is told in any case.
-- ARGV: id, token, delay, result meta, seconds that it is kept, error type, message, attempt, delivery.
run_when_full()
local id, token, delay, result, result_ttl = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local job, t = job_key(id), now()
local f = redis.call('HMGET', job, 'owner', 'worker', 'started_at', 'task', 'queue')
local message, traceback = parted(ARGV[8])
if f[1] == token then
  redis.call('HSET', job, 'state', 'retrying', 'owner', '', 'due_at', stamp(t + delay),
    'error_type', ARGV[7], 'error_message', message)
  if result ~= '' then redis.call('SETEX', key('celery-task-meta-' .. id), result_ttl, result) end
end
count(f[4], 'retried')
count_recent(f[4], f[5] or '', 'retried', 1, t)
story(id, cjson.encode({
  attempt = tonumber(ARGV[9]), delivery = tonumber(ARGV[10]), worker = f[2] or '',
  started_at = tonumber(f[3]) or t, ended_at = t, outcome = 'retried', retry_in_seconds = delay,
  error_type = ARGV[7], error_message = message, traceback = traceback,
}))
return f[1] == token and 'noted' or 'refused'
