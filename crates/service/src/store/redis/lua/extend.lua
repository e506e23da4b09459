-- As `extended` in `crate::store` has it. ARGV: id, r or a, org or agent, token, steps
local id, who, name, token, steps = unpack(ARGV, 4, 8)
local s = find(id, who, name, token, 'ca')
if not s then return { 'gone' } end
if not after(steps, s[4]) then return { 'wrong' } end
local created, ttl = tonumber(s[8]), tonumber(redis.call('HGET', P .. ':s:' .. id, 'ttl'))
local begun = math.floor(math.max(now - created, 0) / MORE_TIME) + 1
local ends = math.max(created + math.min(ttl + begun * MORE_TIME, MAX_LIFE), tonumber(s[3]))
if ends > tonumber(s[3]) then
  local key, live = P .. ':s:' .. id, P .. ':l:' .. s[2]
  redis.call('HSET', key, 'ea', int(ends))
  redis.call('PEXPIRE', key, int(ends - now + KEPT_AFTER))
  redis.call('ZADD', live, int(ends), id)
  redis.call('PEXPIRE', live, MAX_LIFE + KEPT_AFTER)
  redis.call('ZADD', P .. ':x', int(ends), id)
  tell(s[2], id, 'extended', int(ends))
  wake('s' .. id)
else
  fence()
end
return { 'done', int(ends) }
