// Fills a ledger with orders that were sent and filled, for the measurement of a restart.
//
// Workload: each order is bought or sold whole at one price without a fee, in turns, so that the
// books are flat and the cash is untouched at the end: a fresh paper exchange has the same account.
// Goes through Ledger::Commit() like a trader: chain, heads, snapshots, everything.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark {
namespace {

constexpr std::uint64_t kOrdersPerCommit = 500;
constexpr const char* kOpeningCash = "100000";

std::vector<model::Action> LifeOf(std::uint64_t number, base::UnixNanos start) {
  model::Order order;
  order.id = base::Uuid::Derive(1, 1, number);
  order.decision_id = base::Uuid::Derive(2, 1, number);
  order.instrument = {0};
  order.side = number % 2 == 1 ? model::Side::kBuy : model::Side::kSell;
  order.intent =
      order.side == model::Side::kBuy ? model::Intent::kOpenLong : model::Intent::kCloseLong;
  order.reduce_only = order.side == model::Side::kSell;
  order.quantity = *base::Decimal::Parse("0.5");
  order.created_at = order.updated_at = start + std::chrono::seconds{number};
  order.strategy = model::StrategyName("ema_cross");
  order.reason = model::Reason("EMA 12 crossed EMA 26");
  model::Order filled = order;
  filled.status = model::OrderStatus::kFilled;
  filled.external_id = model::VenueOrderId(fmt::format("P-{}", number));
  filled.filled_quantity = order.quantity;
  filled.filled_notional = *base::Decimal::Parse("30000");
  model::Fill fill;
  fill.order_id = order.id;
  fill.trade_id = model::TradeId(fmt::format("T-{}", number));
  fill.instrument = order.instrument;
  fill.side = order.side;
  fill.price = *base::Decimal::Parse("60000");
  fill.quantity = order.quantity;
  fill.at = fill.booked_at = order.updated_at + std::chrono::milliseconds{20};
  return {model::OrderChanged{order}, model::OrderChanged{filled}, model::FillBooked{fill, {}}};
}

base::Result<void> CommitLives(ledger::Ledger& books, std::uint64_t epoch, std::uint64_t orders,
                               base::UnixNanos start) {
  std::vector<model::Action> batch;
  for (std::uint64_t number = 1; number <= orders; ++number) {
    const auto life = LifeOf(number, start);
    batch.insert(batch.end(), life.begin(), life.end());
    if (number % kOrdersPerCommit != 0 && number != orders) {
      continue;
    }
    if (const auto stored = books.Commit(epoch, batch); !stored) {
      return tl::unexpected<base::Error>(stored.error());
    }
    batch.clear();
  }
  return {};
}

base::Result<void> FillLedger(const ledger::LedgerPlace& place, std::uint64_t orders) {
  auto opened = ledger::Ledger::Open(place);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  ledger::Ledger& books = **opened;
  const base::UnixNanos start{std::chrono::seconds{1'700'000'000}};
  model::InstrumentTable table;
  const auto pair = model::DefaultInstrument("BTC/USDT");
  const bool has_pair = pair && table.Add(*pair).has_value();
  ENSURE(has_pair);
  const auto account =
      books.EnsureAccount({.opening_cash = *base::Decimal::Parse(kOpeningCash), .at = start});
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  const auto epoch = books.BeginRun({.version = "filler", .at = start}, table);
  return epoch ? CommitLives(books, *epoch, orders, start)
               : tl::unexpected<base::Error>(epoch.error());
}

}  // namespace
}  // namespace bulwark

int main(int argc, char** argv) {
  std::uint64_t orders = 0;
  const std::string_view place = argc > 1 ? argv[1] : "";
  const std::string_view count = argc > 2 ? argv[2] : "";
  const auto parsed = std::from_chars(count.data(), count.data() + count.size(), orders);
  if (parsed.ec != std::errc() || orders == 0 || orders % 2 != 0) {
    fmt::print(stderr, "usage: ledger_filler FILE|postgresql://... ORDERS (an even number)\n");
    return 2;
  }
  const bulwark::ledger::LedgerPlace where =
      place.starts_with("postgresql:")
          ? bulwark::ledger::LedgerPlace("unused", bulwark::base::Secret(std::string(place)))
          : bulwark::ledger::LedgerPlace(std::string(place));
  const auto filled = bulwark::FillLedger(where, orders);
  if (!filled) {
    fmt::print(stderr, "error: {}\n", filled.error().message);
    return 1;
  }
  return 0;
}
