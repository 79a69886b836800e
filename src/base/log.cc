#include "base/log.h"

#include <atomic>
#include <string>
#include <string_view>

#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::base {
namespace {

std::atomic<LogLevel> least_level{LogLevel::kInfo};

thread_local std::string thread_name = "main";

// The one place of the process that holds the sink; made at first use, as spdlog asks for.
spdlog::logger& Sink() {
  static const auto sink = [] {
    auto logger = spdlog::stderr_logger_mt("bulwark");
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    return logger;
  }();
  return *sink;
}

std::string& ProcessName() {
  static std::string name = "bulwark";
  return name;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
    case LogLevel::kOff:
      return "off";
  }
  return "error";
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) {
    return true;
  }
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f') {
      return true;
    }
  }
  return false;
}

void AppendQuoted(std::string& line, std::string_view value) {
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f') {
      line += '?';
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

Result<LogLevel> ParseLogLevel(std::string_view text) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (text == LevelName(level)) {
      return level;
    }
  }
  return Fail(ErrorCode::kInvalidArgument,
              "log level '" + std::string(text) + "' is none of debug, info, warn, error");
}

void SetLog(LogLevel least, std::string_view process) {
  least_level = least;
  ProcessName() = process;
}

void NameThread(std::string_view name) {
  thread_name = std::string(name.substr(0, 15));
  pthread_setname_np(pthread_self(), thread_name.c_str());
}

LogEntry::LogEntry(LogLevel level, std::string_view event)
    : level_(level), is_on_(level >= least_level.load(std::memory_order_relaxed)) {
  if (is_on_) {
    line_.reserve(256);
    line_ = "ts=" + FormatIso(WallNow(), IsoSuffix::kZulu);
    With("level", LevelName(level)).With("process", ProcessName()).With("thread", thread_name);
    With("event", event);
  }
}

LogEntry::~LogEntry() {
  if (is_on_) {
    Sink().log(spdlog::level::info, "{}", line_);
  }
}

LogEntry& LogEntry::With(std::string_view key, std::string_view value) {
  if (!is_on_) {
    return *this;
  }
  line_ += ' ';
  line_ += key;
  line_ += '=';
  if (NeedsQuotes(value)) {
    AppendQuoted(line_, value);
  } else {
    line_ += value;
  }
  return *this;
}

}  // namespace bulwark::base
