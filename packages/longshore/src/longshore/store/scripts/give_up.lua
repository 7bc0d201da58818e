-- Another broker has put a job among its dead letters. ARGV: id, reason, error type, error message,
-- seconds that the record is kept, seconds that the result is kept. A record that has its outcome
-- keeps it; any other job is dead now. Answers unknown, known or dead.
run_when_full()
local id, t = ARGV[2], now()
local job = job_key(id)
local f = redis.call('HMGET', job, 'state', 'task', 'attempts', 'deliveries', 'worker', 'started_at',
  'queue')
local state = f[1]
if not state then return 'unknown' end
if state == 'dead' or state == 'expired' or state == 'succeeded' or state == 'cancelled' then
  forget(id, ARGV[6])
  return 'known'
end
if state == 'running' then
  redis.call('HINCRBY', job, 'interruptions', 1)
  story(id, cjson.encode({
    attempt = tonumber(f[3]) or 1, delivery = tonumber(f[4]) or 1, worker = f[5] or '',
    started_at = tonumber(f[6]) or t, ended_at = t, outcome = 'interrupted',
    error_type = ARGV[4], error_message = ARGV[5],
  }))
end
redis.call('HSET', job, 'state', 'dead', 'owner', '', 'finished_at', stamp(t), 'dead_reason', ARGV[3],
  'error_type', ARGV[4], 'error_message', ARGV[5])
redis.call('HDEL', job, 'unconfirmed')
publish_end(id, 'FAILURE', 'WorkerLostError', 'billiard.exceptions', ARGV[5], tonumber(ARGV[7]))
count(f[2], 'dead')
count_recent(f[2], f[7] or '', 'dead', 1, t)
forget(id, ARGV[6])
return 'dead'
