#include "ledger/proposal_row.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/row_text.h"
#include "ledger/symbols.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/signal.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;

// 0 for none, which no price is.
std::optional<Decimal> PriceIn(const sql::Statement& row, std::size_t at) {
  const Decimal price = Decimal::FromRaw(row.Int(at));
  return price.is_zero() ? std::nullopt : std::optional(price);
}

base::UnixNanos TimeIn(const sql::Statement& row, std::size_t at) {
  return base::UnixNanos{base::Nanos{row.Int(at)}};
}

// The words of the row, in their order from the second cell of text on.
struct Words {
  std::optional<base::Uuid> id;
  std::optional<model::ProposalState> state;
  std::optional<model::ProposalReason> reason;
  std::optional<base::Uuid> decision_id;
  std::optional<model::StrategyName> strategy;
  std::optional<model::Side> side;
  std::optional<model::Intent> intent;
  std::optional<model::OrderType> type;
  std::optional<model::TimeInForce> time_in_force;

  [[nodiscard]] bool are_known() const {
    return id && state && reason && decision_id && strategy && side && intent && type &&
           time_in_force;
  }
};

Words WordsIn(const sql::Statement& row) {
  return {.id = base::Uuid::Parse(row.Text(0)),
          .state = model::ProposalStateFromName(row.Text(2)),
          .reason = model::ProposalReason::Make(row.Text(3)),
          .decision_id = base::Uuid::Parse(row.Text(4)),
          .strategy = model::StrategyName::Make(row.Text(5)),
          .side = model::SideFromName(row.Text(6)),
          .intent = model::IntentFromName(row.Text(7)),
          .type = model::OrderTypeFromName(row.Text(8)),
          .time_in_force = model::TimeInForceFromName(row.Text(9))};
}

}  // namespace

std::vector<std::string> ProposalColumnNames() {
  return SplitColumns(kProposalColumnList);
}

sql::StatementText PutProposalText() {
  std::string places;
  for (const std::string& name : ProposalColumnNames()) {
    places += (places.empty() ? ":" : ", :") + name;
  }
  return {.sql = std::string("INSERT INTO proposals(") + kProposalColumnList + ") VALUES(" +
                 places +
                 ") ON CONFLICT(id) DO UPDATE SET state = excluded.state, "
                 "reason = excluded.reason, updated_at = excluded.updated_at "
                 "WHERE proposals.state IN ('PENDING', 'CLAIMED')",
          .params = kProposalKinds};
}

void BindProposal(sql::Statement& statement, const model::Proposal& proposal,
                  const SymbolMap& symbols) {
  const model::NewOrder& order = proposal.order;
  std::size_t at = 0;
  statement.Set(at++, proposal.id.ToString());
  statement.Set(at++, symbols.LedgerId(order.instrument));
  statement.Set(at++, Name(proposal.state));
  statement.Set(at++, proposal.reason.view());
  statement.Set(at++, order.decision_id.ToString());
  statement.Set(at++, order.strategy.view());
  for (const std::string_view word :
       {Name(order.side), Name(order.intent), Name(order.type), Name(order.time_in_force)}) {
    statement.Set(at++, word);
  }
  statement.Set(at++, order.quantity.raw());
  for (const std::optional<Decimal>& price :
       {order.limit_price, order.stop_price, order.protective_stop, order.profit_target}) {
    statement.Set(at++, price.value_or(Decimal()).raw());
  }
  statement.Set(at++, proposal.reference_price.raw());
  statement.Set(at++, proposal.signal_strength.raw());
  for (const base::UnixNanos time :
       {proposal.created_at, proposal.expires_at, proposal.updated_at}) {
    statement.Set(at++, time.time_since_epoch().count());
  }
}

base::Result<model::Proposal> ReadProposal(const sql::Statement& row) {
  const Words words = WordsIn(row);
  if (!words.are_known()) {
    return base::Fail(base::ErrorCode::kCorrupt, "proposal " + row.Text(0) + " cannot be read");
  }
  return model::Proposal{
      .id = words.id.value_or(base::Uuid()),
      .order = {.decision_id = words.decision_id.value_or(base::Uuid()),
                .side = words.side.value_or(model::Side::kBuy),
                .intent = words.intent.value_or(model::Intent::kOpenLong),
                .type = words.type.value_or(model::OrderType::kMarket),
                .time_in_force = words.time_in_force.value_or(model::TimeInForce::kGtc),
                .quantity = Decimal::FromRaw(row.Int(10)),
                .limit_price = PriceIn(row, 11),
                .strategy = words.strategy.value_or(model::StrategyName()),
                .stop_price = PriceIn(row, 12),
                .protective_stop = PriceIn(row, 13),
                .profit_target = PriceIn(row, 14)},
      .reference_price = Decimal::FromRaw(row.Int(15)),
      .signal_strength = Decimal::FromRaw(row.Int(16)),
      .state = words.state.value_or(model::ProposalState::kPending),
      .created_at = TimeIn(row, 17),
      .expires_at = TimeIn(row, 18),
      .updated_at = TimeIn(row, 19),
      .reason = words.reason.value_or(model::ProposalReason())};
}

}  // namespace bulwark::ledger
