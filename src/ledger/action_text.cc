#include "ledger/action_text.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/adjustment_row.h"
#include "ledger/breaker_log.h"
#include "ledger/fill_row.h"
#include "ledger/order_row.h"
#include "ledger/proposal_row.h"
#include "ledger/round_trip_row.h"
#include "ledger/row_text.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kAnchorColumns = "kind, utc_day, equity";
constexpr std::string_view kAnchorKinds = "tii";

Result<sql::Statement> CellsOf(const ParsedRow& row, std::string_view columns,
                               std::string_view kinds) {
  auto cells = sql::Statement::Detached(std::string(kinds));
  if (auto filled = FillCells(row, SplitColumns(std::string(columns)), std::string(kinds), cells,
                              Cells::kFilled);
      !filled) {
    return tl::unexpected<base::Error>(filled.error());
  }
  return cells;
}

// Optional columns that were NULL come back as 0, which no price is.
void RestoreAbsent(model::Order& order) {
  for (std::optional<base::Decimal>* price : {&order.limit_price, &order.stop_price}) {
    if (*price && (*price)->is_zero()) {
      price->reset();
    }
  }
}

Result<model::Action> OrderOf(const sql::Statement& cells, const SymbolMap& symbols) {
  auto order = ReadOrder(cells, 0, symbols);
  if (!order) {
    return tl::unexpected<base::Error>(order.error());
  }
  RestoreAbsent(*order);
  return model::Action(model::OrderChanged{*order});
}

Result<model::Action> FillOf(const sql::Statement& cells, const SymbolMap& symbols) {
  const auto booked = ReadFillRow(cells, 0, symbols);
  if (!booked) {
    return tl::unexpected<base::Error>(booked.error());
  }
  return model::Action(
      model::FillBooked{.fill = booked->fill, .realised_pnl = booked->realised_pnl});
}

Result<model::Action> AnchorOf(const sql::Statement& cells, const SymbolMap& /*symbols*/) {
  const auto kind = model::AnchorKindFromName(cells.Text(0));
  if (!kind) {
    return base::Fail(ErrorCode::kCorrupt, "anchor of kind '" + cells.Text(0) + "'");
  }
  return model::Action(model::AnchorSet{.utc_day = static_cast<std::int32_t>(cells.Int(1)),
                                        .equity = base::Decimal::FromRaw(cells.Int(2)),
                                        .kind = *kind});
}

Result<model::Action> AdjustmentOf(const sql::Statement& cells, const SymbolMap& symbols) {
  const auto booked = ReadAdjustmentRow(cells, 0, symbols);
  if (!booked) {
    return tl::unexpected<base::Error>(booked.error());
  }
  return model::Action(
      model::BooksAdjusted{.adjustment = booked->adjustment, .realised_pnl = booked->realised_pnl});
}

Result<model::Action> RoundTripOf(const sql::Statement& cells, const SymbolMap& symbols) {
  const auto closed = ReadRoundTripRow(cells, 0, symbols);
  if (!closed) {
    return tl::unexpected<base::Error>(closed.error());
  }
  return model::Action(*closed);
}

Result<model::Action> BreakerOf(const sql::Statement& cells, const SymbolMap& /*symbols*/) {
  const auto row = ReadBreaker(cells, 0);
  if (!row) {
    return tl::unexpected<base::Error>(row.error());
  }
  return model::Action(model::BreakerChanged{.which = row->which,
                                             .event = row->event,
                                             .is_by_operator = row->actor == "human",
                                             .value = row->value,
                                             .limit = row->limit,
                                             .at = row->at});
}

Result<model::Action> ProposalOf(const sql::Statement& cells, const SymbolMap& symbols) {
  auto proposal = ReadProposal(cells);
  if (!proposal) {
    return tl::unexpected<base::Error>(proposal.error());
  }
  const auto instrument = symbols.Instrument(cells.Int(kProposalInstrument));
  if (!instrument) {
    return base::Fail(ErrorCode::kNotFound,
                      "proposal " + cells.Text(0) + ": the configuration lacks its instrument");
  }
  proposal->order.instrument = *instrument;
  return model::Action(model::ProposalChanged{*proposal});
}

