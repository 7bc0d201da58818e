-- Which of these commands (a list of lists of words) this user may not give. Answers {1 or 0:
-- whether the server can tell, the refused ones}.
if not redis.acl_check_cmd then return {0, {}} end
local refused = {}
for _, words in ipairs(cjson.decode(ARGV[2])) do
  if not redis.acl_check_cmd(unpack(words)) then refused[#refused + 1] = table.concat(words, ' ') end
end
return {1, refused}
