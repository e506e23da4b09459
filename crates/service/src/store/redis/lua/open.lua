-- The first token opens. ARGV: id, org, token, steps
local id, org, token, steps = unpack(ARGV, 4, 7)
local key = P .. ':s:' .. id
local s = redis.call('HMGET', key, 'org', 'ea', 'st', 'tok', 'agent', 'ora', 'burned', 'req')
if s[1] ~= org or tonumber(s[2]) <= now or s[3] == CANCELLED or s[7] then
  fence()
  return { 'gone' }
end
if not s[4] then
  -- What nobody has opened is waiting, and nothing else.
  redis.call('HSET', key, 'st', (after(steps, s[3])), 'tok', token)
  note(id, 'opened_at', ARGV[1])
  tell(s[5], id, 'opened', '')
elseif s[4] ~= token then
  -- Told once a second at most, so that trying a used link does not fill the agent's stream.
  if now - tonumber(s[6] or 0) >= OPEN_REFUSED_EVERY then
    redis.call('HSET', key, 'ora', ARGV[1])
    tell(s[5], id, 'open_refused', '')
  else
    fence()
  end
  return { 'gone' }
else
  fence()
end
return { 'opened', s[8], s[2] }
