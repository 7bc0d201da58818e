-- Put before every script of the schedule. Who leads, and where an entry's state lies.
local LEADER = key('longshore:schedule-leader')
local ENTRIES = key('longshore:schedules')
local function entry_key(name) return key('longshore:schedule:' .. name) end

-- A scheduler that was paused past its lease finds this false, even if nobody has followed it.
local function leads(token, t)
  local f = redis.call('HMGET', LEADER, 'token', 'until')
  return f[1] == token and tonumber(f[2]) > t
end

local function is_later(name, slot)
  local last = redis.call('HGET', entry_key(name), 'last_slot')
  return not last or tonumber(slot) > tonumber(last)
end
