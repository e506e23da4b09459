-- Takes a name that is free for as long as any session can last; whose it is. ARGV: key, holder.
local key = P .. ARGV[4]
local holder = redis.call('SET', key, ARGV[5], 'NX', 'GET', 'PX', MAX_LIFE + KEPT_AFTER)
if holder then fence() return holder end
return ARGV[5]
