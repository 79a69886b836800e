// A file of bars as a source: the way to work without any vendor.
//
// Shape:   the file is read once, whole; rows that cannot be read make it unusable, as an answer
//          must be whole. Only bars inside of the window are given. It vouches for the days from
//          the first bar of the whole file to its last one in the window, of any symbol.
// Errors:  Load(): those of the file; kCorrupt with the first line that cannot be read and above
//          kRowsMax rows. Fetch(): cannot fail; a symbol that the file does not have is refused as
//          unknown.
// Threads: one thread.
// Source:  docs/data.md#sources

#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sources/bar_source.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::sources {

class FileBars final : public BarSource {
 public:
  static constexpr std::size_t kRowsMax = 20'000'000;

  static base::Result<std::unique_ptr<FileBars>> Load(const std::string& path);

  [[nodiscard]] std::string_view name() const override { return "file"; }
  base::Result<BarAnswer> Fetch(const BarRequest& request) override;

 private:
  using Bars = std::map<std::string, std::vector<store::Bar>>;
  FileBars(Bars bars, std::set<base::UnixNanos> times)
      : bars_(std::move(bars)), times_(std::move(times)) {}
  // From the first bar to the last one before `end`.
  [[nodiscard]] store::Window KnownBefore(base::UnixNanos end) const;

  Bars bars_;
  std::set<base::UnixNanos> times_;  // Of the bars of all symbols.
};

}  // namespace bulwark::sources
