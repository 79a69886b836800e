// Log lines in logfmt: `ts= level= thread= event=order_denied order_id= seq= reason=`.
//
// Shape:   Log(Level, "event_name").With("key", value)...; the line is written when the entry dies.
//          The event name is a constant so that grep finds its one place. Values with blanks,
//          quotes or control characters are quoted and escaped; secrets have no way in
//          (base::Secret prints ***).
// Threads: any. Writes to stderr or to the file of OpenLog() under a lock: never call it from the
//          engine.
// Source:  house style, logging

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"

namespace bulwark::base {

// kOff is for SetLog() only: nothing is written.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };

// "debug", "info", "warn", "error".
Result<LogLevel> ParseLogLevel(std::string_view text);

// Sets the least level that is written and the name of the process ("trader") shown in each line.
void SetLog(LogLevel least, std::string_view process);
// Names the calling thread in its lines. At most 15 characters.
void NameThread(std::string_view name);

class LogEntry {
 public:
  LogEntry(LogLevel level, std::string_view event);
  ~LogEntry();
  LogEntry(const LogEntry&) = delete;
  LogEntry& operator=(const LogEntry&) = delete;
  LogEntry(LogEntry&&) = delete;
  LogEntry& operator=(LogEntry&&) = delete;

  LogEntry& With(std::string_view key, std::string_view value);
  template <class T>
    requires std::is_arithmetic_v<T>
  LogEntry& With(std::string_view key, T value) {
    if constexpr (std::is_same_v<T, bool>) {
      return With(key, value ? std::string_view("true") : std::string_view("false"));
    } else {
      return With(key, std::string_view(std::to_string(value)));
    }
  }
  LogEntry& With(std::string_view key, const Error& error) {
    return With(key, std::string_view(error.message));
  }

 private:
  LogLevel level_;
  bool is_on_;
  std::string line_;
};

inline LogEntry LogDebug(std::string_view event) {
  return {LogLevel::kDebug, event};
}
inline LogEntry LogInfo(std::string_view event) {
  return {LogLevel::kInfo, event};
}
inline LogEntry LogWarn(std::string_view event) {
  return {LogLevel::kWarn, event};
}
inline LogEntry LogError(std::string_view event) {
  return {LogLevel::kError, event};
}

}  // namespace bulwark::base
