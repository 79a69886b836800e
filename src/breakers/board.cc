#include "breakers/board.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/breaker_rules.h"
#include "model/breaker.h"

namespace bulwark::breakers {
namespace {

using base::Decimal;
using model::Breaker;
using model::BreakerState;

constexpr base::Nanos kEquityEvery{std::chrono::seconds{1}};
constexpr base::Nanos kVixAgeMax{std::chrono::hours{96}};
// Two clocks may differ by this much.
constexpr base::Nanos kClockSlack{std::chrono::minutes{5}};
constexpr Decimal kHundred = Decimal::FromInt(100);

std::chrono::sys_days DayOf(base::UnixNanos at) {
  return std::chrono::floor<std::chrono::days>(at);
}

}  // namespace

Board::Board(const Limits& limits, const Opening& opening)
    : limits_(limits), beat_at_(opening.operator_seen_at), peak_(opening.peak_equity) {
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    const auto& latched = opening.latched.at(at);
    if (latched && !IsOff(static_cast<Breaker>(at))) {
      Latch(static_cast<Breaker>(at), *latched);
    }
  }
  // Nothing happened yet, and that is known.
  for (const Rule& rule : AllRules()) {
    RowOf(rule.which).is_known = !rule.is_continuous;
  }
}

// As an earlier run left it.
void Board::Latch(Breaker which, const model::LatchedBreaker& trip) {
  Row& row = RowOf(which);
  row.is_latched = true;
  row.value = trip.value;
  row.checked_at = trip.at;
  if (RuleOf(which).ends_by == EndsBy::kNextDay) {
    row.bad_at = trip.at;  // A night without the trader is a night as well.
  }
}

void Board::Measure(Breaker which, Decimal value, bool is_bad, base::UnixNanos now) {
  const Rule& rule = RuleOf(which);
  Row& row = RowOf(which);
  const std::uint32_t mask = rule.of >= 32 ? ~0U : (1U << rule.of) - 1U;
  row.bits = ((row.bits << 1U) | (is_bad ? 1U : 0U)) & mask;
  row.is_known = true;
  row.is_bad = is_bad;
  row.value = value;
  row.checked_at = now;
  if (is_bad) {
    row.bad_at = now;
  }
}

void Board::Forget(Breaker which, base::UnixNanos now) {
  Row& row = RowOf(which);
  row.is_known = false;
  row.checked_at = now;
}

void Board::SeeFeed(bool is_up, base::UnixNanos at) {
  if (is_up) {
    was_feed_up_ = true;
    feed_lost_at_.reset();
  } else if (was_feed_up_ && !feed_lost_at_) {
    feed_lost_at_ = at;
  }
}

void Board::SeeMarketData(base::UnixNanos at) {
  data_at_ = std::max(data_at_.value_or(at), at);
  SeeFeed(true, at);
}

void Board::SeeSession(bool is_open, base::UnixNanos at) {
  if (is_open && !is_session_open_) {
    session_opened_at_ = at;
  }
  is_session_open_ = is_open;
}

void Board::SeeVix(Decimal level, base::UnixNanos at) {
  if (vix_at_ && at <= *vix_at_) {
    return;
  }
  vix_at_ = at;
  Measure(Breaker::kVixSpike, level, level > limits_.vix, at);
}

void Board::SeeHeartbeat(base::UnixNanos beat, base::UnixNanos now) {
  if (beat <= now + kClockSlack) {
    beat_at_ = std::max(beat_at_.value_or(beat), beat);
  }
}

void Board::SeeDrift(Decimal percent, base::UnixNanos now) {
  Measure(Breaker::kReconciliation, percent, percent > limits_.drift, now);
}

