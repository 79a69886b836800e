// Shows the trader's state in Redis: keeps what should be there and composes the writes that are
// missing.
//
// Shape:   Apply() and the setters change the picture; Compose() writes all that changed as ONE
//          transaction, keys before the channel messages about them; Confirm() says it was stored.
//          What was composed and not confirmed is composed again. A reader never sees cash of one
//          state and positions of another.
// Units:   as the contract: fractions in METRICS, percent in channels.
// Errors:  none; a value that is not known (equity without a price) is not written and never
//          guessed.
// Threads: one thread, the publisher's. Encoding allocates only while its buffers grow.
// Owner:   the instrument table must outlive it.
// Source:  contract sections 1.2, 1.4, 1.6, design section 4

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/time.h"
#include "contract/array_text.h"
#include "contract/channel_payloads.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "contract/view_documents.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/portfolio.h"
#include "model/proposal.h"
#include "model/telemetry.h"
#include "redis/command.h"
#include "stateplane/alert_mirror.h"
#include "stateplane/approval_mirror.h"
#include "stateplane/event_outbox.h"
#include "stateplane/market_mirror.h"
#include "stateplane/order_mirror.h"

namespace bulwark::stateplane {

enum class Latency : std::uint8_t { kTickToDecision, kDecisionToFill, kTickToFill };
constexpr std::size_t kLatencies = 3;

struct PublisherOptions {
  std::uint64_t epoch = 0;
  base::Decimal opening_cash;      // Start of the total P&L.
  base::Nanos alert_retention{0};  // Zero: for ever.
  const base::Clock* clock = &base::SystemClock();
  base::Decimal stop_loss_pct;  // What risk:portfolio names as the limits.
  std::int64_t day_trades_max = 0;
  std::int64_t positions_max = 0;
};

// What is in the books when the trader starts.
struct OpeningPicture {
  model::Portfolio portfolio;
  std::vector<model::Order> orders;  // Open ones and the last ended ones.
  std::vector<std::pair<model::OrderId, model::TradeId>> trades;  // Of those orders, oldest first.
  std::vector<model::Proposal> proposals;                         // That are open.
  std::vector<contract::OrderRow> rows;                           // For VIEW:ORDERS, oldest first.
  std::optional<base::Decimal> day_anchor;
};

class Publisher {
 public:
  Publisher(const model::InstrumentTable& instruments, const PublisherOptions& options,
            const OpeningPicture& opening);

  void Apply(const model::Action& action);
  void ApplyTelemetry(const model::Telemetry& telemetry);
  void SetLatency(Latency which, model::InstrumentId instrument, base::Nanos span);
  void SetHeartbeat(base::UnixNanos at) { heartbeat_ = at; }
  // When the order exit was closed; empty while it is open.
  void SetGateClosed(std::optional<base::UnixNanos> at);
  void SetVenueLink(bool is_up);
  // For alerts that do not come from the engine.
  void Alert(const model::AlertRaised& alert);

  [[nodiscard]] bool is_dirty() const;
  // Appends one MULTI..EXEC. Requires: is_dirty().
  void Compose(redis::Pipeline& out);
  void Confirm();
  // The connection is new: everything is written again.
  void MarkAllDirty();
  // What oms:portfolio should hold; empty until it was composed.
  [[nodiscard]] std::string_view portfolio_text() const { return portfolio_text_; }
  [[nodiscard]] std::uint64_t epoch() const { return options_.epoch; }

  [[nodiscard]] std::uint64_t dropped_events() const {
    return events_.dropped() + alerts_.dropped();
  }

 private:
  void On(const model::OrderChanged& action);
  void On(const model::FillBooked& action);
  void On(const model::PortfolioChanged& action);
  void On(const model::BooksAdjusted& action);
  void On(const model::RoundTripClosed& action);
  void On(const model::SignalGenerated& action);
  void On(const model::OrderDenied& action);
  void On(const model::AlertRaised& action);
  void On(const model::RunStateChanged& action);
  void On(const model::FeedStateChanged& action);
  void On(const model::AnchorSet& action);
  void On(const model::BreakerChanged& action);
  void On(const model::ProposalChanged& action);
  void On(const model::AutonomyChanged& action) { approvals_.Put(action); }
  void On(const model::SendOrder& /*action*/) {}
  void On(const model::SendCancel& /*action*/) {}

  void ComposeBooks(redis::Pipeline& out);
  void ComposeTelemetry(redis::Pipeline& out);
  void ComposeLatencies(redis::Pipeline& out);
  void ComposeLatency(const std::optional<base::Nanos>& span, const contract::Key& key,
                      redis::Pipeline& out);
  void ComposeBreakers(redis::Pipeline& out);
  void ComposeSystem(redis::Pipeline& out);
  void ComposeUpdate(redis::Pipeline& out);
  void ComposeRisk(redis::Pipeline& out);
  [[nodiscard]] std::vector<contract::PositionRow> PositionRows() const;
  void AddRow(const contract::OrderRow& row);
  [[nodiscard]] std::string_view SymbolOf(model::InstrumentId instrument) const;
  void Set(redis::Pipeline& out, const contract::Key& key);  // Writes value_ to the key.

  const model::InstrumentTable& instruments_;
  PublisherOptions options_;
  OrderMirror orders_;
  AlertMirror alerts_;
  ApprovalMirror approvals_;
  EventOutbox events_;
  MarketMirror market_;
  model::Portfolio portfolio_;
  contract::ArrayText rows_;  // VIEW:ORDERS.
  model::Telemetry telemetry_;
  contract::SystemState state_;
  contract::SystemStatus status_;
  std::optional<base::Decimal> day_anchor_;
  std::optional<base::Decimal> peak_equity_;
  base::Decimal max_drawdown_pct_;
  // Per kind and instrument; and the last one of each kind.
  std::array<std::vector<std::optional<base::Nanos>>, kLatencies> latencies_;
  std::array<std::optional<base::Nanos>, kLatencies> last_latencies_;
  std::optional<base::UnixNanos> heartbeat_;
  model::BreakerViews breakers_;  // As last shown.
  base::UnixNanos breakers_shown_at_;
  bool are_breakers_dirty_ = false;
  bool are_books_dirty_ = true;
  bool are_rows_dirty_ = true;
  bool is_telemetry_dirty_ = false;
  bool are_latencies_dirty_ = false;
  bool is_state_dirty_ = true;
  bool is_start_dirty_ = true;  // What is written once per connection.
  std::string portfolio_text_;  // As composed last.
  std::string value_;           // Scratch for encoders.
};

}  // namespace bulwark::stateplane
