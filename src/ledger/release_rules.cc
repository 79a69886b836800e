#include "ledger/release_rules.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ledger/durable_writes.h"
#include "model/breaker.h"
#include "model/switches.h"
#include "sql/connection.h"

namespace bulwark::ledger {
namespace {

constexpr std::array kCritical{model::Breaker::kDrawdown, model::Breaker::kDailyLoss,
                               model::Breaker::kReconciliation};

}  // namespace

std::string WhyNotRelease(std::optional<base::UnixNanos> on_since, base::UnixNanos now,
                          const model::LatchedBreakers& latched, const ReleaseRules& rules) {
  if (!on_since) {
    return "";
  }
  // A clock that went back makes nobody wait for longer than the cooldown.
  const base::Nanos age = now > *on_since ? now - *on_since : base::Nanos{0};
  if (age < rules.cooldown) {
    const auto left = std::chrono::ceil<std::chrono::minutes>(rules.cooldown - age).count();
    const auto whole = std::chrono::ceil<std::chrono::minutes>(rules.cooldown).count();
    return "the kill switch can be released in " + std::to_string(left) +
           " min (kill.cooldown is " + std::to_string(whole) + " min from when it was set)";
  }
  for (const model::Breaker which : kCritical) {
    if (latched.at(model::IndexOf(which))) {
      const std::string name(model::Name(which));
      std::string why = "the circuit breaker ";
      why += name;
      why += " is tripped: `bulwark breakers reset ";
      why += name;
      why += "` comes first";
      return why;
    }
  }
  return "";
}

base::Result<void> NoteRefusedRelease(sql::Connection& connection, const model::SwitchTurn& turn,
                                      const std::string& why) {
  auto transaction = sql::Transaction::Begin(connection, kRefusalWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO refused_releases(reason, actor, why, at) VALUES(:r, :a, :w, :t)",
       .params = "ttti"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, turn.reason).Set(1, turn.actor).Set(2, why);
  insert->Set(3, std::int64_t{turn.at.time_since_epoch().count()});
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  return transaction->Commit();
}

}  // namespace bulwark::ledger
