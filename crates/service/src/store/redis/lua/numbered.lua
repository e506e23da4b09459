-- Whether the session waits and has this number. ARGV: id, org, number
local s = redis.call('HMGET', P .. ':s:' .. ARGV[4], 'org', 'number', 'ea', 'st')
if s[1] ~= ARGV[5] or s[2] ~= ARGV[6] or tonumber(s[3]) <= now or s[4] ~= WAITING then return { 'gone' } end
return { 'done' }
