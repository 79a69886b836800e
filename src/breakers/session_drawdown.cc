#include "breakers/session_drawdown.h"

#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/equity_peak.h"

namespace bulwark::breakers {
namespace {

constexpr base::Nanos kEvery{std::chrono::seconds{1}};
constexpr int kBad = 3;  // Of the last five.
constexpr std::uint32_t kLastFive = 0x1F;

}  // namespace

bool SessionDrawdown::See(base::Decimal equity, base::UnixNanos now) {
  if (is_off() || (seen_at_ && now - *seen_at_ < kEvery)) {
    return false;
  }
  seen_at_ = now;
  peak_.See(equity);
  drawdown_ = peak_.DrawdownPercent(equity);
  bits_ = ((bits_ << 1U) | (*drawdown_ >= limit_ ? 1U : 0U)) & kLastFive;
  return std::popcount(bits_) >= kBad;
}

void SessionDrawdown::End() {
  peak_.Restart();
  drawdown_.reset();
  bits_ = 0;
  seen_at_.reset();
}

}  // namespace bulwark::breakers
