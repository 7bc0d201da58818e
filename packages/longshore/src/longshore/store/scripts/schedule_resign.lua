-- Gives the leadership up, if this token still holds it.
run_when_full()
if redis.call('HGET', LEADER, 'token') ~= ARGV[2] then return 0 end
return redis.call('DEL', LEADER)
