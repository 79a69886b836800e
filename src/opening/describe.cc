// Plan for people.

#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "opening/plan.h"

namespace bulwark::opening {
namespace {

void AddAll(std::string& text, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) {
    return;
  }
  text += std::string(title) + "\n";
  for (const std::string& line : lines) {
    text += "  " + line + "\n";
  }
}

std::string Line(const OpeningPosition& position) {
  std::string text = position.symbol + " " + position.quantity.ToString();
  if (const auto price =
          base::CheckedDiv(position.cost, position.quantity, base::Rounding::kHalfEven)) {
    text += " at " + price->ToString() + ", cost " + position.cost.ToString();
  }
  return text;
}

}  // namespace

std::string Describe(const Plan& plan) {
  std::vector<std::string> positions;
  positions.reserve(plan.positions.size());
  for (const OpeningPosition& position : plan.positions) {
    positions.push_back(Line(position));
  }
  std::vector<std::string> orders;
  orders.reserve(plan.open_orders.size());
  for (const ForeignOrder& order : plan.open_orders) {
    orders.push_back(order.id + (order.external_id.empty() ? "" : " (" + order.external_id + ")") +
                     ": " + order.what);
  }
  std::string text = "cash " + plan.cash.ToString() + "\n";
  AddAll(text, "positions", positions);
  AddAll(text, "open orders, not taken over: end them at the venue", orders);
  text += "ended orders " + std::to_string(plan.ended_orders) + "\n";
  AddAll(text, "tolerated", plan.tolerated);
  AddAll(text, "refused", plan.refused);
  return text;
}

}  // namespace bulwark::opening