struct ActionKind {
  std::string_view table;
  std::string_view columns;
  std::string_view kinds;
  Result<model::Action> (*read)(const sql::Statement&, const SymbolMap&);
};

}  // namespace

std::string LineOf(const model::Action& action, const SymbolMap& symbols) {
  if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
    auto row = sql::Statement::Detached(kOrderKinds);
    BindOrder(row, 0, changed->order, symbols);
    return RowAsJson("order_events", SplitColumns(kOrderColumns), kOrderKinds, row, Cells::kFilled);
  }
  if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
    auto row = sql::Statement::Detached(kFillRowKinds);
    BindFill(row, 0, *booked, {}, symbols);
    return RowAsJson("fills", SplitColumns(kFillRowColumns), kFillRowKinds, row, Cells::kFilled);
  }
  if (const auto* anchor = std::get_if<model::AnchorSet>(&action)) {
    auto row = sql::Statement::Detached(std::string(kAnchorKinds));
    row.Set(0, Name(anchor->kind)).Set(1, std::int64_t{anchor->utc_day});
    row.Set(2, anchor->equity.raw());
    return RowAsJson("anchors", SplitColumns(std::string(kAnchorColumns)),
                     std::string(kAnchorKinds), row, Cells::kFilled);
  }
  if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
    auto row = sql::Statement::Detached(kAdjustmentKinds);
    BindAdjustment(row, 0, *adjusted, {}, symbols);
    return RowAsJson("adjustments", SplitColumns(kAdjustmentColumns), kAdjustmentKinds, row,
                     Cells::kFilled);
  }
  if (const auto* closed = std::get_if<model::RoundTripClosed>(&action)) {
    auto row = sql::Statement::Detached(kRoundTripKinds);
    BindRoundTrip(row, 0, *closed, symbols);
    return RowAsJson("round_trips", SplitColumns(kRoundTripColumns), kRoundTripKinds, row,
                     Cells::kFilled);
  }
  if (const auto* breaker = std::get_if<model::BreakerChanged>(&action)) {
    auto row = sql::Statement::Detached(kBreakerKinds);
    BindBreaker(row, AsRow(*breaker));
    return RowAsJson("breaker_events", SplitColumns(kBreakerColumns), kBreakerKinds, row,
                     Cells::kFilled);
  }
  if (const auto* proposal = std::get_if<model::ProposalChanged>(&action)) {
    auto row = sql::Statement::Detached(kProposalKinds);
    BindProposal(row, proposal->proposal, symbols);
    return RowAsJson("proposals", ProposalColumnNames(), kProposalKinds, row, Cells::kFilled);
  }
  return "";
}

Result<model::Action> ActionOfLine(std::string_view line, const SymbolMap& symbols) {
  const auto row = ParseRow(line);
  if (!row) {
    return tl::unexpected<base::Error>(row.error());
  }
  const std::array kinds{
      ActionKind{"order_events", kOrderColumns, kOrderKinds, &OrderOf},
      ActionKind{"fills", kFillRowColumns, kFillRowKinds, &FillOf},
      ActionKind{"anchors", kAnchorColumns, kAnchorKinds, &AnchorOf},
      ActionKind{"adjustments", kAdjustmentColumns, kAdjustmentKinds, &AdjustmentOf},
      ActionKind{"round_trips", kRoundTripColumns, kRoundTripKinds, &RoundTripOf},
      ActionKind{"breaker_events", kBreakerColumns, kBreakerKinds, &BreakerOf},
      ActionKind{"proposals", kProposalColumnList, kProposalKinds, &ProposalOf}};
  for (const ActionKind& kind : kinds) {
    if (kind.table == row->table) {
      const auto cells = CellsOf(*row, kind.columns, kind.kinds);
      return cells ? kind.read(*cells, symbols)
                   : Result<model::Action>(tl::unexpected<base::Error>(cells.error()));
    }
  }
  return base::Fail(ErrorCode::kCorrupt, "unknown table '" + row->table + "'");
}

}  // namespace bulwark::ledger
