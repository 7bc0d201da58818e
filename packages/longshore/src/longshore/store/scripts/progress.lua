-- How far a running job is: ARGV[4], unless that is empty, as JSON. Answers held, cancel (a cancel was
-- asked for) or lost (this token no longer holds the job).
run_when_full()
local job = job_key(ARGV[2])
local f = redis.call('HMGET', job, 'owner', 'cancel')
if f[1] ~= ARGV[3] then return 'lost' end
if ARGV[4] ~= '' then redis.call('HSET', job, 'progress', ARGV[4], 'progress_at', stamp(now())) end
return f[2] == '1' and 'cancel' or 'held'
