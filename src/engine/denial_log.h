// Lets the first denial of a kind through and holds repeats back, so that a strategy that asks on
// every bar does not flood people.
//
// Shape:   one denial per instrument and code each kRepeatAfter; all are counted.
// Threads: the engine thread only. Allocates at construction only.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "model/denial.h"
#include "model/instrument.h"

namespace bulwark::engine {

class DenialLog {
 public:
  static constexpr base::Nanos kRepeatAfter{std::chrono::seconds{1}};

  explicit DenialLog(std::size_t instruments) : told_at_(instruments * model::kDenialCodes) {}

  // Counts the denial; answers whether it is to be told.
  bool Count(model::InstrumentId instrument, model::DenialCode code, base::UnixNanos now) {
    ++denials_;
    auto& told_at = told_at_[std::size_t{instrument.index} * model::kDenialCodes +
                             static_cast<std::size_t>(code)];
    if (told_at && now - *told_at < kRepeatAfter) {
      return false;
    }
    told_at = now;
    return true;
  }

  [[nodiscard]] std::uint64_t denials() const { return denials_; }

 private:
  std::vector<std::optional<base::UnixNanos>> told_at_;
  std::uint64_t denials_ = 0;
};

}  // namespace bulwark::engine
