#include "limiter/shared_budget.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "contract/keys.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limits.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::limiter {
namespace {

constexpr std::string_view kDefault = "default ";
constexpr std::string_view kSet = "set ";
constexpr base::Nanos kBanMin = std::chrono::minutes{2};
constexpr base::Nanos kThrottleMin = std::chrono::seconds{1};
constexpr base::Nanos kRetryAfterMax = std::chrono::hours{24 * 7};
constexpr int kBanned = 418;

std::int64_t WholeMicros(base::Nanos span) {
  return std::chrono::ceil<std::chrono::microseconds>(span).count();
}

std::string MicrosText(base::Nanos span) {
  return std::to_string(WholeMicros(span));
}

// The script's answer: {word, now, total, note, ready, text}.
struct Parts {
  std::string_view word;
  std::int64_t now = 0;
  std::int64_t total = 0;
  std::string_view note;
  std::int64_t ready = 0;
  std::string_view text;
};

std::optional<Parts> PartsOf(const redis::Reply& reply) {
  const auto& all = reply.elements;
  if (all.size() != 6) {
    return std::nullopt;
  }
  const auto word = all[0].AsText();
  const auto now = all[1].AsInteger();
  const auto total = all[2].AsInteger();
  const auto ready = all[4].AsInteger();
  if (!word || !now || !total || *total < 0 || !ready) {
    return std::nullopt;
  }
  return Parts{.word = *word,
               .now = *now,
               .total = *total,
               .note = all[3].text,
               .ready = *ready,
               .text = all[5].text};
}

NotNow::Why WhyOf(std::string_view word) {
  if (word == "closed") {
    return NotNow::Why::kClosed;
  }
  return word == "full" ? NotNow::Why::kFull : NotNow::Why::kWindow;
}

std::string_view WordOf(Question::What what) {
  static constexpr std::array<std::string_view, 3> kWords = {"take", "try", "look"};
  return kWords.at(static_cast<std::size_t>(what));
}

base::Nanos ShortestOf(const Limits& limits) {
  return std::ranges::min_element(limits.windows, {}, &Window::span)->span;
}

template <class Value>
base::Result<Value> Failed(const std::string& name, const base::Error& error) {
  return base::FailWith("rate limit " + name, error);
}

}  // namespace

SharedBudget::SharedBudget(BudgetOptions options)
    : options_(std::move(options)),
      keys_(contract::keys::RateLimit(options_.name)),
      take_(TakeScript(options_.time)),
      report_(ReportScript(options_.time)),
      slot_(SlotScript(options_.time)) {
  Adopt(options_.limits, kDefault);
}

void SharedBudget::Adopt(const Limits& limits, std::string_view origin) {
  limits_ = limits;
  limits_text_ = std::string(origin) + FormatLimits(limits);
  pair_span_ = MicrosText(limits.windows.front().span);
  for (std::size_t at = 0; at < kPriorities; ++at) {
    windows_.at(at).clear();
    for (const Window& window : limits.windows) {
      windows_.at(at).push_back(MicrosText(window.span + options_.slack));
      windows_.at(at).push_back(std::to_string(limits.UnitsFor(window, static_cast<Priority>(at))));
      windows_.at(at).push_back(std::to_string(limits.SharedUnits(window)));
    }
  }
}

base::Result<BudgetAnswer> SharedBudget::AdoptFrom(const std::string& text) {
  if (text.empty()) {
    Adopt(options_.limits, kDefault);
    return BudgetAnswer(LimitsChanged{});
  }
  const auto limits = ParseLimits(std::string_view(text).substr(kSet.size()));
  if (!limits || std::string(kSet) + FormatLimits(*limits) != text) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "rate limit " + options_.name + ": " + keys_.limits.text() + " is '" +
                          text.substr(0, 80) + "'; mend it or remove it");
  }
  Adopt(*limits, kSet);
  return BudgetAnswer(LimitsChanged{});
}

