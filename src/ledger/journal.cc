#include "ledger/journal.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ledger/adjustment_row.h"
#include "ledger/breaker_log.h"
#include "ledger/chain.h"
#include "ledger/duplicate_fill.h"
#include "ledger/fill_row.h"
#include "ledger/order_row.h"
#include "ledger/proposal_row.h"
#include "ledger/replay.h"
#include "ledger/round_trip_row.h"
#include "ledger/snapshot.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

// Places in statements_.
enum : std::size_t {
  kNewestEpoch,
  kInsertEvent,
  kUpsertHead,
  kInsertFill,
  kFindFill,
  kUpsertAnchor,
  kUpsertPeriodAnchor,
  kInsertAdjustment,
  kInsertRoundTrip,
  kInsertBreaker,
  kPutProposal
};

// "INSERT INTO <table>(sequence, ..., hash) VALUES(...)" with its parameters.
sql::StatementText InsertInto(const ChainedTable& table, const std::string& conflict) {
  const std::string kinds = "i" + table.kinds + "t";
  return {.sql = std::string("INSERT INTO ") + table.name + "(sequence, " + table.columns +
                 ", hash) VALUES(" + Placeholders(kinds) + ")" + conflict,
          .params = kinds};
}

std::vector<sql::StatementText> Texts() {
  return {
      {.sql = "SELECT max(epoch) FROM runs", .columns = "i"},
      InsertInto(OrderEvents(), ""),
      {.sql = "INSERT INTO order_heads(order_id, event, is_open) VALUES(:id, :e, :o) "
              "ON CONFLICT(order_id) DO UPDATE SET event = excluded.event, "
              "is_open = excluded.is_open",
       .params = "tii"},
      InsertInto(Fills(), " ON CONFLICT(account, venue, trade_id) DO NOTHING"),
      {.sql = "SELECT order_id, instrument_id, side, price, quantity, fee FROM fills "
              "WHERE account = :a AND venue = :v AND trade_id = :t",
       .params = "ttt",
       .columns = "titiii"},
      {.sql = "INSERT INTO anchors(utc_day, equity) VALUES(:d, :e) "
              "ON CONFLICT(utc_day) DO UPDATE SET equity = excluded.equity",
       .params = "ii"},
      {.sql = "INSERT INTO period_anchors(kind, utc_day, equity) VALUES(:k, :d, :e) "
              "ON CONFLICT(kind, utc_day) DO UPDATE SET equity = excluded.equity",
       .params = "tii"},
      InsertInto(Adjustments(), " ON CONFLICT(id) DO NOTHING"),
      InsertInto(RoundTrips(), " ON CONFLICT(id) DO NOTHING"),
      {.sql = std::string("INSERT INTO breaker_events(") + kBreakerColumns +
              ") VALUES(:b, :e, :v, :l, :a, :r, :t)",
       .params = kBreakerKinds},
      PutProposalText(),
  };
}

base::Result<void> Outcome(const base::Result<std::int64_t>& executed) {
  if (!executed) {
    return tl::unexpected<base::Error>(executed.error());
  }
  return {};
}

}  // namespace

Journal::Journal(sql::Connection& connection, Run run, std::vector<sql::Statement> statements)
    : connection_(connection),
      run_(std::move(run)),
      statements_(std::move(statements)),
      event_chain_(OrderEvents()),
      fill_chain_(Fills()),
      adjustment_chain_(Adjustments()),
      trip_chain_(RoundTrips()) {}

base::Result<std::unique_ptr<Journal>> Journal::Create(sql::Connection& connection, Run run) {
  std::vector<sql::Statement> statements;
  for (const sql::StatementText& text : Texts()) {
    auto statement = connection.Prepare(text);
    if (!statement) {
      return tl::unexpected<base::Error>(statement.error());
    }
    statements.push_back(std::move(*statement));
  }
  JournalTails tails;
  const std::array<std::pair<const ChainedTable*, ChainTail*>, 4> chains{
      {{&OrderEvents(), &tails.events},
       {&Fills(), &tails.fills},
       {&Adjustments(), &tails.adjustments},
       {&RoundTrips(), &tails.trips}}};
  for (const auto& [table, tail] : chains) {
    const auto read = ReadTail(connection, *table);
    if (!read) {
      return tl::unexpected<base::Error>(read.error());
    }
    *tail = *read;
  }
  auto books = ReadBooks(connection, run.symbols);
  if (!books) {
    return tl::unexpected<base::Error>(books.error());
  }
  const auto snapshot = ReadSnapshot(
      connection, run.symbols, {.terms = books->portfolio.terms, .fill_max = tails.fills.sequence});
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  std::unique_ptr<Journal> journal(new Journal(connection, std::move(run), std::move(statements)));
  journal->tails_ = journal->kept_tails_ = std::move(tails);
  journal->books_ = *books;
  journal->snapshot_fills_ = journal->kept_snapshot_fills_ = *snapshot ? (*snapshot)->fills : 0;
  return journal;
}

void Journal::Keep() {
  kept_tails_ = tails_;
  kept_snapshot_fills_ = snapshot_fills_;
  kept_books_.reset();
}

void Journal::Revert() {
  tails_ = kept_tails_;
  snapshot_fills_ = kept_snapshot_fills_;
  if (kept_books_) {
    books_ = *kept_books_;
    kept_books_.reset();
  }
}

