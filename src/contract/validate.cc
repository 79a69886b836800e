#include "contract/validate.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/iso_time.h"
#include "contract/catalogue.h"
#include "contract/json_reader.h"
#include "contract/number_format.h"

namespace bulwark::contract {
namespace {

constexpr std::int64_t kOrdinalOfUnixEpoch = 719'163;  // 0001-01-01 is day 1.

std::optional<std::string> CheckTtl(Ttl expected, std::int64_t ttl_s) {
  if (expected.is_none()) {
    return ttl_s < 0 ? std::nullopt
                     : std::optional("expires in " + std::to_string(ttl_s) +
                                     " s, but the contract says it never does");
  }
  if (ttl_s < 0) {
    return "never expires, but the contract says it lives " + TtlText(expected);
  }
  if (ttl_s > expected.max_s) {
    return "expires in " + std::to_string(ttl_s) + " s, but the contract says at most " +
           std::to_string(expected.max_s) + " s";
  }
  return std::nullopt;
}

// The score of a day trade is the ordinal of its own date.
std::optional<std::string> CheckOrdinal(const std::string& member, const std::string& score) {
  const auto object = ParseJsonObject(member);
  const JsonValue* date = object ? object->Find("date") : nullptr;
  const auto at =
      date == nullptr ? std::nullopt : base::ParseIso(date->text.substr(0, 10) + "T00:00:00Z");
  if (!at) {
    return std::nullopt;  // The member's own check has said so.
  }
  const std::int64_t days =
      std::chrono::floor<std::chrono::days>(*at).time_since_epoch().count() + kOrdinalOfUnixEpoch;
  const auto number = ParseFloat(score);
  if (number && *number == static_cast<double>(days)) {
    return std::nullopt;
  }
  return "score " + score.substr(0, 40) + " is not " + std::to_string(days) + ", the ordinal of " +
         date->text;
}

}  // namespace

std::vector<std::string> Validate(const Entry& entry, const Observation& seen) {
  std::vector<std::string> problems;
  const auto add = [&](std::optional<std::string> problem) {
    if (problem && problems.size() < kProblemsMax) {
      problems.push_back(*std::move(problem));
    }
  };
  if (seen.type != Name(entry.kind)) {
    add("is a " + std::string(seen.type) + ", but the contract says " +
        std::string(Name(entry.kind)));
    return problems;
  }
  add(CheckTtl(entry.ttl, seen.ttl_s));
  for (std::size_t at = 0; at < seen.values.size(); ++at) {
    add(entry.check(seen.values[at]));
    if (entry.id == EntryId::kPdtTrades && at < seen.scores.size()) {
      add(CheckOrdinal(seen.values[at], seen.scores[at]));
    }
  }
  return problems;
}

}  // namespace bulwark::contract