base::Result<BudgetAnswer> SharedBudget::Ask(redis::Connection& connection,
                                             const Question& question, const std::string& ticket) {
  const std::string units = std::to_string(question.units);
  const std::string priority = std::to_string(static_cast<int>(question.priority));
  const std::string who = options_.who + "-" + std::to_string(tickets_);
  const std::string seen = std::to_string(seen_);
  const std::string patience = MicrosText(question.patience);
  const std::string waiters = std::to_string(options_.waiters_max);
  const std::string counts = question.brings_counts ? PendingText() : "";
  const std::array<std::string_view, 7> keys = {
      keys_.tokens.view(), keys_.last_refill.view(), keys_.log.view(),     keys_.waiting.view(),
      keys_.closed.view(), keys_.limits.view(),      keys_.counters.view()};
  std::vector<std::string_view> args = {WordOf(question.what),
                                        limits_text_,
                                        units,
                                        priority,
                                        ticket,
                                        who,
                                        seen,
                                        patience,
                                        waiters,
                                        counts,
                                        pair_span_};
  const auto& windows = windows_.at(static_cast<std::size_t>(question.priority));
  args.insert(args.end(), windows.begin(), windows.end());
  const auto reply = take_.Run(connection, keys, args);
  if (!reply) {
    return Failed<BudgetAnswer>(options_.name, reply.error());
  }
  if (question.brings_counts) {
    pending_.clear();
  }
  return Read(*reply);
}

base::Result<BudgetAnswer> SharedBudget::Read(const redis::Reply& reply) {
  const auto parts = PartsOf(reply);
  if (!parts) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "rate limit " + options_.name + ": the script's answer has not its form");
  }
  seen_ = std::max(seen_, static_cast<std::uint64_t>(parts->total));
  note_ = parts->note;
  const base::Nanos after =
      std::chrono::microseconds{std::max<std::int64_t>(0, parts->ready - parts->now)};
  if (parts->word == "granted") {
    return BudgetAnswer(Granted{});
  }
  if (parts->word == "wait") {
    ++tickets_;
    return BudgetAnswer(Appointment{.after = after, .ticket = std::string(parts->text)});
  }
  if (parts->word == "limits") {
    return AdoptFrom(std::string(parts->text));
  }
  return BudgetAnswer(NotNow{.after = after, .why = WhyOf(parts->text)});
}

base::Result<void> SharedBudget::Leave(redis::Connection& connection,
                                       const std::string& ticket) const {
  const auto reply = connection.Call({"ZREM", keys_.waiting.view(), ticket});
  return reply ? base::Result<void>() : Failed<void>(options_.name, reply.error());
}

base::Result<base::Nanos> SharedBudget::Report(redis::Connection& connection, int status,
                                               std::optional<base::Nanos> retry_after) const {
  const base::Nanos unsaid =
      std::max(ShortestOf(limits_), status == kBanned ? kBanMin : kThrottleMin);
  const std::string code = std::to_string(status);
  const std::string asked =
      retry_after ? MicrosText(std::clamp(*retry_after, kThrottleMin, kRetryAfterMax)) : "-1";
  const std::string otherwise = MicrosText(unsaid);
  const std::array<std::string_view, 2> keys = {keys_.closed.view(), keys_.counters.view()};
  const std::array<std::string_view, 3> args = {code, asked, otherwise};
  const auto reply = report_.Run(connection, keys, args);
  if (!reply) {
    return Failed<base::Nanos>(options_.name, reply.error());
  }
  const auto span = reply->elements.empty() ? std::nullopt : reply->elements.front().AsInteger();
  return base::Nanos{std::chrono::microseconds{span.value_or(0)}};
}

base::Result<bool> SharedBudget::HoldSlot(redis::Connection& connection, base::Nanos span) const {
  const std::string count = std::to_string(limits_.slots);
  const std::string micros = MicrosText(span);
  const std::array<std::string_view, 1> keys = {keys_.slots.view()};
  const std::array<std::string_view, 3> args = {options_.who, count, micros};
  const auto reply = slot_.Run(connection, keys, args);
  if (!reply) {
    return Failed<bool>(options_.name, reply.error());
  }
  return reply->AsInteger() == 1;
}

base::Result<void> SharedBudget::GiveSlotBack(redis::Connection& connection) const {
  const auto reply = connection.Call({"ZREM", keys_.slots.view(), options_.who});
  return reply ? base::Result<void>() : Failed<void>(options_.name, reply.error());
}

void SharedBudget::Count(std::string_view counter, std::uint64_t more) {
  const auto known = std::ranges::find(pending_, counter, &PendingCount::name);
  if (known == pending_.end()) {
    pending_.push_back({.name = counter, .count = more});
  } else {
    known->count += more;
  }
}

base::Result<void> SharedBudget::BringCounts(redis::Connection& connection) {
  redis::Pipeline pipeline;
  for (const PendingCount& each : pending_) {
    pipeline.Add({"ZINCRBY", keys_.counters.view(), std::to_string(each.count), each.name});
  }
  pending_.clear();
  return connection.Execute(pipeline);
}

std::string SharedBudget::PendingText() {
  std::string text;
  for (const PendingCount& each : pending_) {
    text += std::string(each.name) + " " + std::to_string(each.count) + " ";
  }
  return text;
}

}  // namespace bulwark::limiter
