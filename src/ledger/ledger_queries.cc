// The questions that a Ledger answers; ledger.cc has what it writes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "approvals/mode_change.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/autonomy_measures.h"
#include "ledger/breaker_log.h"
#include "ledger/chain.h"
#include "ledger/foreign_day_trades.h"
#include "ledger/ledger.h"
#include "ledger/ledger_impl.h"
#include "ledger/opening.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/recovery.h"
#include "ledger/release_rules.h"
#include "ledger/run_history.h"
#include "ledger/scope_log.h"
#include "ledger/session.h"
#include "ledger/symbols.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/fill.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/switches.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::Result;

Result<RecoveredBooks> Ledger::Recover(const model::InstrumentTable& table) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  return RecoverBooks(*(*session)->connection, (*session)->switches, table);
}

Result<std::vector<RecentOrder>> Ledger::RecentOrders(const model::InstrumentTable& table,
                                                      std::size_t changes) {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto rows = LoadSymbols(**connection);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  return ReadRecentOrders(**connection, SymbolMap(*rows, table), changes);
}

Result<std::vector<model::Fill>> Ledger::Fills(const model::InstrumentTable& table,
                                               std::size_t limit) {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ReadNewestFills(**connection, table, limit);
}

Result<History> Ledger::RunHistory(const model::InstrumentTable& table, std::uint64_t epoch) {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ReadRunHistory(**connection, table, epoch);
}

Result<History> Ledger::OrderHistory(const model::InstrumentTable& table,
                                     const model::OrderId& id) {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ReadOrderHistory(**connection, table, id);
}

Result<std::vector<model::OrderId>> Ledger::FindOrders(std::string_view prefix, std::size_t limit) {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ledger::FindOrders(**connection, prefix, limit);
}

Result<std::vector<std::string>> Ledger::FindContradictions(const model::InstrumentTable& table,
                                                            std::size_t limit) {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ledger::FindContradictions(**connection, table, limit);
}

Result<std::optional<ChainBreak>> Ledger::FindChainBreak(Depth depth) {
  constexpr std::int64_t kTailRows = 5'000;
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  for (const ChainedTable* table : ChainedTables()) {
    const auto tail = ReadTail(**connection, *table);
    if (!tail) {
      return tl::unexpected<base::Error>(tail.error());
    }
    const std::int64_t from = depth == Depth::kWhole ? 1 : tail->sequence - kTailRows;
    auto found = FindBreak(**connection, *table, from);
    if (!found || *found) {
      return found;
    }
  }
  return std::optional<ChainBreak>{};
}

Result<model::SwitchTurn> Ledger::Turn(const model::SwitchTurn& turn) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  return (*session)->switches.Append(turn);
}

Result<model::SwitchTurn> Ledger::ReleaseKill(const model::SwitchTurn& turn,
                                              const ReleaseRules& rules) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  SwitchLog& switches = (*session)->switches;
  if (rules.own_stop) {
    return switches.AppendAfter(turn, *rules.own_stop);
  }
  // Read first: a stop that comes after this look is none that the rules were asked about.
  const auto judged = switches.Read();
  if (!judged) {
    return tl::unexpected<base::Error>(judged.error());
  }
  const auto on_since = OnSince(model::Switch::kKill);
  const auto breakers = ReadBreakers();
  if (!on_since || !breakers) {
    return tl::unexpected<base::Error>(on_since ? breakers.error() : on_since.error());
  }
  const std::string why = WhyNotRelease(*on_since, turn.at, breakers->latched, rules);
  if (why.empty()) {
    return switches.AppendAfter(turn, judged->kill.sequence);
  }
  const auto connection = Connection();
  const auto noted = connection ? NoteRefusedRelease(**connection, turn, why)
                                : Result<void>(tl::unexpected<base::Error>(connection.error()));
  return base::Fail(base::ErrorCode::kConflict,
                    noted ? why : why + "; the refusal is not recorded: " + noted.error().message);
}

