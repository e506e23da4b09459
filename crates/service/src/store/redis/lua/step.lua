-- One step of a session, with what came with it. ARGV: id, r or a, org or agent, token, field or -, content, steps, the
-- history's column or nothing, how it ended if it is over then, event or nothing, 1 if the page waits for it, and for an
-- answer the steps by which a second one ends the session: to refused, to mismatched.
local id, who, name, token, field, content, steps, column, word, event, waited, refuse, mismatch = unpack(ARGV, 4, 16)
local key = P .. ':s:' .. id
local s = find(id, who, name, token, field)
if not s then return { 'gone' } end
local agent, stage, number, known = s[2], s[4], s[6], s[8]
if known == content then
  fence()
  return { 'done' }
end
if known then
  local over = after(refuse, stage)
  if over then
    redis.call('HSET', key, 'st', over)
    finish(id, agent, 'refused')
    wake('s' .. id)
    return { 'conflict', number, s[1] }
  end
  over = after(mismatch, stage)
  if over then
    redis.call('HSET', key, 'st', over)
    finish(id, agent, 'mismatched')
    tell(agent, id, 'outcome', MISMATCH)
    wake('s' .. id)
    return { 'conflict', number, s[1] }
  end
  return { 'conflict' }
end
local to, over = after(steps, stage)
if not to then return { 'wrong' } end
if field ~= '-' then redis.call('HSET', key, 'st', to, field, content) end
if column ~= '' then note(id, column, ARGV[1]) end
local ended = over and stage ~= to
if ended then finish(id, agent, word) end
if event ~= '' then tell(agent, id, event, content) end
if waited == '1' then wake('s' .. id) end
return ended and { 'done', number, s[1] } or { 'done' }
