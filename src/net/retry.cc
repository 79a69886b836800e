#include "net/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/iso_time.h"
#include "base/time.h"
#include "net/http_client.h"

namespace bulwark::net {
namespace {

// "Fri, 20 Nov 2026 21:00:00 GMT", the one form that servers may send.
std::optional<base::UnixNanos> ParseHttpDate(std::string_view text) {
  constexpr std::size_t kLength = 29;
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != kLength || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const auto* const month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end()) {
    return std::nullopt;
  }
  return base::ParseIso(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4),
                                    month - kMonths.begin() + 1, text.substr(5, 2),
                                    text.substr(17, 8)));
}

}  // namespace

bool IsPassing(int status) {
  constexpr std::array kPassing{408, 429, 500, 502, 503, 504};
  return std::ranges::find(kPassing, status) != kPassing.end();
}

std::optional<base::Nanos> RetryAfterOf(const HttpReply& reply, base::UnixNanos now) {
  constexpr std::int64_t kSecondsMax = 604'800;  // A week.
  const std::string_view text = reply.Header("retry-after");
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && failure == std::errc() && end == text.data() + text.size()) {
    return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, kSecondsMax)};
  }
  if (const auto at = ParseHttpDate(text)) {
    return std::clamp<base::Nanos>(*at - now, base::Nanos::zero(),
                                   std::chrono::seconds{kSecondsMax});
  }
  return std::nullopt;
}

base::Nanos DelayBefore(int attempt, const RetryPolicy& policy, std::mt19937_64& random) {
  base::Nanos delay = policy.first;
  for (int step = 2; step < attempt && delay < policy.longest; ++step) {
    delay *= 2;
  }
  delay = std::min(delay, policy.longest);
  const auto half = static_cast<std::uint64_t>(delay.count() / 2);
  return delay / 2 + base::Nanos(static_cast<std::int64_t>(half == 0 ? 0 : random() % (half + 1)));
}

}  // namespace bulwark::net
