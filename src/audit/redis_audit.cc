#include "audit/redis_audit.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "audit/difference.h"
#include "audit/ledger_books.h"
#include "base/decimal.h"
#include "base/result.h"
#include "contract/catalogue.h"
#include "contract/keys.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "contract/system_documents.h"
#include "ledger/recent_orders.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"

namespace bulwark::audit {
namespace {

using base::Decimal;

constexpr std::size_t kKeysPerRead = 500;
constexpr std::string_view kAbsent = "absent";

template <class T>
base::Result<std::optional<T>> ReadKey(redis::Connection& connection, const contract::Key& key,
                                       base::Result<T> (*decode)(std::string_view)) {
  const auto reply = connection.Call({"GET", key.view()});
  if (!reply) {
    return base::FailWith(key.text(), reply.error());
  }
  const auto text = reply->AsText();
  if (!text) {
    return std::optional<T>{};
  }
  auto value = decode(*text);
  if (!value) {
    return base::FailWith(key.text(), value.error());
  }
  return std::optional<T>(*std::move(value));
}

base::Result<void> ReadOrders(redis::Connection& connection, const std::vector<std::string>& keys,
                              std::size_t first, RedisBooks& books) {
  const std::size_t end = std::min(keys.size(), first + kKeysPerRead);
  std::vector<std::string_view> words{"MGET"};
  words.insert(words.end(), keys.begin() + static_cast<std::ptrdiff_t>(first),
               keys.begin() + static_cast<std::ptrdiff_t>(end));
  const auto reply = connection.Call(redis::Args(words));
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  for (std::size_t at = first; at < end && at - first < reply->elements.size(); ++at) {
    const auto text = reply->elements[at - first].AsText();
    if (!text) {
      continue;  // Gone since the scan, or of a foreign type: then the order counts as not shown.
    }
    auto document = contract::DecodeOrder(*text);
    if (!document) {
      return base::FailWith(keys[at], document.error());
    }
    const model::OrderId id = document->order.id;
    books.orders.emplace(id, *std::move(document));
  }
  return {};
}

base::Result<void> ReadAllOrders(redis::Connection& connection, RedisBooks& books) {
  const auto scan =
      redis::ScanKeys(connection, contract::ScanPattern(contract::EntryId::kOrder), kOrderKeysMax);
  if (!scan) {
    return tl::unexpected<base::Error>(scan.error());
  }
  if (!scan->is_complete) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "more than " + std::to_string(kOrderKeysMax) + " order keys in Redis");
  }
  for (std::size_t first = 0; first < scan->keys.size(); first += kKeysPerRead) {
    if (auto read = ReadOrders(connection, scan->keys, first, books); !read) {
      return read;
    }
  }
  const contract::Key open = contract::keys::OpenOrders();
  const auto members = connection.Call({"SMEMBERS", open.view()});
  if (!members) {
    return base::FailWith(open.text(), members.error());
  }
  for (const redis::Reply& member : members->elements) {
    books.open_ids.emplace(member.AsText().value_or(""));
  }
  return {};
}

// Collects what differs.
class Comparison {
 public:
  void Text(const std::string& what, std::string_view ledger, std::string_view other) {
    if (ledger != other) {
      differences_.push_back({"redis", what, std::string(ledger), std::string(other)});
    }
  }
  void Amount(const std::string& what, Decimal ledger, Decimal other) {
    if (ledger != other) {
      Text(what, ledger.ToString(), other.ToString());
    }
  }
  [[nodiscard]] Differences Take() { return std::move(differences_); }

 private:
  Differences differences_;
};

Decimal AmountOf(const contract::SymbolAmounts& amounts, std::string_view symbol) {
  const auto found = std::find_if(amounts.begin(), amounts.end(),
                                  [&](const auto& entry) { return entry.first == symbol; });
  return found == amounts.end() ? Decimal{} : found->second;
}

void CompareStrangers(const contract::SymbolAmounts& amounts, const std::string& name,
                      const model::InstrumentTable& instruments, Comparison& comparison) {
  for (const auto& [symbol, amount] : amounts) {
    if (!instruments.Find(symbol) && !amount.is_zero()) {
      comparison.Text(fmt::format("{} of {}", name, symbol), kAbsent, amount.ToString());
    }
  }
}

