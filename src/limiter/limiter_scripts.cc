// Why a log beside the bucket: a bucket of N tokens refilled with N a minute lets 2 N through a
// minute (N at once, then as fast as it refills). The log knows when each unit was granted. Its
// entries are scored by the units granted ever, so one look-up per window answers everything: with
// `total` units granted so far, a call of `units` fits a window of N when the unit number
// total + units - N is older than the window, and otherwise that unit's time plus the window is
// when to come back. Those who wait ahead count as if they were granted already; so everybody gets
// an appointment of his own and nobody polls. The bucket is kept in step for readers of the
// documented pair; a call that keeps to the log never finds it empty.

#include "limiter/limiter_scripts.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "base/ensure.h"

namespace bulwark::limiter {
namespace {

constexpr std::string_view kTimeMark = "@TIME@";

// Times are whole Unix microseconds, which a double holds exactly.
constexpr std::string_view kCommon = R"lua(
local clock = @TIME@
local now = clock[1] * 1000000 + clock[2]
local function wrong(key, text)
  return redis.error_reply('WRONGTYPE ' .. key .. ' ' .. text)
end
local function seconds(us)
  return string.format('%d.%06d', math.floor(us / 1000000), us % 1000000)
end
local function number(text)
  local n = text and string.find(text, '^%s*[-+]?%d*%.?%d*[eE]?[-+]?%d*%s*$') and tonumber(text)
  if n and n > -1e12 and n < 1e12 then return n end
end
local function closure(text)
  local is_json, doc = pcall(cjson.decode, text)
  if is_json and type(doc) == 'table' and type(doc['until']) == 'number' then
    return doc['until'] * 1000000, tonumber(doc.strikes) or 1
  end
end
local function close(key, till, status, strikes)
  redis.call('SET', key, '{"until": ' .. seconds(till) .. ', "status": ' .. status ..
    ', "strikes": ' .. strikes .. '}')
end
)lua";

// KEYS tokens, last_refill, log, waiting, closed, limits, counters
// ARGV 1 what: take (and wait), try (and do not), look (grant nothing)
//      2 limits with their origin          3 units        4 priority, 0 first
//      5 the ticket of one who waits or '' 6 who asks     7 the highest total the caller has seen
//      8 us that it is ready to wait       9 how many of one priority may wait
//      10 counters to add: 'name n name n' 11 us of the first window
//      12.. per window: us with slack, units for this priority, units for all
// Answers {'granted'|'wait'|'refused'|'limits', now, total, note, ready, text}
constexpr std::string_view kTake = R"lua(
local TOKENS, REFILL, LOG, WAITING, CLOSED, LIMITS, COUNTERS = unpack(KEYS)
local GRACE, RECHECK, AGED = 3000000, 5000000, 30000000
local units, priority, mine = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local most = 0
for i = 12, #ARGV, 3 do most = math.max(most, tonumber(ARGV[i + 2])) end
local capacity = tonumber(ARGV[14])
local rate = capacity / tonumber(ARGV[11])

local pair = redis.call('MGET', TOKENS, REFILL, LIMITS)
for i, key in ipairs({TOKENS, REFILL, LIMITS}) do
  if not pair[i] then
    local kind = redis.call('TYPE', key).ok
    if kind ~= 'none' and kind ~= 'string' then
      return wrong(key, 'is a ' .. kind .. ', not a string')
    end
  end
end

if pair[3] ~= ARGV[2] then
  local is_default = string.sub(ARGV[2], 1, 8) == 'default '
  local theirs = pair[3] or 'default '
  if string.sub(theirs, 1, 4) == 'set ' then return {'limits', now, 0, '', 0, theirs} end
  if string.sub(theirs, 1, 8) ~= 'default ' then
    return wrong(LIMITS, "is neither 'default ...' nor 'set ...'")
  end
  if not is_default then return {'limits', now, 0, '', 0, ''} end
  redis.call('SET', LIMITS, ARGV[2])
end

for name, count in string.gmatch(ARGV[10], '(%a+) (%d+)') do
  redis.call('ZINCRBY', COUNTERS, count, name)
end

local tail = redis.pcall('ZRANGE', LOG, -1, -1)
if tail.err then return wrong(LOG, 'is not a sorted set') end
local total, at, tokens = 0, now, capacity
local charge, note, is_stale = 0, '', false
local function bucket(left, since)
  return math.min(capacity, left + math.max(0, now - since) * rate)
end
if tail[1] then
  local a, b, c = string.match(tail[1], '^(%d+):(%d+):(%d+%.%d+)$')
  if a then
    total, at, tokens = tonumber(a), tonumber(b), tonumber(c)
    if at > now + 1000000 then
      note = 'the clock went back: what was used in the future counts as used now'
      for _, member in ipairs(redis.call('ZRANGE', LOG, 0, -1)) do
        local n, used, left = string.match(member, '^(%d+):(%d+):(%d+%.%d+)$')
        if n and tonumber(used) > now then
          redis.call('ZREM', LOG, member)
          redis.call('ZADD', LOG, n, n .. ':' .. string.format('%d', now) .. ':' .. left)
        end
      end
      at, is_stale = now, true
    elseif at > now then
      now = at
    end
    local is_changed = pair[1] ~= c or pair[2] ~= seconds(tonumber(b))
    if is_changed and pair[1] and pair[2] then
      local left, since = number(pair[1]), number(pair[2])
      if left and since then
        since = math.min(since * 1000000, now)
        local had = math.min(capacity, tokens + math.max(0, since - at) * rate)
        charge = math.max(0, math.min(capacity, math.ceil(had - left - 0.001)))
        if charge > 0 and note == '' then note = 'others used ' .. charge end
      else
        charge, note = capacity, 'the pair was unreadable: it counts as an empty bucket'
      end
    elseif is_changed then
      note = 'the pair was missing: written again from the log'
    end
    is_stale = is_stale or is_changed
  else
    redis.call('DEL', LOG)
    charge, note = most, 'the log was unreadable: all windows count as used now'
  end
elseif pair[1] or pair[2] then
  local left, since = number(pair[1]), number(pair[2])
  if left and since then
    charge = math.ceil(capacity - bucket(left, since * 1000000) - 0.001)
    charge = math.max(0, math.min(capacity, charge))
    note = 'taken over from a client without a log'
  else
    charge, note = capacity, 'the pair was unreadable: it counts as an empty bucket'
  end
end
local forgotten = tonumber(ARGV[7]) - total
if forgotten > 0 then
  charge = charge + forgotten
  note = 'the server had forgotten ' .. forgotten .. ': they count as used now'
end

local function use(count)
  total, tokens = total + count, math.max(0, bucket(tokens, at) - count)
  at, is_stale = now, false
  local left, used = string.format('%.6f', tokens), string.format('%d', now)
  redis.call('ZADD', LOG, total, string.format('%d', total) .. ':' .. used .. ':' .. left)
  redis.call('ZREMRANGEBYSCORE', LOG, '-inf', total - most)
  redis.call('MSET', TOKENS, left, REFILL, seconds(now))
end
if charge > 0 then use(charge) end
if is_stale then redis.call('MSET', TOKENS, string.format('%.6f', tokens), REFILL, seconds(at)) end

local function class(p, since)
  return (p == 3 and now - since > AGED) and 2 or p
end
local since = mine == '' and now or tonumber(string.match(mine, '^%d+:%d+:(%d+):') or now)
local count = redis.pcall('ZCARD', WAITING)
if type(count) == 'table' then return wrong(WAITING, 'is not a sorted set') end
local ahead, peers = 0, 0
if count > 0 then
  redis.call('ZREMRANGEBYSCORE', WAITING, '-inf', now - GRACE)
  local waiting = redis.call('ZRANGE', WAITING, 0, -1)
  local my_class = class(priority, since)
  for _, member in ipairs(waiting) do
    local p, w, s = string.match(member, '^(%d+):(%d+):(%d+):')
    if p and member ~= mine then
      p, w, s = tonumber(p), tonumber(w), tonumber(s)
      if p == priority then peers = peers + 1 end
      local theirs = class(p, s)
      local is_earlier = s < since or (s == since and (mine == '' or member < mine))
      if theirs < my_class or (theirs == my_class and is_earlier) then ahead = ahead + w end
    end
  end
end

local ready, reason = now, 'window'
for i = 12, #ARGV, 3 do
  local span, allowed = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local need = total + ahead + units - allowed
  local rounds = math.max(0, math.ceil((need - total) / allowed))
  need = need - rounds * allowed
  local free = now
  if need > 0 then
    local member = redis.call('ZRANGEBYSCORE', LOG, need, '+inf', 'LIMIT', 0, 1)[1]
    local used = member and tonumber(string.match(member, '^%d+:(%d+):') or now) or now
    free = math.max(now, used + span)
  end
  ready = math.max(ready, free + rounds * span)
end
local shut = redis.pcall('GET', CLOSED)
if type(shut) == 'table' then return wrong(CLOSED, 'is not a string') end
if shut then
  local till = closure(shut)
  if not till then
    till, note = now + 60000000, 'the closure was unreadable: closed for a minute'
    close(CLOSED, till, 0, 1)
  end
  if till > now and till >= ready then ready, reason = math.ceil(till), 'closed' end
end

if ready <= now and ARGV[1] ~= 'look' then
  use(units)
  if mine ~= '' then redis.call('ZREM', WAITING, mine) end
  return {'granted', now, total, note, now, ''}
end
if ARGV[1] ~= 'take' or ready - now > tonumber(ARGV[8]) then
  if mine ~= '' then redis.call('ZREM', WAITING, mine) end
  return {'refused', now, total, note, ready, reason}
end
if mine == '' then
  local room = tonumber(ARGV[9])
  if priority <= 1 then room = room * 2 end
  if peers >= room then return {'refused', now, total, note, ready, 'full'} end
  mine = priority .. ':' .. units .. ':' .. string.format('%d', now) .. ':' .. ARGV[6]
end
local back = math.min(ready, now + RECHECK)
redis.call('ZADD', WAITING, back, mine)
return {'wait', now, total, note, back, mine}
)lua";

