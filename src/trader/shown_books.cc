#include "trader/shown_books.h"

#include <algorithm>
#include <string>

#include "base/decimal.h"
#include "base/result.h"
#include "contract/keys.h"
#include "contract/portfolio_document.h"
#include "redis/connection.h"

namespace bulwark::trader {
namespace {

constexpr const char* kWayOn =
    "; this ledger is new and would overwrite it: take it over with `bulwark import`, or delete "
    "the key to begin anew";

bool IsFresh(const contract::PortfolioDocument& document, base::Decimal initial_cash) {
  const auto is_zero = [](const auto& entry) { return entry.second.is_zero(); };
  return document.cash == initial_cash && document.blocked_cash.is_zero() &&
         std::all_of(document.positions.begin(), document.positions.end(), is_zero) &&
         std::all_of(document.blocked_positions.begin(), document.blocked_positions.end(), is_zero);
}

}  // namespace

base::Result<void> RequireNoForeignBooks(redis::Connection& connection,
                                         base::Decimal initial_cash) {
  const contract::Key key = contract::keys::Portfolio();
  const auto reply = connection.Call({"GET", key.view()});
  if (!reply) {
    return base::FailWith(key.text() + " in Redis", reply.error());
  }
  if (reply->is_nil()) {
    return {};
  }
  const auto document = contract::DecodePortfolio(reply->AsText().value_or(""));
  if (!document) {
    return base::Fail(base::ErrorCode::kConflict, key.text() + " in Redis cannot be read (" +
                                                      document.error().message + ")" + kWayOn);
  }
  if (IsFresh(*document, initial_cash)) {
    return {};
  }
  return base::Fail(base::ErrorCode::kConflict,
                    key.text() + " in Redis shows cash " + document->cash.ToString() + " and " +
                        std::to_string(document->positions.size()) + " instruments" + kWayOn);
}

}  // namespace bulwark::trader
