-- An agent's events after one. ARGV: agent, seq, how many at most
local stream, from, found = P .. ':e:' .. ARGV[4], '(' .. ARGV[5] .. '-0', {}
while #found == 0 do
  local some = redis.call('XRANGE', stream, from, '+', 'COUNT', ARGV[6])
  if #some == 0 then break end
  for _, event in ipairs(some) do
    local f = event[2]
    if tonumber(f[6]) + EVENTS_KEPT > now then found[#found + 1] = { event[1], f[2], f[4], f[6], f[8] } end
  end
  from = '(' .. some[#some][1]
end
fence()
return found
