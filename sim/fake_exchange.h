// The venue's side of the simulated venue: orders, fills and cash that survive everything.
//
// Shape:   what arrives and what is about to happen are events in virtual time, handled by
//          RunDue(). One session is open at a time; what an older one had sent is never read.
//          Reports go to the session through a Listener, numbered without gaps.
// Units:   as model/order.h; the venue's clock may be off by a skew.
// Threads: one.
// Source:  venue/venue.h

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "sim/context.h"
#include "venue/venue.h"

namespace bulwark::sim {

// Receives the reports of a session, in the order the venue made them.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void Hear(const model::VenueReport& report) = 0;
  virtual void Cut() = 0;  // A newer session was opened.
};

class Exchange {
 public:
  struct Row {
    model::Order order;  // As it arrived.
    model::VenueOrderId venue_order_id;
    model::VenueOrderId second_id;  // Empty for most; every other fill names it.
    venue::VenueOrderStatus status = venue::VenueOrderStatus::kWorking;
    base::Decimal filled;
    model::Reason reason;
  };
  // A trade as it stands now.
  struct Trade {
    model::Fill fill;
    std::uint32_t revision = 0;
    bool is_void = false;
  };
  // How the next orders are treated; scenarios set it, chance rules otherwise.
  struct Manner {
    bool fills = true;
    bool rejects = false;
    std::optional<base::Decimal> fill_only;  // Of each order; the rest works on.
  };

  Exchange(Context& context, const model::InstrumentTable& instruments, base::Decimal cash);

  // Opens a session; the older one is cut. False when a newer epoch holds the account.
  bool Open(std::uint64_t epoch, Listener& listener);
  void Close(const Listener& listener);
  // The bytes leave now and arrive later, if the session is still open then.
  void Submit(const Listener& from, const model::Order& order);
  void Cancel(const Listener& from, const model::OrderId& id);
  void SetPrice(model::InstrumentId instrument, base::Decimal price);
  // What somebody does to the account behind our back: money or a position comes or goes, a limit
  // order is placed, which waits for a while and is filled or withdrawn.
  void MoveByHand();
  void PlaceByHand();
  void RunDue();
  [[nodiscard]] base::Nanos NextDue() const;

  // Sent, and neither arrived nor lost yet.
  [[nodiscard]] bool IsOnItsWay(const model::OrderId& id) const { return in_transit_.contains(id); }
  [[nodiscard]] const Row* Find(const model::OrderId& id) const;
  [[nodiscard]] const std::vector<model::Fill>& fills() const { return fills_; }
  // Busts and corrections, in the order in which they happened.
  [[nodiscard]] const std::vector<model::VenueReport>& changes() const { return changes_; }
  // By the id that the trade was given first; null for one that was never made.
  [[nodiscard]] const Trade* FindTrade(std::string_view id) const;
  // A trade as it was made or corrected, under the id that our books give it.
  [[nodiscard]] const model::Fill* FindVersion(std::string_view booked_id) const;
  [[nodiscard]] base::Decimal cash() const { return cash_; }
  [[nodiscard]] base::Decimal opening_cash() const { return opening_cash_; }
  [[nodiscard]] base::Decimal position(model::InstrumentId id) const {
    return positions_.at(id.index);
  }
  [[nodiscard]] const std::unordered_map<model::OrderId, Row>& rows() const { return rows_; }
  [[nodiscard]] const model::InstrumentTable& instruments() const { return instruments_; }
  [[nodiscard]] std::size_t working() const { return working_; }
  [[nodiscard]] std::uint64_t orders_seen() const { return rows_.size(); }
  [[nodiscard]] std::uint64_t newest_epoch() const { return newest_epoch_; }

  bool is_network_up = true;
  Manner manner;

 private:
  enum class Kind : std::uint8_t {
    kArrive,
    kCancel,
    kFill,
    kLateFill,
    kReject,
    kBust,
    kCorrect,
    kWithdraw
  };
  struct Event {
    base::Nanos at;
    std::uint64_t number;
    Kind kind;
    std::uint64_t session;
    model::OrderId id;
    base::Decimal quantity;
    std::size_t trade;  // Of a bust or correction: its place among the fills.
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };

  void Push(base::Nanos delay, Kind kind, const model::OrderId& id, base::Decimal quantity = {},
            std::size_t trade = 0);
  void Handle(const Event& event);
  void Arrive(const model::OrderId& id);
  void CheckTwins(const model::Order& order);
  void PlanFills(const Row& row);
  void Fill(Row& row, base::Decimal quantity, bool is_late);
  [[nodiscard]] base::Decimal SizeOf(const Row& row, base::Decimal quantity);
  void PlanChanges(std::size_t trade);
  void Bust(Trade& trade);
  void Correct(Trade& trade);
  // False when cash or position would not suffice.
  bool Move(const model::Fill& fill, base::Decimal money, base::Decimal quantity);
  void End(Row& row, model::OrderEnd end, std::string_view reason);
  void HandleCancel(const model::OrderId& id);
  void Tell(const model::VenueReport& report);
  [[nodiscard]] base::UnixNanos Clock() const;
  [[nodiscard]] base::Decimal PriceFor(const model::Order& order) const;

  Context& context_;
  const model::InstrumentTable& instruments_;
  base::Decimal opening_cash_;
  base::Decimal cash_;
  std::array<base::Decimal, model::kInstrumentsMax> positions_;
  std::array<base::Decimal, model::kInstrumentsMax> prices_;
  std::unordered_map<model::OrderId, Row> rows_;
  std::unordered_map<model::OrderId, model::Order> in_transit_;
  std::vector<model::Fill> fills_;  // As they were made.
  std::vector<Trade> trades_;       // As they stand, in the same order.
  std::map<std::string, std::size_t, std::less<>> places_;
  std::map<std::string, model::Fill, std::less<>> versions_;
  std::vector<model::VenueReport> changes_;
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  Listener* listener_ = nullptr;
  std::uint64_t session_ = 0;
  std::uint64_t newest_epoch_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t placed_by_hand_ = 0;
  std::size_t working_ = 0;
  Random random_;
};

}  // namespace bulwark::sim
