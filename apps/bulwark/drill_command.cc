#include "drill_command.h"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger_access.h"
#include "model/action.h"
#include "model/names.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis_access.h"
#include "stop_receipt.h"
#include "switch_turn.h"
#include "typed_word.h"

namespace bulwark::app {
namespace {

using contract::SystemState;
using model::RunState;
using model::Switch;

constexpr base::Nanos kPatience = std::chrono::seconds{10};
constexpr base::Nanos kLookEvery = std::chrono::milliseconds{5};
constexpr base::Nanos kFrozenFor = std::chrono::seconds{2};
// Should this process die, its helper wakes Redis by then.
constexpr unsigned kWakeAfterSeconds = 5;

enum class Kind : std::uint8_t { kKill, kFlush, kFreeze };

double Millis(base::Nanos span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

class Drill {
 public:
  Drill(const config::Settings& settings, const DataPaths& paths, Kind kind)
      : settings_(settings), paths_(paths), kind_(kind) {}

  int Run();

 private:
  [[nodiscard]] std::string WhyNot();
  bool Stop();
  void ShowGate();
  void ShowRest();
  void Flush();
  void Release();
  bool Freeze();
  void Thaw();

  base::Result<std::unique_ptr<redis::Connection>> Connect() const;
  [[nodiscard]] std::optional<std::string> Get(const contract::Key& key);
  [[nodiscard]] std::optional<SystemState> State();
  bool Await(const std::function<bool()>& condition) const;
  void Say(std::string_view what, base::Nanos after) const {
    fmt::print("{:<44} {:>9.1f} ms\n", what, Millis(after));
  }
  void Miss(std::string_view what) {
    is_good_ = false;
    fmt::print("{:<44} NOT within {} s\n", what,
               std::chrono::duration_cast<std::chrono::seconds>(kPatience).count());
  }

  const config::Settings& settings_;
  const DataPaths& paths_;
  Kind kind_;
  std::unique_ptr<redis::Connection> redis_;
  pid_t frozen_ = 0;
  pid_t waker_ = 0;
  std::optional<model::SwitchTurn> stop_;
  bool is_good_ = true;
};

base::Result<std::unique_ptr<redis::Connection>> Drill::Connect() const {
  const auto url = RedisUrlOf(settings_, paths_);
  if (!url) {
    return tl::unexpected<base::Error>(url.error());
  }
  return redis::Connection::Connect(*url, RedisOptionsOf(settings_, "bulwark-drill"));
}

std::optional<std::string> Drill::Get(const contract::Key& key) {
  const auto reply = redis_ ? redis_->Call({"GET", key.view()}) : base::Fail({}, "");
  const auto text = reply ? reply->AsText() : std::nullopt;
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

std::optional<SystemState> Drill::State() {
  const auto text = Get(contract::keys::State());
  const auto state = text ? contract::DecodeSystemState(*text) : base::Fail({}, "");
  return state ? std::optional(*state) : std::nullopt;
}

bool Drill::Await(const std::function<bool()>& condition) const {
  const base::Nanos deadline = base::MonotonicNow() + kPatience;
  while (!condition()) {
    if (base::MonotonicNow() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

// Empty when the drill may begin.
std::string Drill::WhyNot() {
  if (settings_.venue.kind != config::VenueKind::kPaper) {
    return "drills are for paper accounts";
  }
  if (kind_ != Kind::kKill && !HasPrivateRedis(settings_)) {
    return "this drill is for the Redis that `bulwark up` starts: yours may serve others";
  }
  auto connection = Connect();
  if (!connection) {
    return connection.error().message;
  }
  redis_ = *std::move(connection);
  const auto state = State();
  if (!state || (state->state != RunState::kRunning && state->state != RunState::kReduceOnly)) {
    return "no trader runs here, or it is stopped already";
  }
  const auto ledger = ledger::Ledger::Open(
      LedgerPlaceOf(settings_, paths_),
      {.access = ledger::Access::kReadOnly, .is_created_if_missing = false, .is_checked = false});
  const auto switches =
      ledger ? (*ledger)->ReadSwitches() : tl::unexpected<base::Error>(ledger.error());
  if (!switches) {
    return switches.error().message;
  }
  return switches->halt.is_on || switches->kill.is_on ? "a stop is in force already" : "";
}

bool Drill::Stop() {
  const SwitchReceipt receipt =
      TurnSwitch({.which = Switch::kKill, .is_on = true, .reason = "drill"},
                 LedgerPlaceOf(settings_, paths_), [this] { return Connect(); });
  stop_ = receipt.turn;
  if (!stop_) {
    fmt::print(stderr, "error: {}\n", receipt.ledger_failure);
  }
  return stop_.has_value();
}

// By the trader's own word, so that the time this program takes to hear of it does not count.
void Drill::ShowGate() {
  std::optional<base::UnixNanos> closed_at;
  const bool is_closed = Await([&] {
    const auto state = State();
    const bool is_told = state && state->state == RunState::kKilled &&
                         state->gate_closed_at.value_or(base::UnixNanos()) >= stop_->at;
    closed_at = is_told ? state->gate_closed_at : std::nullopt;
    return is_told;
  });
  if (is_closed) {
    Say("stop durable -> gate closed", *closed_at - stop_->at);
    Say("stop durable -> trader shows `killed`", base::WallNow() - stop_->at);
  } else {
    Miss("stop durable -> gate closed");
  }
}

void Drill::ShowRest() {
  const StopReceipt rest = AwaitStopReceipt({.ledger = LedgerPlaceOf(settings_, paths_),
                                             .paper = paths_.PaperFile(),
                                             .stopped_at = stop_->at,
                                             .wait_max = kPatience});
  if (IsComplete(rest, false)) {
    Say("stop durable -> nothing works at the venue", base::WallNow() - stop_->at);
  } else {
    Miss("stop durable -> nothing works at the venue");
  }
  fmt::print("{}", DescribeStopReceipt(rest));
}

void Drill::Flush() {
  const base::UnixNanos flushed_at = base::WallNow();
  if (const auto flushed = redis_->Call({"FLUSHALL"}); !flushed) {
    fmt::print(stderr, "error: {}\n", flushed.error().message);
    is_good_ = false;
    return;
  }
  struct Row {
    contract::Key key;
    std::string_view wanted;  // Empty: anything.
  };
  for (const Row& row :
       {Row{contract::keys::KillSwitch(), "active"}, Row{contract::keys::Halt(), "false"},
        Row{contract::keys::Portfolio(), ""}}) {
    const bool is_back = Await([&] {
      const auto text = Get(row.key);
      return text && (row.wanted.empty() || *text == row.wanted);
    });
    const std::string what = "FLUSHALL -> " + row.key.text() + " is back";
    if (is_back) {
      Say(what, base::WallNow() - flushed_at);
    } else {
      Miss(what);
    }
  }
  const auto state = State();
  if (state && state->state != RunState::kKilled) {
    fmt::print("NOT GOOD: the trader is {} after the flush\n", Name(state->state));
    is_good_ = false;
  }
}

bool Drill::Freeze() {
  const auto info = redis_->Call({"INFO", "server"});
  const auto text = info ? info->AsText() : std::nullopt;
  constexpr std::string_view kField = "process_id:";
  const std::size_t at = text ? text->find(kField) : std::string_view::npos;
  pid_t pid = 0;
  if (at != std::string_view::npos) {
    const std::string_view digits = text->substr(at + kField.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  }
  if (pid <= 1) {
    fmt::print(stderr, "error: Redis does not say which process it is\n");
    return false;
  }
  waker_ = ::fork();
  if (waker_ == 0) {
    ::sleep(kWakeAfterSeconds);
    ::kill(pid, SIGCONT);
    ::_exit(0);
  }
  if (waker_ < 0 || ::kill(pid, SIGSTOP) != 0) {
    fmt::print(stderr, "error: Redis, process {}, cannot be frozen\n", pid);
    return false;
  }
  frozen_ = pid;
  return true;
}

void Drill::Thaw() {
  if (frozen_ != 0) {
    ::kill(frozen_, SIGCONT);
    frozen_ = 0;
  }
  if (waker_ > 0) {
    ::kill(waker_, SIGKILL);
    waker_ = 0;
  }
  if (auto connection = Connect()) {
    redis_ = *std::move(connection);
  }
}

void Drill::Release() {
  const SwitchReceipt receipt =
      TurnSwitch({.which = Switch::kKill,
                  .is_on = false,
                  .reason = "drill over",
                  .rules = {.own_stop = stop_->sequence}},
                 LedgerPlaceOf(settings_, paths_), [this] { return Connect(); });
  if (!IsDone(receipt)) {
    fmt::print(stderr, "error: the kill switch stays on: {}\n",
               receipt.is_overtaken ? "a newer one was set" : receipt.ledger_failure);
    is_good_ = false;
    return;
  }
  const bool is_back = Await([&] {
    const auto state = State();
    return state && state->state != RunState::kKilled && state->since >= receipt.turn->at;
  });
  if (is_back) {
    Say("release durable -> trader goes on", base::WallNow() - receipt.turn->at);
  } else {
    Miss("release durable -> trader goes on");
  }
}

int Drill::Run() {
  if (const std::string why = WhyNot(); !why.empty()) {
    fmt::print(stderr, "error: no drill: {}\n", why);
    return kExitFailed;
  }
  if (kind_ == Kind::kFreeze && !Freeze()) {
    Thaw();
    return kExitFailed;
  }
  const bool is_stopped = Stop();
  if (kind_ == Kind::kFreeze) {
    std::this_thread::sleep_for(kFrozenFor);
    Thaw();
  }
  if (!is_stopped) {
    return kExitFailed;
  }
  ShowGate();
  ShowRest();
  if (kind_ == Kind::kFlush) {
    Flush();
  }
  Release();
  fmt::print("{}\n", is_good_ ? "drill passed" : "drill FAILED");
  return is_good_ ? kExitDone : kExitFailed;
}

void AddDrill(CLI::App& group, AppContext& context, const CommandText& text, Kind kind) {
  CLI::App& command = context.AddCommand(group, text);
  const auto confirmation = std::make_shared<std::string>();
  command.add_option("--confirm", *confirmation, "The word DRILL");
  context.SetAction(command, [kind, confirmation](const config::Settings& settings) {
    const TypedWord word{.action = "drill",
                         .word = "DRILL",
                         .about = "Trading stops for a while, and working orders are cancelled."};
    if (!IsTyped(word, *confirmation)) {
      return kExitUsage;
    }
    const auto paths = PathsOf(settings);
    return paths ? Drill(settings, *paths, kind).Run() : kExitUsage;
  });
}

}  // namespace

void AddDrillCommands(CLI::App& root, AppContext& context) {
  CLI::App& group = AppContext::AddGroup(
      root, {Purpose::kStop, "drill", "Rehearse a stop on a paper account, with its times"});
  AddDrill(group, context, {Purpose::kStop, "kill", "The kill switch, and its end"}, Kind::kKill);
  AddDrill(group, context,
           {Purpose::kStop, "flush", "The kill switch while Redis is emptied under it"},
           Kind::kFlush);
  AddDrill(group, context,
           {Purpose::kStop, "freeze", "The kill switch while Redis does not answer"},
           Kind::kFreeze);
}

}  // namespace bulwark::app
