-- The body of chord ARGV[2] is enqueued or has failed: its parts go, unless ARGV[4] is 1, a mark
-- stays for ARGV[3] seconds, so that a member that comes late begins nothing anew.
run_when_full()
local name = key('celery-taskset-meta-' .. ARGV[2])
redis.call('DEL', name .. '.t', name .. '.s', name .. '.d')
if ARGV[4] ~= '1' then redis.call('DEL', name .. '.j') end
for _, k in ipairs({name, name .. '.j'}) do redis.call('EXPIRE', k, ARGV[3]) end
redis.call('SETEX', name .. '.c', ARGV[3], 'done')