// KEYS closed, counters; ARGV 1 status, 2 us that the server asked for or -1, 3 us otherwise.
// Refusals during one closure are one refusal; each further one doubles the time.
constexpr std::string_view kReport = R"lua(
local MEMORY, MOST = 600000000, 3600000000
local text = redis.pcall('GET', KEYS[1])
if type(text) == 'table' then return wrong(KEYS[1], 'is not a string') end
local till, strikes = 0, 0
if text then
  till, strikes = closure(text)
  if not till then till, strikes = 0, 0 end
end
if now >= till + MEMORY then strikes = 0 end
if now >= till then strikes = strikes + 1 end
local span = tonumber(ARGV[2])
if span < 0 then span = math.min(MOST, ARGV[3] * 2 ^ math.min(12, strikes - 1)) end
till = math.max(till, now + math.ceil(span))
close(KEYS[1], till, ARGV[1], strikes)
redis.call('ZINCRBY', KEYS[2], 1, 'throttled')
return {math.ceil(till - now), strikes}
)lua";

// KEYS slots; ARGV 1 who, 2 how many slots, 3 us that a slot is held. Answers 1 when held.
constexpr std::string_view kSlot = R"lua(
local count = redis.pcall('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if type(count) == 'table' then return wrong(KEYS[1], 'is not a sorted set') end
local is_held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not is_held and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%d', now + ARGV[3]), ARGV[1])
return 1
)lua";

