-- What every script begins with. All keys of a script lie under one prefix with one hash tag, KEYS[1], and so on one slot.
--   :s:ID a session    :a:ID what remains of it    :e:AGENT events    :l:AGENT the agent's live sessions by their end
--   :q events so far, by agent    :x live sessions by their end    :d sessions whose remains are to be handed over
--   :p:ID whose session    :n:ORG/NUMBER which session    :w the channel, :v messages on it so far    :f fences
-- ARGV: now, the command that publishes, 1 if replicas acknowledge; the rest is the script's own.
local P, now, fenced = KEYS[1], tonumber(ARGV[1]), ARGV[3] == '1'

local function int(number)
  return string.format('%.0f', number)
end

-- A write for a WAIT to stand behind: whoever is told what was read here is told no sooner than a replica has it.
local function fence()
  if fenced then redis.call('INCR', P .. ':f') end
end

local function wake(who)
  redis.call(ARGV[2], P .. ':w', int(redis.call('INCR', P .. ':v')) .. ' ' .. who)
end

-- Steps are "from>to from>to!", with ! where the session is over; the service makes them from its stages.
local function after(steps, stage)
  local to, over = string.match(' ' .. steps .. ' ', ' ' .. stage .. '>(%a+)(!?) ')
  return to, over == '!'
end

-- The session of this page (r: organization and token) or agent (a), if it has not run out; and one field more of it.
local function find(id, who, name, token, field)
  local s = redis.call('HMGET', P .. ':s:' .. id, 'org', 'agent', 'ea', 'st', 'tok', 'number', 'burned', field)
  if not s[1] or tonumber(s[3]) <= now then return nil end
  if who == 'a' then return s[2] == name and s or nil end
  if s[1] ~= name or s[5] ~= token or s[4] == CANCELLED or s[7] then return nil end
  return s
end

local function tell(agent, id, name, content)
  local stream = P .. ':e:' .. agent
  local seq = redis.call('HINCRBY', P .. ':q', agent, 1)
  redis.call('XADD', stream, int(seq) .. '-0', 'n', name, 's', id, 't', ARGV[1], 'c', content)
  -- Now and then sixteen may go for eight that have come; reading passes over what is too old.
  if seq % 8 == 0 then
    for _, old in ipairs(redis.call('XRANGE', stream, '-', '+', 'COUNT', 16)) do
      if tonumber(old[2][6]) + EVENTS_KEPT <= now then redis.call('XDEL', stream, old[1]) end
    end
  end
  redis.call('PEXPIRE', stream, EVENTS_KEPT)
  wake('a' .. agent)
end

-- Notes a step's time, the first time, for the history.
local function note(id, ...)
  local key = P .. ':a:' .. id
  -- What was there has been counted before; what has only this count is not there any more.
  if redis.call('HINCRBY', key, 'r', 1) == 1 then
    redis.call('DEL', key)
    return
  end
  for at = 1, select('#', ...), 2 do
    redis.call('HSETNX', key, (select(at, ...)), (select(at + 1, ...)))
  end
  -- Only what has been handed over has an end.
  if redis.call('SADD', P .. ':d', id) == 1 then redis.call('PERSIST', key) end
end

local function finish(id, agent, word)
  redis.call('ZREM', P .. ':l:' .. agent, id)
  redis.call('ZREM', P .. ':x', id)
  note(id, 'ended_at', ARGV[1], 'outcome', word)
end
