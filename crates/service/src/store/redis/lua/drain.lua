-- Remains to be handed over, if nobody else is at it. ARGV: by whom, for how long, how many at most
local lease = P .. ':lease'
local holder = redis.call('GET', lease)
if holder and holder ~= ARGV[4] then return {} end
local ids = redis.call('SRANDMEMBER', P .. ':d', ARGV[6])
if #ids == 0 then return {} end
redis.call('SET', lease, ARGV[4], 'PX', ARGV[5])
local found = {}
for _, id in ipairs(ids) do
  local remains = redis.call('HGETALL', P .. ':a:' .. id)
  if #remains == 0 then
    redis.call('SREM', P .. ':d', id)
  else
    remains[#remains + 1], remains[#remains + 2] = 'session', id
    found[#found + 1] = remains
  end
end
return found
