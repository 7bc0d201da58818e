-- Looks at one page of the keys for what belongs to nobody; changes nothing. ARGV[2]: cursor,
-- ARGV[3]: keys per page. Answers {cursor, replies, bells, records without a place, keys seen}.
local replies, bells, placeless = 0, 0, 0
local page = redis.call('SCAN', ARGV[2], 'COUNT', ARGV[3])

local function rest(name, start)
  if string.sub(name, 1, #start) == start then return string.sub(name, #start + 1) end
end

local function is_known(queue)
  return redis.call('SISMEMBER', key('longshore:queues'), queue) == 1
end

local function has_place(job, id)
  local f = redis.call('HMGET', job, 'state', 'queue', 'tag')
  if f[1] == 'scheduled' then return redis.call('ZSCORE', delayed_key(f[2]), id) end
  if f[1] == 'running' then return redis.call('HGET', key('unacked'), f[3]) end
  if f[1] == 'dead' then return redis.call('ZSCORE', key('longshore:dead'), id) end
  return true
end

for _, name in ipairs(page[2]) do
  local own = rest(name, PREFIX)
  if own then
    local bell, id = rest(own, 'longshore:bell:'), rest(own, 'longshore:job:')
    if bell then
      if not is_known(bell) and redis.call('TTL', name) == -1 then bells = bells + 1 end
    elseif id then
      if not has_place(name, id) then placeless = placeless + 1 end
    elseif string.find(own, '.reply.celery.pidbox', 1, true) or rest(own, 'celeryev.') then
      if not rest(own, '_kombu.') and redis.call('TTL', name) == -1 then replies = replies + 1 end
    end
  end
end
return {page[1], replies, bells, placeless, #page[2]}
