// Goal: whatever the venue repeats, delays, swaps or withholds, the same messages give the same
//       books to the last digit; and what a total told is not booked again when its trades come.
// Method: RapidCheck draws what truly happened to a few orders (trades, busts, corrections of price
//         and fee, totals, ends) and which of it arrives, in two orders and with repeats; both are
//         given to an OMS each. Cash, positions and fees must be those of a model that only knows
//         the set of messages. BULWARK_VENUE_CASES is how many are tried, 3,000 without it.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/decimal.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"

namespace bulwark::oms {
namespace {

using base::Decimal;
using testing_support::Approve;
using testing_support::Buy;
using testing_support::D;
using testing_support::Id;
using testing_support::kNow;
using testing_support::MakeFill;

constexpr int kOrders = 3;
const Decimal kOrderQuantity = D("3");
const Decimal kOpeningCash = D("1000000");

using Message =
    std::variant<model::OrderSent, model::OrderAccepted, model::OrderFilled, model::OrderProgress,
                 model::TradeBusted, model::TradeCorrected, model::OrderEnded>;
using Messages = std::vector<Message>;

struct Random {
  std::mt19937_64 bits;

  std::uint64_t Below(std::uint64_t limit) { return bits() % limit; }
  Decimal Amount(std::int64_t most_raw) {
    return Decimal::FromRaw(1 +
                            static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(most_raw))));
  }
};

// What happened at the venue to one order: its trades, with what became of them, and its totals.
class History {
 public:
  History(std::uint64_t order, Random& random) : order_(order), random_(random) {
    messages_.emplace_back(model::OrderSent{.order_id = Id(order)});
    messages_.emplace_back(
        model::OrderAccepted{.order_id = Id(order), .venue_order_id = model::VenueOrderId("V")});
    Decimal left = kOrderQuantity;
    for (int number = 0; number < 4 && left.is_positive(); ++number) {
      const Decimal quantity =
          number == 3 || random.Below(4) == 0 ? left : std::min(left, random.Amount(150'000'000));
      left -= quantity;
      AddTrade(number, quantity);
    }
    if (random.Below(3) == 0) {
      messages_.emplace_back(model::OrderEnded{.order_id = Id(order)});
    }
  }

  [[nodiscard]] const Messages& messages() const { return messages_; }

