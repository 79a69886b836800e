#include "opening/plan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "contract/order_document.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "opening/cost_basis.h"
#include "opening/documents.h"
#include "opening/findings.h"
#include "opening/order_history.h"
#include "opening/portfolio_reading.h"

namespace bulwark::opening {
namespace {

using base::Decimal;

const Document* Find(const Documents& documents, std::string_view key) {
  const auto found =
      std::lower_bound(documents.rows.begin(), documents.rows.end(), key,
                       [](const Document& row, std::string_view name) { return row.key < name; });
  return found != documents.rows.end() && found->key == key ? &*found : nullptr;
}

OrderHistory ReadOrders(const Documents& documents, const Choices& choices, Findings& findings) {
  OrderHistory history;
  for (const Document& document : documents.rows) {
    if (document.key.starts_with(kOrderPrefix) && !choices.left_out.contains(document.key)) {
      history.Add(document, findings);
    }
  }
  history.Finish(findings);
  for (const std::string& key : choices.left_out) {
    if (Find(documents, key) == nullptr || !key.starts_with(kOrderPrefix)) {
      findings.Refuse("there is no order '" + key.substr(0, 80) + "' to leave out");
    }
  }
  return history;
}

ForeignOrder ForeignOf(const contract::OrderDocument& document) {
  const model::Order& order = document.order;
  return {.id = order.id.ToString(),
          .external_id = std::string(order.external_id.view()),
          .what = std::string(model::Name(order.side)) + " " + order.quantity.ToString() + " of " +
                  document.symbol + ", " + order.filled_quantity.ToString() + " filled, " +
                  std::string(model::Name(order.status))};
}

// The documents keep 8 digits of each fill: their sum may be off by a step for each.
bool AgreesWith(Decimal traded, Decimal held) {
  return (traded - held).Abs() <= Decimal::FromRaw(100);
}

std::optional<Decimal> CostFromOrders(const OwnedPosition& position, const OrderHistory& history) {
  const auto traded = history.traded().find(position.symbol);
  if (traded == history.traded().end() ||
      !AgreesWith(traded->second.quantity(), position.quantity)) {
    return std::nullopt;
  }
  return traded->second.cost();
}

std::string SayTraded(const std::string& symbol, const OrderHistory& history) {
  const auto traded = history.traded().find(symbol);
  return traded == history.traded().end()
             ? "no order documents of it were found"
             : "its order documents add up to " + traded->second.quantity().ToString();
}

OpeningPosition Opened(const OwnedPosition& position, const OrderHistory& history,
                       const Choices& choices, Findings& findings) {
  OpeningPosition opened{.symbol = position.symbol,
                         .quantity = position.quantity,
                         .short_opened_at = position.short_opened_at};
  const std::string place = position.symbol + " " + position.quantity.ToString();
  if (position.quantity.is_negative() && !choices.may_be_short) {
    findings.Refuse(place + ": this account cannot hold a short position; close it first");
    return opened;
  }
  if (position.quantity.is_zero()) {
    return opened;
  }
  const auto given = choices.prices.find(position.symbol);
  const std::optional<Decimal> cost =
      given != choices.prices.end()
          ? base::CheckedMul(given->second, position.quantity, base::Rounding::kHalfEven)
          : CostFromOrders(position, history);
  if (!cost) {
    findings.Refuse(place + ": what it cost is not known (" + SayTraded(position.symbol, history) +
                    "); give its average price with --price " + position.symbol + "=...");
  }
  opened.cost = cost.value_or(Decimal());
  return opened;
}

void CheckChoices(const Choices& choices, const OwnedPortfolio& owned, Findings& findings) {
  for (const auto& [symbol, price] : choices.prices) {
    const bool is_held =
        std::any_of(owned.positions.begin(), owned.positions.end(),
                    [&name = symbol](const auto& row) { return row.symbol == name; });
    if (!is_held) {
      findings.Refuse("a price was given for '" + symbol.substr(0, 40) +
                      "', which the portfolio does not have");
    } else if (!price.is_positive()) {
      findings.Refuse("the price given for " + symbol + " is " + price.ToString() +
                      ", not above 0");
    }
  }
  if (choices.cash && choices.cash->is_negative()) {
    findings.Refuse("the cash given is " + choices.cash->ToString() + ", below 0");
  }
}

Decimal CashOf(const OwnedPortfolio& owned, const Choices& choices, Findings& findings) {
  if (choices.cash) {
    findings.Tolerate("cash is " + choices.cash->ToString() + " as given; the document says " +
                      owned.cash.ToString() + " with what is blocked");
    return *choices.cash;
  }
  const Decimal free = owned.cash - owned.blocked_cash;
  if (free.is_negative()) {
    findings.Refuse(std::string(kPortfolioKey) + ": field 'cash' is " + free.ToString() +
                    ", below 0; look up the cash at the venue and give it with --cash");
  }
  return owned.cash;
}

// Cash that is blocked for orders that are not there any more must not vanish.
void CompareReservations(const OwnedPortfolio& owned, const OrderHistory& history,
                         Findings& findings) {
  Decimal reserved;
  for (const contract::OrderDocument& order : history.open()) {
    reserved = base::CheckedAdd(reserved, order.order.reserved_cash_remaining).value_or(reserved);
  }
  if (reserved != owned.blocked_cash) {
    findings.Tolerate(std::string(kPortfolioKey) + ": field 'blocked_cash' is " +
                      owned.blocked_cash.ToString() + ", but open orders reserve " +
                      reserved.ToString() + "; all of it becomes cash");
  }
}

}  // namespace

Plan MakePlan(const Documents& documents, const Choices& choices) {
  Findings findings;
  Plan plan;
  const Document* portfolio = Find(documents, kPortfolioKey);
  if (portfolio == nullptr) {
    findings.Refuse(std::string(kPortfolioKey) + ": not there");
  }
  const OwnedPortfolio owned =
      portfolio == nullptr ? OwnedPortfolio() : ReadPortfolio(portfolio->text, findings);
  const OrderHistory history = ReadOrders(documents, choices, findings);
  plan.ended_orders = history.ended();
  for (const contract::OrderDocument& order : history.open()) {
    plan.open_orders.push_back(ForeignOf(order));
  }
  if (!findings.is_refused()) {
    CheckChoices(choices, owned, findings);
    CompareReservations(owned, history, findings);
    plan.cash = CashOf(owned, choices, findings);
    plan.borrow_fees_paid = owned.borrow_fees_paid;
    for (const OwnedPosition& position : owned.positions) {
      plan.positions.push_back(Opened(position, history, choices, findings));
    }
    if (owned.positions.size() > model::kInstrumentsMax) {
      findings.Refuse(std::string(kPortfolioKey) + ": " + std::to_string(owned.positions.size()) +
                      " instruments are more than " + std::to_string(model::kInstrumentsMax));
    }
  }
  plan.tolerated = findings.tolerated();
  plan.refused = findings.refused();
  return plan;
}

}  // namespace bulwark::opening
