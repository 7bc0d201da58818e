-- Binds a queue to exchange ARGV[2], as kombu does: member ARGV[3] of its table. ARGV[4] is for how
-- many milliseconds at least the table is kept; empty: for good.
run_when_full()
local exchange, member, ttl = ARGV[2], ARGV[3], tonumber(ARGV[4])
redis.call('SADD', key('_kombu.binding.' .. exchange), member)
if ttl then
  redis.call('ZADD', key('_kombu.binding_deadlines'), 'GT', math.floor(now() * 1000) + ttl, exchange)
else
  redis.call('SADD', key('_kombu.binding_permanent.' .. exchange), member)
end
return 1
