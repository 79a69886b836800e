// Goal: nothing is ever concluded without proof, and every difference ends: gone, concluded and
//       gone, or raised to a person.
// Method: 1,000 random worlds. Each order of ours has a hidden fate at a venue that answers late,
//       wrongly ("not found", not definitive), or not at all; comparisons come at random times.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/concluder.h"
#include "reconcile/difference.h"
#include "reconcile/judge.h"
#include "reconcile/reconcile_testing.h"

namespace bulwark::reconcile {
namespace {

using std::chrono::milliseconds;
using testing_support::CashDrift;
using testing_support::kStart;
using testing_support::NotFound;
using testing_support::NotWorking;
using testing_support::OwnId;

enum class Fate : std::uint8_t { kNeverArrived, kCancelled, kSilent, kAppearsAgain };

struct World {
  explicit World(std::uint64_t seed) : random(seed) {
    for (std::uint64_t number = 1; number <= 1 + Roll(6); ++number) {
      fates[number] = static_cast<Fate>(Roll(4));
    }
    has_drift = Roll(3) == 0;
  }

  std::uint64_t Roll(std::uint64_t below) { return random() % below; }

  [[nodiscard]] std::vector<Difference> Found() const {
    std::vector<Difference> found;
    found.reserve(fates.size() + 1);
    for (const auto& [number, fate] : fates) {
      found.push_back(NotWorking(number));
    }
    if (has_drift) {
      found.push_back(CashDrift("990"));
    }
    return found;
  }

  // Empty: no answer.
  std::optional<OrderAnswer> AnswerOf(std::uint64_t number) {
    const bool is_in_doubt = Roll(3) == 0;
    if (is_in_doubt) {
      return Roll(2) == 0 ? std::optional(NotFound(number, false)) : std::nullopt;
    }
    switch (fates.at(number)) {
      case Fate::kNeverArrived:
        proven.insert(number);
        return NotFound(number, true);
      case Fate::kCancelled:
        proven.insert(number);
        return testing_support::Found(number, OrderLife::kCancelled, "0");
      case Fate::kAppearsAgain:
        return testing_support::Found(number, OrderLife::kWorking, "0");
      case Fate::kSilent:
        break;
    }
    return std::nullopt;
  }

  std::mt19937_64 random;
  std::map<std::uint64_t, Fate> fates;  // Of the orders that our books still have open.
  std::set<std::uint64_t> proven;       // For which a proof was given.
  std::set<std::uint64_t> concluded;
  std::set<std::uint64_t> raised;
  bool has_drift = false;
  bool is_drift_raised = false;
};

std::uint64_t NumberOf(const model::OrderId& id) {
  std::uint64_t number = 1;
  while (OwnId(number) != id) {
    ++number;
  }
  return number;
}

class Trial {
 public:
  explicit Trial(std::uint64_t seed) : world_(seed) {}

  void Next() {
    now_ += milliseconds{world_.Roll(700)};
    if (world_.Roll(3) == 0) {
      concluder_.OnTime(now_, steps_);
    } else {
      concluder_.Observe(world_.Found(), {.is_quiet = world_.Roll(50) == 0}, now_, steps_);
    }
    while (!steps_.empty()) {
      Steps todo;
      todo.swap(steps_);
      for (const Step& step : todo) {
        std::visit([this](const auto& what) { Do(what); }, step);
      }
    }
  }

  World& world() { return world_; }
  [[nodiscard]] base::Nanos age() const { return now_ - kStart; }

 private:
  void Do(const AskOrder& ask) {
    const std::uint64_t number = NumberOf(ask.order_id);
    if (!world_.fates.contains(number) || world_.Roll(10) == 0) {
      return;  // The question got lost; nobody even says so.
    }
    if (const auto answer = world_.AnswerOf(number)) {
      concluder_.OnAnswer(*answer, now_, steps_);
    } else {
      concluder_.OnNoAnswer(ask.order_id);
    }
  }
  void Do(const Conclude& conclusion) {
    const std::uint64_t number = NumberOf(conclusion.difference.order_id);
    EXPECT_TRUE(world_.proven.contains(number)) << "concluded without a proof";
    EXPECT_TRUE(world_.concluded.insert(number).second) << "concluded twice";
    const bool is_absent = world_.fates.at(number) == Fate::kNeverArrived;
    EXPECT_EQ(std::holds_alternative<model::OrderNotSent>(conclusion.report), is_absent);
    if (world_.Roll(4) > 0) {
      world_.fates.erase(number);  // Else the books do not follow, and it must be raised.
    }
  }
  void Do(const Raise& raise) {
    if (raise.difference.kind == Kind::kCashDrift) {
      world_.is_drift_raised = true;
    } else {
      world_.raised.insert(NumberOf(raise.difference.order_id));
    }
  }
  void Do(const Clear& /*clear*/) { ADD_FAILURE() << "nothing that was raised has gone"; }
  void Do(const AskFills& /*fills*/) {}
  void Do(const CancelAtVenue& /*cancel*/) { ADD_FAILURE() << "no such order here"; }

  World world_;
  Concluder concluder_{ConcluderLimits{}};
  Steps steps_;
  base::UnixNanos now_ = kStart;
};

TEST(ConcluderRandomTest, ConcludesOnlyOnProofAndAlwaysComesToAnEnd) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE(seed);
    Trial run(seed);
    while (run.age() < ConcluderLimits{}.age_max + std::chrono::seconds{5}) {
      run.Next();
    }
    run.Next();

    for (const auto& [number, fate] : run.world().fates) {
      EXPECT_TRUE(run.world().raised.contains(number)) << "order " << number << " never ended";
    }
    EXPECT_EQ(run.world().has_drift, run.world().is_drift_raised);
    if (HasFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace bulwark::reconcile
