#include "limiter/limiter.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/key_match.h"
#include "limiter/limits.h"
#include "limiter/local_share.h"
#include "limiter/shared_budget.h"
#include "redis/connection.h"
#include "redis/dialer.h"

namespace bulwark::limiter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Nanos kTransitMin = milliseconds{10};
constexpr base::Nanos kTransitMax = seconds{1};
constexpr base::Nanos kSliceMax = milliseconds{100};  // Between two looks at `is_stopped`.
constexpr base::Nanos kSlotTime = hours{6};           // What an outage may last with our own part.
constexpr base::Nanos kSlotRenewal = seconds{60};
constexpr base::Nanos kCountsInterval = seconds{1};
constexpr base::Nanos kLongAgo = base::Nanos::min() / 2;
constexpr std::string_view kClientName = "bulwark-limit";

base::Nanos SlackOf(const LimiterOptions& options) {
  if (options.transit > base::Nanos::zero()) {
    return options.transit;
  }
  const base::Nanos shortest =
      std::ranges::min_element(options.limits.windows, {}, &Window::span)->span;
  return std::clamp<base::Nanos>(shortest / 10, kTransitMin, kTransitMax);
}

base::Nanos LongestOf(const Limits& limits) {
  return std::ranges::max_element(limits.windows, {}, &Window::span)->span;
}

// A slot is of no use when some window has no part for one process.
bool HasOwnPart(const Limits& limits) {
  return std::ranges::all_of(limits.windows,
                             [&](const Window& window) { return limits.LocalUnits(window) > 0; });
}

std::string NewName() {
  std::random_device source;
  static constexpr std::string_view kDigits = "0123456789abcdef";
  static constexpr std::size_t kLength = 12;
  std::string name;
  while (name.size() < kLength) {
    name += kDigits[source() % kDigits.size()];
  }
  return name;
}

Refusal::Reason ReasonOf(NotNow::Why why) {
  switch (why) {
    case NotNow::Why::kClosed:
      return Refusal::Reason::kClosed;
    case NotNow::Why::kFull:
      return Refusal::Reason::kFull;
    case NotNow::Why::kWindow:
      break;
  }
  return Refusal::Reason::kWindow;
}

// For what nothing depends on: a place in the queue and a slot run out by themselves.
void NoteFailure(const base::Result<void>& done) {
  if (!done) {
    base::LogInfo("rate_limit_left").With("reason", done.error().message);
  }
}

}  // namespace

std::string_view Name(Refusal::Reason reason) {
  static constexpr std::array<std::string_view, 5> kNames = {"window", "closed", "full", "away",
                                                             "stopped"};
  return kNames.at(static_cast<std::size_t>(reason));
}

base::Result<std::unique_ptr<Limiter>> Limiter::Create(Options options, redis::Dialer& dialer) {
  if (!contract::MatchKey("rate_limit:" + options.name + ":tokens")) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "rate limit '" + options.name + "': the name is not one word");
  }
  // The text form is what the other processes will read.
  const auto limits = ParseLimits(FormatLimits(options.limits));
  if (!limits) {
    return base::FailWith("rate limit " + options.name, limits.error());
  }
  return std::unique_ptr<Limiter>(new Limiter(std::move(options), dialer, NewName()));
}

Limiter::Limiter(Options options, redis::Dialer& dialer, std::string who)
    : options_(std::move(options)),
      dialer_(dialer),
      slack_(SlackOf(options_)),
      shared_({.name = options_.name,
               .who = std::move(who),
               .limits = options_.limits,
               .slack = slack_,
               .waiters_max = options_.waiters_max,
               .time = options_.server_time}),
      own_(options_.limits, slack_, LocalShare::kNever),
      probe_at_(kLongAgo),
      lost_at_(kLongAgo),
      hold_until_(kLongAgo),
      closed_until_(kLongAgo),
      slot_until_(kLongAgo),
      slot_renew_at_(kLongAgo) {}

Limiter::~Limiter() {
  if (connection_ == nullptr) {
    return;
  }
  NoteFailure(shared_.BringCounts(*connection_));
  if (slot_until_ > Now() && own_.ClearAt() <= Now() && connection_->is_alive()) {
    NoteFailure(shared_.GiveSlotBack(*connection_));
  }
}

base::Result<void> Limiter::CheckWeight(const Call& call) const {
  for (const Window& window : shared_.limits().windows) {
    const std::uint32_t most = shared_.limits().UnitsFor(window, call.priority);
    if (call.weight == 0 || call.weight > most) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "rate limit " + options_.name + ": weight " + std::to_string(call.weight) +
                            " of a call for " + std::string(Name(call.priority)) +
                            " is not in 1.." + std::to_string(most));
    }
  }
  return {};
}

