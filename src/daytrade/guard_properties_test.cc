// Goal: whatever happens, the counts do not depend on how an order was filled or on which side it
//       was, exits stay possible, a stricter policy never allows more, and a restart changes
//       nothing.
// Method: RapidCheck draws a seed, from which cases are made: executions of three instruments over
//         two weeks with nights, a holiday, a half day and a turn of the clock, and orders asked
//         about in between. Counts are held against a model that knows single shares.
//         BULWARK_DAYTRADE_CASES is how many are tried of each property, 300 without it.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/time.h"
#include "base/uuid.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/day_counter.h"
#include "daytrade/deficit_book.h"
#include "daytrade/guard.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

constexpr std::uint64_t kInstruments = 3;
constexpr std::size_t kCapacity = 256;
// The Friday before the week of Thanksgiving 2026, and the one before clocks turn back.
constexpr std::array kBegins = {
    base::UnixNanos(std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}),
    base::UnixNanos(std::chrono::sys_days{std::chrono::year{2026} / 10 / 30}),
    base::UnixNanos(std::chrono::sys_days{std::chrono::year{2027} / 3 / 12}),
    base::UnixNanos(std::chrono::sys_days{std::chrono::year{2026} / 12 / 4})};

struct Random {
  std::mt19937_64 bits;

  std::uint64_t Below(std::uint64_t limit) { return bits() % limit; }
  bool Chance(std::uint64_t of) { return Below(of) == 0; }
};

Decimal Shares(std::int64_t count) {
  return Decimal::FromInt(count);
}

model::OrderId OrderOf(std::uint64_t number) {
  return base::Uuid::Derive(model::kOrderIds, 1, number);
}

struct Order {
  model::InstrumentId instrument;
  std::int64_t quantity = 0;  // Signed.
  base::UnixNanos at;
};

using Orders = std::vector<Order>;

Orders DrawOrders(Random& random) {
  Orders orders;
  base::UnixNanos at = kBegins.at(random.Below(kBegins.size())) + std::chrono::hours{14};
  for (std::uint64_t left = 1 + random.Below(24); left > 0; --left) {
    at += random.Chance(4) ? std::chrono::hours{1 + static_cast<std::int64_t>(random.Below(30))}
                           : std::chrono::hours{0};
    at += std::chrono::minutes{1 + static_cast<std::int64_t>(random.Below(50))};
    const auto quantity = 1 + static_cast<std::int64_t>(random.Below(6));
    orders.push_back(Order{.instrument = {static_cast<std::uint16_t>(random.Below(kInstruments))},
                           .quantity = random.Chance(2) ? quantity : -quantity,
                           .at = at});
  }
  return orders;
}

Policy DrawPolicy(Random& random) {
  constexpr std::array kMethods = {CountMethod::kStrict, CountMethod::kM1, CountMethod::kM2,
                                   CountMethod::kM3};
  Policy policy = random.Chance(2) ? Policy{} : OrdinaryPolicy();
  policy.regime = Regime::kPdt;
  policy.count_method = kMethods.at(random.Below(kMethods.size()));
  policy.same_day = random.Chance(2) ? SameDay::kUnion : SameDay::kTradeDate;
  policy.day_trades_max = static_cast<std::int32_t>(random.Below(4));
  return policy;
}

std::unique_ptr<TradeLog> LogOf(const calendar::ExchangeCalendar& calendar, const Policy& policy) {
  return std::make_unique<TradeLog>(calendar, policy, kCapacity);
}

Execution ExecutionOf(const Order& order, std::uint64_t number, std::int64_t quantity,
                      std::uint64_t part) {
  return Execution{.instrument = order.instrument,
                   .order = OrderOf(number),
                   .trade = model::TradeId(std::to_string(number) + "." + std::to_string(part)),
                   .quantity = Shares(quantity),
                   .price = Decimal::FromInt(10),
                   .at = order.at + std::chrono::milliseconds{part}};
}

// Each order as one execution.
void AddAll(TradeLog& log, const Orders& orders, std::int64_t sign = 1) {
  for (std::size_t index = 0; index < orders.size(); ++index) {
    const Order& order = orders[index];
    log.Add(ExecutionOf(order, index, sign * order.quantity, 0), order.at);
  }
}

