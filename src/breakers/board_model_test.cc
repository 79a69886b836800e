// Goal: whatever happens in whatever order, the board says of each breaker what its whole history
//       says, and never lets entries pass while one is tripped.
// Method: seeded random steps (measurements, silence, resets, restarts) against a model that keeps
//         every measurement since the last clearing and judges all of them anew after each step.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/board.h"
#include "breakers/breaker_rules.h"
#include "model/breaker.h"

namespace bulwark::breakers {
namespace {

using base::Decimal;
using model::Breaker;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Limits kLimits{.vix = Decimal::FromInt(35),
                     .data_age = seconds{300},
                     .drawdown = Decimal::FromInt(10),
                     .daily_loss = Decimal::FromInt(3),
                     .drift = Decimal::FromInt(1),
                     .heartbeat_age = hours{48},
                     .feed_outage = seconds{30},
                     .losses = 3,
                     .rejects = 3,
                     .venue_errors = 6,
                     .latency = seconds{2}};

// What was measured of one breaker since it was cleared, oldest first.
struct Naive {
  std::vector<bool> bad;
  std::optional<base::UnixNanos> last_bad;
  bool is_last_bad = false;  // Outlives a clearing.
  bool is_known = false;
  bool is_latched = false;

  void See(bool is_bad, base::UnixNanos at) {
    bad.push_back(is_bad);
    is_last_bad = is_bad;
    is_known = true;
    last_bad = is_bad ? std::optional(at) : last_bad;
  }
  [[nodiscard]] std::uint32_t BadAmong(std::size_t last) const {
    const std::size_t from = bad.size() - std::min(bad.size(), last);
    return static_cast<std::uint32_t>(
        std::count(bad.begin() + static_cast<std::ptrdiff_t>(from), bad.end(), true));
  }
};

class Model {
 public:
  Naive& At(Breaker which) { return rows_.at(model::IndexOf(which)); }

  void Judge(base::UnixNanos now) {
    for (const Rule& rule : AllRules()) {
      Naive& row = At(rule.which);
      const std::uint32_t needed = rule.bad == 0 ? kLimits.venue_errors : rule.bad;
      if (row.is_latched) {
        row.last_bad = row.last_bad.value_or(now);
        End(rule, row, now);
      } else if (row.BadAmong(rule.of) >= needed) {
        row.is_latched = true;
      }
    }
  }

  // As a new process begins: only what is latched outlives it.
  void Restart() {
    for (Naive& row : rows_) {
      row = Naive{.is_latched = row.is_latched};
    }
  }

  bool Reset(const Rule& rule) {
    Naive& row = At(rule.which);
    const bool is_rebased = rule.which == Breaker::kDrawdown;
    const bool lasts =
        row.is_known ? row.is_last_bad && !is_rebased : rule.unknown == UnknownPolicy::kBlocks;
    if (!row.is_latched || (rule.is_continuous && lasts)) {
      return false;
    }
    row.is_latched = false;
    row.is_last_bad = row.is_last_bad && rule.is_continuous && !is_rebased;
    row.bad.clear();
    return true;
  }

  [[nodiscard]] bool Blocks() const {
    const auto& rules = AllRules();
    return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
      const Naive& row = rows_.at(model::IndexOf(rule.which));
      return row.is_latched ||
             (rule.is_continuous && !row.is_known && rule.unknown == UnknownPolicy::kBlocks);
    });
  }

 private:
  static void End(const Rule& rule, Naive& row, base::UnixNanos now) {
    const bool is_cause_gone = !rule.is_continuous || (row.is_known && !row.is_last_bad);
    const bool is_time =
        rule.ends_by == EndsBy::kNextDay
            ? floor<std::chrono::days>(now) > floor<std::chrono::days>(*row.last_bad)
            : now - *row.last_bad >= rule.hold;
    if (rule.ends_by != EndsBy::kOperator && is_cause_gone && is_time) {
      row.is_latched = false;
      row.bad.clear();
    }
  }

  std::array<Naive, model::kBreakers> rows_;
};

