#include "limiter/limit_status.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "contract/number_format.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limits.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"
#include "redis/script.h"

namespace bulwark::limiter {
namespace {

using redis::Reply;

constexpr std::size_t kNamesMax = 10'000;
constexpr double kMicros = 1e6;

// One entry of the log.
struct Grant {
  std::uint64_t total = 0;
  std::int64_t at_us = 0;
};

std::optional<std::int64_t> Whole(std::string_view text) {
  const auto number = contract::ParseFloat(text);
  return number ? std::optional(std::llround(*number)) : std::nullopt;
}

std::optional<Grant> GrantOf(std::string_view member) {
  const std::size_t first = member.find(':');
  const std::size_t second = member.find(':', std::min(first, member.size() - 1) + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) {
    return std::nullopt;
  }
  const auto total = Whole(member.substr(0, first));
  const auto at = Whole(member.substr(first + 1, second - first - 1));
  if (!total || *total < 0 || !at) {
    return std::nullopt;
  }
  return Grant{.total = static_cast<std::uint64_t>(*total), .at_us = *at};
}

// Fills a status from the replies, one part after the other.
class Reader {
 public:
  Reader(LimitStatus& status, const contract::keys::RateLimitKeys& keys)
      : status_(status), keys_(keys) {}

  void TakeTime(const Reply& reply) {
    if (reply.elements.size() == 2) {
      now_us_ = static_cast<double>(Whole(reply.elements[0].text).value_or(0)) * kMicros +
                static_cast<double>(Whole(reply.elements[1].text).value_or(0));
    }
  }

  void TakeLimits(const Reply& reply) {
    if (!IsGood(reply, keys_.limits) || reply.is_nil()) {
      return;
    }
    status_.limits = reply.text;
    const std::size_t blank = std::min(reply.text.find(' '), reply.text.size());
    const auto limits = ParseLimits(std::string_view(reply.text).substr(blank));
    if (!limits) {
      Complain(keys_.limits, limits.error().message);
      return;
    }
    for (const Window& window : limits->windows) {
      status_.windows.push_back(
          {.window = window, .used = 0, .shared = limits->SharedUnits(window)});
    }
  }

  void TakeLog(const Reply& reply) {
    if (!IsGood(reply, keys_.log)) {
      return;
    }
    std::vector<Grant> grants;
    for (const Reply& element : reply.elements) {
      const auto grant = GrantOf(element.text);
      if (!grant) {
        Complain(keys_.log, "holds '" + element.text.substr(0, 60) + "'");
        return;
      }
      grants.push_back(*grant);
    }
    std::uint64_t most = 0;
    for (const LimitStatus::WindowUse& use : status_.windows) {
      most = std::max(most, use.shared);
    }
    for (LimitStatus::WindowUse& use : status_.windows) {
      use.used = std::min(use.shared, UsedIn(grants, use.window.span, most));
    }
  }

  void TakePair(const Reply& tokens, const Reply& refill) {
    const bool is_good = IsGood(tokens, keys_.tokens) && IsGood(refill, keys_.last_refill);
    if (!is_good || tokens.is_nil() || refill.is_nil() || status_.windows.empty()) {
      return;
    }
    const auto left = contract::ParseFloat(tokens.text);
    const auto since = contract::ParseFloat(refill.text);
    if (!left || !since) {
      Complain(left ? keys_.last_refill : keys_.tokens, "is no number");
      return;
    }
    const LimitStatus::WindowUse& first = status_.windows.front();
    const auto capacity = static_cast<double>(first.shared);
    const double rate = capacity / std::chrono::duration<double>(first.window.span).count();
    status_.tokens = std::min(capacity, *left + std::max(0.0, now_us_ / kMicros - *since) * rate);
  }

  void TakeWaiting(const Reply& reply) {
    if (!IsGood(reply, keys_.waiting)) {
      return;
    }
    for (const Reply& element : reply.elements) {
      const std::size_t priority =
          element.text.empty() ? kPriorities : static_cast<std::size_t>(element.text[0] - '0');
      if (priority < kPriorities) {
        ++status_.waiting.at(priority);
      }
    }
  }

  void TakeClosed(const Reply& reply) {
    if (!IsGood(reply, keys_.closed) || reply.is_nil()) {
      return;
    }
    const auto object = contract::ParseJsonObject(reply.text);
    const auto until = object ? contract::FieldReader(*object).Real("until") : std::nullopt;
    if (!until) {
      Complain(keys_.closed, "is no closure");
      return;
    }
    const double left_s = std::max(0.0, *until - now_us_ / kMicros);
    status_.closed_for =
        std::chrono::duration_cast<base::Nanos>(std::chrono::duration<double>(left_s));
  }

  void TakeSlots(const Reply& reply) {
    if (IsGood(reply, keys_.slots)) {
      status_.slots = static_cast<std::size_t>(std::max<std::int64_t>(0, reply.integer));
    }
  }

