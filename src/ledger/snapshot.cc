#include "ledger/snapshot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/decimal.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/chain.h"
#include "ledger/symbols.h"
#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/market_data.h"
#include "model/portfolio.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using Numbers = std::vector<std::int64_t>;

std::string SumOf(const SnapshotRoots& roots, std::string_view text) {
  std::string whole(roots.fill);
  whole += '\n';
  whole += roots.adjustment;
  whole += '\n';
  whole += text;
  return Sha256().HexOf(whole);
}

std::int64_t CountOf(base::UnixNanos at) {
  return at.time_since_epoch().count();
}

base::UnixNanos TimeOf(std::int64_t count) {
  return base::UnixNanos{base::Nanos{count}};
}

void AddLine(std::string& text, std::string_view word, std::span<const std::int64_t> numbers) {
  text += word;
  for (const std::int64_t number : numbers) {
    text += ' ';
    text += std::to_string(number);
  }
  text += '\n';
}

void AddPosition(std::string& text, std::int64_t id, const model::Position& position) {
  AddLine(text, "position",
          std::array{id, position.owned().raw(), position.cost.raw(), position.realised_pnl.raw(),
                     std::int64_t{position.was_ever_held}, position.collateral.raw(),
                     CountOf(position.short_opened_at), CountOf(position.borrowed_until)});
  const model::RoundTrip& trip = position.trip;
  if (!(trip == model::RoundTrip())) {
    AddLine(text, "trip",
            std::array{id, static_cast<std::int64_t>(trip.opening_order.high()),
                       static_cast<std::int64_t>(trip.opening_order.low()), CountOf(trip.opened_at),
                       std::int64_t{trip.side == model::Side::kSell}, trip.entry_quantity.raw(),
                       trip.entry_notional.raw(), trip.exit_quantity.raw(),
                       trip.exit_notional.raw(), trip.fees.raw(), trip.realised_pnl.raw()});
  }
}

void AddLots(std::string& text, std::int64_t id, const model::LotBook& lots,
             model::InstrumentId instrument) {
  Numbers numbers{id};
  for (std::size_t at = 0; at < lots.size(instrument); ++at) {
    const model::Lot& lot = lots.At(instrument, at);
    numbers.push_back(lot.quantity.raw());
    numbers.push_back(lot.cost.raw());
  }
  if (numbers.size() > 1) {
    AddLine(text, "lots", numbers);
  }
}

// The numbers after the first word of a line; empty when one of them is none.
std::optional<Numbers> NumbersOf(std::string_view line) {
  Numbers numbers;
  const char* at = line.data() + std::min(line.find(' '), line.size());
  const char* end = line.data() + line.size();
  while (at != end) {
    std::int64_t number = 0;
    const auto [next, failure] = std::from_chars(at + 1, end, number);
    if (failure != std::errc() || *at != ' ') {
      return std::nullopt;
    }
    numbers.push_back(number);
    at = next;
  }
  return numbers;
}

bool TakeBooks(std::span<const std::int64_t> numbers, BooksAt& books) {
  constexpr std::array kModes{model::AccountMode::kSpot, model::AccountMode::kMargin,
                              model::AccountMode::kPerp};
  if (numbers.size() != 11 || numbers[4] < 0 ||
      static_cast<std::size_t>(numbers[4]) >= kModes.size()) {
    return false;
  }
  books.fill = numbers[0];
  books.adjustment = numbers[1];
  books.fills = static_cast<std::uint64_t>(numbers[2]);
  books.venue_sequence_max = static_cast<std::uint64_t>(numbers[3]);
  model::Portfolio& portfolio = books.portfolio;
  portfolio.terms.mode = kModes.at(static_cast<std::size_t>(numbers[4]));
  std::size_t at = 5;
  for (Decimal* amount :
       {&portfolio.terms.leverage, &portfolio.cash, &portfolio.blocked_cash,
        &portfolio.realised_pnl, &portfolio.fees_paid, &portfolio.borrow_fees_paid}) {
    *amount = Decimal::FromRaw(numbers[at++]);
  }
  return true;
}

bool TakePosition(std::span<const std::int64_t> numbers, model::Position& position) {
  if (numbers.size() != 8) {
    return false;
  }
  position.quantity = Decimal::FromRaw(numbers[1]);
  position.cost = Decimal::FromRaw(numbers[2]);
  position.realised_pnl = Decimal::FromRaw(numbers[3]);
  position.was_ever_held = numbers[4] != 0;
  position.collateral = Decimal::FromRaw(numbers[5]);
  position.short_opened_at = TimeOf(numbers[6]);
  position.borrowed_until = TimeOf(numbers[7]);
  return true;
}

bool TakeTrip(std::span<const std::int64_t> numbers, model::RoundTrip& trip) {
  if (numbers.size() != 11) {
    return false;
  }
  trip.opening_order = base::Uuid::FromParts(static_cast<std::uint64_t>(numbers[1]),
                                             static_cast<std::uint64_t>(numbers[2]));
  trip.opened_at = TimeOf(numbers[3]);
  trip.side = numbers[4] != 0 ? model::Side::kSell : model::Side::kBuy;
  std::size_t at = 5;
  for (Decimal* amount : {&trip.entry_quantity, &trip.entry_notional, &trip.exit_quantity,
                          &trip.exit_notional, &trip.fees, &trip.realised_pnl}) {
    *amount = Decimal::FromRaw(numbers[at++]);
  }
  return true;
}

