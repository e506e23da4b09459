-- How many events an agent has had. ARGV: agent
fence()
return redis.call('HGET', P .. ':q', ARGV[4]) or '0'
