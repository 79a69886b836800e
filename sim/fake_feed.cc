#include "sim/fake_feed.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "sim/context.h"
#include "sim/faults.h"

namespace bulwark::sim {
namespace {

using base::Decimal;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Decimal kTick = Decimal::FromRaw(1'000'000);  // 0.01

}  // namespace

FakeFeed::FakeFeed(Context& context, Market& market, const model::InstrumentTable& instruments)
    : context_(context),
      market_(market),
      instruments_(instruments),
      random_(context.scheduler.random().Next()),
      at_(kStart + context.scheduler.now()) {}

base::Result<std::optional<model::MarketEvent>> FakeFeed::Next() {
  ++health_.events;
  if (bar_) {
    const model::Bar bar = *bar_;
    bar_.reset();
    return std::optional<model::MarketEvent>(bar);
  }
  at_ += random_.Between(milliseconds{10}, milliseconds{60});
  at_ += std::exchange(market_.silence, base::Nanos{0});
  if (!market_.script.empty()) {
    return NextOfScript();
  }
  if (context_.faults.Fires(Fault::kFeedSilence)) {
    at_ += context_.faults.Span(milliseconds{100}, seconds{2});
  }
  const std::size_t which = count_++ % instruments_.size();
  const model::InstrumentId instrument = instruments_.rows()[which].id;
  if (!market_.is_quiet) {
    market_.prices[which] = Move(which);
    bar_ = model::Bar{.instrument = instrument,
                      .open = market_.prices[which],
                      .high = market_.prices[which],
                      .low = market_.prices[which],
                      .close = market_.prices[which],
                      .volume = Decimal::FromInt(1),
                      .open_at = at_ - milliseconds{50},
                      .close_at = at_};
  }
  return std::optional<model::MarketEvent>(model::Tick{.instrument = instrument,
                                                       .price = market_.prices[which],
                                                       .size = Decimal::FromInt(1),
                                                       .event_at = at_});
}

std::optional<model::MarketEvent> FakeFeed::NextOfScript() {
  const ScriptedPrice next = market_.script.front();
  market_.script.pop_front();
  market_.prices[next.instrument.index] = next.price;
  if (next.is_bar) {
    bar_ = model::Bar{.instrument = next.instrument,
                      .open = next.price,
                      .high = next.price,
                      .low = next.price,
                      .close = next.price,
                      .volume = Decimal::FromInt(1),
                      .open_at = at_ - milliseconds{50},
                      .close_at = at_};
  }
  return model::Tick{.instrument = next.instrument,
                     .price = next.price,
                     .size = Decimal::FromInt(1),
                     .event_at = at_};
}

// Up for some bars, down for some bars: averages cross often.
Decimal FakeFeed::Move(std::size_t instrument) {
  const Decimal price = market_.prices[instrument];
  const std::uint64_t phase = count_ / instruments_.size() / (3 + instrument) % 2;
  const auto step = static_cast<std::int64_t>(random_.Below(40)) - (phase == 0 ? 8 : 31);
  const Decimal moved = price + base::MulDiv(price, Decimal::FromInt(step),
                                             Decimal::FromInt(10'000), base::Rounding::kFloor)
                                    .RoundDownTo(kTick);
  return moved > Decimal::FromInt(10) ? moved : price;
}

}  // namespace bulwark::sim
