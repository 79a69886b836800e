// The three scripts that change the shared keys of a rate limit; each runs whole or not at all.
//
// Shape:   take: brings in what others did to the keys, then grants, makes wait, or refuses.
//          report: closes after a 429 or 418. slot: a process takes or renews its part for times
//          without Redis. Their arguments are described where they are read. The time is the
//          server's, never a caller's.
// Errors:  a script answers WRONGTYPE with the key's name when it cannot understand one.
// Threads: constant text.
// Source:  docs/limiter.md#the-keys

#pragma once

#include <string>
#include <string_view>

namespace bulwark::limiter {

// How a script learns the time. Tests pass another expression to move it themselves.
inline constexpr std::string_view kServerTime = "redis.call('TIME')";

std::string TakeScript(std::string_view time = kServerTime);
std::string ReportScript(std::string_view time = kServerTime);
std::string SlotScript(std::string_view time = kServerTime);
// Empties the bucket and replaces what cannot be read.
std::string DrainScript(std::string_view time = kServerTime);

}  // namespace bulwark::limiter