Result<model::SwitchState> Ledger::ReadSwitches() {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  return (*session)->switches.Read();
}

Result<model::ScopeTurn> Ledger::TurnScope(const model::ScopeTurn& turn) {
  const auto connection = Connection();
  return connection ? AppendScope(**connection, turn)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<ScopeState> Ledger::ReadScopes() {
  const auto connection = Connection();
  return connection ? ReadScopeState(**connection)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<ApprovalNews> Ledger::ReadApprovals(std::uint64_t after) {
  const auto connection = Connection();
  return connection ? ReadApprovalNews(**connection, after)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<void> Ledger::EnsureMode(const model::ModeTurn& opening) {
  const auto mode = Mode();
  if (!mode || *mode) {
    return mode ? Result<void>() : tl::unexpected<base::Error>(mode.error());
  }
  const auto written = ChangeMode(opening, 0);
  return written ? Result<void>() : tl::unexpected<base::Error>(written.error());
}

Result<std::optional<model::ModeTurn>> Ledger::Mode() {
  const auto connection = Connection();
  return connection ? ReadMode(**connection) : tl::unexpected<base::Error>(connection.error());
}

Result<approvals::Measures> Ledger::Measure(const MeasuredTime& time) {
  const auto connection = Connection();
  return connection ? ReadMeasures(**connection, time)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<StoredProposal> Ledger::AnswerProposal(const Answer& answer) {
  const auto connection = Connection();
  return connection ? ledger::AnswerProposal(**connection, answer)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<StoredProposal> Ledger::FindProposal(const model::OrderId& id) {
  const auto connection = Connection();
  return connection ? ledger::FindProposal(**connection, id)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<std::vector<StoredProposal>> Ledger::Proposals(ProposalFilter filter, std::size_t limit) {
  const auto connection = Connection();
  return connection ? ReadProposals(**connection, filter, limit)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<model::ModeTurn> Ledger::ChangeMode(const model::ModeTurn& turn, std::uint64_t last) {
  const auto connection = Connection();
  return connection ? AppendMode(**connection, turn, last)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<void> Ledger::NoteBreaker(const model::BreakerRow& row) {
  const auto connection = Connection();
  return connection ? AppendBreaker(**connection, row)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<model::BreakerRecord> Ledger::ReadBreakers() {
  const auto connection = Connection();
  return connection ? ReadBreakerRecord(**connection)
                    : tl::unexpected<base::Error>(connection.error());
}

Result<std::optional<base::UnixNanos>> Ledger::OnSince(model::Switch which) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  return (*session)->switches.OnSince(which);
}

Result<std::uint64_t> Ledger::LastSwitchSequence() {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  return (*session)->switches.LastSequence();
}

Result<bool> Ledger::IsNew() {
  const auto connection = Connection();
  return connection ? HasNoBooks(**connection) : tl::unexpected<base::Error>(connection.error());
}

Result<void> Ledger::KeepForeignDayTrades(std::span<const model::ForeignDayTrade> trades,
                                          base::UnixNanos at) {
  const auto& run = impl_->run;
  if (!run) {
    return base::Fail(base::ErrorCode::kConflict, "day trades are kept by a run; none began");
  }
  const ForeignDayTradesSeen seen{.epoch = run->epoch, .at = at};
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ledger::KeepForeignDayTrades(**connection, trades, seen);
}

Result<std::vector<std::string>> Ledger::ForeignOrders() {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  auto query = (*connection)
                   ->Prepare({.sql = "SELECT order_id FROM foreign_orders ORDER BY order_id",
                              .columns = "t"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<std::string> ids;
  const auto read =
      query->ForEachRow([&](const sql::Statement& row) { ids.push_back(row.Text(0)); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return ids;
}

Result<std::uint64_t> Ledger::LastEpoch() {
  const auto connection = Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto epoch = (*connection)->QueryInt("SELECT max(epoch) FROM runs");
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  return static_cast<std::uint64_t>(epoch->value_or(0));
}

}  // namespace bulwark::ledger