base::Result<Answer> Limiter::Acquire(const Call& call, base::Nanos max_wait) {
  if (auto checked = CheckWeight(call); !checked) {
    return tl::unexpected(checked.error());
  }
  Turn turn;
  turn.question.what =
      max_wait > base::Nanos::zero() ? Question::What::kTake : Question::What::kTry;
  turn.question.priority = call.priority;
  turn.question.units = call.weight;
  turn.deadline = Now() + std::max(max_wait, base::Nanos::zero());
  auto answer = Run(turn);
  if (answer && std::holds_alternative<Refusal>(*answer)) {
    ++stats_.refused;
    shared_.Count("refused", 1);
  }
  if (turn.has_waited) {
    ++stats_.waited;
    shared_.Count("waited", 1);
  }
  return answer;
}

base::Result<Answer> Limiter::Run(Turn& turn) {
  for (;;) {
    const auto step = Ask(turn);
    if (!step) {
      return tl::unexpected(step.error());
    }
    if (const auto* permit = std::get_if<Permit>(&*step)) {
      return Answer(*permit);
    }
    if (const auto* refusal = std::get_if<Refusal>(&*step)) {
      return Answer(*refusal);
    }
    turn.has_waited = true;
    if (!RestBefore(std::get<Later>(*step).until)) {
      Leave(turn);
      return Answer(Refusal{.reason = Refusal::Reason::kStopped});
    }
  }
}

void Limiter::Leave(const Turn& turn) {
  if (connection_ != nullptr && !turn.ticket.empty()) {
    NoteFailure(shared_.Leave(*connection_, turn.ticket));
  }
}

bool Limiter::RestBefore(base::Nanos until) {
  const auto is_stopped = [this] { return options_.is_stopped && options_.is_stopped(); };
  for (base::Nanos now = Now(); now < until && !is_stopped(); now = Now()) {
    options_.clock->Pause(options_.is_stopped ? std::min(until - now, kSliceMax) : until - now);
  }
  return !is_stopped();
}

base::Result<Limiter::Step> Limiter::Ask(Turn& turn) {
  if (!IsConnected()) {
    return AskLocal(turn);
  }
  auto step = AskRedis(turn);
  if (step || step.error().code != base::ErrorCode::kUnavailable) {
    return step;
  }
  Lose(step.error());
  // A connection that an idle server closed is worth one try at once. What the lost one may have
  // granted is spent.
  if (IsConnected()) {
    step = AskRedis(turn);
    if (step || step.error().code != base::ErrorCode::kUnavailable) {
      return step;
    }
    Lose(step.error());
  }
  return AskLocal(turn);
}

base::Result<Limiter::Step> Limiter::AskRedis(Turn& turn) {
  RenewSlot();
  const base::Nanos asked_at = Now();
  Question question = turn.question;
  question.patience = std::max(base::Nanos::zero(), turn.deadline - asked_at);
  if (asked_at < hold_until_) {
    question.what = Question::What::kLook;
  }
  question.brings_counts = asked_at >= counts_due_;
  counts_due_ = question.brings_counts ? asked_at + kCountsInterval : counts_due_;
  ++stats_.questions;
  const auto answer = shared_.Ask(*connection_, question, turn.ticket);
  if (!answer) {
    return tl::unexpected(answer.error());
  }
  NoteHealing();
  if (question.what == Question::What::kLook) {
    return AskLocal(turn);
  }
  return Read(*answer, turn, asked_at);
}

base::Result<Limiter::Step> Limiter::Read(const BudgetAnswer& answer, Turn& turn,
                                          base::Nanos asked_at) {
  if (std::holds_alternative<Granted>(answer)) {
    turn.ticket.clear();
    const base::Nanos valid_until = asked_at + slack_;
    if (Now() < valid_until) {
      stats_.granted += turn.question.units;
      shared_.Count("granted", turn.question.units);
      return Step(Permit{.valid_until = valid_until});
    }
    stats_.late += turn.question.units;
    shared_.Count("late", turn.question.units);
    return Step(Later{Now()});
  }
  if (const auto* place = std::get_if<Appointment>(&answer)) {
    turn.ticket = place->ticket;
    return Step(Later{asked_at + place->after});
  }
  if (const auto* not_now = std::get_if<NotNow>(&answer)) {
    turn.ticket.clear();
    return Step(Refusal{.reason = ReasonOf(not_now->why), .retry_after = not_now->after});
  }
  // The new limits may allow less at once, and their own part is counted from now.
  own_ = LocalShare(shared_.limits(), slack_, own_.ClearAt() > Now() ? Now() : LocalShare::kNever);
  slot_until_ = kLongAgo;
  slot_renew_at_ = kLongAgo;
  const Call call{.priority = turn.question.priority, .weight = turn.question.units};
  if (auto checked = CheckWeight(call); !checked) {
    return tl::unexpected(checked.error());
  }
  return Step(Later{Now()});
}

