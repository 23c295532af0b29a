"""What has to happen at once in Redis, in its own language."""

# KEYS: entry, tombstone. ARGV: number, version, seal, body, lifetime in ms.
# Nothing is put over something newer, nor where a session was removed a moment ago.
PUT = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local old = redis.pcall('HGET', KEYS[1], 'number')
if type(old) == 'table' then
  redis.call('DEL', KEYS[1])
elseif old and (tonumber(old) or 0) > tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], 'number', ARGV[1], 'version', ARGV[2], 'seal', ARGV[3], 'body', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""

# KEYS: entry. ARGV: the seal that was read. What was put there meanwhile stays.
DROP = """
local found = redis.pcall('HGET', KEYS[1], 'seal')
if type(found) ~= 'table' and found and found ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

# KEYS: entry, tombstone. ARGV: lifetime of the tombstone in ms.
FORGET = """
redis.call('SET', KEYS[2], '', 'PX', ARGV[1])
return redis.call('DEL', KEYS[1])
"""
