-- Gives a name back, if it is the holder's. ARGV: key, holder.
local key = P .. ARGV[4]
if redis.call('GET', key) == ARGV[5] then redis.call('DEL', key) end