void Board::SeeEquity(std::optional<Decimal> equity, std::optional<Decimal> day_fraction,
                      base::UnixNanos now) {
  if (equity_at_ && now - *equity_at_ < kEquityEvery) {
    return;
  }
  equity_at_ = now;
  if (!equity) {
    Forget(Breaker::kDrawdown, now);
    Forget(Breaker::kDailyLoss, now);
    return;
  }
  peak_.See(*equity);
  const Decimal down = peak_.DrawdownPercent(*equity);
  Measure(Breaker::kDrawdown, down, down > limits_.drawdown, now);
  const auto day = day_fraction
                       ? base::CheckedMul(*day_fraction, kHundred, base::Rounding::kHalfEven)
                       : std::nullopt;
  if (day) {
    Measure(Breaker::kDailyLoss, *day, *day < -limits_.daily_loss, now);
  } else {
    Forget(Breaker::kDailyLoss, now);
  }
}

void Board::SeeRoundTrip(Decimal realised_pnl, base::UnixNanos now) {
  losses_ = realised_pnl.is_negative() ? losses_ + 1 : 0;
  Measure(Breaker::kConsecutiveLosses, Decimal::FromInt(losses_), losses_ >= limits_.losses, now);
}

void Board::SeeEntryAnswer(bool is_rejected, base::UnixNanos now) {
  rejects_ = is_rejected ? rejects_ + 1 : 0;
  Measure(Breaker::kConsecutiveRejects, Decimal::FromInt(rejects_), rejects_ >= limits_.rejects,
          now);
}

void Board::SeeVenueCall(bool is_error, base::UnixNanos now) {
  Measure(Breaker::kVenueErrors, Decimal(), is_error, now);
  Row& row = RowOf(Breaker::kVenueErrors);
  row.value = Decimal::FromInt(std::popcount(row.bits));
}

void Board::SeeLatency(base::Nanos span, base::UnixNanos now) {
  Measure(Breaker::kLatency, AsSeconds(span), span > limits_.latency, now);
}

// What grows with time and needs nobody to tell it.
void Board::MeasureAges(base::UnixNanos now) {
  MeasureData(now);
  MeasureBeat(now);
  if (vix_at_ && now - *vix_at_ > kVixAgeMax) {
    Forget(Breaker::kVixSpike, now);
  } else if (Row& vix = RowOf(Breaker::kVixSpike); vix.is_known && vix.is_bad) {
    vix.bad_at = now;  // The level stands until another one is read.
  }
  const base::Nanos outage = feed_lost_at_ ? now - *feed_lost_at_ : base::Nanos{0};
  Measure(Breaker::kFeedDisconnected, AsSeconds(outage), outage > limits_.feed_outage, now);
}

void Board::MeasureData(base::UnixNanos now) {
  if (!is_session_open_) {
    Measure(Breaker::kStaleData, Decimal(), false, now);
  } else if (data_at_) {
    const base::Nanos age = now - std::max(*data_at_, session_opened_at_.value_or(*data_at_));
    Measure(Breaker::kStaleData, AsSeconds(age), age > limits_.data_age, now);
  } else {
    Forget(Breaker::kStaleData, now);
  }
}

void Board::MeasureBeat(base::UnixNanos now) {
  dead_man_stage_ = 0;
  if (!beat_at_) {
    Forget(Breaker::kDeadMan, now);
    return;
  }
  const base::Nanos age = std::max(now - *beat_at_, base::Nanos{0});
  Measure(Breaker::kDeadMan, AsHours(age), age > limits_.heartbeat_age, now);
  if (!IsOff(Breaker::kDeadMan)) {
    dead_man_stage_ += age > limits_.heartbeat_age / 2 ? 1 : 0;
    dead_man_stage_ += age > limits_.heartbeat_age / 10 * 8 ? 1 : 0;
  }
}

bool Board::IsConfirmed(const Rule& rule) const {
  const auto bad = static_cast<std::uint32_t>(std::popcount(RowOf(rule.which).bits));
  return bad >= (rule.bad > 0 ? rule.bad : limits_.venue_errors);
}

bool Board::IsOver(const Rule& rule, base::UnixNanos now) const {
  const Row& row = RowOf(rule.which);
  if (rule.ends_by == EndsBy::kOperator || !row.is_known || (rule.is_continuous && row.is_bad)) {
    return false;
  }
  if (rule.ends_by == EndsBy::kNextDay) {
    return row.bad_at && DayOf(now) > DayOf(*row.bad_at);
  }
  return row.bad_at && now - *row.bad_at >= rule.hold;
}

