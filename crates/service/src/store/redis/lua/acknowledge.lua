-- These were handed over as they were at this revision. ARGV: id, revision, id, revision …
for at = 4, #ARGV, 2 do
  local key = P .. ':a:' .. ARGV[at]
  if redis.call('HGET', key, 'r') == ARGV[at + 1] then
    redis.call('SREM', P .. ':d', ARGV[at])
    if redis.call('HEXISTS', key, 'ended_at') == 1 then redis.call('PEXPIRE', key, MAX_LIFE + KEPT_AFTER) end
  end
end
