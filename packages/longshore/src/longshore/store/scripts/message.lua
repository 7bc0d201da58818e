-- The message of a claimed job, or nothing once its claim has ended.
local value = redis.call('HGET', key('unacked'), ARGV[2])
if not value then return '' end
return unwrap(value, ARGV[3])
