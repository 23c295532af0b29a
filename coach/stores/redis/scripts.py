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

# -- the fenced store ------------------------------------------------------------------------
# Every write names itself by a token. A session remembers the tokens of its last writes, so that
# one whose answer was lost can be sent again, and is done once.

# KEYS: session, times. ARGV: id, token, user, time as text, time as number.
CREATE = """
if redis.call('HGET', KEYS[1], 'born') == ARGV[2] then return 1 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'born', ARGV[2], 'user', ARGV[3], 'values', '{}', 'revision', 0,
  'at', ARGV[4], 'writes', '')
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
return 1
"""

# KEYS: session, times. ARGV: id, token, born, revision, values, time as text, time as number.
# 1 written, 0 somebody else was faster.
SWAP = """
local found = redis.call('HMGET', KEYS[1], 'born', 'revision', 'writes')
if found[1] ~= ARGV[3] then return 0 end
if string.find(found[3], ARGV[2], 1, true) then return 1 end
if found[2] ~= ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], 'values', ARGV[5], 'revision', tonumber(ARGV[4]) + 1, 'at', ARGV[6],
  'writes', string.sub(found[3] .. ARGV[2], -1024))
redis.call('ZADD', KEYS[2], ARGV[7], ARGV[1])
return 1
"""

# KEYS: session, times, mark. ARGV: id, revision, time as text, lifetime of the mark in ms.
REMOVE = """
if redis.call('EXISTS', KEYS[3]) == 1 then return 1 end
local found = redis.call('HMGET', KEYS[1], 'revision', 'at')
if found[1] ~= ARGV[2] or found[2] ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[3], '', 'PX', ARGV[4])
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
"""
