// The paper exchange's memory on disk: paper.db.
//
// Shape:   what happens between two Commit() calls is one transaction. Order ids are unique in the
//          database itself, fill sequences are its primary key: it could not store one twice.
//          Instruments keep their number; the account is one row.
// Units:   decimals as their raw 1e-8 integers, times in nanoseconds.
// Errors:  Open() as sql::OpenSqlite, and kCorrupt for rows that make no sense. A failed write
//          leaves memory and disk apart: the caller must stop, and a restart goes on from the disk.
// Threads: one.
// Owner:   locks `<file>.lock` for its life, so that two processes never share an account.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "model/instrument.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "venue/paper/exchange.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {

// What an account holds before its first order. The instrument's venue symbol is its name.
struct OpeningHolding {
  model::Instrument instrument;
  base::Decimal quantity;
};

class Store {
 public:
  // A new file starts with `opening_cash` and `holdings`; an old one keeps its own.
  static base::Result<std::unique_ptr<Store>> Open(const std::filesystem::path& file,
                                                   base::Decimal opening_cash,
                                                   std::span<const OpeningHolding> holdings = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;

  base::Result<ExchangeState> Load();
  base::Result<Fence> LoadFence();

  // Part of the transaction that Commit() ends.
  base::Result<void> Record(const Outcome& outcome);
  base::Result<void> RecordInstrument(const model::Instrument& instrument);
  base::Result<void> RecordFence(const Fence& fence);
  // Writes the account as `exchange` has it now and makes all of it durable. Nothing recorded: does
  // nothing.
  base::Result<void> Commit(const Exchange& exchange);
  [[nodiscard]] bool is_dirty() const { return transaction_.has_value(); }

  // Answers include what is recorded and not yet committed.
  base::Result<std::optional<VenueOrder>> FindOrder(const model::OrderId& id);
  // At most `limit` fills after `since`, oldest first, as lines for the client. Answers whether
  // more exist.
  base::Result<bool> FillsAfter(std::uint64_t since, std::size_t limit,
                                const std::function<void(const FillLine&)>& on_fill);

 private:
  struct Statements;

  Store(int lock, std::unique_ptr<sql::Connection> connection);
  base::Result<void> BeginAccount(base::Decimal cash, std::span<const OpeningHolding> holdings);
  base::Result<void> Prepare();
  base::Result<void> Begin();
  base::Result<void> LoadInstruments(ExchangeState& state);
  base::Result<void> LoadWorking(ExchangeState& state);
  base::Result<void> LoadSeen(ExchangeState& state);
  base::Result<void> Insert(const PaperOrder& order, base::UnixNanos at, VenueOrderStatus status,
                            std::string_view reason);
  base::Result<void> Update(const PaperOrder& order, VenueOrderStatus status,
                            std::string_view reason);

  int lock_;
  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<Statements> statements_;  // After the connection: they borrow it.
  std::optional<sql::Transaction> transaction_;
  std::vector<base::Decimal> written_;  // Positions as the table has them.
};

}  // namespace bulwark::venue::paper
