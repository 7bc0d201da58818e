-- One page of the dead letters. ARGV[2]: newest or oldest first; ARGV[3]: cursor; ARGV[4], ARGV[5]:
-- kept since and until; then task, queue, reason, error type, how many to look at, how many to hand
-- out, 1 for their messages as well. Answers {cursor, how many there are, {id, kept, record, message}}.
local newest, cursor, since, until_ = ARGV[2] == 'newest', ARGV[3], ARGV[4], ARGV[5]
local task, queue, reason, error_type = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local scan, limit, with_messages = tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[12] == '1'
local dead = key('longshore:dead')

-- How many stand before those kept after (oldest first: before) this moment.
local function before(moment)
  if newest then return redis.call('ZCOUNT', dead, '(' .. moment, '+inf') end
  return redis.call('ZCOUNT', dead, '-inf', '(' .. moment)
end

-- The letter that the cursor names may have gone since: then its moment says where to go on.
local function start()
  if cursor == '' then
    local from = newest and until_ or since
    if not newest and from == '' then return 0 end
    return from == '' and 0 or before(from)
  end
  local kept, id = string.match(cursor, '^(%S+) (.*)$')
  if tonumber(redis.call('ZSCORE', dead, id)) == tonumber(kept) then
    return redis.call(newest and 'ZREVRANK' or 'ZRANK', dead, id) + 1
  end
  return before(kept)
end

local function is_past(kept)
  if newest then return since ~= '' and tonumber(kept) < tonumber(since) end
  return until_ ~= '' and tonumber(kept) > tonumber(until_)
end

local function fits(id)
  local f = redis.call('HMGET', job_key(id), 'task', 'queue', 'dead_reason', 'error_type')
  return (task == '' or f[1] == task) and (queue == '' or f[2] == queue)
    and (reason == '' or f[3] == reason) and (error_type == '' or f[4] == error_type)
end

local first = start()
local found = redis.call(newest and 'ZREVRANGE' or 'ZRANGE', dead, first, first + scan - 1, 'WITHSCORES')
local out, last, ended = {}, '', #found < 2 * scan
for i = 1, #found, 2 do
  local id, kept = found[i], found[i + 1]
  if is_past(kept) then
    ended = true
    break
  end
  if #out >= limit then
    ended = false
    break
  end
  last = kept .. ' ' .. id
  if fits(id) then
    local message = with_messages and redis.call('HGET', key('longshore:dead-messages'), id) or ''
    out[#out + 1] = {id, kept, redis.call('HGETALL', job_key(id)), message}
  end
end
return {ended and '' or last, redis.call('ZCARD', dead), out}
