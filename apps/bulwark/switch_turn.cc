#include "switch_turn.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "ledger/ledger.h"
#include "model/action.h"
#include "model/names.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "stateplane/switch_writer.h"

namespace bulwark::app {
namespace {

using model::RunState;
using model::Switch;

constexpr base::Nanos kAskEvery = std::chrono::milliseconds{20};

std::string_view TitleOf(Switch which) {
  return which == Switch::kHalt ? "HALT" : "kill switch";
}

void Record(const SwitchRequest& request, const std::filesystem::path& path,
            SwitchReceipt& receipt) {
  // A new ledger in a mistyped data folder would give a receipt for a stop that stops nobody.
  const auto ledger =
      ledger::Ledger::Open(path, {.is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    receipt.ledger_failure = ledger.error().code == base::ErrorCode::kNotFound
                                 ? ledger.error().message + "; is --data right?"
                                 : ledger.error().message;
    return;
  }
  const auto turn = (*ledger)->Turn({.which = request.which,
                                     .is_on = request.is_on,
                                     .reason = request.reason,
                                     .actor = "human",
                                     .at = base::WallNow()});
  if (!turn) {
    receipt.ledger_failure = turn.error().message;
    return;
  }
  receipt.turn = *turn;
  if (const auto switches = (*ledger)->ReadSwitches()) {
    receipt.is_other_switch_on =
        request.which == Switch::kHalt ? switches->kill.is_on : switches->halt.is_on;
  }
}

void Show(const SwitchRequest& request, redis::Connection& connection, SwitchReceipt& receipt) {
  std::optional<base::Error> failure;
  if (receipt.turn) {
    const auto shown = stateplane::SwitchWriter().Show(connection, *receipt.turn);
    failure = shown ? std::nullopt : std::optional(shown.error());
  } else {
    const auto set = stateplane::SwitchWriter::StopUnrecorded(connection, request.which);
    failure = set ? std::nullopt : std::optional(set.error());
  }
  receipt.is_shown_in_redis = !failure;
  receipt.redis_failure = failure ? failure->message : "";
}

template <class T>
std::optional<T> Read(redis::Connection& connection, const contract::Key& key,
                      base::Result<T> (*decode)(std::string_view)) {
  const auto reply = connection.Call({"GET", key.view()});
  const auto text = reply ? reply->AsText() : std::nullopt;
  if (!text) {
    return std::nullopt;
  }
  const auto value = decode(*text);
  return value ? std::optional<T>(*value) : std::nullopt;
}

// The state of a trader that lived after the turn; what a dead one left behind proves nothing.
std::optional<contract::SystemState> ReadLiveState(redis::Connection& connection,
                                                   base::UnixNanos turned_at) {
  const auto state = Read(connection, contract::keys::State(), &contract::DecodeSystemState);
  const auto beat = Read(connection, contract::keys::Heartbeat(), &contract::DecodeHeartbeat);
  const bool has_beaten_since = beat && *beat >= turned_at;
  const bool has_closed_since =
      state && state->gate_closed_at && *state->gate_closed_at >= turned_at;
  return has_beaten_since || has_closed_since ? state : std::nullopt;
}

void WaitForTrader(const SwitchRequest& request, redis::Connection& connection,
                   SwitchReceipt& receipt) {
  const base::Nanos deadline = base::MonotonicNow() + request.wait_max;
  while (base::MonotonicNow() < deadline && connection.is_alive()) {
    const auto state = ReadLiveState(connection, receipt.turn->at);
    if (state && Confirms(*state, request.which, request.is_on)) {
      receipt.trader = state;
      return;
    }
    std::this_thread::sleep_for(kAskEvery);
  }
}

std::string DescribeTrader(const SwitchRequest& request, const SwitchReceipt& receipt) {
  if (receipt.trader) {
    std::string text = fmt::format("Trader: confirmed, now {}", Name(receipt.trader->state));
    if (request.is_on && receipt.trader->gate_closed_at) {
      text += ", gate closed since " +
              base::FormatIso(*receipt.trader->gate_closed_at, base::IsoSuffix::kOffset);
    }
    return text + "\n";
  }
  if (request.wait_max <= base::Nanos::zero()) {
    return "Trader: not waited for\n";
  }
  if (!receipt.is_shown_in_redis) {
    return "Trader: not asked, because Redis was not reached; a running one reads the ledger\n";
  }
  return fmt::format(
      "Trader: did not confirm within {} s; if none is running, the next one starts with it\n",
      std::chrono::duration_cast<std::chrono::seconds>(request.wait_max).count());
}

}  // namespace

SwitchReceipt TurnSwitch(const SwitchRequest& request, const std::filesystem::path& ledger,
                         const RedisOpener& open_redis) {
  SwitchReceipt receipt;
  Record(request, ledger, receipt);
  if (!receipt.turn && !request.is_on) {
    receipt.redis_failure = "not tried";
    return receipt;
  }
  const auto connection = open_redis();
  if (!connection) {
    receipt.redis_failure = connection.error().message;
    return receipt;
  }
  Show(request, **connection, receipt);
  if (receipt.turn && receipt.is_shown_in_redis) {
    WaitForTrader(request, **connection, receipt);
  }
  return receipt;
}

bool Confirms(const contract::SystemState& state, Switch which, bool is_on) {
  const bool is_halted = state.state == RunState::kHalting || state.state == RunState::kHalted;
  if (state.state == RunState::kStarting) {
    return false;
  }
  if (which == Switch::kHalt) {
    return is_halted == is_on;
  }
  // HALT outranks the kill switch, so under HALT its state cannot be seen; the gate is closed
  // anyway.
  return is_halted || (state.state == RunState::kKilled) == is_on;
}

std::string DescribeReceipt(const SwitchRequest& request, const SwitchReceipt& receipt) {
  const std::string_view title = TitleOf(request.which);
  std::string text;
  if (receipt.turn) {
    text += fmt::format("Ledger: {} {}, sequence {}, {}, reason '{}'\n", title,
                        request.is_on ? "on" : "off", receipt.turn->sequence,
                        base::FormatIso(receipt.turn->at, base::IsoSuffix::kOffset),
                        receipt.turn->reason);
  } else {
    text += fmt::format("Ledger: NOT RECORDED: {}\n", receipt.ledger_failure);
  }
  if (receipt.is_shown_in_redis) {
    text += fmt::format(
        "Redis:  {}\n",
        request.which == Switch::kHalt
            ? (request.is_on ? "SYSTEM:HALT is true" : "SYSTEM:HALT is false")
            : (request.is_on ? "risk:kill_switch is active" : "risk:kill_switch is inactive"));
  } else {
    text += fmt::format("Redis:  not reached: {}\n", receipt.redis_failure);
  }
  if (receipt.turn) {
    text += DescribeTrader(request, receipt);
  }
  if (receipt.is_other_switch_on) {
    text += fmt::format("Note:   the {} is still on\n",
                        TitleOf(request.which == Switch::kHalt ? Switch::kKill : Switch::kHalt));
  }
  if (!receipt.turn && receipt.is_shown_in_redis) {
    text += "The stop holds only while Redis keeps its key. Mend the ledger and repeat it.\n";
  }
  return text;
}

}  // namespace bulwark::app
