-- Removes what remote control leaves behind: bindings and reply lists of clients and workers that
-- are gone. ARGV[2]: seconds without a sign of life; ARGV[3]: how many of each are looked at;
-- ARGV[4]: seconds until the next round is due, 0 for one that is done in any case. Answers
-- {bindings, lists, 1 when it was done}.
run_when_full()
local idle, limit, every = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local t = now()
local passing = key('longshore:passing')
local bindings, lists = 0, 0

if every > 0 then
  if t < tonumber(redis.call('GET', key('longshore:swept')) or '0') then return {0, 0, 0} end
  redis.call('SET', key('longshore:swept'), stamp(t + every))
end

-- The fan-out tables route nothing, and whoever lives writes its row again. A row of the reply
-- table that is in use is seen alive with each reply.
local function unbind(exchange)
  local table_, permanent = key('_kombu.binding.' .. exchange), key('_kombu.binding_permanent.' .. exchange)
  for _, row in ipairs(redis.call('SRANDMEMBER', table_, limit)) do
    local queue = string.match(row, SEP .. '.*' .. SEP .. '(.*)$')
    local seen = queue and redis.call('ZSCORE', passing, queue)
    if queue and not seen then
      redis.call('ZADD', passing, stamp(t), queue)
    elseif seen and tonumber(seen) <= t - idle then
      bindings = bindings + redis.call('SREM', table_, row)
      redis.call('SREM', permanent, row)
    end
  end
end

unbind('reply.celery.pidbox')
unbind('celery.pidbox')
unbind('celeryev')

for _, queue in ipairs(redis.call('ZRANGEBYSCORE', passing, '-inf', '(' .. stamp(t - 2 * idle), 'LIMIT', 0, limit)) do
  if redis.call('SISMEMBER', key('longshore:queues'), queue) == 0 then
    lists = lists + redis.call('DEL', key(queue), key('longshore:bell:' .. queue))
  end
  redis.call('ZREM', passing, queue)
end
return {bindings, lists, 1}
