#include "sources/fetcher.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"
#include "net/retry.h"

namespace bulwark::sources {
namespace {

constexpr int kTooManyRequests = 429;
constexpr int kBanned = 418;

bool IsThrottle(int status) {
  return status == kTooManyRequests || status == kBanned;
}

// Whether the next answer may be another one.
bool MayPass(const base::Result<net::HttpReply>& reply) {
  return reply ? net::IsPassing(reply->status) || IsThrottle(reply->status)
               : reply.error().code == base::ErrorCode::kUnavailable;
}

}  // namespace

Fetcher::Fetcher(net::HttpCaller& caller, CallGate& gate, FetcherOptions options)
    : caller_(caller), gate_(gate), options_(std::move(options)), random_(options_.seed) {}

base::Result<void> Fetcher::Enter() {
  constexpr int kPermitsMax = 4;  // Each that ran out is a call less for everybody.
  for (int permits = 0; permits < kPermitsMax; ++permits) {
    const auto until = gate_.Enter();
    if (!until) {
      return tl::unexpected<base::Error>(until.error());
    }
    if (options_.clock->MonotonicNow() < *until) {
      return {};
    }
  }
  return base::Fail(base::ErrorCode::kUnavailable,
                    fmt::format("{} permits ran out before they could be used", kPermitsMax));
}

Fetcher::Attempt Fetcher::Try(const net::HttpCall& call, const Judge& judge) {
  Attempt attempt{.reply = caller_.Call(call)};
  attempt.may_pass = MayPass(attempt.reply);
  if (!attempt.reply) {
    return attempt;
  }
  const net::HttpReply& reply = *attempt.reply;
  attempt.wanted = net::RetryAfterOf(reply, options_.clock->WallNow());
  int status = reply.status;
  if (const auto pause = judge ? judge(reply, options_.clock->WallNow()) : std::nullopt) {
    attempt.may_pass = true;
    attempt.wanted = pause;
    status = kTooManyRequests;
  }
  if (IsThrottle(status)) {
    if (const auto told = gate_.OnThrottled(attempt.wanted, status); !told) {
      return {.reply = tl::unexpected<base::Error>(told.error())};
    }
  }
  return attempt;
}

bool Fetcher::Rest(base::Nanos span) const {
  constexpr base::Nanos kPiece = std::chrono::milliseconds{100};
  const base::Nanos until = options_.clock->MonotonicNow() + span;
  while (!options_.is_stopped()) {
    const base::Nanos left = until - options_.clock->MonotonicNow();
    if (left <= base::Nanos::zero()) {
      return true;
    }
    options_.clock->Pause(std::min(left, kPiece));
  }
  return false;
}

std::optional<base::Nanos> Fetcher::DelayAfter(const Attempt& last, int attempt) {
  if (attempt >= options_.retries.attempts_max) {
    return std::nullopt;
  }
  const base::Nanos delay = std::max(net::DelayBefore(attempt + 1, options_.retries, random_),
                                     last.wanted.value_or(base::Nanos::zero()));
  const base::Nanos longest = std::max(options_.retries.retry_after_max, options_.retries.longest);
  return delay > longest ? std::nullopt : std::optional(delay);
}

base::Result<net::HttpReply> Fetcher::Get(const net::HttpCall& call, const Judge& judge) {
  for (int attempt = 1;; ++attempt) {
    // The gate has its own patience; who is refused there is not helped by asking more often.
    if (const auto entered = Enter(); !entered) {
      return base::FailWith(net::ShownUrl(call.url), entered.error());
    }
    Attempt last = Try(call, judge);
    const auto delay = last.may_pass ? DelayAfter(last, attempt) : std::nullopt;
    if (delay && Rest(*delay)) {
      continue;
    }
    if (last.reply && MayPass(last.reply)) {
      return base::Fail(base::ErrorCode::kUnavailable,
                        net::ShownUrl(call.url) + ": status " + std::to_string(last.reply->status));
    }
    return std::move(last.reply);
  }
}

}  // namespace bulwark::sources
