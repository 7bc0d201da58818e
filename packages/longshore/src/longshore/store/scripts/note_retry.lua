-- The error behind a retry whose new place was taken by the enqueue script a moment ago.
-- Result meta is written only while no later attempt has begun; what the record says of the
-- current attempt may be of a later one, so the story is told from what the claim left behind.
run_when_full()
local id, token, result, result_ttl = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local error_type, error_message, attempt, delivery = ARGV[6], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local job = job_key(id)
local traceback
error_message, traceback = parted(error_message)
local f = redis.call('HMGET', job, 'released_by', 'state', 'left_worker', 'left_started_at', 'due_at')
if f[1] ~= token then return 'refused' end
local t = now()
if f[2] == 'retrying' or f[2] == 'queued' or f[2] == 'scheduled' then
  redis.call('HSET', job, 'error_type', error_type, 'error_message', error_message)
  if result ~= '' then redis.call('SETEX', key('celery-task-meta-' .. id), result_ttl, result) end
end
story(id, cjson.encode({
  attempt = attempt, delivery = delivery, worker = f[3] or '',
  started_at = tonumber(f[4]) or t, ended_at = t, outcome = 'retried',
  error_type = error_type, error_message = error_message, traceback = traceback,
  retry_in_seconds = f[5] and math.max(tonumber(f[5]) - t, 0) or 0,
}))
return 'noted'
