-- Ends a session of which nobody knows whether a replica has heard of its last step. ARGV: id
local id = ARGV[4]
local key = P .. ':s:' .. id
local s = redis.call('HMGET', key, 'agent', 'st', 'burned')
if s[1] and not s[3] then
  redis.call('HSET', key, 'burned', '1')
  if after(ARGV[5], s[2]) then
    redis.call('HSET', key, 'st', REFUSED)
    finish(id, s[1], 'refused')
    tell(s[1], id, 'expired', '')
    wake('s' .. id)
  end
else
  fence()
end
