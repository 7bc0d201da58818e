-- Promotes delayed jobs that are due and rescues claims whose lease has ended, at most
-- ARGV[2] of each, in at most ARGV[6] queues. ARGV[7]: the worker that asks, if it is one; ARGV[8]:
-- whether it consumes. Answers {promoted, rescued, seconds until the next due job or '', 1 while the
-- end of a job is to be announced}.
run_when_full()
local limit, max_deliveries, result_ttl = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local lease, window = tonumber(ARGV[5]), tonumber(ARGV[6])
local t = now()

-- Upkeep happens every quarter of a lease or oftener while anybody lives. After a silence in which
-- a lease may have ended (the server was down or hung, or all were away) every lease looks ended:
-- its owner gets one lease to renew it.
local last = tonumber(redis.call('GET', key('longshore:upkeep')) or '0')
redis.call('SET', key('longshore:upkeep'), stamp(t))
if t - last > lease / 2 then
  redis.call('SET', key('longshore:grace'), stamp(t + lease))
end
local rescues = t >= tonumber(redis.call('GET', key('longshore:grace')) or '0')
local promoted, rescued, next_due = 0, 0, nil

local function promote(queue, id)
  local raw = redis.call('HGET', key('longshore:delayed-messages'), id)
  redis.call('ZREM', delayed_key(queue), id)
  redis.call('HDEL', key('longshore:delayed-messages'), id)
  if not raw then return end
  local list = redis.call('HGET', job_key(id), 'list') or queue
  redis.call('HSET', job_key(id), 'state', 'queued', 'waiting_since', stamp(t))
  push(list, queue, raw)
  promoted = promoted + 1
end

-- The first lost lease counts against every job under it, a later one against those that had
-- begun. One that ends its worker before it can begin is held back by the number of its rescues.
local function to_blame(f)
  local owner, begun_by, lost, interruptions = f[4], f[5], tonumber(f[6]) or 0, tonumber(f[7]) or 0
  return lost == 0 or begun_by == owner or interruptions >= 10 * max_deliveries
end

local function rescue(queue, tag)
  local value = redis.call('HGET', key('unacked'), tag)
  drop_claim(tag, queue)
  if not value then return end
  local raw = unwrap(value, queue)
  local ok, message = pcall(cjson.decode, raw)
  if not ok then return end
  local headers = type(message.headers) == 'table' and message.headers or {}
  local id = type(headers.id) == 'string' and headers.id or tag
  local f = redis.call('HMGET', job_key(id), 'tag', 'worker', 'cancel', 'owner', 'begun_by', 'lost',
    'interruptions')
  -- A second copy of the message has been claimed since: the job has its place there.
  if f[1] and f[1] ~= tag then return end
  local worker = f[2] or ''
  if f[3] == '1' then
    end_cancelled(id, redis.call('HGET', job_key(id), 'task'), t, result_ttl, queue, raw)
  else
    interrupt(id, queue, raw, t, worker, 'the lease of its worker ended', to_blame(f), max_deliveries,
      result_ttl)
  end
  note_count('rescued', queue)
  rescued = rescued + 1
end

local due_left, ended_left = limit, limit

local function look_after(queue)
  local delayed = delayed_key(queue)
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', stamp(t), 'LIMIT', 0, due_left)
  for _, id in ipairs(due) do promote(queue, id) end
  due_left = due_left - #due
  if rescues then
    local ended = redis.call('ZRANGEBYSCORE', leases_key(queue), '-inf', stamp(t), 'LIMIT', 0, ended_left)
    for _, tag in ipairs(ended) do rescue(queue, tag) end
    ended_left = ended_left - #ended
  end
  local head = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  if head[2] then
    local wait = math.max(tonumber(head[2]) - t, 0)
    if not next_due or wait < next_due then next_due = wait end
  end
end

-- Each call begins where the last one's queues ended, so that no queue keeps another waiting.
local queues = redis.call('SMEMBERS', key('longshore:queues'))
local many = math.min(window, #queues)
if many > 0 then
  local turn = redis.call('INCR', key('longshore:upkeep-turn'))
  local first = (many < #queues and turn * many or turn) % #queues
  for i = 0, many - 1 do look_after(queues[(first + i) % #queues + 1]) end
end

-- Who consumes says so with each call; who says nothing more is gone.
local workers = key('longshore:workers')
if ARGV[8] == '1' then
  redis.call('ZADD', workers, stamp(t), ARGV[7])
elseif ARGV[7] ~= '' then
  redis.call('ZREM', workers, ARGV[7])
end
local gone = redis.call('ZRANGEBYSCORE', workers, '-inf', stamp(t - 60), 'LIMIT', 0, 100)
if #gone > 0 then redis.call('ZREM', workers, unpack(gone)) end
return {promoted, rescued, next_due and stamp(next_due) or '', redis.call('EXISTS', key('longshore:end-messages'))}
