-- Takes or renews the leadership for ARGV[4] seconds, when it is free or held by this token.
-- Answers {now, 1 or 0, leader's identity}.
run_when_full()
local token, identity, lease = ARGV[2], ARGV[3], tonumber(ARGV[4])
local t = now()
local f = redis.call('HMGET', LEADER, 'token', 'until', 'identity')
local live = f[1] and tonumber(f[2]) > t
if live and f[1] ~= token then return {stamp(t), 0, f[3]} end
if not live then redis.call('HSET', LEADER, 'token', token, 'identity', identity, 'since', stamp(t)) end
redis.call('HSET', LEADER, 'until', stamp(t + lease))
return {stamp(t), 1, identity}
