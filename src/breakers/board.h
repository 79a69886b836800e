// All circuit breakers of one account: what they saw, which have tripped, what blocks entries.
//
// Shape:   See...() tells what happened, Evaluate() judges it; both take the time from outside. A
//          breaker trips once enough of its last measurements were bad and then stays latched until
//          its rule ends it (breakers/breaker_rules.h). What cannot be measured is unknown, and
//          blocks or passes as the rule says. Exits are none of its business.
// Units:   as the rules.
// Errors:  none.
// Threads: the engine thread only. Pure: no clock, I/O or allocation.
// Source:  docs/risk.md#circuit-breakers

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/breaker_rules.h"
#include "breakers/equity_peak.h"
#include "model/breaker.h"

namespace bulwark::breakers {

// What an earlier run left.
struct Opening {
  model::LatchedBreakers latched;
  std::optional<base::Decimal> peak_equity;
  std::optional<base::UnixNanos> operator_seen_at;
  std::optional<base::Decimal> session_peak;     // Of the session that goes on.
  std::optional<base::Decimal> watchdog_factor;  // That entries had.
};

// A breaker tripped or was ended.
struct Change {
  model::Breaker which = model::Breaker::kVixSpike;
  bool is_tripped = false;
  bool is_by_operator = false;
  base::Decimal value;
  base::Decimal limit;
};

class Changes {
 public:
  void Add(const Change& change) { rows_.at(count_++) = change; }
  [[nodiscard]] const Change* begin() const { return rows_.data(); }
  [[nodiscard]] const Change* end() const { return rows_.data() + count_; }
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  // Each breaker changes at most once per evaluation.
  std::array<Change, model::kBreakers> rows_{};
  std::size_t count_ = 0;
};

enum class ResetAnswer : std::uint8_t {
  kDone,
  kWasNotTripped,
  kCauseLasts,  // It would trip again, or nobody knows whether it would.
};

// Why entries are refused.
struct Block {
  model::Breaker which = model::Breaker::kVixSpike;
  model::BreakerState state = model::BreakerState::kUnknown;
  base::Decimal value;
  base::Decimal limit;
};

class Board {
 public:
  explicit Board(const Limits& limits, const Opening& opening = {});

  void SeeFeed(bool is_up, base::UnixNanos at);
  void SeeMarketData(base::UnixNanos at);
  // Without a word about it a session counts as open.
  void SeeSession(bool is_open, base::UnixNanos at);
  // Each reading counts once, by its own time.
  void SeeVix(base::Decimal level, base::UnixNanos at);
  // A beat from the future says nothing.
  void SeeHeartbeat(base::UnixNanos beat, base::UnixNanos now);
  void SeeDrift(base::Decimal percent, base::UnixNanos now);
  // Counts once a second; empty while it is not known.
  void SeeEquity(std::optional<base::Decimal> equity, std::optional<base::Decimal> day_fraction,
                 base::UnixNanos now);
  void SeeRoundTrip(base::Decimal realised_pnl, base::UnixNanos now);
  void SeeEntryAnswer(bool is_rejected, base::UnixNanos now);
  void SeeVenueCall(bool is_error, base::UnixNanos now);
  void SeeLatency(base::Nanos span, base::UnixNanos now);

  [[nodiscard]] Changes Evaluate(base::UnixNanos now);
  // By a person. The highest equity begins anew when the drawdown's breaker is reset.
  ResetAnswer Reset(model::Breaker which, base::UnixNanos now, Changes& out);

  [[nodiscard]] std::optional<Block> Blocking() const;
  [[nodiscard]] model::BreakerViews Views() const;
  [[nodiscard]] std::optional<base::Decimal> peak_equity() const { return peak_.value(); }
  // How far `equity` is below the highest, in percent of it.
  [[nodiscard]] base::Decimal DrawdownPercent(base::Decimal equity) const {
    return peak_.DrawdownPercent(equity);
  }
  // How many of the stages of the dead man's switch (50 %, 80 %) have passed; told by Evaluate().
  [[nodiscard]] int dead_man_stage() const { return dead_man_stage_; }

 private:
  struct Row {
    bool is_latched = false;
    bool is_known = false;
    bool is_bad = false;  // The last measurement.
    base::Decimal value;  // Of the last measurement, else of the trip.
    std::uint32_t bits = 0;
    std::optional<base::UnixNanos> bad_at;
    base::UnixNanos checked_at;
  };

  Row& RowOf(model::Breaker which) { return rows_.at(model::IndexOf(which)); }
  [[nodiscard]] const Row& RowOf(model::Breaker which) const {
    return rows_.at(model::IndexOf(which));
  }
  [[nodiscard]] base::Decimal Limit(model::Breaker which) const { return LimitOf(limits_, which); }
  [[nodiscard]] bool IsOff(model::Breaker which) const { return Limit(which).is_zero(); }
  void Latch(model::Breaker which, const model::LatchedBreaker& trip);
  void Measure(model::Breaker which, base::Decimal value, bool is_bad, base::UnixNanos now);
  void Forget(model::Breaker which, base::UnixNanos now);
  void MeasureAges(base::UnixNanos now);
  void MeasureData(base::UnixNanos now);
  void MeasureBeat(base::UnixNanos now);
  [[nodiscard]] bool IsConfirmed(const Rule& rule) const;
  [[nodiscard]] bool IsOver(const Rule& rule, base::UnixNanos now) const;
  void Clear(model::Breaker which);

  Limits limits_;
  std::array<Row, model::kBreakers> rows_{};
  bool is_session_open_ = true;
  std::optional<base::UnixNanos> session_opened_at_;
  std::optional<base::UnixNanos> data_at_;
  std::optional<base::UnixNanos> feed_lost_at_;
  bool was_feed_up_ = false;
  std::optional<base::UnixNanos> vix_at_;
  std::optional<base::UnixNanos> beat_at_;
  int dead_man_stage_ = 0;
  std::optional<base::UnixNanos> equity_at_;
  EquityPeak peak_;
  std::uint32_t losses_ = 0;
  std::uint32_t rejects_ = 0;
};

}  // namespace bulwark::breakers