Snapshot Account(base::UnixNanos now) {
  Snapshot snapshot;
  snapshot.at = now;
  snapshot.equity = snapshot.last_equity = snapshot.cash = Decimal::FromInt(10'000);
  return snapshot;
}

struct World {
  Policy policy;
  calendar::ExchangeCalendar calendar;
  std::unique_ptr<TradeLog> trades;
  std::unique_ptr<DeficitBook> deficits;

  explicit World(const Policy& with) : policy(with) {
    trades = LogOf(calendar, policy);
    deficits = std::make_unique<DeficitBook>(calendar, policy);
  }
  [[nodiscard]] Decision Ask(const Intent& intent, const Snapshot* snapshot,
                             std::span<const Holding> holdings, base::UnixNanos now) const {
    return Decide({.policy = policy, .trades = *trades, .deficits = *deficits},
                  {.intent = intent,
                   .snapshot = snapshot,
                   .holdings = holdings,
                   .pending = {},
                   .conditions = {},
                   .now = now});
  }
};

Intent IntentOf(model::InstrumentId instrument, std::int64_t quantity, IntentKind kind) {
  return Intent{.instrument = instrument,
                .side = quantity > 0 ? model::Side::kBuy : model::Side::kSell,
                .quantity = Shares(quantity).Abs(),
                .worst_price = Decimal::FromInt(10),
                .kind = kind};
}

// Each draw is a seed from which several cases are made.
int CasesPerDraw() {
  // One thread, and nobody sets the environment here.
  const char* const wanted =
      std::getenv("BULWARK_DAYTRADE_CASES");  // NOLINT(concurrency-mt-unsafe)
  constexpr int kDraws = 100;
  return wanted == nullptr ? 3 : std::max(1, std::atoi(wanted) / kDraws);
}

template <class Check>
void ForCases(std::uint64_t seed, Check check) {
  std::mt19937_64 seeds{seed};
  for (int left = CasesPerDraw(); left > 0; --left) {
    Random random{std::mt19937_64{seeds()}};
    check(random);
  }
}

// One share at a time: which order opened it, and whether that was today.
class ShareModel {
 public:
  explicit ShareModel(std::int64_t overnight) : overnight_(overnight) {}

  void Trade(std::size_t order, std::int64_t quantity) {
    const std::int64_t step = quantity > 0 ? 1 : -1;
    for (; quantity != 0; quantity -= step) {
      if (!today_.empty() && (side_ > 0) != (step > 0)) {
        m1_ += is_opening_ ? 1 : 0;
        is_opening_ = false;
        openers_.insert(today_.back());
        closers_.insert(order);
        today_.pop_back();
      } else if (overnight_ != 0 && (overnight_ > 0) != (step > 0)) {
        overnight_ += step;
      } else {
        side_ = step;
        today_.push_back(order);
        is_opening_ = true;
      }
    }
  }
  [[nodiscard]] Counts counts() const {
    return {.m1 = m1_,
            .m2 = static_cast<std::int32_t>(openers_.size()),
            .m3 = static_cast<std::int32_t>(closers_.size())};
  }

 private:
  std::int64_t overnight_;
  std::int64_t side_ = 0;
  std::vector<std::size_t> today_;
  bool is_opening_ = false;
  std::int32_t m1_ = 0;
  std::set<std::size_t> openers_;
  std::set<std::size_t> closers_;
};

RC_GTEST_PROP(DayTradeProperties, CountsAreThoseOfSingleShares, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const auto overnight = static_cast<std::int64_t>(random.Below(21)) - 10;
    DayCounter counter{Shares(overnight)};
    ShareModel model{overnight};
    Counts before;
    for (std::size_t order = 0; order < 1 + random.Below(20); ++order) {
      const std::int64_t quantity =
          (random.Chance(2) ? 1 : -1) * (1 + static_cast<std::int64_t>(random.Below(12)));
      counter.Trade(Shares(quantity), Shares(1));
      model.Trade(order, quantity);
      RC_ASSERT(counter.counts() == model.counts());

      // Another order never takes back a day trade.
      RC_ASSERT(counter.counts().m1 >= before.m1);
      RC_ASSERT(counter.counts().m2 >= before.m2);
      RC_ASSERT(counter.counts().m3 >= before.m3);
      before = counter.counts();
    }
  });
}

