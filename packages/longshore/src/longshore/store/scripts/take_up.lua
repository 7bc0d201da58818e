-- A worker has a job's message from another broker: ARGV[2..7] are id, task, queue, the new owner,
-- worker, attempt. Answers over (the job has ended, or its cancel was asked for: the message is to be
-- forgotten), or the token that fences this run and the delivery it is. A run that left no outcome is
-- told as interrupted; a dead letter that somebody has sent again begins anew.
run_when_full()
local id, task, queue, owner, worker, attempt = unpack(ARGV, 2, 7)
local job, t = job_key(id), now()
local f = redis.call('HMGET', job, 'state', 'deliveries', 'attempts', 'cancel', 'worker', 'started_at')
local state, delivery = f[1], (tonumber(f[2]) or 0) + 1
if state == 'succeeded' or state == 'cancelled' or state == 'expired' then
  if state == 'cancelled' then forget(id, DAY) end
  return {'over'}
end
if f[4] == '1' then
  end_cancelled(id, task, t, DAY)
  return {'over'}
end
if not state then
  redis.call('HSET', job, 'task', task, 'queue', queue, 'enqueued_at', stamp(t), 'waiting_since', stamp(t))
  note_recent({id}, 100000)
end
if state == 'running' and f[3] == attempt then
  redis.call('HINCRBY', job, 'interruptions', 1)
  count(task, 'interrupted')
  story(id, cjson.encode({
    attempt = tonumber(attempt), delivery = delivery - 1, worker = f[5] or '',
    started_at = tonumber(f[6]) or t, ended_at = t, outcome = 'interrupted',
    error_type = 'Interrupted', error_message = 'its worker was lost',
  }))
end
if state == 'dead' then
  redis.call('HINCRBY', job, 'replays', 1)
  redis.call('HDEL', job, 'dead_reason', 'finished_at')
end
local token = owner .. '#' .. delivery
redis.call('HSET', job, 'state', 'running', 'owner', token, 'worker', worker, 'started_at', stamp(t),
  'attempts', attempt, 'deliveries', delivery)
redis.call('HDEL', job, 'unconfirmed')
redis.call('PERSIST', job)
redis.call('PERSIST', key('longshore:attempts:' .. id))
return {token, delivery}
