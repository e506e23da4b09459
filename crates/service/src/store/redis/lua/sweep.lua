-- Tells of sessions that have run out. ARGV: how many at most. The channel's count, then organization, number and id of each.
local told = { int(redis.call('GET', P .. ':v') or 0) }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. ':x', '-inf', ARGV[1], 'LIMIT', 0, ARGV[4])) do
  local s = redis.call('HMGET', P .. ':a:' .. id, 'agent', 'org', 'number')
  if s[1] then
    finish(id, s[1], 'expired')
    tell(s[1], id, 'expired', '')
    wake('s' .. id)
    told[#told + 1], told[#told + 2], told[#told + 3] = s[2], s[3], id
  else
    redis.call('ZREM', P .. ':x', id)
  end
end
return told