RC_GTEST_PROP(DayTradeProperties, LongAndShortCountTheSame, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const calendar::ExchangeCalendar calendar;
    const Policy policy = DrawPolicy(random);
    const Orders orders = DrawOrders(random);
    const auto as_is = LogOf(calendar, policy);
    const auto mirrored = LogOf(calendar, policy);
    AddAll(*as_is, orders);
    AddAll(*mirrored, orders, -1);
    RC_ASSERT(as_is->Count(orders.back().at) == mirrored->Count(orders.back().at));
  });
}

RC_GTEST_PROP(DayTradeProperties, PartsOfAnOrderCountAsTheOrder, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const calendar::ExchangeCalendar calendar;
    const Policy policy = DrawPolicy(random);
    const Orders orders = DrawOrders(random);
    const auto whole = LogOf(calendar, policy);
    const auto parts = LogOf(calendar, policy);
    AddAll(*whole, orders);
    for (std::size_t index = 0; index < orders.size(); ++index) {
      std::int64_t left = orders[index].quantity;
      for (std::uint64_t part = 0; left != 0; ++part) {
        const std::int64_t step = left > 0 ? 1 : -1;
        const auto magnitude = static_cast<std::uint64_t>(left * step);
        const std::int64_t taken = step * (1 + static_cast<std::int64_t>(random.Below(magnitude)));
        parts->Add(ExecutionOf(orders[index], index, taken, part), orders[index].at);
        left -= taken;
      }
    }
    RC_ASSERT(whole->Count(orders.back().at) == parts->Count(orders.back().at));
  });
}

RC_GTEST_PROP(DayTradeProperties, OnlyTimeMakesTheWindowForget, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const calendar::ExchangeCalendar calendar;
    const auto log = LogOf(calendar, DrawPolicy(random));
    const Orders orders = DrawOrders(random);
    AddAll(*log, orders);
    std::int32_t count = log->Count(orders.back().at);
    for (int hours = 0; hours < 24 * 12; hours += 5) {
      const std::int32_t later = log->Count(orders.back().at + std::chrono::hours{hours});
      RC_ASSERT(later <= count);
      count = later;
    }
    RC_ASSERT(count == 0);
  });
}

RC_GTEST_PROP(DayTradeProperties, ARestartAnywhereGivesTheSameState, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const calendar::ExchangeCalendar calendar;
    const Policy policy = DrawPolicy(random);
    const Orders orders = DrawOrders(random);
    const auto lived = LogOf(calendar, policy);
    AddAll(*lived, orders);

    // The ledger tells everything again, and the venue what it is not sure was heard.
    const auto restarted = LogOf(calendar, policy);
    const std::size_t heard = random.Below(orders.size() + 1);
    AddAll(*restarted, Orders(orders.begin(), orders.begin() + static_cast<std::ptrdiff_t>(heard)));
    AddAll(*restarted, orders);
    const base::UnixNanos now = orders.back().at;
    RC_ASSERT(lived->Count(now) == restarted->Count(now));
    RC_ASSERT(lived->PeakToday(now) == restarted->PeakToday(now));
    for (std::uint16_t index = 0; index < kInstruments; ++index) {
      RC_ASSERT(lived->Held({index}) == restarted->Held({index}));
    }
  });
}