void Board::Clear(Breaker which) {
  Row& row = RowOf(which);
  row.is_latched = false;
  row.bits = 0;
  if (!RuleOf(which).is_continuous) {
    row.is_bad = false;
    row.value = Decimal();
  }
  if (which == Breaker::kConsecutiveLosses) {
    losses_ = 0;
  } else if (which == Breaker::kConsecutiveRejects) {
    rejects_ = 0;
  }
}

Changes Board::Evaluate(base::UnixNanos now) {
  MeasureAges(now);
  Changes changes;
  for (const Rule& rule : AllRules()) {
    Row& row = RowOf(rule.which);
    if (IsOff(rule.which)) {
      continue;
    }
    if (row.is_latched && !row.bad_at) {
      row.bad_at = now;  // It had tripped before this run.
    }
    if (!row.is_latched && IsConfirmed(rule)) {
      row.is_latched = true;
      changes.Add({.which = rule.which,
                   .is_tripped = true,
                   .value = row.value,
                   .limit = Limit(rule.which)});
    } else if (row.is_latched && IsOver(rule, now)) {
      changes.Add({.which = rule.which,
                   .is_by_operator = rule.ends_by == EndsBy::kHeartbeat,
                   .value = row.value,
                   .limit = Limit(rule.which)});
      Clear(rule.which);
    }
  }
  return changes;
}

ResetAnswer Board::Reset(Breaker which, base::UnixNanos now, Changes& out) {
  Row& row = RowOf(which);
  if (!row.is_latched) {
    return ResetAnswer::kWasNotTripped;
  }
  const Rule& rule = RuleOf(which);
  const bool is_unclear = !row.is_known && rule.unknown == UnknownPolicy::kBlocks;
  const bool is_rebased = which == Breaker::kDrawdown;
  if (rule.is_continuous && (is_unclear || (row.is_known && row.is_bad && !is_rebased))) {
    return ResetAnswer::kCauseLasts;
  }
  if (is_rebased) {
    peak_.Restart();
    equity_at_.reset();
    row.is_bad = false;
  }
  row.checked_at = now;
  out.Add({.which = which, .is_by_operator = true, .value = row.value, .limit = Limit(which)});
  Clear(which);
  return ResetAnswer::kDone;
}

// One that tripped says more than one that is not known yet.
std::optional<Block> Board::Blocking() const {
  std::optional<Block> unknown;
  for (const Rule& rule : AllRules()) {
    const Row& row = RowOf(rule.which);
    if (IsOff(rule.which)) {
      continue;
    }
    if (row.is_latched) {
      return Block{.which = rule.which,
                   .state = BreakerState::kTripped,
                   .value = row.value,
                   .limit = Limit(rule.which)};
    }
    if (!unknown && !row.is_known && rule.unknown == UnknownPolicy::kBlocks) {
      unknown = Block{.which = rule.which,
                      .state = BreakerState::kUnknown,
                      .value = row.value,
                      .limit = Limit(rule.which)};
    }
  }
  return unknown;
}

model::BreakerViews Board::Views() const {
  model::BreakerViews views;
  for (const Rule& rule : AllRules()) {
    const Row& row = RowOf(rule.which);
    model::BreakerView& view = views.at(model::IndexOf(rule.which));
    view.is_off = IsOff(rule.which);
    view.limit = Limit(rule.which);
    view.checked_at = row.checked_at;
    if (row.is_known || row.is_latched) {
      view.value = row.value;
    }
    if (view.is_off) {
      view.state = BreakerState::kOk;
    } else if (row.is_latched) {
      view.state = BreakerState::kTripped;
    } else {
      view.state = row.is_known ? BreakerState::kOk : BreakerState::kUnknown;
    }
    view.is_blocking =
        view.state == BreakerState::kTripped ||
        (view.state == BreakerState::kUnknown && rule.unknown == UnknownPolicy::kBlocks);
  }
  return views;
}

}  // namespace bulwark::breakers