Limiter::Step Limiter::AskLocal(const Turn& turn) {
  const base::Nanos now = Now();
  const auto ready = slot_until_ > now ? own_.ReadyAt(turn.question.units, now) : std::nullopt;
  if (ready == now && now >= closed_until_) {
    own_.Record(turn.question.units, now);
    stats_.local += turn.question.units;
    shared_.Count("local", turn.question.units);
    return Permit{.valid_until = now + slack_, .is_local = true};
  }
  const base::Nanos redis_at = std::max(connection_ == nullptr ? probe_at_ : hold_until_, now);
  const base::Nanos own_at = ready ? std::max(*ready, closed_until_) : redis_at;
  const base::Nanos next = std::min(redis_at, own_at);
  if (next > turn.deadline || turn.question.what != Question::What::kTake) {
    return Refusal{.reason = Refusal::Reason::kAway, .retry_after = next - now};
  }
  return Later{next};
}

base::Result<void> Limiter::Report429(std::optional<base::Nanos> retry_after, int status) {
  ++stats_.throttled;
  closed_until_ = std::max(closed_until_, Now() + retry_after.value_or(seconds{1}));
  if (!IsConnected()) {
    return {};
  }
  const auto closed = shared_.Report(*connection_, status, retry_after);
  if (!closed) {
    Lose(closed.error());
    return closed.error().code == base::ErrorCode::kUnavailable ? base::Result<void>()
                                                                : tl::unexpected(closed.error());
  }
  closed_until_ = std::max(closed_until_, Now() + *closed);
  base::LogWarn("rate_limit_closed")
      .With("name", options_.name)
      .With("status", status)
      .With("for_ms", std::chrono::duration_cast<milliseconds>(*closed).count());
  return {};
}

bool Limiter::IsConnected() {
  if (connection_ == nullptr && Now() >= probe_at_) {
    Dial();
  }
  return connection_ != nullptr;
}

void Limiter::Dial() {
  redis::ConnectionOptions options;
  options.connect_timeout = options_.call_timeout;
  options.call_timeout = options_.call_timeout;
  options.client_name = kClientName;
  auto connection = dialer_.Connect(options);
  if (!connection) {
    probe_at_ = Now() + options_.probe_interval;
    return;
  }
  connection_ = *std::move(connection);
  if (was_connected_ && is_away_) {
    // All who knew the server come back within one probe and bring in what it forgot.
    hold_until_ = Now() + options_.probe_interval + options_.call_timeout;
    base::LogInfo("rate_limit_redis_back").With("name", options_.name);
  }
  was_connected_ = true;
  is_away_ = false;
}

void Limiter::Lose(const base::Error& cause) {
  if (cause.code != base::ErrorCode::kUnavailable) {
    return;
  }
  connection_.reset();
  is_away_ = true;
  ++stats_.outages;
  // At once; but not again and again, when it takes connections and answers errors.
  const base::Nanos now = Now();
  probe_at_ = now - lost_at_ > options_.probe_interval ? now : now + options_.probe_interval;
  lost_at_ = now;
  base::LogWarn("rate_limit_redis_lost").With("name", options_.name).With("reason", cause.message);
}

void Limiter::RenewSlot() {
  if (Now() < slot_renew_at_ || !HasOwnPart(shared_.limits())) {
    return;
  }
  const base::Nanos asked_at = Now();
  slot_renew_at_ = asked_at + kSlotRenewal;
  const auto held =
      shared_.HoldSlot(*connection_, kSlotTime + LongestOf(shared_.limits()) + slack_);
  if (held) {
    slot_until_ = *held ? asked_at + kSlotTime : kLongAgo;
  }
}

void Limiter::NoteHealing() {
  if (!shared_.note().empty()) {
    ++stats_.healed;
    base::LogWarn("rate_limit_healed").With("name", options_.name).With("what", shared_.note());
  }
}

}  // namespace bulwark::limiter