// Sells, or covers, what was opened today by either day, if the guard lets it.
bool LeavesToday(World& world, model::InstrumentId instrument, base::UnixNanos now) {
  const InstrumentView view = world.trades->ViewOf(instrument, now);
  const Decimal by_trade_date = view.today.at(0).opened_today();
  const Decimal by_wall_date = view.today.at(1).opened_today();
  const Decimal open = by_trade_date.Abs() < by_wall_date.Abs() ? by_wall_date : by_trade_date;
  if (open.is_zero()) {
    return true;
  }
  const Snapshot account = Account(now);
  const Intent intent{.instrument = instrument,
                      .side = open.is_positive() ? model::Side::kSell : model::Side::kBuy,
                      .quantity = open.Abs(),
                      .worst_price = Decimal::FromInt(10),
                      .kind = IntentKind::kExitDiscretionary};
  if (!world.Ask(intent, &account, {}, now).is_allowed()) {
    return false;
  }
  const std::uint64_t number = std::uint64_t{1'000} + instrument.index;
  world.trades->Add(Execution{.instrument = instrument,
                              .order = OrderOf(number),
                              .trade = model::TradeId(std::to_string(number)),
                              .quantity = -open,
                              .price = Decimal::FromInt(10),
                              .at = now},
                    now);
  return true;
}

RC_GTEST_PROP(DayTradeProperties, WhoOpensOnlyAsAllowedCanAlwaysGetOut, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    World world(DrawPolicy(random));
    world.policy.cap_even_above_floor = true;
    base::UnixNanos now;
    const Orders orders = DrawOrders(random);
    for (std::size_t index = 0; index < orders.size(); ++index) {
      const Order& order = orders[index];
      now = order.at;
      const Snapshot account = Account(now);
      const Intent intent = IntentOf(order.instrument, order.quantity, IntentKind::kEntry);
      if (world.Ask(intent, &account, {}, now).is_allowed()) {
        world.trades->Add(ExecutionOf(order, index, order.quantity, 0), now);
      }
    }
    // In one order each, at any later time: of what was opened on that day.
    now += std::chrono::minutes{static_cast<std::int64_t>(random.Below(std::uint64_t{30} * 60))};
    for (std::uint16_t index = 0; index < kInstruments; ++index) {
      RC_ASSERT(LeavesToday(world, {index}, now));
    }
    RC_ASSERT(world.trades->Count(now) <= std::min(world.policy.day_trades_max, 3));
  });
}

RC_GTEST_PROP(DayTradeProperties, ExitsOfOldPositionsMakeNoDayTrade, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    World world(DrawPolicy(random));
    const auto held = 1 + static_cast<std::int64_t>(random.Below(50));
    const bool is_long = random.Chance(2);
    world.trades->SetOpening({0}, Shares(is_long ? held : -held));
    const base::UnixNanos now = kBegins.front() + std::chrono::hours{15};
    const Snapshot account = Account(now);
    const Decision decision = world.Ask(
        IntentOf({0}, is_long ? -held : held, IntentKind::kExitDiscretionary), &account, {}, now);
    RC_ASSERT(decision.pattern.delta == 0);
    RC_ASSERT(decision.is_allowed());
  });
}

