// Where facts of companies come from: overviews, short interest, insiders' filings.
//
// Shape:   an answer is whole; where a publisher says that there is nothing (yet), it is empty.
// Errors:  kUnavailable: asking later may help. kCorrupt: the answer cannot be read.
// Threads: one thread; each call blocks as long as the publisher takes.
// Source:  docs/data.md#sources

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sources/edgar_index.h"
#include "sources/finra.h"
#include "sources/ownership.h"
#include "sources/refusal.h"
#include "store/rows.h"

namespace bulwark::sources {

using OverviewAnswer = std::variant<std::vector<store::Fundamental>, Refusal>;

class OverviewSource {
 public:
  OverviewSource() = default;
  virtual ~OverviewSource() = default;
  OverviewSource(const OverviewSource&) = delete;
  OverviewSource& operator=(const OverviewSource&) = delete;
  OverviewSource(OverviewSource&&) = delete;
  OverviewSource& operator=(OverviewSource&&) = delete;

  // As it stands in the store.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Facts that are known at `now`.
  virtual base::Result<OverviewAnswer> Fetch(const std::string& symbol, base::UnixNanos now) = 0;
};

class ShortInterestSource {
 public:
  ShortInterestSource() = default;
  virtual ~ShortInterestSource() = default;
  ShortInterestSource(const ShortInterestSource&) = delete;
  ShortInterestSource& operator=(const ShortInterestSource&) = delete;
  ShortInterestSource(ShortInterestSource&&) = delete;
  ShortInterestSource& operator=(ShortInterestSource&&) = delete;

  [[nodiscard]] virtual std::string_view name() const = 0;
  // All of a settlement day; empty when nothing is published for it.
  virtual base::Result<std::optional<ShortInterestPage>> Fetch(std::chrono::sys_days settled) = 0;
};

class FilingSource {
 public:
  FilingSource() = default;
  virtual ~FilingSource() = default;
  FilingSource(const FilingSource&) = delete;
  FilingSource& operator=(const FilingSource&) = delete;
  FilingSource(FilingSource&&) = delete;
  FilingSource& operator=(FilingSource&&) = delete;

  // The Forms 4 of a day; empty when there is no list of it: a holiday, or not yet.
  virtual base::Result<std::optional<std::vector<IndexEntry>>> List(std::chrono::sys_days day) = 0;
  virtual base::Result<Filing> Fetch(const IndexEntry& entry) = 0;
};

}  // namespace bulwark::sources
