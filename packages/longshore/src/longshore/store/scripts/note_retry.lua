-- The error behind a retry whose new place was taken by the enqueue script a moment ago.
-- Result meta is written only while no later attempt has begun.
local id, token, result, result_ttl = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local error_type, error_message = ARGV[6], ARGV[7]
local job = job_key(id)
local f = redis.call('HMGET', job, 'released_by', 'state', 'attempts', 'deliveries', 'worker', 'started_at', 'due_at')
if f[1] ~= token then return 'refused' end
local t = now()
if f[2] == 'retrying' or f[2] == 'queued' or f[2] == 'scheduled' then
  redis.call('HSET', job, 'error_type', error_type, 'error_message', error_message)
  if result ~= '' then redis.call('SETEX', key('celery-task-meta-' .. id), result_ttl, result) end
end
story(id, cjson.encode({
  attempt = tonumber(f[3]), delivery = tonumber(f[4]), worker = f[5],
  started_at = tonumber(f[6]) or t, ended_at = t, outcome = 'retried',
  error_type = error_type, error_message = error_message,
  retry_in_seconds = f[7] and math.max(tonumber(f[7]) - t, 0) or 0,
}))
return 'noted'
