// The values of the rate limiter's and the cache's own keys.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/field_rules.h"
#include "contract/value_checks.h"

namespace bulwark::contract {
namespace {

using Problem = std::optional<std::string>;

constexpr std::size_t kDigitsMax = 17;
constexpr std::size_t kTokenMax = 64;

std::string Shown(std::string_view value) {
  return "'" + std::string(value.substr(0, 60)) + "'";
}

std::vector<std::string_view> Parts(std::string_view value) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = value.find(':');
    parts.push_back(value.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    value.remove_prefix(at + 1);
  }
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.size() <= kDigitsMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kTokenMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

}  // namespace

Problem CheckLimiterGrant(std::string_view value) {
  const auto parts = Parts(value);
  return parts.size() == 3 && IsDigits(parts[0]) && IsDigits(parts[1]) && !CheckFloat(parts[2])
             ? std::nullopt
             : Problem(Shown(value) + " is not <calls>:<microseconds>:<tokens>");
}

Problem CheckLimiterTicket(std::string_view value) {
  const auto parts = Parts(value);
  return parts.size() == 4 && IsDigits(parts[0]) && IsDigits(parts[1]) && IsDigits(parts[2]) &&
                 IsToken(parts[3])
             ? std::nullopt
             : Problem(Shown(value) + " is not <priority>:<weight>:<microseconds>:<who>");
}

Problem CheckLimiterClosed(std::string_view value) {
  static constexpr std::array<FieldRule, 3> kRules = {{
      {.name = "until", .type = FieldType::kNumber},
      {.name = "status", .type = FieldType::kWholeNumber},
      {.name = "strikes", .type = FieldType::kWholeNumber},
  }};
  return CheckFields(value, kRules);
}

Problem CheckLimiterLimits(std::string_view value) {
  const bool has_origin = value.starts_with("default ") || value.starts_with("set ");
  return has_origin && value.find('/') != std::string_view::npos
             ? std::nullopt
             : Problem(Shown(value) + " is not 'default <limits>' or 'set <limits>'");
}

Problem CheckToken(std::string_view value) {
  return IsToken(value) ? std::nullopt : Problem(Shown(value) + " is not a token");
}

Problem CheckCounterName(std::string_view value) {
  static constexpr std::array<std::string_view, 6> kNames = {"granted", "waited", "refused",
                                                             "local",   "late",   "throttled"};
  return std::find(kNames.begin(), kNames.end(), value) != kNames.end()
             ? std::nullopt
             : Problem(Shown(value) + " is no counter of the rate limiter");
}

Problem CheckCacheCounterName(std::string_view value) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "hits", "nothing", "stale", "fetches", "failed", "waits", "large", "unreadable"};
  return std::find(kNames.begin(), kNames.end(), value) != kNames.end()
             ? std::nullopt
             : Problem(Shown(value) + " is no counter of the cache");
}

}  // namespace bulwark::contract
