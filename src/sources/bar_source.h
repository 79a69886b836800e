// Where bars come from: a vendor, or files. One small interface for all.
//
// Shape:   a question is one symbol, one span and a window of time; the answer is whole or a
//          refusal, never half. Bars outside of the window may come, too. No bars is an answer: the
//          share did not trade then. A source that ends somewhere, as a file does, says from when
//          to when it knows anything: of the days outside of that its answer says nothing.
// Errors:  kUnavailable: asking later may help. kCorrupt: the answer cannot be read. kNotFound: the
//          source has no such series.
// Threads: one thread; Fetch() blocks as long as the calls take.
// Source:  docs/data.md#sources

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "sources/alpha_vantage.h"
#include "sources/refusal.h"
#include "store/bar_table.h"

namespace bulwark::sources {

struct BarRequest {
  store::Series series;
  store::Window window;
};

using BarAnswer = std::variant<DailyBars, Refusal>;

class BarSource {
 public:
  BarSource() = default;
  virtual ~BarSource() = default;
  BarSource(const BarSource&) = delete;
  BarSource& operator=(const BarSource&) = delete;
  BarSource(BarSource&&) = delete;
  BarSource& operator=(BarSource&&) = delete;

  // As it stands in the store: "alpaca".
  [[nodiscard]] virtual std::string_view name() const = 0;
  virtual base::Result<BarAnswer> Fetch(const BarRequest& request) = 0;
};

}  // namespace bulwark::sources
