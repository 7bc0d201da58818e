-- Moves delayed jobs to their lists before they are due. From ARGV[2]: fives (queue, id, list,
-- message as it was read, message as it is to lie on the list). A job that was promoted,
-- cancelled or tried again since it was read stays where it is. Answers how many were moved.
run_when_full()
local t = now()
local moved = 0
for i = 2, #ARGV, 5 do
  local queue, id, list, was, raw = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local stored = redis.call('HGET', key('longshore:delayed-messages'), id) or ''
  if stored == was and redis.call('ZREM', delayed_key(queue), id) == 1 then
    redis.call('HDEL', key('longshore:delayed-messages'), id)
    if raw ~= '' then
      -- A worker of ours that claims it after all makes it wait here again.
      redis.call('HDEL', job_key(id), 'due_at', 'attempts')
      redis.call('HSET', job_key(id), 'state', 'queued', 'waiting_since', stamp(t))
      push(list, queue, raw)
    end
    moved = moved + 1
  end
end
return moved
