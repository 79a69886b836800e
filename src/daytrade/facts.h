// Where each number of the policy comes from: its source, when it was in force, and whether the
// broker of the account has confirmed it.
//
// Shape:   one row per number; the value is read from a policy, so that the table cannot say
//          another number than the one that decides. Nothing is confirmed by a broker until the
//          owner says so in the settings.
// Threads: any. Nothing allocates.
// Source:  docs/day-trades.md#numbers

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/decimal.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {

struct Fact {
  std::string_view name;
  std::string_view unit;
  base::Decimal (*value)(const Policy& policy);
  std::optional<Date> from;   // In force; empty where it is ours, or older than anybody asks.
  std::optional<Date> until;  // Last day; empty while it is in force.
  std::string_view source;
  Date as_of;  // When the source was looked at.
};

std::span<const Fact> Facts();

// What brokers announced about their change from the old rule to the new one.
struct BrokerFact {
  std::string_view broker;
  std::optional<Date> migrated_on;  // Empty: no date that could be relied on.
  std::optional<std::int32_t> cure_days;
  std::string_view source;
  Date as_of;
};

std::span<const BrokerFact> BrokerFacts();

}  // namespace bulwark::daytrade
