#include "ledger/breaker_log.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/durable_writes.h"
#include "ledger/read_rows.h"
#include "model/action.h"
#include "model/breaker.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using model::BreakerEvent;

constexpr std::size_t kEvents = 5;

// The last row of each kind for one breaker.
using LastRows = std::array<std::optional<model::BreakerRow>, kEvents>;

std::uint64_t SequenceOf(const LastRows& rows, BreakerEvent event) {
  const auto& row = rows.at(static_cast<std::size_t>(event));
  return row ? row->sequence : 0;
}

void Conclude(const LastRows& rows, model::Breaker which, model::BreakerRecord& record) {
  const std::uint64_t tripped = SequenceOf(rows, BreakerEvent::kTripped);
  const std::uint64_t answered = std::max(
      {tripped, SequenceOf(rows, BreakerEvent::kEnded), SequenceOf(rows, BreakerEvent::kRefused)});
  const std::uint64_t asked = SequenceOf(rows, BreakerEvent::kReset);
  const auto& trip = rows.at(static_cast<std::size_t>(BreakerEvent::kTripped));
  if (trip && tripped > SequenceOf(rows, BreakerEvent::kEnded)) {
    record.latched.at(model::IndexOf(which)) = {.value = trip->value, .at = trip->at};
  }
  if (asked > answered) {
    record.reset_asked.at(model::IndexOf(which)) = asked;
  }
}

base::Result<std::optional<base::UnixNanos>> LastTurnByHand(sql::Connection& connection) {
  const auto at = connection.QueryInt(
      "SELECT max(at) FROM (SELECT at FROM switches WHERE actor = 'human' "
      "UNION ALL SELECT created_at AS at FROM account) AS signs");
  if (!at) {
    return tl::unexpected<base::Error>(at.error());
  }
  if (const std::optional<std::int64_t>& last = *at) {
    return base::UnixNanos{base::Nanos{*last}};
  }
  return std::optional<base::UnixNanos>();
}

}  // namespace

void BindBreaker(sql::Statement& statement, const model::BreakerRow& row) {
  statement.Set(0, Name(row.which)).Set(1, Name(row.event));
  statement.Set(2, row.value.raw()).Set(3, row.limit.raw());
  statement.Set(4, row.actor).Set(5, row.reason);
  statement.Set(6, row.at.time_since_epoch().count());
}

base::Result<model::BreakerRow> ReadBreaker(const sql::Statement& cells, std::size_t first) {
  const auto which = model::BreakerFromName(cells.Text(first));
  const auto event = model::BreakerEventFromName(cells.Text(first + 1));
  if (!which || !event) {
    return base::Fail(
        base::ErrorCode::kCorrupt,
        "breaker '" + cells.Text(first) + "' with event '" + cells.Text(first + 1) + "'");
  }
  return model::BreakerRow{.which = *which,
                           .event = *event,
                           .value = Decimal::FromRaw(cells.Int(first + 2)),
                           .limit = Decimal::FromRaw(cells.Int(first + 3)),
                           .actor = cells.Text(first + 4),
                           .reason = cells.Text(first + 5),
                           .at = base::UnixNanos{base::Nanos{cells.Int(first + 6)}}};
}

model::BreakerRow AsRow(const model::BreakerChanged& changed) {
  return {.which = changed.which,
          .event = changed.event,
          .value = changed.value,
          .limit = changed.limit,
          .actor = changed.is_by_operator ? "human" : "system",
          .at = changed.at};
}

base::Result<void> AppendBreaker(sql::Connection& connection, const model::BreakerRow& row) {
  auto transaction = sql::Transaction::Begin(connection, kBreakerWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto insert = connection.Prepare({.sql = std::string("INSERT INTO breaker_events(") +
                                           kBreakerColumns + ") VALUES(:b, :e, :v, :l, :a, :r, :t)",
                                    .params = kBreakerKinds});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  BindBreaker(*insert, row);
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  return transaction->Commit();
}

base::Result<model::BreakerRecord> ReadBreakerRecord(sql::Connection& connection) {
  model::BreakerRecord record;
  const auto turned = LastTurnByHand(connection);
  if (!turned) {
    return tl::unexpected<base::Error>(turned.error());
  }
  record.operator_seen_at = *turned;
  std::array<LastRows, model::kBreakers> rows;
  const auto read = ReadRows(
      connection,
      {.sql = std::string("SELECT sequence, ") + kBreakerColumns +
              " FROM breaker_events WHERE sequence IN "
              "(SELECT max(sequence) FROM breaker_events GROUP BY breaker, event)",
       .columns = std::string("i") + kBreakerKinds},
      [&](const sql::Statement& cells) -> base::Result<void> {
        auto row = ReadBreaker(cells, 1);
        if (!row) {
          return tl::unexpected<base::Error>(row.error());
        }
        row->sequence = static_cast<std::uint64_t>(cells.Int(0));
        if (row->event == BreakerEvent::kHeartbeat || row->event == BreakerEvent::kReset) {
          record.operator_seen_at = std::max(record.operator_seen_at.value_or(row->at), row->at);
        }
        rows.at(model::IndexOf(row->which)).at(static_cast<std::size_t>(row->event)) = *row;
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    Conclude(rows.at(at), static_cast<model::Breaker>(at), record);
  }
  return record;
}

}  // namespace bulwark::ledger
