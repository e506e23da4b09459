-- What the page may know of the verdict. ARGV: id, org, token
local id = ARGV[4]
local s = find(id, 'r', ARGV[5], ARGV[6], 'ans')
if not s then return { 'gone' } end
if not s[8] then return { 'wrong' } end
local v = redis.call('HMGET', P .. ':s:' .. id, 'ver', 'out')
-- A mismatch that no recipient has declared is a second answer's doing.
if s[4] == REFUSED or (s[4] == MISMATCHED and not v[2]) then
  fence()
  return { 'refused' }
end
if not v[1] then return { 'pending' } end
fence()
return { 'verdict', v[1], s[3] }
