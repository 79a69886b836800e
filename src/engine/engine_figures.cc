// What the gate is told about the books: everything that working orders may still become counts as
// if it already were.

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/decimal.h"
#include "engine/engine.h"
#include "market/candle_ring.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "risk/exposure.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

using base::Decimal;

constexpr std::size_t kVolumeCandles = 20;

bool IsEntry(const model::Order& order) {
  return order.intent == model::Intent::kOpenLong || order.intent == model::Intent::kOpenShort;
}

// Adds |quantity| x price; without a price the sum is unknown for good.
void AddValue(Decimal quantity, const std::optional<Decimal>& price, std::optional<Decimal>& sum) {
  const std::optional<Decimal> value =
      price ? base::CheckedMul(quantity.Abs(), *price, base::Rounding::kCeiling) : std::nullopt;
  sum = sum && value ? base::CheckedAdd(*sum, *value) : std::nullopt;
}

// One that is at the venue, or on its way there.
void SeeOwnOrder(const model::Order& order, risk::BookFigures& figures) {
  if (order.side == model::Side::kSell) {
    const Decimal price = order.limit_price.value_or(Decimal());
    figures.lowest_own_sale = std::min(figures.lowest_own_sale.value_or(price), price);
  } else {
    const Decimal price = order.limit_price.value_or(Decimal::Max());
    figures.highest_own_bid = std::max(figures.highest_own_bid.value_or(price), price);
  }
}

std::optional<Decimal> AverageVolume(const market::CandleRing& candles, model::InstrumentId id) {
  const std::size_t count = std::min(candles.size(id), kVolumeCandles);
  std::optional<Decimal> sum = count > 0 ? std::optional(Decimal()) : std::nullopt;
  for (std::size_t back = 1; back <= count && sum; ++back) {
    sum = base::CheckedAdd(*sum, candles.At(id, candles.size(id) - back).volume);
  }
  return sum ? base::CheckedDiv(*sum, Decimal::FromInt(static_cast<std::int64_t>(count)),
                                base::Rounding::kFloor)
             : std::nullopt;
}

}  // namespace

risk::BookFigures Engine::Figures(model::InstrumentId instrument,
                                  const model::OrderId& self) const {
  const model::Portfolio& books = oms_.portfolio();
  risk::BookFigures figures{.free_cash = books.cash,
                            .equity = Equity(),
                            .owned_quantity = books.at(instrument).owned(),
                            .free_quantity = books.at(instrument).quantity,
                            .open_orders = oms_.open_orders().size()};
  Decimal closing_short;
  for (const model::Order& order : oms_.open_orders()) {
    if (order.instrument != instrument || model::IsTerminal(order.status) || order.id == self) {
      continue;
    }
    figures.has_working_order = figures.has_working_order || !order.is_waiting;
    if (!order.is_waiting) {
      SeeOwnOrder(order, figures);
    }
    switch (order.intent) {
      case model::Intent::kOpenLong:
        figures.working_buy_quantity += order.remaining();
        break;
      case model::Intent::kOpenShort:
        figures.working_sell_quantity += order.remaining();
        break;
      case model::Intent::kCloseShort:
        closing_short += order.is_waiting ? Decimal() : order.remaining();
        break;
      case model::Intent::kCloseLong:
        break;
    }
  }
  figures.closable_short = std::max(Decimal(), -figures.owned_quantity - closing_short);
  AddExposure(instruments_[instrument], self, figures);
  if (gate_.limits().entry.volume_percent.is_positive()) {
    figures.average_volume = AverageVolume(candles_, instrument);
  }
  return figures;
}

void Engine::AddExposure(const model::Instrument& instrument, const model::OrderId& self,
                         risk::BookFigures& figures) const {
  std::optional<Decimal> gross = Decimal();
  std::optional<Decimal> sector = Decimal();
  std::bitset<model::kInstrumentsMax> others;
  const auto add = [&](model::InstrumentId id, Decimal quantity,
                       const std::optional<Decimal>& price) {
    AddValue(quantity, price, gross);
    if (risk::AreOfOneSector(instruments_[id], instrument)) {
      AddValue(quantity, price, sector);
    }
    others.set(id.index, others.test(id.index) || id != instrument.id);
  };
  for (const model::Instrument& row : instruments_.rows()) {
    const Decimal owned = oms_.portfolio().at(row.id).owned();
    if (!owned.is_zero()) {
      add(row.id, owned, state_.marks[row.id.index].price);
    }
  }
  for (const model::Order& order : oms_.open_orders()) {
    if (IsEntry(order) && !model::IsTerminal(order.status) && order.id != self) {
      const std::optional<Decimal>& mark = state_.marks[order.instrument.index].price;
      add(order.instrument, order.remaining(), order.limit_price ? order.limit_price : mark);
    }
  }
  figures.gross_exposure = gross;
  figures.sector_exposure = sector;
  figures.other_positions = others.count();
}

void Engine::CountMessages(const model::ActionBuffer& out) {
  const std::size_t from = counted_;
  counted_ = out.size();
  for (std::size_t at = from; at < out.size(); ++at) {
    const model::Action& action = out.list()[at];
    if (const auto* sent = std::get_if<model::SendOrder>(&action)) {
      state_.messages.Note(sent->order.strategy, now_);
    } else if (std::holds_alternative<model::SendCancel>(action)) {
      state_.messages.Note({}, now_);
    }
  }
}

}  // namespace bulwark::engine
