#include "contract/monitor_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/catalogue.h"
#include "contract/key_match.h"

namespace bulwark::contract {
namespace {

// Commands that change no key and publish nothing, or whose effects MONITOR prints on lines of
// their own.
constexpr std::array<std::string_view, 75> kHarmless = {
    "ACL",         "AUTH",          "BGREWRITEAOF", "BGSAVE",    "CLIENT",     "COMMAND",
    "CONFIG",      "DBSIZE",        "DEBUG",        "DISCARD",   "ECHO",       "EVAL",
    "EVALSHA",     "EVAL_RO",       "EVALSHA_RO",   "EXEC",      "EXISTS",     "EXPIRETIME",
    "FCALL",       "FLUSHALL",      "FLUSHDB",      "GET",       "GETRANGE",   "HELLO",
    "HEXISTS",     "HGET",          "HGETALL",      "HKEYS",     "HLEN",       "HMGET",
    "HSCAN",       "HVALS",         "INFO",         "KEYS",      "LASTSAVE",   "LATENCY",
    "LINDEX",      "LLEN",          "LRANGE",       "MEMORY",    "MGET",       "MODULE",
    "MONITOR",     "MULTI",         "OBJECT",       "PING",      "PSUBSCRIBE", "PTTL",
    "PUBSUB",      "QUIT",          "ROLE",         "SAVE",      "SCAN",       "SCARD",
    "SCRIPT",      "SELECT",        "SHUTDOWN",     "SISMEMBER", "SLOWLOG",    "SMEMBERS",
    "SRANDMEMBER", "SSCAN",         "STRLEN",       "SUBSCRIBE", "TIME",       "TTL",
    "TYPE",        "UNSUBSCRIBE",   "UNWATCH",      "WATCH",     "ZCARD",      "ZCOUNT",
    "ZRANGE",      "ZRANGEBYSCORE", "ZSCORE"};

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return upper;
}

bool IsOneOf(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<unsigned> HexDigit(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at =
      kDigits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

// Takes what follows a backslash; Redis writes \n \r \t \a \b \" \\ and \xNN.
std::optional<char> TakeEscape(std::string_view& rest) {
  constexpr std::string_view kLetters = "nrtab\"\\";
  constexpr std::string_view kMeanings = "\n\r\t\a\b\"\\";
  if (rest.empty()) {
    return std::nullopt;
  }
  const char letter = rest.front();
  rest.remove_prefix(1);
  if (const std::size_t at = kLetters.find(letter); at != std::string_view::npos) {
    return kMeanings[at];
  }
  if (letter != 'x' || rest.size() < 2) {
    return std::nullopt;
  }
  const auto high = HexDigit(rest[0]);
  const auto low = HexDigit(rest[1]);
  rest.remove_prefix(2);
  return high && low ? std::optional(static_cast<char>(*high * 16 + *low)) : std::nullopt;
}

// Takes one "quoted" word.
std::optional<std::string> TakeWord(std::string_view& rest) {
  if (rest.empty() || rest.front() != '"') {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  std::string word;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') {
      return word;
    }
    if (c != '\\') {
      word += c;
      continue;
    }
    const std::optional<char> meant = TakeEscape(rest);
    if (!meant) {
      return std::nullopt;
    }
    word += *meant;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> ParseMonitorLine(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  const std::size_t open = line.find(" [");
  const std::size_t close = line.find("] \"");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      line.find_first_not_of("0123456789.") != open) {
    return std::nullopt;
  }
  line.remove_prefix(close + 2);
  std::vector<std::string> words;
  while (!line.empty()) {
    auto word = TakeWord(line);
    if (!word || (!line.empty() && line.front() != ' ')) {
      return std::nullopt;
    }
    words.push_back(*std::move(word));
    line.remove_prefix(std::min<std::size_t>(1, line.size()));
  }
  return words;
}

void MonitorChecker::Complain(std::string name, std::string text) {
  const auto [known, is_new] = known_problems_.try_emplace({name, text}, report_.problems.size());
  if (!is_new) {
    ++report_.problems[known->second].count;
    return;
  }
  if (report_.problems.size() == kDistinctProblemsMax) {
    known_problems_.erase(known);
    return;
  }
  report_.problems.push_back(
      {.name = std::move(name), .text = std::move(text), .first_line = report_.lines, .count = 1});
}

const Entry* MonitorChecker::Known(const std::string& name, bool is_channel) {
  const auto match = is_channel ? MatchChannel(name) : MatchKey(name);
  if (!match) {
    Complain(name, is_channel ? "the channel is not declared" : "the key is not declared");
    return nullptr;
  }
  ++report_.seen.at(static_cast<std::size_t>(match->entry->id));
  return match->entry;
}

void MonitorChecker::Write(const std::string& key, Kind kind, std::span<const std::string> values) {
  ++report_.writes;
  const Entry* entry = Known(key, false);
  if (entry == nullptr) {
    return;
  }
  if (entry->kind != kind) {
    Complain(std::string(entry->pattern), "was written as a " + std::string(Name(kind)) +
                                              ", but the contract says " +
                                              std::string(Name(entry->kind)));
    return;
  }
  for (const std::string& value : values) {
    if (auto problem = entry->check(value)) {
      Complain(std::string(entry->pattern), *std::move(problem));
    }
  }
}

void MonitorChecker::Touch(const std::string& key) {
  ++report_.writes;
  if (!MatchKey(key)) {
    Complain(key, "the key is not declared");
  }
}

void MonitorChecker::Expire(const std::string& key) {
  Touch(key);
  const auto match = MatchKey(key);
  if (match && match->entry->ttl.is_none()) {
    Complain(std::string(match->entry->pattern),
             "was given a time to live, but the contract says it never expires");
  }
}

void MonitorChecker::Publish(const std::string& channel, const std::string& payload) {
  ++report_.messages;
  const Entry* entry = Known(channel, true);
  if (entry == nullptr) {
    return;
  }
  if (auto problem = entry->check(payload)) {
    Complain(std::string(entry->pattern), *std::move(problem));
  }
}

// SET key value [NX|XX] [GET] [EX n|PX n|EXAT n|PXAT n|KEEPTTL]
void MonitorChecker::CheckSet(Words words) {
  constexpr std::array<std::string_view, 4> kExpiring = {"EX", "PX", "EXAT", "PXAT"};
  Write(words[1], Kind::kString, words.subspan(2, 1));
  const auto options = words.subspan(3);
  const bool expires = std::any_of(options.begin(), options.end(), [&](const std::string& word) {
    return IsOneOf(Upper(word), kExpiring);
  });
  if (expires) {
    Expire(words[1]);
  }
}

bool MonitorChecker::CheckStrings(const std::string& command, Words words) {
  constexpr std::array<std::string_view, 6> kCounting = {"INCR", "INCRBY", "INCRBYFLOAT",
                                                         "DECR", "DECRBY", "APPEND"};
  if (command == "SET" && words.size() >= 3) {
    CheckSet(words);
  } else if ((command == "SETNX" || command == "GETSET") && words.size() == 3) {
    Write(words[1], Kind::kString, words.subspan(2));
  } else if ((command == "SETEX" || command == "PSETEX") && words.size() == 4) {
    Write(words[1], Kind::kString, words.subspan(3));
    Expire(words[1]);
  } else if (command == "MSET" || command == "MSETNX") {
    for (std::size_t at = 1; at + 1 < words.size(); at += 2) {
      Write(words[at], Kind::kString, words.subspan(at + 1, 1));
    }
  } else if (IsOneOf(command, kCounting) && words.size() >= 2) {
    Write(words[1], Kind::kString, {});
  } else {
    return false;
  }
  return true;
}

// Requires: a key.
bool MonitorChecker::CheckHashes(const std::string& command, Words words) {
  if (command == "HSET" || command == "HSETNX") {
    std::vector<std::string> values;
    for (std::size_t at = 3; at < words.size(); at += 2) {
      values.push_back(words[at]);  // Names and values in turn.
    }
    Write(words[1], Kind::kHash, values);
    return true;
  }
  if (command == "HDEL") {
    Write(words[1], Kind::kHash, {});
    return true;
  }
  return false;
}

bool MonitorChecker::CheckCollections(const std::string& command, Words words) {
  constexpr std::array<std::string_view, 4> kRemoving = {"SREM", "SPOP", "SMOVE", "SINTERSTORE"};
  constexpr std::array<std::string_view, 4> kTrimming = {"LTRIM", "LREM", "LPOP", "RPOP"};
  if (words.size() < 2) {
    return false;
  }
  if (command == "SADD") {
    Write(words[1], Kind::kSet, words.subspan(2));
  } else if (command == "RPUSH" || command == "LPUSH") {
    Write(words[1], Kind::kList, words.subspan(2));
  } else if ((command == "ZADD" || command == "ZINCRBY") && words.size() >= 4) {
    Write(words[1], Kind::kSortedSet, words.last(1));
  } else if (command.starts_with("ZREM")) {
    Write(words[1], Kind::kSortedSet, {});
  } else if (command.starts_with('H')) {
    return CheckHashes(command, words);
  } else if (IsOneOf(command, kRemoving)) {
    Write(words[1], Kind::kSet, {});
  } else if (IsOneOf(command, kTrimming)) {
    Write(words[1], Kind::kList, {});
  } else {
    return false;
  }
  return true;
}

void MonitorChecker::Feed(std::string_view line) {
  ++report_.lines;
  const auto parsed = ParseMonitorLine(line);
  if (!parsed || parsed->empty()) {
    ++report_.foreign_lines;
    return;
  }
  const Words words(*parsed);
  const std::string command = Upper(words[0]);
  if (IsOneOf(command, kHarmless) || CheckStrings(command, words) ||
      CheckCollections(command, words)) {
    return;
  }
  if (command == "PUBLISH" && words.size() == 3) {
    Publish(words[1], words[2]);
  } else if (command == "DEL" || command == "UNLINK" || command == "PERSIST") {
    for (const std::string& key : words.subspan(1)) {
      Touch(key);
    }
  } else if ((command == "EXPIRE" || command == "PEXPIRE" || command == "EXPIREAT" ||
              command == "PEXPIREAT") &&
             words.size() >= 3) {
    Expire(words[1]);
  } else {
    Complain(command, "may write, and this check does not know how");
  }
}

MonitorReport MonitorChecker::Report() const {
  MonitorReport report = report_;
  for (const Entry& entry : Catalogue()) {
    if (entry.is_written_by_trader && report.seen.at(static_cast<std::size_t>(entry.id)) == 0) {
      report.never_seen.push_back(&entry);
    }
  }
  return report;
}

}  // namespace bulwark::contract