base::Result<std::uint64_t> Journal::NewestEpoch() {
  std::uint64_t newest = 0;
  const auto read = statements_[kNewestEpoch].ForEachRow(
      [&](const sql::Statement& row) { newest = static_cast<std::uint64_t>(row.Int(0)); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return newest;
}

base::Result<bool> Journal::Append(sql::Statement& insert, Chain& chain, ChainTail& tail) {
  const std::int64_t sequence = tail.sequence + 1;
  insert.Set(0, sequence);
  std::string hash = chain.LinkOfParams(tail.hash, insert);
  insert.Set(chain.table().names.size(), hash);
  const auto inserted = insert.Execute();
  if (!inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  if (*inserted == 0) {
    return false;
  }
  tail = {.sequence = sequence, .hash = std::move(hash)};
  return true;
}

BooksAt& Journal::BooksToChange() {
  if (!kept_books_) {
    kept_books_ = std::make_unique<BooksAt>(books_);
  }
  return books_;
}

base::Result<void> Journal::Write(const model::OrderChanged& changed) {
  sql::Statement& event = statements_[kInsertEvent];
  event.Set(1, static_cast<std::int64_t>(run_.owner.epoch));
  BindOrder(event, 2, changed.order, run_.symbols);
  if (const auto written = Append(event, event_chain_, tails_.events); !written) {
    return tl::unexpected<base::Error>(written.error());
  }
  sql::Statement& head = statements_[kUpsertHead];
  head.Set(0, changed.order.id.ToString()).Set(1, tails_.events.sequence);
  head.Set(2, std::int64_t{!model::IsTerminal(changed.order.status)});
  return Outcome(head.Execute());
}

base::Result<bool> Journal::Write(const model::FillBooked& booked,
                                  std::vector<DuplicateFill>& duplicates) {
  sql::Statement& insert = statements_[kInsertFill];
  BindFill(insert, 1, booked, run_.owner, run_.symbols);
  const auto is_new = Append(insert, fill_chain_, tails_.fills);
  if (!is_new) {
    return tl::unexpected<base::Error>(is_new.error());
  }
  if (*is_new) {
    BooksToChange().Apply(tails_.fills.sequence, booked.fill);
    return true;
  }
  auto duplicate = CompareWithStored(booked.fill);
  if (!duplicate) {
    return tl::unexpected<base::Error>(duplicate.error());
  }
  duplicates.push_back(*duplicate);
  return false;
}

base::Result<void> Journal::WriteSnapshotIfDue() {
  if (books_.fills < snapshot_fills_ + run_.fills_per_snapshot) {
    return {};
  }
  auto written = WriteSnapshot(connection_, books_, TextOf(books_, run_.symbols, run_.table),
                               {.fill = tails_.fills.hash, .adjustment = tails_.adjustments.hash});
  if (written) {
    snapshot_fills_ = books_.fills;
  }
  return written;
}

base::Result<DuplicateFill> Journal::CompareWithStored(const model::Fill& fill) {
  DuplicateFill duplicate{.trade_id = fill.trade_id};
  sql::Statement& find = statements_[kFindFill];
  find.Set(0, run_.owner.account).Set(1, run_.owner.venue).Set(2, fill.trade_id.view());
  const auto found = find.ForEachRow([&](const sql::Statement& row) {
    duplicate.is_same = row.Text(0) == fill.order_id.ToString() &&
                        row.Int(1) == run_.symbols.LedgerId(fill.instrument) &&
                        row.Text(2) == Name(fill.side) && row.Int(3) == fill.price.raw() &&
                        row.Int(4) == fill.quantity.raw() && row.Int(5) == fill.fee.raw();
  });
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  return duplicate;
}

base::Result<void> Journal::Write(const model::AnchorSet& anchor) {
  if (anchor.kind != model::AnchorKind::kDay) {
    sql::Statement& upsert = statements_[kUpsertPeriodAnchor];
    upsert.Set(0, Name(anchor.kind)).Set(1, std::int64_t{anchor.utc_day});
    return Outcome(upsert.Set(2, anchor.equity.raw()).Execute());
  }
  sql::Statement& upsert = statements_[kUpsertAnchor];
  return Outcome(upsert.Set(0, std::int64_t{anchor.utc_day}).Set(1, anchor.equity.raw()).Execute());
}

base::Result<void> Journal::Write(const model::BreakerChanged& changed) {
  sql::Statement& insert = statements_[kInsertBreaker];
  BindBreaker(insert, AsRow(changed));
  return Outcome(insert.Execute());
}

base::Result<void> Journal::Write(const model::ProposalChanged& changed) {
  sql::Statement& put = statements_[kPutProposal];
  BindProposal(put, changed.proposal, run_.symbols);
  return Outcome(put.Execute());
}

base::Result<void> Journal::Write(const model::BooksAdjusted& booked) {
  sql::Statement& insert = statements_[kInsertAdjustment];
  BindAdjustment(insert, 1, booked,
                 {.after_fill = tails_.fills.sequence, .epoch = run_.owner.epoch}, run_.symbols);
  const auto is_new = Append(insert, adjustment_chain_, tails_.adjustments);
  if (!is_new) {
    return tl::unexpected<base::Error>(is_new.error());
  }
  if (*is_new) {
    BooksToChange().Apply(tails_.adjustments.sequence, booked.adjustment);
  }
  return {};
}

base::Result<void> Journal::Write(const model::RoundTripClosed& closed) {
  sql::Statement& insert = statements_[kInsertRoundTrip];
  BindRoundTrip(insert, 1, closed, run_.symbols);
  const auto written = Append(insert, trip_chain_, tails_.trips);
  return written ? base::Result<void>() : tl::unexpected<base::Error>(written.error());
}

}  // namespace bulwark::ledger