bool TakeLots(std::span<const std::int64_t> numbers, model::InstrumentId instrument,
              model::LotBook& lots) {
  if (numbers.size() % 2 != 1 || numbers.size() > 1 + 2 * model::LotBook::kLotsMax) {
    return false;
  }
  for (std::size_t at = 1; at < numbers.size(); at += 2) {
    lots.Push(
        instrument,
        {.quantity = Decimal::FromRaw(numbers[at]), .cost = Decimal::FromRaw(numbers[at + 1])},
        model::LotBook::End::kNewest);
  }
  return true;
}

bool TakeLine(std::string_view line, const SymbolMap& symbols, BooksAt& books) {
  const std::string_view word = line.substr(0, line.find(' '));
  const auto numbers = NumbersOf(line);
  if (!numbers || numbers->empty()) {
    return false;
  }
  if (word == "books") {
    return TakeBooks(*numbers, books);
  }
  const auto instrument = symbols.Instrument(numbers->front());
  if (!instrument) {
    return false;
  }
  model::Position& position = books.portfolio.at(*instrument);
  if (word == "position") {
    return TakePosition(*numbers, position);
  }
  if (word == "trip") {
    return TakeTrip(*numbers, position.trip);
  }
  return word == "lots" && TakeLots(*numbers, *instrument, books.portfolio.lots);
}

}  // namespace

model::BooksEffect BooksAt::Apply(std::int64_t sequence, const model::Fill& booked) {
  fill = sequence;
  ++fills;
  venue_sequence_max = std::max(venue_sequence_max, booked.venue_sequence);
  return model::ApplyFill(booked, portfolio);
}

model::BooksEffect BooksAt::Apply(std::int64_t sequence, const model::Adjustment& booked) {
  adjustment = sequence;
  return model::ApplyAdjustment(booked, portfolio);
}

std::string TextOf(const BooksAt& books, const SymbolMap& symbols,
                   const model::InstrumentTable& table) {
  std::string text;
  const model::Portfolio& portfolio = books.portfolio;
  AddLine(
      text, "books",
      std::array{books.fill, books.adjustment, static_cast<std::int64_t>(books.fills),
                 static_cast<std::int64_t>(books.venue_sequence_max),
                 static_cast<std::int64_t>(portfolio.terms.mode), portfolio.terms.leverage.raw(),
                 portfolio.cash.raw(), portfolio.blocked_cash.raw(), portfolio.realised_pnl.raw(),
                 portfolio.fees_paid.raw(), portfolio.borrow_fees_paid.raw()});
  for (const model::Instrument& instrument : table.rows()) {
    const model::Position& position = portfolio.at(instrument.id);
    if (!(position == model::Position())) {
      const std::int64_t id = symbols.LedgerId(instrument.id);
      AddPosition(text, id, position);
      AddLots(text, id, portfolio.lots, instrument.id);
    }
  }
  return text;
}

base::Result<BooksAt> BooksFrom(std::string_view text, const SymbolMap& symbols) {
  BooksAt books;
  while (!text.empty()) {
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, line_end);
    if (!TakeLine(line, symbols, books)) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        "'" + std::string(line.substr(0, 80)) + "' is no line of a snapshot");
    }
    text.remove_prefix(std::min(line_end + 1, text.size()));
  }
  return books;
}

base::Result<std::optional<BooksAt>> ReadSnapshot(sql::Connection& connection,
                                                  const SymbolMap& symbols,
                                                  const SnapshotWish& wish) {
  auto query = connection.Prepare(
      {.sql = "SELECT s.state, s.hash, f.hash, coalesce(a.hash, '') FROM snapshots s "
              "JOIN fills f ON f.sequence = s.fill "
              "LEFT JOIN adjustments a ON a.sequence = s.adjustment "
              "WHERE s.fill <= :m ORDER BY s.fill DESC LIMIT 3",
       .params = "i",
       .columns = "tttt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::optional<BooksAt> newest;
  const auto read = query->Set(0, wish.fill_max).ForEachRow([&](const sql::Statement& row) {
    if (newest) {
      return;
    }
    const auto books = BooksFrom(row.Text(0), symbols);
    const SnapshotRoots roots{.fill = row.Text(2), .adjustment = row.Text(3)};
    if (!books || SumOf(roots, row.Text(0)) != row.Text(1)) {
      base::LogError("ledger_snapshot_damaged").With("ledger", connection.place());
    } else if (books->portfolio.terms == wish.terms) {
      newest = *books;
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return newest;
}

base::Result<void> WriteSnapshot(sql::Connection& connection, const BooksAt& books,
                                 const std::string& text, const SnapshotRoots& roots) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO snapshots(fill, adjustment, state, hash) VALUES(:f, :a, :s, :h) "
              "ON CONFLICT(fill) DO NOTHING",
       .params = "iitt"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, books.fill).Set(1, books.adjustment).Set(2, text).Set(3, SumOf(roots, text));
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  return {};
}

}  // namespace bulwark::ledger
