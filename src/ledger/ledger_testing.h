// Orders, fills and a temporary folder for the ledger's own tests and bench.
//
// Errors:  none; what cannot be made stops the process.
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <stdlib.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/ledger.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::ledger::testing_support {

inline base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

class LedgerFolder {
 public:
  LedgerFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-ledger-XXXXXX").string();
    ENSURE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~LedgerFolder() { std::filesystem::remove_all(folder_); }
  LedgerFolder(const LedgerFolder&) = delete;
  LedgerFolder& operator=(const LedgerFolder&) = delete;
  LedgerFolder(LedgerFolder&&) = delete;
  LedgerFolder& operator=(LedgerFolder&&) = delete;

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "ledger.db"; }
  [[nodiscard]] std::unique_ptr<Ledger> Open(const OpenOptions& options = {}) const {
    auto ledger = Ledger::Open(file(), options);
    ENSURE(ledger.has_value());
    return std::move(*ledger);
  }

 private:
  std::filesystem::path folder_;
};

// BTC/USDT is 0, ETH/USDT is 1.
inline model::InstrumentTable Pairs() {
  model::InstrumentTable table;
  for (const char* symbol : {"BTC/USDT", "ETH/USDT"}) {
    ENSURE(table.Add(*model::DefaultInstrument(symbol)).has_value());
  }
  return table;
}

// An order for ETH/USDT that was just sent.
inline model::Order MakeOrder(std::uint64_t number, model::Side side, std::string_view quantity) {
  model::Order order;
  order.id = base::Uuid::Derive(1, 1, number);
  order.decision_id = base::Uuid::Derive(2, 1, number);
  order.instrument = {1};
  order.side = side;
  order.intent = side == model::Side::kBuy ? model::Intent::kOpenLong : model::Intent::kCloseLong;
  order.status = model::OrderStatus::kSubmitted;
  order.quantity = D(quantity);
  order.created_at = base::UnixNanos{std::chrono::seconds{1'700'000'000 + number}};
  order.updated_at = order.created_at + std::chrono::nanoseconds{1};
  return order;
}

inline model::Fill MakeFill(const model::Order& order, std::string_view trade_id,
                            std::string_view quantity, std::string_view price) {
  model::Fill fill;
  fill.order_id = order.id;
  fill.trade_id = model::TradeId(trade_id);
  fill.instrument = order.instrument;
  fill.side = order.side;
  fill.price = D(price);
  fill.quantity = D(quantity);
  fill.fee = D("0.1");
  fill.at = order.created_at + std::chrono::milliseconds{3};
  fill.booked_at = fill.at + std::chrono::milliseconds{1};
  fill.venue_sequence = 7;
  return fill;
}

// Every field.
inline bool AreEqual(const model::Order& a, const model::Order& b) {
  return a.id == b.id && a.decision_id == b.decision_id && a.instrument == b.instrument &&
         a.side == b.side && a.intent == b.intent && a.type == b.type &&
         a.time_in_force == b.time_in_force && a.status == b.status && a.origin == b.origin &&
         a.reduce_only == b.reduce_only && a.is_cancel_requested == b.is_cancel_requested &&
         a.quantity == b.quantity && a.filled_quantity == b.filled_quantity &&
         a.filled_notional == b.filled_notional && a.fees_paid == b.fees_paid &&
         a.limit_price == b.limit_price && a.stop_price == b.stop_price &&
         a.reserved_cash == b.reserved_cash &&
         a.reserved_cash_remaining == b.reserved_cash_remaining &&
         a.reserved_quantity == b.reserved_quantity &&
         a.reserved_quantity_remaining == b.reserved_quantity_remaining &&
         a.created_at == b.created_at && a.updated_at == b.updated_at &&
         a.external_id == b.external_id && a.strategy == b.strategy && a.reason == b.reason &&
         a.is_waiting == b.is_waiting && a.is_triggered == b.is_triggered &&
         a.is_unresolved == b.is_unresolved && a.role == b.role && a.parent_id == b.parent_id &&
         a.oco_group == b.oco_group && a.replaces == b.replaces && a.replaced_by == b.replaced_by &&
         a.armed_quantity == b.armed_quantity && a.venue_quantity == b.venue_quantity &&
         a.venue_notional == b.venue_notional && a.inferred_quantity == b.inferred_quantity &&
         a.inferred_notional == b.inferred_notional && a.venue_fees == b.venue_fees &&
         a.inferred_fees == b.inferred_fees && a.inferences == b.inferences;
}

}  // namespace bulwark::ledger::testing_support
