-- What became of entrusted jobs, ARGV[3] on: the other broker holds them (ARGV[2] is 1) and their
-- records stay, or it refused them and nothing is left of them.
run_when_full()
for i = 3, #ARGV do
  local job = job_key(ARGV[i])
  if redis.call('HEXISTS', job, 'unconfirmed') == 1 then
    if ARGV[2] == '1' then
      redis.call('HDEL', job, 'unconfirmed')
      redis.call('PERSIST', job)
    else
      redis.call('DEL', job)
    end
  end
end
return 1
