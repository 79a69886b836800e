#include "switch_turn.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "model/action.h"
#include "model/names.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "stateplane/switch_turner.h"
#include "stateplane/switch_writer.h"

namespace bulwark::app {
namespace {

using model::RunState;
using model::Switch;

constexpr base::Nanos kAskEvery = std::chrono::milliseconds{20};

std::string_view TitleOf(Switch which) {
  return which == Switch::kHalt ? "HALT" : "kill switch";
}

// Opens the ledger with the first turn: a look at Redis comes before a release.
class Recorder {
 public:
  Recorder(const SwitchRequest& request, ledger::LedgerPlace place)
      : which_(request.which), rules_(request.rules), place_(std::move(place)) {}

  base::Result<model::SwitchTurn> Turn(bool is_on, std::string_view reason) {
    if (!ledger_) {
      // A new ledger in a mistyped data folder would give a receipt for a stop that stops nobody.
      auto opened =
          ledger::Ledger::Open(place_, {.is_created_if_missing = false, .is_checked = false});
      if (!opened) {
        return tl::unexpected<base::Error>(opened.error());
      }
      ledger_ = *std::move(opened);
    }
    const model::SwitchTurn turn{.which = which_,
                                 .is_on = is_on,
                                 .reason = std::string(reason),
                                 .actor = "human",
                                 .at = base::WallNow()};
    const bool is_ruled = which_ == Switch::kKill && !is_on;
    return is_ruled ? ledger_->ReleaseKill(turn, rules_) : ledger_->Turn(turn);
  }

  [[nodiscard]] bool IsOtherSwitchOn() {
    if (!ledger_) {
      return false;
    }
    const auto switches = ledger_->ReadSwitches();
    return switches && (which_ == Switch::kHalt ? switches->kill.is_on : switches->halt.is_on);
  }

 private:
  model::Switch which_;
  ledger::ReleaseRules rules_;
  ledger::LedgerPlace place_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

std::string DescribeLedgerFailure(const base::Error& error) {
  return error.code == base::ErrorCode::kNotFound ? error.message + "; is --data right?"
                                                  : error.message;
}

SwitchReceipt AsReceipt(const stateplane::TurnReceipt& turned) {
  SwitchReceipt receipt;
  if (turned.recorded) {
    receipt.turn = *turned.recorded;
  } else {
    receipt.ledger_failure = DescribeLedgerFailure(turned.recorded.error());
  }
  receipt.is_overtaken = turned.newer_stop.has_value();
  if (turned.newer_stop && *turned.newer_stop) {
    receipt.newer_stop = **turned.newer_stop;
  } else if (turned.newer_stop) {
    receipt.ledger_failure = DescribeLedgerFailure(turned.newer_stop->error());
  }
  if (!turned.shown) {
    receipt.redis_failure = turned.shown.error().message;
  } else if (*turned.shown == stateplane::SwitchShown::kIsStale) {
    receipt.redis_failure = "it shows a newer turn than this one";
  } else {
    receipt.is_shown_in_redis = !receipt.is_overtaken;
  }
  return receipt;
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

// Its state once it shows the turn; nothing when it does not within the time.
std::optional<contract::SystemState> WaitForTrader(const SwitchRequest& request,
                                                   redis::Connection& connection,
                                                   base::UnixNanos turned_at) {
  const base::Nanos deadline = base::MonotonicNow() + request.wait_max;
  while (base::MonotonicNow() < deadline && connection.is_alive()) {
    const auto state = ReadLiveState(connection, turned_at);
    if (state && Confirms(*state, request.which, request.is_on)) {
      return state;
    }
    std::this_thread::sleep_for(kAskEvery);
  }
  return std::nullopt;
}

std::string DescribeTrader(const SwitchRequest& request, const SwitchReceipt& receipt) {
  if (receipt.trader) {
    std::string text = fmt::format("Trader: confirmed, now {}", Name(receipt.trader->state));
    if (request.is_on && receipt.trader->gate_closed_at) {
      text += ", gate closed since " +
              base::FormatIso(*receipt.trader->gate_closed_at, base::IsoSuffix::kOffset);
    }
    // Such as a rest that cannot be sold; our own reason was said already.
    const std::string& reason = receipt.trader->reason;
    if (!reason.empty() && receipt.turn && reason != receipt.turn->reason) {
      text += "; it says '" + reason + "'";
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

std::string DescribeNewerStop(std::string_view title, const SwitchReceipt& receipt) {
  std::string text = fmt::format(
      "Redis:  a newer {} was set meanwhile: nothing is released, it stays in force\n", title);
  if (receipt.newer_stop) {
    text += fmt::format("Ledger: {} on again, sequence {}\n", title, receipt.newer_stop->sequence);
  } else {
    text +=
        fmt::format("Ledger: the newer {} is NOT RECORDED: {}\n", title, receipt.ledger_failure);
  }
  return text;
}

std::string DescribeLedger(const SwitchRequest& request, const SwitchReceipt& receipt) {
  if (!receipt.turn) {
    return fmt::format("Ledger: NOT RECORDED: {}\n", receipt.ledger_failure);
  }
  return fmt::format("Ledger: {} {}, sequence {}, {}, reason '{}'\n", TitleOf(request.which),
                     request.is_on ? "on" : "off", receipt.turn->sequence,
                     base::FormatIso(receipt.turn->at, base::IsoSuffix::kOffset),
                     receipt.turn->reason);
}

std::string DescribeRedis(const SwitchRequest& request, const SwitchReceipt& receipt) {
  if (receipt.is_overtaken) {
    return DescribeNewerStop(TitleOf(request.which), receipt);
  }
  if (!receipt.is_shown_in_redis) {
    return fmt::format("Redis:  not reached: {}\n", receipt.redis_failure);
  }
  if (request.which == Switch::kHalt) {
    return fmt::format("Redis:  SYSTEM:HALT is {}\n", request.is_on ? "true" : "false");
  }
  return fmt::format("Redis:  risk:kill_switch is {}\n", request.is_on ? "active" : "inactive");
}

}  // namespace

SwitchReceipt TurnSwitch(const SwitchRequest& request, const ledger::LedgerPlace& ledger,
                         const RedisOpener& open_redis) {
  Recorder recorder(request, ledger);
  std::unique_ptr<redis::Connection> connection;
  const stateplane::TurnPeers peers{
      .record = [&](bool is_on, std::string_view reason) { return recorder.Turn(is_on, reason); },
      .connect = [&]() -> base::Result<redis::Connection*> {
        auto opened = open_redis();
        if (!opened) {
          return tl::unexpected<base::Error>(opened.error());
        }
        connection = *std::move(opened);
        return connection.get();
      }};
  const stateplane::SwitchTurner turner;
  SwitchReceipt receipt =
      AsReceipt(request.is_on ? turner.Stop(request.which, request.reason, peers)
                              : turner.Release(request.which, request.reason, peers));
  receipt.is_other_switch_on = recorder.IsOtherSwitchOn();
  if (receipt.turn && receipt.is_shown_in_redis) {
    receipt.trader = WaitForTrader(request, *connection, receipt.turn->at);
  }
  return receipt;
}

bool IsDone(const SwitchReceipt& receipt) {
  return receipt.turn.has_value() && !receipt.is_overtaken;
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
  std::string text = DescribeLedger(request, receipt) + DescribeRedis(request, receipt);
  if (IsDone(receipt)) {
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