 private:
  void AddTrade(int number, Decimal quantity) {
    const std::string id = "T" + std::to_string(order_) + "-" + std::to_string(number);
    const model::Fill fill =
        MakeFill(order_, id, model::Side::kBuy, random_.Amount(20'000'000'000), quantity);
    quantity_ += quantity;
    notional_ += fill.notional();
    fees_ += fill.fee;
    if (random_.Below(5) != 0) {
      messages_.emplace_back(model::OrderFilled{.fill = fill});
    }
    const auto fate = random_.Below(8);
    if (fate < 2) {
      for (std::uint32_t revision = 1; revision <= 1 + random_.Below(2); ++revision) {
        model::Fill changed = fill;
        changed.price = random_.Amount(20'000'000'000);
        changed.fee = random_.Amount(100'000'000);
        messages_.emplace_back(model::TradeCorrected{.fill = changed, .revision = revision});
      }
    } else if (fate == 2) {
      messages_.emplace_back(model::TradeBusted{.fill = fill});
    } else if (fate == 3) {
      messages_.emplace_back(model::OrderProgress{
          .order_id = Id(order_),
          .cumulative_filled = quantity_,
          .average_price = base::Div(notional_, quantity_, base::Rounding::kHalfEven),
          .fees = fees_});
    }
  }

  std::uint64_t order_;
  Random& random_;
  Messages messages_;
  Decimal quantity_;
  Decimal notional_;
  Decimal fees_;
};

std::unique_ptr<Oms> Play(const Messages& messages) {
  auto oms = std::make_unique<Oms>(OpeningBooks{.portfolio = {.cash = kOpeningCash}});
  model::ActionBuffer out;
  for (std::uint64_t order = 1; order <= kOrders; ++order) {
    oms->Submit(Approve(Buy(kOrderQuantity), oms->portfolio()), Id(order), D("400"), kNow, out);
  }
  for (const Message& message : messages) {
    out.Clear();
    std::visit([&](const auto& report) { oms->On(report, kNow, out); }, message);
  }
  return oms;
}

// The same messages, some of them more than once, in any order.
Messages Scrambled(Messages messages, Random& random) {
  const std::size_t repeats = messages.empty() ? 0 : random.Below(messages.size() + 1);
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    messages.push_back(messages[random.Below(messages.size())]);
  }
  std::shuffle(messages.begin(), messages.end(), random.bits);
  return messages;
}

// What the set of messages says, computed without any order of arrival: the newest version of each
// trade that was heard of, and for each order the part of its largest total that no trade explains.
class Truth {
 public:
  explicit Truth(const Messages& messages) {
    for (const Message& message : messages) {
      std::visit([this](const auto& report) { See(report); }, message);
    }
    for (const auto& [id, trade] : trades_) {
      if (!trade.is_heard) {
        continue;
      }
      Order& order = orders_[trade.fill.order_id];
      order.filled += trade.fill.quantity;
      order.notional += trade.fill.notional();
      order.fees += trade.fill.fee;
      if (!trade.is_void) {
        Count(trade.fill.quantity, trade.fill.notional(), trade.fill.fee);
      }
    }
    for (auto& [id, order] : orders_) {
      AddInferred(order);
    }
  }

  [[nodiscard]] Decimal cash() const { return kOpeningCash - notional_ - fees_; }
  [[nodiscard]] Decimal quantity() const { return quantity_; }
  [[nodiscard]] Decimal fees() const { return fees_; }

 private:
  struct Trade {
    model::Fill fill;
    std::uint32_t revision = 0;
    bool is_heard = false;
    bool is_void = false;
  };
  struct Order {
    Decimal filled;
    Decimal notional;
    Decimal fees;
    Decimal total;
    Decimal total_notional;
    Decimal total_fees;
  };

  template <class Report>
  void See(const Report& /*report*/) {}
  void See(const model::OrderFilled& report) {
    Trade& trade = trades_[std::string(report.fill.trade_id.view())];
    if (trade.revision == 0) {
      trade.fill = report.fill;
    }
    trade.is_heard = true;
  }
  void See(const model::TradeCorrected& report) {
    Trade& trade = trades_[std::string(report.fill.trade_id.view())];
    if (report.revision > trade.revision) {
      trade.fill = report.fill;
      trade.revision = report.revision;
    }
    trade.is_heard = true;
  }
  void See(const model::TradeBusted& report) {
    trades_[std::string(report.fill.trade_id.view())].is_void = true;
  }
  void See(const model::OrderProgress& report) {
    Order& order = orders_[report.order_id];
    if (report.cumulative_filled > order.total) {
      order.total = report.cumulative_filled;
      order.total_notional =
          base::Mul(report.average_price, report.cumulative_filled, base::Rounding::kHalfEven);
      order.total_fees = report.fees;
    }
  }

  void AddInferred(const Order& order) {
    if (order.total <= order.filled) {
      return;
    }
    const Decimal quantity = order.total - order.filled;
    const auto left = base::CheckedDiv(order.total_notional - order.notional, quantity,
                                       base::Rounding::kHalfEven);
    const Decimal price = left && left->is_positive() ? *left
                                                      : base::Div(order.total_notional, order.total,
                                                                  base::Rounding::kHalfEven);
    Count(quantity, base::Mul(price, quantity, base::Rounding::kHalfEven),
          std::max(Decimal(), order.total_fees - order.fees));
  }

  void Count(Decimal quantity, Decimal notional, Decimal fee) {
    quantity_ += quantity;
    notional_ += notional;
    fees_ += fee;
  }

  std::map<std::string, Trade> trades_;
  std::map<model::OrderId, Order> orders_;
  Decimal quantity_;
  Decimal notional_;
  Decimal fees_;
};

void CheckCase(std::uint64_t seed) {
  Random random{.bits = std::mt19937_64{seed}};
  Messages happened;
  for (std::uint64_t order = 1; order <= kOrders; ++order) {
    const History history(order, random);
    happened.insert(happened.end(), history.messages().begin(), history.messages().end());
  }
  // Any prefix of any order: the rest never arrives.
  std::shuffle(happened.begin(), happened.end(), random.bits);
  happened.resize(random.Below(happened.size() + 1));

  const Truth truth(happened);
  const auto one = Play(Scrambled(happened, random));
  const auto other = Play(Scrambled(happened, random));
  for (const Oms* oms : {one.get(), other.get()}) {
    const model::Portfolio& books = oms->portfolio();
    RC_ASSERT(books.owned_cash() == truth.cash());
    RC_ASSERT(books.positions[0].owned() == truth.quantity());
    RC_ASSERT(books.fees_paid == truth.fees());
    RC_ASSERT(books.owned_cash() + books.positions[0].cost - books.realised_pnl == kOpeningCash);
  }
}

// Each draw is a seed from which several cases are made.
int CasesPerDraw() {
  const char* const wanted = std::getenv("BULWARK_VENUE_CASES");  // NOLINT(concurrency-mt-unsafe)
  constexpr int kDraws = 100;
  return wanted == nullptr ? 30 : std::max(1, std::atoi(wanted) / kDraws);
}

RC_GTEST_PROP(VenueMessagesTest, GiveTheSameBooksInAnyOrderWithAnyRepeatsAndGaps,
              (std::uint64_t seed)) {
  std::mt19937_64 seeds{seed};
  for (int left = CasesPerDraw(); left > 0; --left) {
    CheckCase(seeds());
  }
}

}  // namespace
}  // namespace bulwark::oms
