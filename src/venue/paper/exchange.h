// The matching core of the paper exchange: events in, outcomes out; no clock, no I/O.
//
//   arrival --checks--> pending --latency--> active --touches the quote--> taker fill (spread,
//   slippage)
//                                              |  market remainder: tries again at each tick
//                                              +--limit rests--> maker fill when a trade goes
//                                              *through* it
//
// Shape:   one account, spot: nothing is sold that is not held, nothing bought that is not paid
//          for. A market order fills at the spread around the last trade plus slippage; a resting
//          limit fills at its own price, in price-time order, with at most the size of the tick
//          that went through it (all when the tick has no size). IOC and FOK end at activation; DAY
//          and stops are refused. A cancel acts at arrival. Memory grows by about 40 bytes per
//          order ever seen: that is how duplicates are known.
// Units:   the exchange's time is the largest received_at of any tick or stamp of any command so
//          far; latency is counted in it, so that replays at any speed behave alike. OnTime() moves
//          it on.
// Errors:  List() answers kInvalidArgument or kConflict; all else is an outcome.
// Threads: one. The caller makes outcomes durable before it tells them.
// Source:  contract section 2.8

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/account.h"
#include "venue/paper/market_model.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {

constexpr std::size_t kWorkingOrdersMax = 10'000;

// All that must outlive the process. positions[i] belongs to instruments[i].
struct ExchangeState {
  base::Decimal opening_cash;
  base::Decimal cash;
  std::vector<model::Instrument> instruments;
  std::vector<base::Decimal> positions;
  std::uint64_t orders_seen = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t last_sequence = 0;
  base::UnixNanos clock;
  std::vector<PaperOrder> working;
  std::vector<model::OrderId> seen;
};

class Exchange {
 public:
  // Goes on from `state`. Orders that were working rest again; prices come with the next ticks.
  Exchange(const MarketModel& model, const ExchangeState& state);

  // Makes an instrument tradable, or changes the steps of one without working orders.
  base::Result<model::InstrumentId> List(model::Instrument instrument);
  [[nodiscard]] std::optional<model::InstrumentId> Find(std::string_view venue_symbol) const;

  void Submit(const Submission& submission, Outcomes& outcomes);
  void Cancel(const model::OrderId& id, base::UnixNanos at, Outcomes& outcomes);
  // Requires: tick.instrument came from List() or Find(); its price is positive.
  void OnTick(const model::Tick& tick, Outcomes& outcomes);
  void OnTime(base::UnixNanos now, Outcomes& outcomes);

  [[nodiscard]] const Account& account() const { return account_; }
  [[nodiscard]] const std::vector<model::Instrument>& instruments() const { return instruments_; }
  [[nodiscard]] const std::map<std::uint64_t, PaperOrder>& working() const { return working_; }
  [[nodiscard]] const PaperOrder* FindWorking(const model::OrderId& id) const;
  [[nodiscard]] bool HasSeen(const model::OrderId& id) const { return seen_.contains(id); }
  [[nodiscard]] base::Decimal opening_cash() const { return opening_cash_; }
  [[nodiscard]] std::uint64_t orders_seen() const { return orders_seen_; }
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }
  [[nodiscard]] base::UnixNanos clock() const { return clock_; }
  // Whether an order waits for its latency to pass.
  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }

 private:
  enum class Liquidity : std::uint8_t { kTaker, kMaker };
  struct Book {
    std::optional<base::Decimal> last;
    std::set<std::pair<base::Decimal, std::uint64_t>> buys;   // Negated price first: best is first.
    std::set<std::pair<base::Decimal, std::uint64_t>> sells;  // Best is first.
    std::set<std::uint64_t> hungry;                           // Market orders with a remainder.
  };

  void AdvanceTo(base::UnixNanos now, Outcomes& outcomes);
  std::optional<std::string_view> Refusal(const PaperOrder& order, bool is_listed) const;
  [[nodiscard]] base::Decimal ReservePrice(const PaperOrder& order) const;
  [[nodiscard]] std::optional<base::Decimal> ReserveOf(const PaperOrder& order) const;
  void Block(PaperOrder& order);
  void Unblock(PaperOrder& order);
  void Activate(std::uint64_t number, Outcomes& outcomes);
  bool Take(PaperOrder& order, base::Decimal touch, Outcomes& outcomes);
  bool Execute(PaperOrder& order, base::Decimal price, base::Decimal wanted, Liquidity liquidity,
               Outcomes& outcomes);
  void BookFill(PaperOrder& order, base::Decimal price, base::Decimal size, base::Decimal fee_bps,
                Outcomes& outcomes);
  [[nodiscard]] base::Decimal Affordable(const PaperOrder& order, base::Decimal price,
                                         base::Decimal size, base::Decimal fee_bps) const;
  void MatchResting(Book& book, const model::Tick& tick, Outcomes& outcomes);
  void FillResting(const std::vector<std::uint64_t>& numbers, base::Decimal& budget,
                   Outcomes& outcomes);
  void Rest(const PaperOrder& order);
  void End(PaperOrder order, model::OrderEnd end, std::string_view reason, Outcomes& outcomes);
  void Forget(const PaperOrder& order);
  Book& BookOf(const PaperOrder& order) { return books_.at(order.instrument.index); }

  MarketModel model_;
  base::Decimal opening_cash_;
  Account account_;
  std::vector<model::Instrument> instruments_;
  std::vector<Book> books_;  // By instrument number.
  std::map<std::uint64_t, PaperOrder> working_;
  std::unordered_map<model::OrderId, std::uint64_t> numbers_;  // Of working orders.
  std::unordered_set<model::OrderId> seen_;
  std::set<std::pair<base::UnixNanos, std::uint64_t>> pending_;
  std::uint64_t orders_seen_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t last_sequence_ = 0;
  base::UnixNanos clock_;
};

}  // namespace bulwark::venue::paper
