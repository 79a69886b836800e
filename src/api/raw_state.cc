#include "api/raw_state.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/catalogue.h"
#include "contract/keys.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"

namespace bulwark::api {
namespace {

namespace keys = contract::keys;

constexpr std::size_t kSymbolsMax = 64;
constexpr std::size_t kSymbolBytesMax = 32;
constexpr std::size_t kOpenOrdersMax = 200;
constexpr std::size_t kScannedKeysMax = 20'000;
constexpr base::Nanos kScanEvery = std::chrono::seconds{1};

// Read always, all of them strings.
std::vector<contract::Key> FixedKeys() {
  return {keys::Halt(),           keys::Heartbeat(),
          keys::State(),          keys::Status(),
          keys::KillSwitch(),     keys::KillMeta(),
          keys::TotalValue(),     keys::Cash(),
          keys::PnlDaily(),       keys::TickToDecision(),
          keys::DecisionToFill(), keys::TickToFill(),
          keys::LastPrice(),      keys::LastTick(),
          keys::ActiveSymbols(),  keys::ViewPositions(),
          keys::ViewOrders(),     keys::Portfolio(),
          keys::AutonomyMode(),   keys::AutonomyModeSince(),
          keys::PortfolioRisk()};
}

RawValue ToRaw(const redis::Reply& reply) {
  if (reply.is_error()) {
    return {.text = std::nullopt, .error = reply.text};
  }
  if (const auto text = reply.AsText()) {
    return {.text = std::string(*text), .error = ""};
  }
  return {};
}

// Runs the pipeline, which is one transaction, and answers the elements of its EXEC.
base::Result<std::vector<redis::Reply>> Transact(redis::Connection& connection,
                                                 const redis::Pipeline& pipeline) {
  auto replies = connection.ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  redis::Reply& exec = replies->back();
  if (exec.is_error()) {
    return tl::unexpected<base::Error>(redis::ToError(exec.text));
  }
  return std::move(exec.elements);
}

base::Result<void> ReadKeys(redis::Connection& connection, const std::vector<std::string>& names,
                            RawState& state) {
  if (names.empty()) {
    return {};
  }
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  for (const std::string& name : names) {
    pipeline.Add({"GET", name});
  }
  pipeline.EndTransaction();
  const auto replies = Transact(connection, pipeline);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  for (std::size_t i = 0; i < std::min(names.size(), replies->size()); ++i) {
    state.keys.insert_or_assign(names[i], ToRaw((*replies)[i]));
  }
  return {};
}

std::vector<std::string> SymbolsOf(const RawValue& value) {
  std::vector<std::string> symbols;
  const auto parsed = nlohmann::json::parse(value.text.value_or("[]"), nullptr, false);
  if (!parsed.is_array()) {
    return symbols;
  }
  for (const auto& symbol : parsed) {
    if (symbol.is_string() && symbols.size() < kSymbolsMax &&
        IsSymbol(symbol.get_ref<const std::string&>())) {
      symbols.push_back(symbol.get<std::string>());
    }
  }
  return symbols;
}

void TakeOpenOrders(const redis::Reply& reply, RawState& state) {
  if (reply.is_error()) {
    state.open_orders_error = reply.text;
    return;
  }
  for (const redis::Reply& member : reply.elements) {
    const auto id = base::Uuid::Parse(member.text);
    if (!id) {
      state.open_orders_error = "'" + member.text + "' is no order id";
    } else if (state.open_orders.size() < kOpenOrdersMax) {
      state.open_orders.push_back(keys::Order(*id).text());
    }
  }
  std::sort(state.open_orders.begin(), state.open_orders.end());
}

void TakeProposals(const redis::Reply& reply, RawState& state) {
  if (reply.is_error()) {
    state.proposals_error = reply.text;
    return;
  }
  // Names and values in turn.
  for (std::size_t at = 1; at < reply.elements.size(); at += 2) {
    if (state.proposals.size() < kOpenOrdersMax) {
      state.proposals.push_back(reply.elements[at].text);
    }
  }
}

// Milliseconds of "ALERTS:EVENT:<digits>"; other suffixes are not events.
std::optional<std::string_view> EventDigits(std::string_view key) {
  const std::string_view digits = key.substr(key.rfind(':') + 1);
  const bool is_number =
      !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? std::optional(digits) : std::nullopt;
}

bool IsNewer(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() > b.size() : a > b;  // Digits without leading zeros.
}

}  // namespace

bool IsSymbol(std::string_view text) {
  return !text.empty() && text.size() <= kSymbolBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

base::Result<void> AlertIndex::Refresh(redis::Connection& connection, base::Nanos now) {
  const auto reply = connection.Call({"GET", keys::AlertsLast().view()});
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  std::string last(reply->AsText().value_or(""));
  const bool is_early = scanned_at_ && now - *scanned_at_ < kScanEvery;
  if (is_early || (scanned_at_ && last_ == last)) {
    return {};
  }
  auto found = redis::ScanKeys(connection, contract::ScanPattern(contract::EntryId::kAlertsEvent),
                               kScannedKeysMax);
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  std::erase_if(found->keys, [](const std::string& key) { return !EventDigits(key); });
  std::sort(found->keys.begin(), found->keys.end(), IsNewer);
  found->keys.resize(std::min(found->keys.size(), kAlertsMax));
  keys_ = std::move(found->keys);
  last_ = std::move(last);
  scanned_at_ = now;
  return {};
}

base::Result<RawState> ReadRawState(redis::Connection& connection, AlertIndex& alerts) {
  if (auto refreshed = alerts.Refresh(connection, base::MonotonicNow());
      !refreshed && !connection.is_alive()) {
    return tl::unexpected<base::Error>(refreshed.error());
  }
  const std::vector<contract::Key> fixed = FixedKeys();
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  for (const contract::Key& key : fixed) {
    pipeline.Add({"GET", key.view()});
  }
  pipeline.Add({"SMEMBERS", keys::OpenOrders().view()});
  pipeline.Add({"HGETALL", keys::PendingApprovals().view()});
  pipeline.EndTransaction();
  const auto replies = Transact(connection, pipeline);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  if (replies->size() != fixed.size() + 2) {
    return base::Fail(base::ErrorCode::kCorrupt, "EXEC answered another number of replies");
  }

  RawState state;
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    state.keys.emplace(fixed[i].text(), ToRaw((*replies)[i]));
  }
  TakeOpenOrders((*replies)[fixed.size()], state);
  TakeProposals(replies->back(), state);
  state.symbols = SymbolsOf(state.keys.find(keys::ActiveSymbols().view())->second);
  state.alert_keys = alerts.keys();

  std::vector<std::string> names = state.alert_keys;
  for (const std::string& key : state.open_orders) {
    names.push_back(key);
  }
  for (const std::string& symbol : state.symbols) {
    names.push_back(keys::LastPrice(symbol).text());
    names.push_back(keys::Ohlcv(symbol).text());
  }
  if (auto read = ReadKeys(connection, names, state); !read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return state;
}

}  // namespace bulwark::api
