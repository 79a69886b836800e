#include "bench/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "base/ensure.h"
#include "base/time.h"

namespace bulwark::bench {

double Spans::Percentile(double percent) {
  ENSURE(!spans_.empty());
  if (sorted_ != spans_.size()) {
    std::sort(spans_.begin(), spans_.end());
    sorted_ = spans_.size();
  }
  const double last = static_cast<double>(spans_.size() - 1);
  return static_cast<double>(spans_[static_cast<std::size_t>(std::ceil(last * percent / 100))]);
}

void Report(std::string_view name, double value, std::string_view unit) {
  std::printf("%.*s\t%.10g\t%.*s\n", static_cast<int>(name.size()), name.data(), value,
              static_cast<int>(unit.size()), unit.data());
  std::fflush(stdout);
}

void Report(std::string_view name, Spans& spans) {
  if (spans.size() == 0) {
    return;
  }
  constexpr std::array<std::pair<const char*, double>, 4> kPercentiles = {
      {{".p50", 50}, {".p99", 99}, {".p999", 99.9}, {".max", 100}}};
  for (const auto& [suffix, percent] : kPercentiles) {
    Report(std::string(name) + suffix, spans.Percentile(percent), "ns");
  }
  Report(std::string(name) + ".count", static_cast<double>(spans.size()), "");
}

base::Nanos ClockCost() {
  constexpr int kReads = 100'000;
  const base::Nanos start = base::MonotonicNow();
  base::Nanos last = start;
  for (int i = 0; i < kReads; ++i) {
    last = base::MonotonicNow();
  }
  return (last - start) / kReads;
}

}  // namespace bulwark::bench
