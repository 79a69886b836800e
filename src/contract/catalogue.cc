#include "contract/catalogue.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "contract/catalogue_parts.h"

namespace bulwark::contract {
namespace {

bool IsInOrder(std::span<const Entry> all) {
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (static_cast<std::size_t>(all[at].id) != at) {
      return false;
    }
  }
  return true;
}

std::array<Entry, kEntries> Joined() {
  std::array<Entry, kEntries> all{};
  std::size_t size = 0;
  for (const std::span<const Entry> part :
       {TelemetryEntries(), TradingEntries(), RiskEntries(), PlatformEntries(), ChannelEntries()}) {
    for (const Entry& entry : part) {
      all.at(size++) = entry;
    }
  }
  ENSURE(size == kEntries);
  ENSURE(IsInOrder(all));
  return all;
}

template <class Enum, std::size_t N>
std::string_view Word(const std::array<std::string_view, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

}  // namespace

std::span<const Entry> Catalogue() {
  static const std::array<Entry, kEntries> all = Joined();
  return all;
}

const Entry& Get(EntryId id) {
  return Catalogue()[static_cast<std::size_t>(id)];
}

std::string_view Name(Kind kind) {
  static constexpr std::array<std::string_view, 6> kWords = {"string", "set",  "zset",
                                                             "list",   "hash", "channel"};
  return Word(kWords, kind);
}

std::string_view Name(Group group) {
  static constexpr std::array<std::string_view, kGroups> kWords = {
      "System", "Alerts", "Metrics", "Market",           "Views",
      "OMS",    "Risk",   "Jobs",    "Limits and cache", "Channels"};
  return Word(kWords, group);
}

std::string_view Name(Encoding encoding) {
  static constexpr std::array<std::string_view, 7> kWords = {
      "word",         "float", "whole number", "ISO time", "text", "JSON, spaced (json.dumps)",
      "JSON, compact"};
  return Word(kWords, encoding);
}

std::string_view Name(Standing standing) {
  static constexpr std::array<std::string_view, 3> kWords = {"truth", "derived", "event"};
  return Word(kWords, standing);
}

std::string_view Name(Origin origin) {
  static constexpr std::array<std::string_view, 3> kWords = {"original document A",
                                                             "original document B", "extension"};
  return Word(kWords, origin);
}

std::string TtlText(Ttl ttl) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 3600;
  constexpr std::int64_t kDay = 24 * kHour;
  if (ttl.is_none()) {
    return "none";
  }
  if (ttl.min_s != ttl.max_s) {
    return std::to_string(ttl.min_s / kMinute) + "-" + std::to_string(ttl.max_s / kMinute) + " min";
  }
  if (ttl.max_s < kHour) {
    return std::to_string(ttl.max_s / kMinute) + " min";
  }
  return ttl.max_s % kDay == 0 ? std::to_string(ttl.max_s / kDay) + " d"
                               : std::to_string(ttl.max_s / kHour) + " h";
}

}  // namespace bulwark::contract
