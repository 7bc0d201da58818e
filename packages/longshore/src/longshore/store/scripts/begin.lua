-- A job whose run was cut short before begins again under this claim. If this claim's lease ends
-- as well, the job may be to blame; one that was only claimed beside such a job is not.
run_when_full()
local id, token = ARGV[2], ARGV[3]
local job = job_key(id)
if redis.call('HGET', job, 'owner') ~= token then return 0 end
redis.call('HSET', job, 'begun_by', token)
return 1
