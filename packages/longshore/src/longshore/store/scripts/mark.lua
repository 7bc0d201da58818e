-- A write to wait for. WAIT answers for the last write of its connection, and an enqueue that is
-- repeated writes nothing; who has the mark has everything that was written before it.
run_when_full()
return redis.call('INCR', key('longshore:mark'))