RC_GTEST_PROP(DayTradeProperties, MarginNeverBlocksAReduction, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    Policy policy;
    policy.regime = Regime::kIntradayMargin;
    const World world(policy);
    const base::UnixNanos now = kBegins.front() + std::chrono::hours{15};
    Snapshot account = Account(now);
    account.equity = Shares(static_cast<std::int64_t>(random.Below(40'000)) - 20'000);
    account.cash = Shares(static_cast<std::int64_t>(random.Below(40'000)) - 20'000);
    account.maintenance = Shares(static_cast<std::int64_t>(random.Below(40'000)));
    const auto held = 1 + static_cast<std::int64_t>(random.Below(5'000));
    const std::array holdings = {
        Holding{.instrument = {0},
                .quantity = Shares(held),
                .mark = Shares(1 + static_cast<std::int64_t>(random.Below(50)))}};
    world.deficits->OnReducing(
        world.trades->TradeDate(now) - std::chrono::days{static_cast<int>(random.Below(40))},
        Shares(-1'000), account.equity);
    const auto kind = random.Chance(2) ? IntentKind::kExitDiscretionary : IntentKind::kReduce;
    RC_ASSERT(world.Ask(IntentOf({0}, -held, kind), &account, holdings, now).is_allowed());
  });
}

RC_GTEST_PROP(DayTradeProperties, BothRegimesAllowWhatEachAllows, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    Policy policy = DrawPolicy(random);
    policy.allow_hold_overnight = false;
    const Orders orders = DrawOrders(random);
    const base::UnixNanos now = orders.back().at;
    Snapshot account = Account(now);
    account.cash = account.equity = Shares(static_cast<std::int64_t>(random.Below(60'000)));
    const Intent intent =
        IntentOf({static_cast<std::uint16_t>(random.Below(kInstruments))},
                 1 + static_cast<std::int64_t>(random.Below(5'000)), IntentKind::kEntry);
    const auto ask = [&](Regime regime) {
      policy.regime = regime;
      const World world(policy);
      AddAll(*world.trades, orders);
      return world.Ask(intent, &account, {}, now).is_allowed();
    };
    RC_ASSERT(ask(Regime::kBoth) == (ask(Regime::kPdt) && ask(Regime::kIntradayMargin)));
  });
}

RC_GTEST_PROP(DayTradeProperties, AStricterPolicyNeverAllowsMore, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    Policy loose = DrawPolicy(random);
    loose.regime = Regime::kBoth;
    loose.allow_hold_overnight = false;
    Policy strict = loose;
    strict.day_trades_max -= static_cast<std::int32_t>(random.Below(2));
    strict.cap_even_above_floor = loose.cap_even_above_floor || random.Chance(2);
    strict.floor_headroom += Percent(static_cast<std::int64_t>(random.Below(20)));
    strict.count_method = random.Chance(2) ? CountMethod::kStrict : loose.count_method;
    strict.same_day = random.Chance(2) ? SameDay::kUnion : loose.same_day;
    strict.leverage_max = random.Chance(2) ? Percent(50) : loose.leverage_max;
    strict.buffer_usd += Shares(static_cast<std::int64_t>(random.Below(500)));
    strict.long_rate_floor += Percent(static_cast<std::int64_t>(random.Below(30)));
    const Orders orders = DrawOrders(random);
    const base::UnixNanos now = orders.back().at;
    Snapshot account = Account(now);
    account.cash = account.equity = account.last_equity =
        Shares(static_cast<std::int64_t>(random.Below(60'000)));
    const Intent intent =
        IntentOf({static_cast<std::uint16_t>(random.Below(kInstruments))},
                 (random.Chance(4) ? -1 : 1) * (1 + static_cast<std::int64_t>(random.Below(5'000))),
                 IntentKind::kEntry);
    const auto ask = [&](const Policy& policy) {
      const World world(policy);
      AddAll(*world.trades, orders);
      return world.Ask(intent, &account, {}, now).is_allowed();
    };
    RC_ASSERT(!ask(strict) || ask(loose));
  });
}

RC_GTEST_PROP(DayTradeProperties, ADeficitOnlyGrowsOnItsDay, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const calendar::ExchangeCalendar calendar;
    DeficitBook book(calendar, Policy{});
    const Date day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};
    Decimal largest;
    bool was_major = false;
    for (int step = 0; step < 20; ++step) {
      const Decimal level = Shares(static_cast<std::int64_t>(random.Below(4'000)) - 2'000);
      book.OnReducing(day, level, Shares(static_cast<std::int64_t>(random.Below(30'000))));
      largest = std::max(largest, -level);
      const Deficit* deficit = book.Find(day);
      RC_ASSERT((deficit == nullptr) == !largest.is_positive());
      if (deficit != nullptr) {
        RC_ASSERT(deficit->amount == largest);
        RC_ASSERT(!(was_major && deficit->is_minor));
        was_major = !deficit->is_minor;
      }
    }
  });
}

RC_GTEST_PROP(DayTradeProperties, TradeDatesGoUpAndAreSessions, (std::uint64_t seed)) {
  ForCases(seed, [](Random& random) {
    const calendar::ExchangeCalendar calendar;
    const auto log = LogOf(calendar, Policy{});
    base::UnixNanos at = kBegins.at(random.Below(kBegins.size()));
    Date before{};
    for (int step = 0; step < 40; ++step) {
      at += std::chrono::minutes{static_cast<std::int64_t>(random.Below(600))};
      const Date date = log->TradeDate(at);
      RC_ASSERT(calendar.IsSession(date));
      RC_ASSERT(date >= before);
      RC_ASSERT(date >= base::NewYorkDate(at));
      RC_ASSERT(log->WindowEnd(at) <= date);
      RC_ASSERT(log->WindowStart(at) == calendar.SessionsBack(log->WindowEnd(at), 4));
      before = date;
    }
  });
}

}  // namespace
}  // namespace bulwark::daytrade