void ComparePortfolio(const LedgerBooks& ledger, const RedisBooks& redis, Comparison& comparison) {
  if (!redis.portfolio) {
    comparison.Text("oms:portfolio", "present", kAbsent);
    return;
  }
  const model::Portfolio& portfolio = ledger.recovered.portfolio;
  comparison.Amount("cash", portfolio.cash, redis.portfolio->cash);
  comparison.Amount("blocked cash", portfolio.blocked_cash, redis.portfolio->blocked_cash);
  for (const model::Instrument& instrument : ledger.instruments.rows()) {
    const std::string symbol(instrument.symbol.view());
    const model::Position& position = portfolio.at(instrument.id);
    comparison.Amount("position of " + symbol, position.quantity,
                      AmountOf(redis.portfolio->positions, symbol));
    comparison.Amount("blocked position of " + symbol, position.blocked_quantity,
                      AmountOf(redis.portfolio->blocked_positions, symbol));
  }
  CompareStrangers(redis.portfolio->positions, "position", ledger.instruments, comparison);
  CompareStrangers(redis.portfolio->blocked_positions, "blocked position", ledger.instruments,
                   comparison);
}

std::string Joined(const std::vector<model::TradeId>& ids) {
  std::string text;
  for (const model::TradeId& id : ids) {
    text += (text.empty() ? "" : ",") + std::string(id.view());
  }
  return text;
}

std::string Joined(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) {
    text += (text.empty() ? "" : ",") + id;
  }
  return text;
}

void CompareOrder(const LedgerBooks& ledger, const ledger::RecentOrder& row,
                  const contract::OrderDocument& document, Comparison& comparison) {
  const model::Order& ours = row.order;
  const model::Order& theirs = document.order;
  const std::string order = "order " + ours.id.ToString() + " ";
  comparison.Text(order + "instrument", ledger.instruments[ours.instrument].symbol.view(),
                  document.symbol);
  comparison.Text(order + "side", Name(ours.side), Name(theirs.side));
  comparison.Text(order + "intent", Name(ours.intent), Name(theirs.intent));
  comparison.Text(order + "type", Name(ours.type), Name(theirs.type));
  comparison.Text(order + "status", Name(ours.status), Name(theirs.status));
  comparison.Text(order + "external id", ours.external_id.view(), theirs.external_id.view());
  comparison.Amount(order + "quantity", ours.quantity, theirs.quantity);
  comparison.Amount(order + "filled quantity", ours.filled_quantity, theirs.filled_quantity);
  comparison.Amount(order + "filled notional", ours.filled_notional, theirs.filled_notional);
  comparison.Amount(order + "fees", ours.fees_paid, theirs.fees_paid);
  comparison.Amount(order + "reserved cash remaining", ours.reserved_cash_remaining,
                    theirs.reserved_cash_remaining);
  comparison.Amount(order + "reserved quantity remaining", ours.reserved_quantity_remaining,
                    theirs.reserved_quantity_remaining);
  comparison.Text(order + "applied fills", Joined(row.trades), Joined(document.applied_fill_ids));
}

std::size_t CompareOrders(const LedgerBooks& ledger, const RedisBooks& redis,
                          Comparison& comparison) {
  std::size_t ended_not_shown = 0;
  for (const auto& [id, row] : ledger.orders) {
    const bool is_open = !model::IsTerminal(row.order.status);
    const auto document = redis.orders.find(id);
    const std::string name = "order " + id.ToString();
    if (document != redis.orders.end()) {
      CompareOrder(ledger, row, document->second, comparison);
    } else if (is_open) {
      comparison.Text(name, Name(row.order.status), kAbsent);
    } else {
      ++ended_not_shown;
    }
    comparison.Text(name + " in oms:orders:open", is_open ? "yes" : "no",
                    redis.open_ids.contains(id.ToString()) ? "yes" : "no");
  }
  for (const auto& [id, document] : redis.orders) {
    if (!ledger.orders.contains(id)) {
      comparison.Text("order " + id.ToString(), kAbsent, Name(document.order.status));
    }
  }
  return ended_not_shown;
}

}  // namespace

base::Result<RedisBooks> ReadRedisBooks(redis::Connection& connection) {
  RedisBooks books;
  auto portfolio = ReadKey(connection, contract::keys::Portfolio(), &contract::DecodePortfolio);
  if (!portfolio) {
    return tl::unexpected<base::Error>(portfolio.error());
  }
  books.portfolio = *std::move(portfolio);
  const auto epoch = ReadKey(connection, contract::keys::Epoch(), &contract::DecodeEpoch);
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  books.epoch = *epoch;
  if (const auto read = ReadAllOrders(connection, books); !read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return books;
}

RedisAudit CompareWithRedis(const LedgerBooks& ledger, const RedisBooks& redis) {
  Comparison comparison;
  comparison.Text("oms:epoch", std::to_string(ledger.recovered.last_epoch),
                  redis.epoch ? std::to_string(*redis.epoch) : std::string(kAbsent));
  ComparePortfolio(ledger, redis, comparison);
  RedisAudit audit;
  audit.ended_not_shown = CompareOrders(ledger, redis, comparison);
  audit.differences = comparison.Take();
  return audit;
}

}  // namespace bulwark::audit