// KEYS tokens, last_refill, log, waiting, closed, limits; ARGV 1 the units of the largest window.
// Answers what was replaced.
constexpr std::string_view kDrain = R"lua(
local replaced = {}
local function kind_of(key) return redis.call('TYPE', key).ok end
for i, key in ipairs(KEYS) do
  local wanted = (i == 3 or i == 4) and 'zset' or 'string'
  local kind = kind_of(key)
  if kind ~= 'none' and kind ~= wanted then
    table.insert(replaced, 'a ' .. kind .. ' at ' .. key)
    redis.call('DEL', key)
  end
end
local limits = redis.call('GET', KEYS[6])
if limits and not (string.find(limits, '^default ') or string.find(limits, '^set ')) then
  table.insert(replaced, 'an unreadable text at ' .. KEYS[6])
  redis.call('DEL', KEYS[6])
end
local tail = redis.call('ZRANGE', KEYS[3], -1, -1)[1]
local total = tail and tonumber(string.match(tail, '^(%d+):%d+:%d+%.%d+$'))
if tail and not total then
  table.insert(replaced, 'an unreadable log at ' .. KEYS[3])
  redis.call('DEL', KEYS[3])
end
total = (total or 0) + tonumber(ARGV[1])
local used = string.format('%d', now)
redis.call('ZADD', KEYS[3], total, string.format('%d', total) .. ':' .. used .. ':0.000000')
redis.call('MSET', KEYS[1], '0.000000', KEYS[2], seconds(now))
return replaced
)lua";

std::string WithTime(std::string_view body, std::string_view time) {
  std::string script = std::string(kCommon) + std::string(body);
  const std::size_t at = script.find(kTimeMark);
  ENSURE(at != std::string::npos);
  return script.replace(at, kTimeMark.size(), time);
}

}  // namespace

std::string TakeScript(std::string_view time) {
  return WithTime(kTake, time);
}

std::string ReportScript(std::string_view time) {
  return WithTime(kReport, time);
}

std::string SlotScript(std::string_view time) {
  return WithTime(kSlot, time);
}

std::string DrainScript(std::string_view time) {
  return WithTime(kDrain, time);
}

}  // namespace bulwark::limiter
