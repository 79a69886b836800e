#include "api/raw_state.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/keys.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"

namespace bulwark::api {
namespace {

constexpr std::size_t kSymbolsMax = 64;
constexpr std::size_t kOpenOrdersMax = 200;
constexpr std::size_t kScannedKeysMax = 20'000;
constexpr base::Nanos kScanEvery = std::chrono::seconds{1};

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
    if (symbol.is_string() && symbols.size() < kSymbolsMax) {
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
    if (state.open_orders.size() < kOpenOrdersMax) {
      state.open_orders.push_back(member.text);
    }
  }
  std::sort(state.open_orders.begin(), state.open_orders.end());
}

// Milliseconds of "ALERTS:EVENT:<digits>"; other suffixes are not events.
std::optional<std::string_view> EventDigits(std::string_view key) {
  const std::string_view digits = key.substr(std::min(key.size(), kAlertPrefix.size()));
  const bool is_number =
      !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? std::optional(digits) : std::nullopt;
}

bool IsNewer(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() > b.size() : a > b;  // Digits without leading zeros.
}

}  // namespace

std::string KeySuffix(std::string_view symbol) {
  std::string suffix(symbol);
  for (char& c : suffix) {
    const bool is_separator = c == '/' || c == ':' || c == '-';
    c = is_separator ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return suffix;
}

base::Result<void> AlertIndex::Refresh(redis::Connection& connection, base::Nanos now) {
  const auto reply = connection.Call({"GET", kAlertLast});
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  std::string last(reply->AsText().value_or(""));
  const bool is_early = scanned_at_ && now - *scanned_at_ < kScanEvery;
  if (is_early || (scanned_at_ && last_ == last)) {
    return {};
  }
  auto found = redis::ScanKeys(connection, std::string(kAlertPrefix) + "*", kScannedKeysMax);
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
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  for (const std::string_view key : kFixedKeys) {
    pipeline.Add({"GET", key});
  }
  pipeline.Add({"SMEMBERS", kOpenOrders});
  pipeline.EndTransaction();
  const auto replies = Transact(connection, pipeline);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  if (replies->size() != kFixedKeys.size() + 1) {
    return base::Fail(base::ErrorCode::kCorrupt, "EXEC answered another number of replies");
  }

  RawState state;
  for (std::size_t i = 0; i < kFixedKeys.size(); ++i) {
    state.keys.emplace(kFixedKeys[i], ToRaw((*replies)[i]));
  }
  TakeOpenOrders(replies->back(), state);
  state.symbols = SymbolsOf(state.keys.find(kActiveSymbols)->second);
  state.alert_keys = alerts.keys();

  std::vector<std::string> names = state.alert_keys;
  for (const std::string& id : state.open_orders) {
    names.push_back(std::string(kOrderPrefix) + id);
  }
  for (const std::string& symbol : state.symbols) {
    for (const std::string_view key : {kLastPrice, kCandles}) {
      names.push_back(std::string(key) + ":" + KeySuffix(symbol));
    }
  }
  if (auto read = ReadKeys(connection, names, state); !read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return state;
}

}  // namespace bulwark::api