  void TakeCounters(const Reply& reply) {
    if (!IsGood(reply, keys_.counters)) {
      return;
    }
    for (std::size_t at = 0; at + 1 < reply.elements.size(); at += 2) {
      const auto count = Whole(reply.elements[at + 1].text);
      status_.counters.emplace_back(reply.elements[at].text,
                                    static_cast<std::uint64_t>(count.value_or(0)));
    }
    std::sort(status_.counters.begin(), status_.counters.end());
  }

 private:
  bool IsGood(const Reply& reply, const contract::Key& key) {
    if (reply.is_error()) {
      Complain(key, reply.text);
    }
    return !reply.is_error();
  }

  void Complain(const contract::Key& key, const std::string& text) {
    status_.problems.push_back(key.text() + ": " + text);
  }

  // What the log kept began with the unit after total - most, or with the first ever.
  [[nodiscard]] std::uint64_t UsedIn(const std::vector<Grant>& grants, base::Nanos span,
                                     std::uint64_t most) const {
    if (grants.empty()) {
      return 0;
    }
    const std::uint64_t total = grants.back().total;
    std::uint64_t before = total > most ? total - most : 0;
    const double from = now_us_ - std::chrono::duration<double, std::micro>(span).count();
    for (const Grant& grant : grants) {
      if (static_cast<double>(grant.at_us) <= from) {
        before = std::max(before, grant.total);
      }
    }
    return total - before;
  }

  LimitStatus& status_;
  const contract::keys::RateLimitKeys& keys_;
  double now_us_ = 0;
};

}  // namespace

base::Result<std::vector<std::string>> ListLimits(redis::Connection& connection) {
  const auto found = redis::ScanKeys(connection, "rate_limit:*", kNamesMax);
  if (!found) {
    return tl::unexpected(found.error());
  }
  std::set<std::string> names;
  for (const std::string& key : found->keys) {
    const auto match = contract::MatchKey(key);
    if (match && !match->placeholders.empty()) {
      names.insert(match->placeholders.front().second);
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

base::Result<LimitStatus> ReadLimitStatus(redis::Connection& connection, const std::string& name) {
  const auto keys = contract::keys::RateLimit(name);
  redis::Pipeline pipeline;
  pipeline.Add({"TIME"});
  pipeline.Add({"GET", keys.limits.view()});
  pipeline.Add({"ZRANGE", keys.log.view(), "0", "-1"});
  pipeline.Add({"GET", keys.tokens.view()});
  pipeline.Add({"GET", keys.last_refill.view()});
  pipeline.Add({"ZRANGE", keys.waiting.view(), "0", "-1"});
  pipeline.Add({"GET", keys.closed.view()});
  pipeline.Add({"ZCARD", keys.slots.view()});
  pipeline.Add({"ZRANGE", keys.counters.view(), "0", "-1", "WITHSCORES"});
  const auto replies = connection.ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected(replies.error());
  }
  LimitStatus status;
  status.name = name;
  Reader reader(status, keys);
  const auto& all = *replies;
  reader.TakeTime(all.at(0));
  reader.TakeLimits(all.at(1));
  reader.TakeLog(all.at(2));
  reader.TakePair(all.at(3), all.at(4));
  reader.TakeWaiting(all.at(5));
  reader.TakeClosed(all.at(6));
  reader.TakeSlots(all.at(7));
  reader.TakeCounters(all.at(8));
  return status;
}

base::Result<void> SetLimits(redis::Connection& connection, const std::string& name,
                             std::string_view text) {
  const auto keys = contract::keys::RateLimit(name);
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  std::string value;
  if (text == "default") {
    pipeline.Add({"DEL", keys.limits.view()});
  } else {
    const auto limits = ParseLimits(text);
    if (!limits) {
      return tl::unexpected(limits.error());
    }
    value = "set " + FormatLimits(*limits);
    pipeline.Add({"SET", keys.limits.view(), value});
  }
  // Parts of another size: each process takes its slot again.
  pipeline.Add({"DEL", keys.slots.view()});
  pipeline.EndTransaction();
  return connection.Execute(pipeline);
}

base::Result<std::vector<std::string>> Drain(redis::Connection& connection,
                                             const std::string& name) {
  const auto status = ReadLimitStatus(connection, name);
  if (!status) {
    return tl::unexpected(status.error());
  }
  std::uint64_t most = 1;
  for (const LimitStatus::WindowUse& use : status->windows) {
    most = std::max(most, use.shared);
  }
  const auto keys = contract::keys::RateLimit(name);
  const std::array<std::string_view, 6> names = {keys.tokens.view(), keys.last_refill.view(),
                                                 keys.log.view(),    keys.waiting.view(),
                                                 keys.closed.view(), keys.limits.view()};
  const std::string units = std::to_string(most);
  const std::array<std::string_view, 1> args = {units};
  const auto reply = redis::Script(DrainScript()).Run(connection, names, args);
  if (!reply) {
    return base::FailWith("rate limit " + name, reply.error());
  }
  std::vector<std::string> replaced;
  for (const Reply& element : reply->elements) {
    replaced.push_back(element.text);
  }
  return replaced;
}

}  // namespace bulwark::limiter
