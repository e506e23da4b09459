-- ARGV: id, org, agent, number, request, milliseconds to live, most live sessions, stage, kinds, template or nothing
local id, org, agent, number, request, ttl = unpack(ARGV, 4, 9)
local key, remains, live = P .. ':s:' .. id, P .. ':a:' .. id, P .. ':l:' .. agent
local s = redis.call('HMGET', key, 'agent', 'number', 'ca', 'ea', 'req')
if s[1] and tonumber(s[4]) + KEPT_AFTER > now then
  if s[1] ~= agent or s[5] ~= request or tonumber(s[4]) <= now then return { 'conflict' } end
  fence()
  return { 'placed', s[2], s[3], s[4] }
end
if redis.call('ZCOUNT', live, '(' .. ARGV[1], '+inf') >= tonumber(ARGV[10]) then return { 'many' } end
local ends = now + tonumber(ttl)
redis.call('DEL', key, remains)
redis.call('HSET', key, 'org', org, 'agent', agent, 'number', number, 'req', request, 'ca', ARGV[1], 'ea', int(ends),
  'st', ARGV[11], 'ttl', ttl)
redis.call('PEXPIRE', key, int(ends - now + KEPT_AFTER))
redis.call('ZADD', live, int(ends), id)
redis.call('PEXPIRE', live, MAX_LIFE + KEPT_AFTER)
redis.call('ZADD', P .. ':x', int(ends), id)
redis.call('HSET', remains, 'org', org, 'agent', agent, 'number', number, 'kinds', ARGV[12], 'created_at', ARGV[1], 'r', 1)
if ARGV[13] ~= '' then redis.call('HSET', remains, 'template', ARGV[13]) end
redis.call('SADD', P .. ':d', id)
return { 'placed', number, ARGV[1], int(ends) }
