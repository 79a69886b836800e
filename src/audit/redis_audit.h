// Holds oms:portfolio, oms:order:*, oms:orders:open and oms:epoch against the ledger.
//
// Shape:   ReadRedisBooks() reads, CompareWithRedis() is pure. An ended order that Redis no longer
//          shows is counted, not a difference: Redis may forget history, never what is open.
// Errors:  kCorrupt for a document that cannot be read, naming its key; others as
//          redis::Connection. More than kOrderKeysMax order keys are kInvalidArgument.
// Threads: the connection's thread.
// Source:  contract sections 2.1, 2.2, 8.4

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "audit/difference.h"
#include "audit/ledger_books.h"
#include "base/result.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "model/order.h"
#include "redis/connection.h"

namespace bulwark::audit {

constexpr std::size_t kOrderKeysMax = 1'000'000;

struct RedisBooks {
  std::optional<contract::PortfolioDocument> portfolio;  // Empty: the key is missing.
  std::map<model::OrderId, contract::OrderDocument> orders;
  std::set<std::string> open_ids;
  std::optional<std::uint64_t> epoch;
};

base::Result<RedisBooks> ReadRedisBooks(redis::Connection& connection);

struct RedisAudit {
  Differences differences;
  std::size_t ended_not_shown = 0;
};

RedisAudit CompareWithRedis(const LedgerBooks& ledger, const RedisBooks& redis);

}  // namespace bulwark::audit