// Breakers that only what is told moves; those that grow with time have tests of their own.
class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed) {}

  void Step() {
    now_ +=
        std::array<base::Nanos, 4>{milliseconds{1}, milliseconds{400}, seconds{7}, minutes{3}}.at(
            Draw(4));
    // The ages stay young: what is random here are the others.
    board_.SeeMarketData(now_);
    board_.SeeHeartbeat(now_, now_);
    Do(Draw(9));
    Look();
  }

  void Check() {
    for (const Rule& rule : AllRules()) {
      const bool is_tripped =
          board_.Views().at(model::IndexOf(rule.which)).state == model::BreakerState::kTripped;
      ASSERT_EQ(is_tripped, model_.At(rule.which).is_latched) << model::Name(rule.which);
    }
    ASSERT_EQ(board_.Blocking().has_value(), model_.Blocks());
  }
  [[nodiscard]] int trips() const { return trips_; }
  [[nodiscard]] int ends() const { return ends_; }

 private:
  std::size_t Draw(std::size_t below) { return random_() % below; }

  void Do(std::size_t what) {
    const bool is_bad = Draw(3) != 0;
    switch (what) {
      case 0:
        model_.At(Breaker::kVixSpike).See(is_bad, now_);
        board_.SeeVix(Decimal::FromInt(is_bad ? 36 : 35), now_);
        break;
      case 1:
        model_.At(Breaker::kReconciliation).See(is_bad, now_);
        board_.SeeDrift(Decimal::FromInt(is_bad ? 2 : 1), now_);
        break;
      case 2:
        CountInARow(Breaker::kConsecutiveLosses, losses_, is_bad);
        board_.SeeRoundTrip(Decimal::FromInt(is_bad ? -1 : 0), now_);
        break;
      case 3:
        CountInARow(Breaker::kConsecutiveRejects, rejects_, is_bad);
        board_.SeeEntryAnswer(is_bad, now_);
        break;
      case 4:
        model_.At(Breaker::kVenueErrors).See(is_bad, now_);
        board_.SeeVenueCall(is_bad, now_);
        break;
      case 5:
        model_.At(Breaker::kLatency).See(is_bad, now_);
        board_.SeeLatency(is_bad ? seconds{3} : seconds{2}, now_);
        break;
      case 6:
        LoseOnTheDay(is_bad);
        break;
      case 7:
        Reset(AllRules().at(Draw(model::kBreakers)));
        break;
      default:
        if (Draw(20) == 0) {
          Restart();
        }
        break;
    }
  }

  void CountInARow(Breaker which, std::uint32_t& count, bool is_bad) {
    count = is_bad ? count + 1 : 0;
    model_.At(which).See(count >= 3, now_);
  }

  void LoseOnTheDay(bool is_bad) {
    if (equity_at_ && now_ - *equity_at_ < seconds{1}) {
      return;
    }
    equity_at_ = now_;
    model_.At(Breaker::kDailyLoss).See(is_bad, now_);
    model_.At(Breaker::kDrawdown).See(false, now_);
    board_.SeeEquity(Decimal::FromInt(100), *Decimal::Parse(is_bad ? "-0.031" : "-0.03"), now_);
  }

  void Reset(const Rule& rule) {
    Changes changes;
    const bool is_done = board_.Reset(rule.which, now_, changes) == ResetAnswer::kDone;
    ASSERT_EQ(is_done, model_.Reset(rule)) << model::Name(rule.which);
    ASSERT_EQ(changes.size(), is_done ? 1U : 0U);
    ends_ += is_done ? 1 : 0;
    if (is_done && rule.which == Breaker::kConsecutiveLosses) {
      losses_ = 0;
    } else if (is_done && rule.which == Breaker::kConsecutiveRejects) {
      rejects_ = 0;
    }
  }

  void Restart() {
    Opening opening{.operator_seen_at = now_};
    for (const Rule& rule : AllRules()) {
      if (model_.At(rule.which).is_latched) {
        opening.latched.at(model::IndexOf(rule.which)) = {.at = now_};
      }
    }
    board_ = Board(kLimits, opening);
    model_.Restart();
    losses_ = 0;
    rejects_ = 0;
    equity_at_.reset();
    board_.SeeMarketData(now_);
  }

  void Look() {
    model_.At(Breaker::kStaleData).See(false, now_);
    model_.At(Breaker::kDeadMan).See(false, now_);
    model_.At(Breaker::kFeedDisconnected).See(false, now_);
    Naive& vix = model_.At(Breaker::kVixSpike);
    vix.last_bad = vix.is_known && vix.is_last_bad ? std::optional(now_) : vix.last_bad;
    model_.Judge(now_);
    for (const Change& change : board_.Evaluate(now_)) {
      (change.is_tripped ? trips_ : ends_) += 1;
    }
  }

  std::mt19937 random_;
  base::UnixNanos now_{hours{24 * 365 * 30}};
  Board board_{kLimits};
  Model model_;
  std::uint32_t losses_ = 0;
  std::uint32_t rejects_ = 0;
  std::optional<base::UnixNanos> equity_at_;
  int trips_ = 0;
  int ends_ = 0;
};

TEST(BoardModelTest, AgreesWithItsWholeHistoryOverRandomSteps) {
  int trips = 0;
  int ends = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Walk walk(seed);
    for (int step = 0; step < 600; ++step) {
      walk.Step();
      walk.Check();
      if (testing::Test::HasFatalFailure()) {
        FAIL() << "step " << step;
      }
    }
    trips += walk.trips();
    ends += walk.ends();
  }
  EXPECT_GT(trips, 1'000);
  EXPECT_GT(ends, 1'000);
}

}  // namespace
}  // namespace bulwark::breakers
