-- Looks at one page of the claimed messages for those without a lease: no rescue would find
-- them. ARGV[2]: cursor, ARGV[3]: entries per page. Answers {cursor, how many}.
local found = 0
local page = redis.call('HSCAN', key('unacked'), ARGV[2], 'COUNT', ARGV[3])
for i = 1, #page[2], 2 do
  local ok, value = pcall(cjson.decode, page[2][i + 1])
  local queue = ok and type(value) == 'table' and value[3]
  if type(queue) ~= 'string' or not redis.call('ZSCORE', leases_key(queue), page[2][i]) then
    found = found + 1
  end
end
return {page[1], found}
